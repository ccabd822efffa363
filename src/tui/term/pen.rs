//! The colours and attributes that a terminal writes with, and the shortest way from one set of them to
//! another.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// Attributes that are seen where nothing is written.
const SEEN_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// Each attribute, what turns it on, and what turns it off again. Bold and dim go off together.
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// What is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// What a terminal writes with when it was told nothing.
    pub const PLAIN: Pen = Pen {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    /// What a cell is to look as if it was written with.
    pub const fn of(cell: &Cell) -> Self {
        Pen {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        }
    }

    /// Whether a cell that is written with this looks as it should. A blank has nothing of the colour that
    /// letters are written in.
    pub fn suits(self, cell: &Cell) -> bool {
        let wanted = Pen::of(cell);
        let blank = cell.symbol() == " " && !wanted.modifier.intersects(SEEN_ON_BLANK);
        match blank {
            true => self.bg == wanted.bg && !self.modifier.intersects(SEEN_ON_BLANK),
            false => self == wanted,
        }
    }

    /// Whether erasing gives a blank cell that looks like this one.
    pub fn is_bare(cell: &Cell) -> bool {
        Pen::PLAIN.suits(cell) && cell.symbol() == " "
    }

    /// Takes this one up, and says so in as few bytes as can be.
    pub fn become_this(&mut self, wanted: Pen, out: &mut Vec<u8>) {
        if *self == wanted {
            return;
        }
        let changed = Codes::changing(*self, wanted);
        let anew = Codes::anew(wanted);
        let codes = if changed.0.len() < anew.0.len() {
            changed
        } else {
            anew
        };
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(&codes.0);
        out.push(b'm');
        *self = wanted;
    }
}

/// Parameters of one control function, with semicolons between them.
#[derive(Default)]
struct Codes(Vec<u8>);

impl Codes {
    /// From what is written with now.
    fn changing(from: Pen, to: Pen) -> Self {
        let mut codes = Self::default();
        let mut left = from.modifier;
        let lost = from.modifier.difference(to.modifier);
        for (attribute, _, off) in ATTRIBUTES {
            if lost.contains(attribute) && left.contains(attribute) {
                codes.push(off);
                let gone = ATTRIBUTES.iter().filter(|(_, _, other)| *other == off);
                gone.for_each(|(attribute, ..)| left.remove(*attribute));
            }
        }
        codes.turn_on(to.modifier.difference(left));
        if from.fg != to.fg {
            codes.colour(to.fg, false);
        }
        if from.bg != to.bg {
            codes.colour(to.bg, true);
        }
        codes
    }

    /// From nothing: with no code at all, everything is as if nothing had been told.
    fn anew(to: Pen) -> Self {
        let mut codes = Self::default();
        if to == Pen::PLAIN {
            return codes;
        }
        codes.push(0);
        codes.turn_on(to.modifier);
        if to.fg != Color::Reset {
            codes.colour(to.fg, false);
        }
        if to.bg != Color::Reset {
            codes.colour(to.bg, true);
        }
        codes
    }

    fn turn_on(&mut self, modifier: Modifier) {
        for (attribute, on, _) in ATTRIBUTES {
            if modifier.contains(attribute) {
                self.push(on);
            }
        }
    }

    fn colour(&mut self, colour: Color, behind: bool) {
        // What is behind the letters has codes of its own, each ten further on.
        let base = if behind { 10 } else { 0 };
        let sixteen = |n: u8| if n < 8 { 30 + n } else { 82 + n };
        let named = match colour {
            Color::Reset => 39,
            Color::Black => sixteen(0),
            Color::Red => sixteen(1),
            Color::Green => sixteen(2),
            Color::Yellow => sixteen(3),
            Color::Blue => sixteen(4),
            Color::Magenta => sixteen(5),
            Color::Cyan => sixteen(6),
            Color::Gray => sixteen(7),
            Color::DarkGray => sixteen(8),
            Color::LightRed => sixteen(9),
            Color::LightGreen => sixteen(10),
            Color::LightYellow => sixteen(11),
            Color::LightBlue => sixteen(12),
            Color::LightMagenta => sixteen(13),
            Color::LightCyan => sixteen(14),
            Color::White => sixteen(15),
            Color::Indexed(n) if n < 16 => sixteen(n),
            Color::Indexed(n) => {
                [38 + base, 5, n]
                    .into_iter()
                    .for_each(|code| self.push(code));
                return;
            }
            Color::Rgb(r, g, b) => {
                let codes = [38 + base, 2, r, g, b];
                codes.into_iter().for_each(|code| self.push(code));
                return;
            }
        };
        self.push(named + base);
    }

    fn push(&mut self, code: u8) {
        if !self.0.is_empty() {
            self.0.push(b';');
        }
        number(code.into(), &mut self.0);
    }
}

/// A number in decimal digits.
pub fn number(number: u16, out: &mut Vec<u8>) {
    let mut digits = [0; 5];
    let mut at = digits.len();
    let mut left = number;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(left % 10).expect("a digit is one");
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(from: Pen, to: Pen) -> String {
        let (mut pen, mut out) = (from, Vec::new());
        pen.become_this(to, &mut out);
        assert_eq!(pen, to);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_what_changes_is_said_and_all_of_it_anew_where_that_is_shorter() {
        let red = Pen {
            fg: Color::Red,
            ..Pen::PLAIN
        };
        let bold = Pen {
            modifier: Modifier::BOLD,
            ..red
        };
        let dim = Pen {
            modifier: Modifier::DIM,
            ..red
        };
        let far = Pen {
            bg: Color::Rgb(1, 20, 255),
            ..red
        };
        for (from, to, codes) in [
            (Pen::PLAIN, Pen::PLAIN, ""),
            (Pen::PLAIN, red, "\x1b[31m"),
            (red, bold, "\x1b[1m"),
            (bold, dim, "\x1b[22;2m"),
            (bold, red, "\x1b[22m"),
            (bold, Pen::PLAIN, "\x1b[m"),
            (red, far, "\x1b[48;2;1;20;255m"),
            (far, red, "\x1b[49m"),
        ] {
            assert_eq!(told(from, to), codes, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn numbers_are_written_out() {
        for n in [0, 7, 10, 199, 65_535] {
            let mut out = Vec::new();
            number(n, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), n.to_string());
        }
    }
}
