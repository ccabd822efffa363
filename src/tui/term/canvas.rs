//! What screens are drawn on: the terminal, or whatever ratatui can draw on, which tests and recordings do.

use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};

/// Something that shows one frame after the other.
pub trait Canvas {
    type Error;

    /// How large it is now.
    fn size(&self) -> Result<Size, Self::Error>;

    /// Blanks it: whatever is on it has come from somewhere else.
    fn clear(&mut self) -> Result<(), Self::Error>;

    /// Shows what is painted on a blank buffer of its size, and the cursor where `paint` says that it is.
    fn draw(
        &mut self,
        paint: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> Result<(), Self::Error>;
}

impl<B: Backend> Canvas for Terminal<B> {
    type Error = B::Error;

    fn size(&self) -> Result<Size, B::Error> {
        Terminal::size(self)
    }

    fn clear(&mut self) -> Result<(), B::Error> {
        Terminal::clear(self)
    }

    fn draw(
        &mut self,
        paint: impl FnOnce(&mut Buffer) -> Option<Position>,
    ) -> Result<(), B::Error> {
        Terminal::draw(self, |frame| {
            if let Some(cursor) = paint(frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        })?;
        Ok(())
    }
}
