//! A line of text that is being typed, and the cursor in it.

#[derive(Debug, Clone, Default)]
pub struct Field {
    pub text: String,
    /// Where the cursor stands, in bytes.
    pub cursor: usize,
}

impl Field {
    /// The most characters that a line has.
    pub const LONGEST: usize = 1_000;

    /// A line with the cursor at its end.
    pub fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        let cursor = text.len();
        Self { text, cursor }
    }

    /// Writes at the cursor what there is room for; says whether that was all.
    pub fn insert(&mut self, text: &str) -> bool {
        let room = Self::LONGEST.saturating_sub(self.text.chars().count());
        let end = text.char_indices().nth(room).map(|(end, _)| end);
        let fits = &text[..end.unwrap_or(text.len())];
        let plain = |char: char| if char.is_control() { ' ' } else { char };
        let written: String = fits.chars().map(plain).collect();
        self.text.insert_str(self.cursor, &written);
        self.cursor += written.len();
        end.is_none()
    }

    pub fn delete_back(&mut self) {
        if let Some(char) = self.text[..self.cursor].chars().next_back() {
            self.cursor -= char.len_utf8();
            self.text.remove(self.cursor);
        }
    }

    pub fn delete_word_back(&mut self) {
        let before = self.text[..self.cursor].trim_end();
        let start = before.rfind(' ').map_or(0, |blank| blank + 1);
        self.text.replace_range(start..self.cursor, "");
        self.cursor = start;
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
    }

    pub fn left(&mut self) {
        let before = self.text[..self.cursor].chars().next_back();
        self.cursor -= before.map_or(0, char::len_utf8);
    }

    pub fn right(&mut self) {
        let after = self.text[self.cursor..].chars().next();
        self.cursor += after.map_or(0, char::len_utf8);
    }

    pub fn home(&mut self) {
        self.cursor = 0;
    }

    pub fn end(&mut self) {
        self.cursor = self.text.len();
    }
}
