//! RFC 8785: the one text of a value. Keys sorted by UTF-16 code units, numbers as ECMAScript prints them, the fewest
//! escapes, no white space.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use super::Json;

/// Something that takes canonical bytes, so that a digest needn't hold them all.
pub trait Sink {
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The canonical text of `value`.
pub fn canonical(value: &Json) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_canonical(value, &mut bytes);
    bytes
}

/// Writes the canonical text of `value` to `out`.
pub fn write_canonical(value: &Json, out: &mut impl Sink) {
    match value {
        Json::Null => out.put(b"null"),
        Json::Bool(true) => out.put(b"true"),
        Json::Bool(false) => out.put(b"false"),
        Json::Number(number) => out.put(
            ryu_js::Buffer::new()
                .format_finite(number.as_f64())
                .as_bytes(),
        ),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => write_array(items, out),
        Json::Object(members) => write_object(members, out),
    }
}

fn write_array(items: &[Json], out: &mut impl Sink) {
    out.put(b"[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        write_canonical(item, out);
    }
    out.put(b"]");
}

fn write_object(members: &[(String, Json)], out: &mut impl Sink) {
    let mut sorted: Vec<&(String, Json)> = members.iter().collect();
    sorted.sort_unstable_by(|(a, _), (b, _)| utf16_order(a, b));
    out.put(b"{");
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.put(b",");
        }
        write_string(key, out);
        out.put(b":");
        write_canonical(value, out);
    }
    out.put(b"}");
}

/// The order of two texts by their UTF-16 code units, found in UTF-8: it is that of the bytes, but U+E000 to U+FFFF come
/// after all that needs a surrogate pair. Their first bytes occur nowhere else in a character.
fn utf16_order(a: &str, b: &str) -> Ordering {
    const E000_TO_FFFF: RangeInclusive<u8> = 0xEE..=0xEF;
    let rank = |byte: u8| {
        byte + if E000_TO_FFFF.contains(&byte) {
            0x10
        } else {
            0
        }
    };
    match a.bytes().zip(b.bytes()).find(|(a, b)| a != b) {
        Some((a, b)) => rank(a).cmp(&rank(b)),
        None => a.len().cmp(&b.len()),
    }
}

/// Writes `text` as a canonical JSON string, quotes included.
pub fn write_string(text: &str, out: &mut impl Sink) {
    out.put(b"\"");
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let mut unicode = *b"\\u0000";
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            0x08 => b"\\b",
            b'\t' => b"\\t",
            b'\n' => b"\\n",
            0x0C => b"\\f",
            b'\r' => b"\\r",
            0..0x20 => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                unicode[4] = HEX[usize::from(byte >> 4)];
                unicode[5] = HEX[usize::from(byte & 0xF)];
                &unicode
            }
            _ => continue,
        };
        out.put(&bytes[plain..at]);
        out.put(escape);
        plain = at + 1;
    }
    out.put(&bytes[plain..]);
    out.put(b"\"");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_utf16(
            start in "[aé\u{D7FF}\u{E000}\u{FFFF}\u{10000}]{0,3}",
            a in "[aé\u{D7FF}\u{E000}-\u{FFFF}\u{10000}-\u{10FFFF}]{0,3}",
            b in "[aé\u{D7FF}\u{E000}-\u{FFFF}\u{10000}-\u{10FFFF}]{0,3}",
        ) {
            let (a, b) = (start.clone() + &a, start + &b);
            prop_assert_eq!(utf16_order(&a, &b), a.encode_utf16().cmp(b.encode_utf16()));
        }
    }
}
