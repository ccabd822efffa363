//! Nothing waits: why, and what to do next. Commands to paste, from a shell and over HTTP, and the sample.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr as _;

use crate::tui::action::ActionId;
use crate::tui::state::layout::Layout;
use crate::tui::state::{State, words};
use crate::tui::theme::Theme;
use crate::tui::widget::line;

use super::{inside, row};

/// Rows from which on there is room between things.
const ROOMY: u16 = 12;

/// Some rows, all in one style.
type Part = (Vec<String>, Style);

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = inside(layout.body, 2);
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let roomy = area.height >= ROOMY;
    let mut parts = first_steps(state, theme, width, height, roomy);
    // The least needed goes first where there is no room for all.
    let mut rest = further_steps(state, theme, width);
    while length(&parts) + rest.iter().map(|more| length(more)).sum::<usize>() > height {
        if rest.pop().is_none() {
            break;
        }
    }
    parts.extend(rest.into_iter().flatten());
    let rows = parts.into_iter().flat_map(|(rows, style)| {
        let styled = move |text| (text, style);
        rows.into_iter().map(styled)
    });
    for (index, (text, style)) in rows.enumerate() {
        if let Some(area) = row(area, index) {
            line::left(vec![Span::styled(text, style)], area, buffer);
        }
    }
}

fn length(parts: &[Part]) -> usize {
    parts.iter().map(|(rows, _)| rows.len()).sum()
}

/// A first request from a shell.
fn first_steps(
    state: &State,
    theme: &Theme,
    width: usize,
    height: usize,
    roomy: bool,
) -> Vec<Part> {
    let blank = || (vec![String::new()], theme.text());
    let dim = |words: &str| (vec![words.to_owned()], theme.dim());
    let mut parts = Vec::new();
    if roomy {
        parts.push(blank());
    }
    let waits = match state.pending.list.put_off {
        0 => "Nothing waits.".to_owned(),
        more => format!("Nothing waits but {} put off.", words::grouped(more)),
    };
    parts.push((vec![waits], theme.title()));
    if state.pending.list.put_off > 0 {
        let filter = state.keymap.key(ActionId::Filter);
        parts.push(dim(&format!("{filter} put:off lists what you put off.")));
    }
    parts.push(blank());
    if roomy {
        parts.push(dim(match width {
            40.. => "What agents ask appears here at once.",
            _ => "What agents ask appears here.",
        }));
    }
    let before = parts.len();
    parts.push(dim("Ask something in a second terminal:"));
    if roomy {
        parts.push(blank());
    }
    let command = first_request(&state.program, width);
    let fits = command.iter().all(|line| line.width() <= width);
    if fits && length(&parts) + command.len() <= height {
        parts.push((command, theme.text()));
        return parts;
    }
    parts.truncate(before);
    let words = [
        "signoff request --help says how,",
        "and the README has a first request.",
    ];
    parts.push((words.map(str::to_owned).to_vec(), theme.text()));
    parts
}

/// The sample, and a first request over HTTP.
fn further_steps(state: &State, theme: &Theme, width: usize) -> Vec<Vec<Part>> {
    let blank = || (vec![String::new()], theme.text());
    let dim = |words: &str| (vec![words.to_owned()], theme.dim());
    let mut rest = Vec::new();
    if state.why_not_sample().is_none() {
        let key = state.keymap.keys(ActionId::Sample).next();
        let key = key.map_or_else(String::new, |key| key.to_string());
        let words = match width {
            60.. => format!(
                "{key} shows a sample: a small company's agents at work. Nothing of it stays."
            ),
            _ => format!("{key} shows a sample: agents at work."),
        };
        rest.push(vec![blank(), (vec![words], theme.text())]);
    }
    let request = over_http(state, width);
    if let Some(request) = request.filter(|lines| lines.iter().all(|line| line.width() <= width)) {
        let heading = match state.agent_token {
            Some(_) => "Or over HTTP, as a program does:",
            None => "Or over HTTP, with an agent's token in SIGNOFF_TOKEN:",
        };
        rest.push(vec![
            blank(),
            dim(heading),
            blank(),
            (request, theme.text()),
        ]);
    }
    rest
}

/// The same request over HTTP, once it is known where the gate is.
fn over_http(state: &State, width: usize) -> Option<Vec<String>> {
    let url = format!("{}/v1/requests", state.address.as_ref()?);
    let token = match &state.agent_token {
        Some(file) => format!("$(cat {file})"),
        None => "$SIGNOFF_TOKEN".to_owned(),
    };
    let params = r#"{"action":"email.send","params":{"to":"pat@partner.example"}}"#;
    let whole = vec![
        format!("curl -sS {url} \\"),
        format!("  -H \"authorization: Bearer {token}\" \\"),
        "  -H content-type:application/json \\".to_owned(),
        format!("  -d '{params}'"),
    ];
    if whole.iter().all(|line| line.width() <= width) {
        return Some(whole);
    }
    // A line end after a backslash is none within double quotes either, and between the members of an
    // object it is none to JSON.
    Some(vec![
        "curl -sS \\".to_owned(),
        format!("{url} \\"),
        "  -H \"authorization: Bearer \\".to_owned(),
        format!("{token}\" \\"),
        "  -H content-type:application/json \\".to_owned(),
        r#"  -d '{"action":"email.send","#.to_owned(),
        r#"  "params":{"#.to_owned(),
        r#"  "to":"pat@partner.example"}}'"#.to_owned(),
    ])
}

/// A command that can be pasted as it stands, in as many lines as the width needs: a line end after a
/// backslash is none to a shell, and between the members of an object none to JSON.
fn first_request(program: &str, width: usize) -> Vec<String> {
    let members = [
        r#"{"to":"pat@partner.example","#,
        r#""subject":"Hello","#,
        r#""body":"Hi Pat"}"#,
    ];
    let params = members.concat();
    let whole = format!("{program} request --action email.send --params '{params}' --wait");
    if whole.width() <= width {
        return vec![whole];
    }
    let last = format!("  --params '{params}'");
    let mut lines = wrapped(&format!("{program} request --wait"), width);
    if last.len() <= width {
        lines.push("  --action email.send \\".to_owned());
        lines.push(last);
    } else {
        lines.push("  --action email.send --params '".to_owned());
        lines.extend(members.map(|member| format!("  {member}")));
        if let Some(last) = lines.last_mut() {
            last.push('\'');
        }
    }
    lines
}

/// The beginning of a command, in lines that each say that it goes on.
fn wrapped(command: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in shell_words(command) {
        let goes_on = line.width() + 1 + word.width() + " \\".len();
        if !line.is_empty() && goes_on > width {
            lines.push(std::mem::replace(&mut line, " ".to_owned()) + " \\");
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line + " \\");
    lines
}

/// The words of a command as they are written: a blank between quotes parts none.
fn shell_words(command: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    command.split(move |char: char| {
        quoted ^= char == '\'' && !escaped;
        escaped = char == '\\' && !quoted && !escaped;
        char == ' ' && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_in_lines_that_a_shell_reads_as_one() {
        let program = "/opt/a/long/path/of/tools/signoff --home '/srv/my tools/it'\\''s' \
                       --url http://gate.example:8700";
        let lines = first_request(program, 60);
        assert!(lines.iter().all(|line| line.width() <= 60), "{lines:?}");
        let beginning: String = lines
            .iter()
            .map_while(|line| line.strip_suffix('\\'))
            .map(str::trim_start)
            .collect();
        assert_eq!(beginning, format!("{program} request --wait "), "{lines:?}");
        assert!(lines.last().is_some_and(|line| line.ends_with('\'')));
    }
}
