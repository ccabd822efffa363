//! The text of what describes itself, in a buffer that fits.

use std::io;

use serde::Serialize;

/// The JSON text of a value; `room` is what most texts of its kind need.
///
/// ```
/// use signoff::domain::json::text_of;
///
/// assert_eq!(text_of(&("a", [1, 2]), 16).unwrap(), br#"["a",[1,2]]"#);
/// ```
pub fn text_of(value: &impl Serialize, room: usize) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = Text(Vec::with_capacity(room));
    serde_json::to_writer(&mut text, value)?;
    Ok(text.0)
}

/// Most pieces of a JSON text are one quote, comma or colon, which the vector's own writer copies with no
/// less to do than a whole text.
struct Text(Vec<u8>);

impl io::Write for Text {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece)?;
        Ok(piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        match piece {
            [one] => self.0.push(*one),
            more => self.0.extend_from_slice(more),
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
