//! What goes to standard output. A reader that has gone is no error (`signoff list | head`), so nothing
//! here panics as `println!` would.

use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use super::failure::Failure;
use crate::domain::untrusted::{Untrusted, escaped_json, still_safe};

/// Writes to standard output.
pub fn print(text: &str) -> Result<(), Failure> {
    print_bytes(text.as_bytes())
}

/// Writes to standard output what is to stay as it is; it has to be made sure that it is no terminal.
pub fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(bytes).and_then(|()| out.flush());
    written.map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::ReaderGone,
        _ => Failure::because("could not write to standard output", &error),
    })
}

/// Writes a text that somebody else wrote: to a terminal in lines that obey nobody, to a program as it is.
pub fn print_text(text: &Untrusted) -> Result<(), Failure> {
    let text = match io::stdout().is_terminal() {
        true => text.plain(),
        false => text.raw_for_execution().to_owned(),
    };
    match text.ends_with('\n') {
        true => print(&text),
        false => print(&format!("{text}\n")),
    }
}

/// Writes an object of the API as JSON.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::because("could not write the answer as JSON", &error))?;
    print(&format!("{}\n", escaped_json(&text)))
}

/// Writes an object as one line of JSON.
pub fn print_json_line(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::because("could not write the answer as JSON", &error))?;
    print(&format!("{}\n", escaped_json(&text)))
}

/// Says something beside the result, in characters that can be seen, whatever it names. When nobody listens to
/// standard error, nobody is told.
pub fn note(text: &str) {
    let _nobody_listens = writeln!(io::stderr().lock(), "{}", still_safe(text));
}

/// How wide lines may be; nothing when standard output isn't a terminal.
pub fn width() -> Option<usize> {
    if io::stdout().is_terminal() {
        terminal_width()
    } else {
        None
    }
}

/// How wide the terminal is, if there is one.
pub fn terminal_width() -> Option<usize> {
    let (columns, _rows) = crossterm::terminal::size().ok()?;
    Some(usize::from(columns)).filter(|columns| *columns > 0)
}
