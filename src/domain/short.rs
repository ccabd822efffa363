//! Texts of a known length, put together on the stack: what is written into every event and every answer
//! dozens of times needs neither the heap nor the formatter.

use std::ops::Deref;

/// A text of `N` characters, all of them ASCII.
pub(super) struct Short<const N: usize>([u8; N]);

impl<const N: usize> From<[u8; N]> for Short<N> {
    fn from(ascii: [u8; N]) -> Self {
        Self(ascii)
    }
}

impl<const N: usize> Deref for Short<N> {
    type Target = str;

    fn deref(&self) -> &str {
        str::from_utf8(&self.0).expect("whoever makes it writes ASCII")
    }
}

/// Fills `out` with the last decimal digits of `value`, zeros in front.
pub(super) fn put_decimal(mut value: u32, out: &mut [u8]) {
    for digit in out.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}
