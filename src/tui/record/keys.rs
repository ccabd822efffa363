//! Keys and the mouse, as a recording writes them.

use crossterm::event::{
    KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use serde::{Deserialize, Serialize};

/// A key: its character or its name, and how it was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pressed {
    code: Code,
    #[serde(default, skip_serializing_if = "is_zero")]
    modifiers: u8,
    #[serde(default, skip_serializing_if = "is_false")]
    repeat: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// One that the inbox has no use for.
    Other,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// Each with what the terminal library calls it.
const CODES: [(Code, KeyCode); 16] = [
    (Code::Enter, KeyCode::Enter),
    (Code::Esc, KeyCode::Esc),
    (Code::Tab, KeyCode::Tab),
    (Code::BackTab, KeyCode::BackTab),
    (Code::Backspace, KeyCode::Backspace),
    (Code::Delete, KeyCode::Delete),
    (Code::Insert, KeyCode::Insert),
    (Code::Up, KeyCode::Up),
    (Code::Down, KeyCode::Down),
    (Code::Left, KeyCode::Left),
    (Code::Right, KeyCode::Right),
    (Code::Home, KeyCode::Home),
    (Code::End, KeyCode::End),
    (Code::PageUp, KeyCode::PageUp),
    (Code::PageDown, KeyCode::PageDown),
    (Code::Other, KeyCode::Null),
];

impl Pressed {
    /// A press or a repetition; that a key is let go is of no use.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        let repeat = match event.kind {
            KeyEventKind::Release => return None,
            KeyEventKind::Repeat => true,
            KeyEventKind::Press => false,
        };
        let code = match event.code {
            KeyCode::Char(char) => Code::Char(char),
            KeyCode::F(number) => Code::F(number),
            other => {
                let known = CODES.iter().find(|(_, code)| *code == other);
                known.map_or(Code::Other, |(code, _)| *code)
            }
        };
        Some(Self {
            code,
            modifiers: event.modifiers.bits(),
            repeat,
        })
    }

    pub fn event(&self) -> KeyEvent {
        let code = match self.code {
            Code::Char(char) => KeyCode::Char(char),
            Code::F(number) => KeyCode::F(number),
            code => {
                let known = CODES.iter().find(|(known, _)| *known == code);
                known.map_or(KeyCode::Null, |(_, code)| *code)
            }
        };
        let kind = match self.repeat {
            true => KeyEventKind::Repeat,
            false => KeyEventKind::Press,
        };
        let modifiers = KeyModifiers::from_bits_truncate(self.modifiers);
        KeyEvent::new_with_kind(code, modifiers, kind)
    }
}

/// What the inbox takes of the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moused {
    what: Mouse,
    column: u16,
    row: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mouse {
    Click,
    Up,
    Down,
}

impl Moused {
    pub fn of(event: &MouseEvent) -> Option<Self> {
        let what = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Mouse::Click,
            MouseEventKind::ScrollUp => Mouse::Up,
            MouseEventKind::ScrollDown => Mouse::Down,
            _ => return None,
        };
        let (column, row) = (event.column, event.row);
        Some(Self { what, column, row })
    }

    pub fn event(self) -> MouseEvent {
        MouseEvent {
            kind: match self.what {
                Mouse::Click => MouseEventKind::Down(MouseButton::Left),
                Mouse::Up => MouseEventKind::ScrollUp,
                Mouse::Down => MouseEventKind::ScrollDown,
            },
            column: self.column,
            row: self.row,
            modifiers: KeyModifiers::NONE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were_pressed() {
        let codes = CODES.map(|(_, code)| code).into_iter();
        let codes = codes.chain([KeyCode::Char('a'), KeyCode::Char('é'), KeyCode::F(5)]);
        for code in codes {
            for modifiers in [KeyModifiers::NONE, KeyModifiers::CONTROL] {
                let event = KeyEvent::new(code, modifiers);
                let json = serde_json::to_string(&Pressed::of(&event).unwrap()).unwrap();
                let back: Pressed = serde_json::from_str(&json).unwrap();
                assert_eq!(back.event(), event, "{json}");
            }
        }
    }
}
