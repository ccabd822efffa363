//! What the bytes mean that a terminal sends. The sequences themselves are terminput's to read; here is
//! decided where one ends and the next begins.

use std::collections::VecDeque;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use terminput_crossterm::to_crossterm;

const ESC: u8 = 0x1b;

/// Keeps what has begun and isn't complete.
#[derive(Default)]
pub struct Decoder {
    begun: Vec<u8>,
    /// It is the rest of a control sequence that nobody knows: its letters are no keys.
    skipping: bool,
}

impl Decoder {
    /// Takes bytes that came together; `more` says that others are there already.
    pub fn take(&mut self, bytes: &[u8], more: bool, events: &mut VecDeque<Event>) {
        for (index, byte) in bytes.iter().enumerate() {
            self.byte(*byte, more || index + 1 < bytes.len(), events);
        }
    }

    fn byte(&mut self, byte: u8, more: bool, events: &mut VecDeque<Event>) {
        if self.skipping {
            self.skipping = !is_final(byte);
            return;
        }
        // The first of two was the key; the second may begin something.
        if self.begun == [ESC] && byte == ESC {
            events.push_back(escape());
            self.begun.clear();
        }
        self.begun.push(byte);
        if self.begun == [ESC] && more {
            return;
        }
        match terminput::Event::parse_from(&self.begun) {
            Ok(None) if !self.is_unknown() => return,
            Ok(None) => {}
            // What crossterm has no name for has none here.
            Ok(Some(event)) => events.extend(to_crossterm(event)),
            Err(_) => self.skipping = self.is_sequence() && !is_final(byte),
        }
        self.begun.clear();
    }

    fn is_sequence(&self) -> bool {
        self.begun.starts_with(b"\x1b[")
    }

    /// Whether it is a whole control sequence in which no event was found.
    fn is_unknown(&self) -> bool {
        let goes_on = [&b"\x1b[200~"[..], b"\x1b[M", b"\x1b[["];
        self.is_sequence()
            && self.begun.len() > 2
            && self.begun.last().is_some_and(|last| is_final(*last))
            && !goes_on.iter().any(|start| self.begun.starts_with(start))
    }
}

fn escape() -> Event {
    Event::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE))
}

/// Whether a control sequence ends with this byte.
const fn is_final(byte: u8) -> bool {
    matches!(byte, 0x40..=0x7e)
}

#[cfg(test)]
mod tests {
    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    use proptest::prelude::*;

    use super::*;

    /// What these pieces mean, each of which comes by itself.
    fn events(pieces: &[&[u8]]) -> Vec<Event> {
        let mut decoder = Decoder::default();
        let mut events = VecDeque::new();
        for piece in pieces {
            decoder.take(piece, false, &mut events);
        }
        events.into()
    }

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn plain(code: KeyCode) -> Event {
        key(code, KeyModifiers::NONE)
    }

    #[test]
    fn keys_are_what_terminals_send_for_them() {
        use KeyCode::*;
        for (bytes, code, modifiers) in [
            (&b"j"[..], Char('j'), KeyModifiers::NONE),
            (b"G", Char('G'), KeyModifiers::SHIFT),
            ("é".as_bytes(), Char('é'), KeyModifiers::NONE),
            ("界".as_bytes(), Char('界'), KeyModifiers::NONE),
            (b" ", Char(' '), KeyModifiers::NONE),
            (b"\r", Enter, KeyModifiers::NONE),
            (b"\t", Tab, KeyModifiers::NONE),
            (b"\x7f", Backspace, KeyModifiers::NONE),
            (b"\x1b", Esc, KeyModifiers::NONE),
            (b"\x04", Char('d'), KeyModifiers::CONTROL),
            (b"\x1a", Char('z'), KeyModifiers::CONTROL),
            (b"\x1bx", Char('x'), KeyModifiers::ALT),
            (b"\x1b[A", Up, KeyModifiers::NONE),
            (b"\x1bOB", Down, KeyModifiers::NONE),
            (b"\x1b[1;5C", Right, KeyModifiers::CONTROL),
            (b"\x1b[5~", PageUp, KeyModifiers::NONE),
            (b"\x1b[3~", Delete, KeyModifiers::NONE),
            (b"\x1b[H", Home, KeyModifiers::NONE),
            (b"\x1b[4~", End, KeyModifiers::NONE),
            (b"\x1bOP", F(1), KeyModifiers::NONE),
            (b"\x1b[15~", F(5), KeyModifiers::NONE),
            (b"\x1b[24~", F(12), KeyModifiers::NONE),
            (b"\x1b[Z", BackTab, KeyModifiers::SHIFT),
        ] {
            assert_eq!(events(&[bytes]), [key(code, modifiers)], "{bytes:?}");
            // Wherever the line cut it, but not behind the first byte, which is a key by itself.
            for cut in 2..bytes.len() {
                let pieces = [&bytes[..cut], &bytes[cut..]];
                assert_eq!(events(&pieces), [key(code, modifiers)], "{pieces:?}");
            }
        }
    }

    #[test]
    fn an_escape_is_a_key_unless_something_follows_at_once() {
        let esc = || plain(KeyCode::Esc);
        assert_eq!(events(&[b"\x1b", b"a"]), [esc(), plain(KeyCode::Char('a'))]);
        assert_eq!(events(&[b"\x1b\x1b"]), [esc(), esc()]);
        assert_eq!(events(&[b"\x1b\x1b[A"]), [esc(), plain(KeyCode::Up)]);
        let mut decoder = Decoder::default();
        let mut events = VecDeque::new();
        decoder.take(b"j\x1b", true, &mut events);
        decoder.take(b"[B", false, &mut events);
        assert_eq!(events, [plain(KeyCode::Char('j')), plain(KeyCode::Down)]);
    }

    #[test]
    fn a_paste_is_one_text_whatever_is_in_it() {
        let text = "aaaa\r\x1b[A é 界";
        let sent = format!("\x1b[200~{text}\x1b[201~y");
        let wanted = [Event::Paste(text.to_owned()), plain(KeyCode::Char('y'))];
        assert_eq!(events(&[sent.as_bytes()]), wanted);
        for cut in 2..sent.len() - 1 {
            let (begin, rest) = sent.as_bytes().split_at(cut);
            assert_eq!(events(&[begin, rest]), wanted, "{cut}");
        }
    }

    #[test]
    fn focus_and_the_mouse_are_told() {
        assert_eq!(
            events(&[b"\x1b[I\x1b[O\x1b[<0;5;3M"]),
            [
                Event::FocusGained,
                Event::FocusLost,
                Event::Mouse(MouseEvent {
                    kind: MouseEventKind::Down(MouseButton::Left),
                    column: 4,
                    row: 2,
                    modifiers: KeyModifiers::NONE,
                }),
            ]
        );
    }

    /// An answer of the terminal that nobody asked for, or a key that nobody knows, is not taken for the keys
    /// that its letters are.
    #[test]
    fn what_nobody_knows_is_no_key() {
        for unknown in [
            &b"\x1b[?62;22c"[..],
            b"\x1b[?1;2R",
            b"\x1b[?2026;2$y",
            b"\x1b[>0;276;0c",
            b"\x1b[=a",
            b"\x1b[1;2;3;4;5a",
            b"\x1b[99999999999999999999~",
            b"\x1b[<0;0;0a",
            b"\xff",
            b"\xc3\x28",
        ] {
            let after = events(&[unknown, b"j"]);
            assert_eq!(after, [plain(KeyCode::Char('j'))], "{unknown:?}");
        }
    }

    proptest! {
        /// Nothing that comes in makes it fail, and what is cut elsewhere is the same, as long as no escape
        /// stands at the end of a piece.
        #[test]
        fn any_bytes_mean_the_same_wherever_they_are_cut(
            bytes in proptest::collection::vec(prop_oneof![Just(ESC), Just(b'['), 0x20..0x7f_u8, any::<u8>()], 0..40),
            cut in any::<prop::sample::Index>(),
        ) {
            let cut = cut.index(bytes.len() + 1);
            let (begin, rest) = bytes.split_at(cut);
            let whole = events(&[&bytes]);
            if begin.last() != Some(&ESC) {
                prop_assert_eq!(events(&[begin, rest]), whole);
            }
        }
    }
}
