//! The pictures in the README, from a real run: `cargo build && cargo run --example pictures` starts the
//! sample of the program that was built in a terminal of its own, presses the keys that a reviewer would
//! press, and writes what is on the screen to `assets/*.svg`.

#[path = "../tests/support/pty.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod pty;

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use pty::Terminal;

const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 18.0;
const BACKGROUND: &str = "#14171a";
const TEXT: &str = "#d6dade";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let program = std::env::current_exe()?;
    let program = program
        .ancestors()
        .nth(2)
        .map(|target| target.join("signoff"));
    let program = program
        .filter(|path| path.exists())
        .ok_or("build the binary first: cargo build")?;
    let home = tempfile::tempdir()?;
    let start = |size| Terminal::start(&program, home.path(), &["--sample"], size, "truecolor");

    let mut wide = start((120, 36));
    wide.wait_for("Needs you");
    wide.insist("j", "Hi Jane");
    draw(&wide, "pending-120x36")?;

    let mut narrow = start((80, 24));
    narrow.wait_for("Needs you");
    narrow.insist("j", "jane.doe@acme.example  1 of 2");
    draw(&narrow, "pending-80x24")?;
    wide.insist("2", "Decided by");
    wide.wait_for("failed");
    draw(&wide, "history-120x36")?;
    wide.insist("3", "browser.visit");
    // The last page of actions has the one that was unlocked.
    wide.insist("G", "slack.send_message");
    draw(&wide, "settings-120x36")?;
    for inbox in [&mut wide, &mut narrow] {
        inbox.send("q");
        inbox.wait_for_end();
    }
    Ok(())
}

fn draw(terminal: &Terminal, name: &str) -> Outcome<()> {
    settle(terminal);
    let picture = terminal.look(svg);
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", &format!("{name}.svg")]
        .iter()
        .collect();
    std::fs::write(path, picture)?;
    Ok(())
}

/// Waits until nothing has changed on the screen for a moment, so that a picture isn't of half a frame.
fn settle(terminal: &Terminal) {
    let mut last = terminal.screen();
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_millis(400) {
        std::thread::sleep(Duration::from_millis(40));
        let now = terminal.screen();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

fn svg(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let width = f32::from(cols) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows {
        let mut col = 0;
        while col < cols {
            col = draw_run(&mut svg, screen, row, col);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws the cells from this one on that look alike, and gives the column after them.
fn draw_run(svg: &mut String, screen: &vt100::Screen, row: u16, first: u16) -> u16 {
    let cols = screen.size().1.get();
    let style = style(screen, row, first);
    let mut text = String::new();
    let mut col = first;
    while col < cols && self::style(screen, row, col) == style {
        let contents = screen.cell(row, col).map_or("", vt100::Cell::contents);
        text.push_str(if contents.is_empty() { " " } else { contents });
        col += 1;
    }
    let (x, y) = (
        MARGIN + f32::from(first) * CELL.0,
        MARGIN + f32::from(row) * CELL.1,
    );
    let wide = f32::from(col - first) * CELL.0;
    if let Some(background) = &style.background {
        writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{background}\"/>", CELL.1)
            .expect("a string takes everything");
    }
    if !text.trim().is_empty() {
        let weight = if style.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{}\"{weight} textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{}</text>",
            y + 13.5,
            style.text,
            text.replace('&', "&amp;").replace('<', "&lt;")
        )
        .expect("a string takes everything");
    }
    col
}

#[derive(PartialEq)]
struct Style {
    text: String,
    background: Option<String>,
    bold: bool,
}

fn style(screen: &vt100::Screen, row: u16, col: u16) -> Style {
    let Some(cell) = screen.cell(row, col) else {
        return Style {
            text: TEXT.to_owned(),
            background: None,
            bold: false,
        };
    };
    let colour = |colour| match colour {
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        _ => None,
    };
    let (text, background) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    Style {
        text: text.unwrap_or_else(|| TEXT.to_owned()),
        background,
        bold: cell.bold(),
    }
}
