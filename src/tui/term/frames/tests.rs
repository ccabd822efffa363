use std::cell::{Cell as Shared, RefCell};
use std::rc::Rc;

use proptest::collection::vec;
use proptest::prelude::*;
use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::Widget as _;

use super::*;

/// Keeps what is written, write by write, as a slow line would feel it.
#[derive(Clone)]
struct Wire {
    size: Rc<Shared<Size>>,
    writes: Rc<RefCell<Vec<Vec<u8>>>>,
}

impl Wire {
    fn of(width: u16, height: u16) -> Self {
        Self {
            size: Rc::new(Shared::new(Size::new(width, height))),
            writes: Rc::default(),
        }
    }

    /// What was written since this was asked last.
    fn take(&self) -> Vec<Vec<u8>> {
        self.writes.take()
    }

    fn text(&self) -> String {
        String::from_utf8(self.take().concat()).unwrap()
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.borrow_mut().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Line for Wire {
    fn size(&self) -> io::Result<Size> {
        Ok(self.size.get())
    }
}

fn frame(frames: &mut Frames<Wire>, text: &str) {
    let paint = |buffer: &mut Buffer| {
        text.render(buffer.area, buffer);
        None
    };
    frames.draw(paint).unwrap();
}

#[test]
fn a_frame_is_one_write_and_an_unchanged_one_is_none() {
    let wire = Wire::of(20, 4);
    let mut frames = Frames::new(wire.clone());
    frame(&mut frames, "hello");
    let mut written = wire.take();
    let text = String::from_utf8(written.pop().unwrap()).unwrap();
    assert!(written.is_empty(), "{written:?}");
    assert!(
        text.starts_with("\x1b[?2026h") && text.ends_with("\x1b[?2026l"),
        "{text:?}"
    );
    assert!(text.contains("hello"));
    frame(&mut frames, "hello");
    assert!(wire.take().is_empty());
}

/// Somebody else may have moved the cursor, and an answer of the terminal would come in with the keys.
#[test]
fn drawing_everything_again_asks_the_terminal_nothing() {
    let wire = Wire::of(20, 4);
    let mut frames = Frames::new(wire.clone());
    frame(&mut frames, "hello");
    wire.take();
    frames.clear().unwrap();
    frames.draw(|_| Some(Position::new(1, 1))).unwrap();
    assert_eq!(
        wire.text(),
        "\x1b[?2026h\x1b[?25l\x1b[m\x1b[2J\x1b[?25h\x1b[2;2H\x1b[?2026l"
    );
    frame(&mut frames, "");
    assert_eq!(wire.text(), "\x1b[?2026h\x1b[?25l\x1b[?2026l");
}

/// The blank rest of a row is erased, what stands between two changes is written again, and a colour is
/// said once.
#[test]
fn as_little_is_said_as_can_be() {
    let wire = Wire::of(60, 3);
    let mut frames = Frames::new(wire.clone());
    let long = "what was to be read here before was rather long";
    frame(&mut frames, long);
    wire.take();
    frame(&mut frames, "What Was to be read here");
    assert_eq!(
        wire.text(),
        "\x1b[?2026h\x1b[1;1HWhat W\x1b[1;26H\x1b[K\x1b[?2026l"
    );
}

/// 06 S5, S6: where a terminal counts the columns of a character in its own way, nothing of it stays when
/// something else is shown there, and what follows stands where it belongs.
#[test]
fn a_terminal_that_counts_columns_in_its_own_way_shows_what_is_meant() {
    // What is written, and what such a terminal makes of it: narrower or wider than the screen counts.
    for (written, shown) in [
        ("☰", "x"),
        ("⚠", "字"),
        ("e\u{301}", "字"),
        ("กำ", "x"),
        ("को", "x"),
    ] {
        let wire = Wire::of(24, 2);
        let mut frames = Frames::new(wire.clone());
        frames.clear().unwrap();
        let sized = |n| std::num::NonZero::new(n).unwrap();
        let mut parser = vt100::Parser::new(sized(2), sized(24), 0);
        for text in [
            format!("rm ol{written}s/ │ high"),
            "rm old / │ high".to_owned(),
            format!("rm {written}ld / │ high"),
            format!("rm {written}ld / │ low"),
            "rm -rf ./o / │ high".to_owned(),
        ] {
            frame(&mut frames, &text);
            parser.process(wire.text().replace(written, shown).as_bytes());
            let seen = parser.screen().contents();
            let (before, after) = text.split_once('│').unwrap();
            let (seen_before, seen_after) =
                seen.split_once('│').unwrap_or_else(|| panic!("{seen}"));
            assert_eq!(seen_after.trim_end(), after, "{text}: {seen}");
            if !before.contains(written) {
                assert_eq!(seen_before, before, "{text}: {seen}");
            }
        }
    }
}

/// A frame: cells of a screen, each with what it shows and how.
fn cells() -> impl Strategy<Value = Vec<(usize, &'static str, Style)>> {
    let signs = prop_oneof![
        3 => Just(" "),
        3 => prop_oneof![Just("a"), Just("b"), Just("é"), Just("│"), Just("▌")],
        1 => prop_oneof![Just("e\u{301}"), Just("界"), Just("字"), Just("한")],
    ];
    let colours = prop_oneof![
        4 => Just(Color::Reset),
        1 => Just(Color::Red),
        1 => Just(Color::LightCyan),
        1 => Just(Color::Indexed(7)),
        1 => Just(Color::Indexed(200)),
        1 => Just(Color::Rgb(38, 44, 52)),
    ];
    let attributes = prop_oneof![
        4 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::BOLD.union(Modifier::ITALIC)),
        1 => Just(Modifier::UNDERLINED),
        1 => Just(Modifier::REVERSED),
    ];
    let style = (colours.clone(), colours, attributes);
    let style =
        style.prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier));
    // Runs, as texts are, and here and there a change to what was there before.
    let run = (0..600_usize, vec(signs, 1..30), style);
    vec(run, 0..14).prop_map(|runs| {
        let cells = runs.into_iter().flat_map(|(from, signs, style)| {
            let places = from..;
            let cells = places.zip(signs);
            cells
                .map(move |(at, sign)| (at, sign, style))
                .collect::<Vec<_>>()
        });
        cells.collect()
    })
}

/// Puts cells on a buffer as widgets do: what is two columns wide leaves nothing behind itself.
fn paint(buffer: &mut Buffer, cells: &[(usize, &str, Style)]) {
    let area = buffer.area;
    for (at, sign, style) in cells {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        let at = at % (width * height);
        let (x, y) = (at % width, at / width);
        let (x, y) = (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
        // A wide one that would lose its half is blanked, so that the buffer stays well-formed.
        if x > 0 && buffer[(x - 1, y)].cell_width() > 1 {
            buffer[(x - 1, y)].set_symbol(" ");
        }
        // Bold and dim at once look different from terminal to terminal.
        buffer[(x, y)].reset();
        buffer.set_stringn(x, y, sign, width - usize::from(x), *style);
    }
    for y in 0..area.height {
        for x in 0..area.width.saturating_sub(1) {
            if buffer[(x, y)].cell_width() > 1 {
                let style = buffer[(x, y)].style();
                buffer[(x + 1, y)].reset();
                buffer[(x + 1, y)].set_style(style);
            }
        }
        // There is no room for two columns in the last one.
        if buffer[(area.width - 1, y)].cell_width() > 1 {
            buffer[(area.width - 1, y)].set_symbol(" ");
        }
    }
}

/// What a person sees of a cell.
fn seen(screen: &vt100::Screen, x: u16, y: u16) -> String {
    let cell = screen.cell(y, x).unwrap();
    let sign = match cell.contents() {
        "" => " ",
        sign => sign,
    };
    let lined = cell.inverse() || cell.underline();
    let ink = (cell.fgcolor(), cell.bold(), cell.dim(), cell.italic());
    let ink = (sign != " " || lined).then_some(ink);
    format!(
        "{sign:?} {} {:?} {} {} {ink:?}",
        cell.is_wide(),
        cell.bgcolor(),
        cell.inverse(),
        cell.underline()
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is drawn, however often and on screens of whatever size, looks as it does where ratatui's own
    /// backend draws it on a blank screen.
    #[test]
    fn every_frame_looks_as_it_does_with_the_stock_backend(
        sizes in vec((2_u16..40, 1_u16..12), 1..4),
        frames in vec((cells(), any::<bool>()), 1..12),
    ) {
        // The stock backend leaves colours out where the tests' own environment says so.
        crossterm::style::force_color_output(true);
        let sized = |n| std::num::NonZero::new(n).unwrap();
        let wire = Wire::of(1, 1);
        let mut ours = Frames::new(wire.clone());
        let mut sizes = sizes.into_iter().cycle();
        let mut next = Buffer::empty(Rect::ZERO);
        let mut slim = vt100::Parser::default();
        for (index, (cells, resize)) in frames.iter().enumerate() {
            if *resize || index == 0 {
                let (width, height) = sizes.next().unwrap();
                wire.size.set(Size::new(width, height));
                slim.screen_mut().set_size(sized(height), sized(width));
                next = Buffer::empty(Rect::new(0, 0, width, height));
                if index % 2 == 0 {
                    ours.clear().unwrap();
                }
            }
            let blank = Buffer::empty(next.area);
            // Most frames change a part of the one before.
            if index % 3 == 0 {
                next.clone_from(&blank);
            }
            paint(&mut next, cells);
            ours.draw(|buffer| {
                assert_eq!(buffer, &blank);
                buffer.clone_from(&next);
                None
            }).unwrap();
            slim.process(&wire.take().concat());
            let mut told = Vec::new();
            CrosstermBackend::new(&mut told).draw(blank.diff(&next).into_iter()).unwrap();
            let mut stock = vt100::Parser::new(sized(next.area.height), sized(next.area.width), 0);
            stock.process(&told);
            for y in 0..next.area.height {
                for x in 0..next.area.width {
                    let (a, b) = (seen(slim.screen(), x, y), seen(stock.screen(), x, y));
                    prop_assert_eq!(a, b, "frame {}, column {}, row {}", index, x, y);
                }
            }
        }
    }
}
