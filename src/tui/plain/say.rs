//! The state in words, a line for each thing. What a sign or a colour says on the screen is a word here, and
//! every row of an agent's text has a mark before it that no text can produce at the edge.

use unicode_width::UnicodeWidthStr as _;

use crate::api::request::Request;
use crate::domain::untrusted::{Line, Piece, Untrusted};
use crate::tui::state::document::Row;
use crate::tui::state::{State, words};

/// Before each row of what an agent wrote.
const QUOTED: &str = "> ";
/// Before what a line goes on with.
const GOES_ON: &str = "    ";
/// The longest headline in a list.
const HEADLINE: usize = 160;

/// One request of a list.
pub fn item(state: &State, number: usize, request: &Request) -> String {
    let headline = headline(request);
    let left = match request.expires_at {
        None => "no limit".to_owned(),
        Some(at) => format!("{} left", words::long(at.since(state.now.wall))),
    };
    let waits = if request.waiting {
        " The agent waits."
    } else {
        ""
    };
    format!(
        "{number}. {} risk. {headline}. From {}, {left}.{waits}",
        capitalised(request.risk.level.word()),
        request.agent,
    )
}

/// A sentence of it, which ends where the next one begins.
fn headline(request: &Request) -> String {
    let text = text(&request.headline.one_line(HEADLINE).pieces);
    text.trim_end_matches('.').to_owned()
}

/// What is over.
pub fn past(state: &State, request: &Request) -> String {
    let headline = headline(request);
    let ended = state
        .ended(request)
        .unwrap_or_else(|| request.status.word().to_owned());
    let ended = text(&Untrusted::from(ended).one_line(HEADLINE).pieces);
    format!("{headline}. From {}: {ended}.", request.agent)
}

/// The rows of a document: labels of ours with a colon, everything else quoted.
pub fn rows(rows: &[Row]) -> Vec<String> {
    let mut lines = Vec::new();
    // A field of several values has its label before the first; each of them is read out with it.
    let mut labelled = "";
    for row in rows {
        let (key, words) = (text(&row.key), text(&row.pieces));
        if !row.gutter && (words.is_empty() || !row.label.is_empty()) {
            labelled = row.label;
        }
        let label = if row.gutter { row.label } else { labelled };
        let key = match key.as_str() {
            "+ " => "added: ",
            "- " => "removed: ",
            key => key,
        };
        let indent = " ".repeat(if row.gutter { row.indent } else { 0 });
        let line = match (label, row.gutter) {
            ("", true) => format!("{QUOTED}{indent}{key}{words}"),
            ("", false) => format!("{key}{words}"),
            (label, _) => format!("{label}: {key}{words}"),
        };
        if !line.trim().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// Pieces as text; what they stand for is in their words already.
pub fn text(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::text).collect()
}

/// A text of ours with an agent's words in it, safe for a line.
pub fn line(words: impl Into<String>) -> String {
    Untrusted::from(words.into()).plain_line()
}

/// A line in rows no longer than the terminal's own; where it goes on, it is indented. What the terminal broke
/// by itself would begin at the edge, where only our own lines do.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    if line.width() <= width {
        return vec![line.to_owned()];
    }
    let room = width.saturating_sub(GOES_ON.len()).max(1);
    let rows = Untrusted::from(line).lines(room).into_iter().enumerate();
    let row = |(index, row): (usize, Line)| match index {
        0 => text(&row.pieces),
        _ => format!("{GOES_ON}{}", text(&row.pieces)),
    };
    rows.map(row).collect()
}

pub fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}
