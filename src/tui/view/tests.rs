//! Pictures of the screen, with styles. What is drawn comes from `update` alone, as it does in the loop.

mod bell;
mod export;
mod filter;
mod footer;
mod form;
mod kinds;
mod marks;
mod pages;
mod palette;
mod proof;
mod reviewed;
mod sample;
mod steady;

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Rect, Size};
use ratatui::style::{Color, Modifier};
use serde_json::{Value, json};

use crate::api::settings::Choice;
use crate::domain::people::Role;
use crate::tui::event::{Answer, Event, Stream};
use crate::tui::sample::{Desk, decided, id, queue, request};
use crate::tui::state::settings::section::Side;
use crate::tui::theme::{Depth, GlyphSet, Palette, Theme};

use super::draw;

fn dark() -> Theme {
    Theme::new(Palette::CalmDark, Depth::Truecolor, GlyphSet::Unicode)
}

fn mono() -> Theme {
    Theme::new(Palette::CalmDark, Depth::Mono, GlyphSet::Unicode)
}

fn drawn(desk: &Desk, theme: &Theme) -> Buffer {
    let size = desk.state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    draw(&desk.state, theme, &mut buffer);
    buffer
}

/// The text alone, a row a line.
fn text(desk: &Desk, theme: &Theme) -> String {
    let buffer = drawn(desk, theme);
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let _infallible = writeln!(out, "{}", row_text(&buffer, y).trim_end());
    }
    out
}

/// The text, and under it for each row where which style stands.
fn picture(desk: &Desk, theme: &Theme) -> String {
    let buffer = drawn(desk, theme);
    let mut out = text(desk, theme);
    for y in 0..buffer.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buffer.area.width {
            let style = style_of(&buffer[(x, y)]);
            match runs.last_mut() {
                Some((_, end, last)) if *last == style => *end = x,
                _ => runs.push((x, x, style)),
            }
        }
        runs.retain(|(_, _, style)| !style.is_empty());
        let runs: Vec<String> = runs
            .into_iter()
            .map(|(start, end, style)| format!("{start}-{end} {style}"))
            .collect();
        if !runs.is_empty() {
            let _infallible = writeln!(out, "{y:>2}: {}", runs.join(", "));
        }
    }
    out
}

fn row_text(buffer: &Buffer, y: u16) -> String {
    let mut text = String::new();
    let mut x = 0;
    while x < buffer.area.width {
        let symbol = buffer[(x, y)].symbol();
        text.push_str(symbol);
        x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).unwrap_or(1);
    }
    text
}

fn style_of(cell: &Cell) -> String {
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", cell.bg.to_string().to_lowercase()));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::REVERSED, "reverse"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.to_owned());
        }
    }
    words.join(" ")
}

#[test]
fn pending_at_120x36() {
    let desk = Desk::new(120, 36, queue());
    insta::assert_snapshot!("pending_120x36_dark", picture(&desk, &dark()));
    insta::assert_snapshot!("pending_120x36_mono", picture(&desk, &mono()));
}

#[test]
fn pending_at_80x24() {
    let desk = Desk::new(80, 24, queue());
    insta::assert_snapshot!("pending_80x24_dark", picture(&desk, &dark()));
    insta::assert_snapshot!("pending_80x24_mono", picture(&desk, &mono()));
}

#[test]
fn pending_at_40x12() {
    let mut desk = Desk::new(40, 12, queue());
    insta::assert_snapshot!("pending_40x12_dark", picture(&desk, &dark()));
    insta::assert_snapshot!("pending_40x12_mono", picture(&desk, &mono()));
    desk.keys("enter");
    insta::assert_snapshot!("pending_40x12_detail", picture(&desk, &dark()));
}

#[test]
fn hostile_parameters_at_120x36() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("j");
    insta::assert_snapshot!("hostile_120x36", picture(&desk, &dark()));
}

#[test]
fn small_screens() {
    for (width, height) in [(30, 8), (29, 8), (30, 7), (5, 1)] {
        let desk = Desk::new(width, height, queue());
        insta::assert_snapshot!(format!("small_{width}x{height}"), text(&desk, &dark()));
    }
}

#[test]
fn the_question_before_a_grave_approval() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d a");
    insta::assert_snapshot!("confirm_80x24", picture(&desk, &dark()));
    insta::assert_snapshot!("confirm_80x24_mono", picture(&desk, &mono()));
}

/// Everything that a plan with more than one voice has to say, and what a yes to it does.
#[test]
fn a_request_that_two_must_approve_and_one_changed() {
    let params = json!({"to": "pat@partner.example", "amount": 120});
    let in_force = request(1, "", &params, json!({"action": "payment.send"})).digest;
    let digest = in_force.to_string();
    let vote = |more: Value| {
        let mut vote = json!({"by": "lee", "decision": "approve", "digest": digest, "plan": 1, "reason": null,
                              "notify_agent": false, "remember": "once", "at": "2026-11-20T13:59:00Z"});
        vote.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        vote
    };
    let payment = request(
        1,
        "pay 120 to pat@partner.example",
        &params,
        json!({
            "action": "payment.send",
            "risk": {"level": "high", "reasons": []},
            "original": {"params": {"to": "pat@partner.example", "amount": 1200}, "digest": digest},
            "edited_by": ["lee"],
            "review": {"resolver": "role:admin", "reviewers": ["dana", "lee", "rita"], "needed": 3, "given": 1,
                       "plan": 2, "fallback_at": "2026-11-20T14:20:00Z", "separate": true,
                       "guidance": "Two people see every payment.",
                       "stages": [
                           {"resolver": "role:admin", "reviewers": ["dana", "lee", "rita"], "open": true, "skipped": null},
                           {"resolver": "group:finance", "reviewers": ["ben"], "open": false, "skipped": null}]},
            "decisions": [
                vote(json!({"counts": false})),
                vote(json!({"by": "rita", "stands_for": "sam", "reason": "as agreed with sam"}))],
        }),
    );
    let mut desk = Desk::new(80, 36, vec![payment]);
    insta::assert_snapshot!("quorum_80x36", text(&desk, &dark()));
    desk.keys("enter ctrl-d a");
    let asked = text(&desk, &dark());
    assert!(
        asked.contains("Yours is one of 3 approvals; with the last, billing-bot may run it once."),
        "{asked}"
    );
}

#[test]
fn the_reason_for_a_rejection() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("j j r");
    desk.type_in("wrong list, see wiki");
    insta::assert_snapshot!("reason_80x24", picture(&desk, &dark()));
    desk.keys("ctrl-u enter");
    insta::assert_snapshot!("reason_asked_again", text(&desk, &dark()));
}

#[test]
fn an_approval_that_would_last_is_on_the_screen_wherever_it_can_be_given() {
    for (width, height) in [(120, 36), (110, 30), (80, 24), (60, 16), (40, 12), (30, 8)] {
        for always in [false, true] {
            let mut desk = Desk::new(width, height, queue());
            desk.keys("j j enter m");
            let mut words = "remember this conversation";
            if always {
                desk.keys("m");
                words = "remember always";
            }
            let screen = text(&desk, &dark());
            assert!(screen.contains(words), "{width}x{height}\n{screen}");
        }
    }
}

#[test]
fn the_end_of_a_long_reason_stays_on_the_screen() {
    let mut desk = Desk::new(40, 12, queue());
    desk.keys("j j enter r");
    desk.event(Event::Paste("0123456789".repeat(9) + " the end"));
    let screen = text(&desk, &dark());
    let last = screen.lines().last();
    assert_eq!(last, Some(" Reason  901234567890123456789 the end"));
}

#[test]
fn help() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("?");
    insta::assert_snapshot!("help_80x24", picture(&desk, &dark()));
    desk.keys("G");
    insta::assert_snapshot!("help_80x24_end", text(&desk, &dark()));
}

#[test]
fn why() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("w");
    let rung = |name: &str, answer: &str, text: &str| json!({"rung": name, "answer": answer, "rule": null, "text": text});
    let why = json!({
        "rungs": [
            rung("off", "pass", "agent, integration and action are enabled"),
            rung("blocked", "pass", "no rule denies it"),
            rung("ask", "ask", "email.send needs approval"),
            rung("own_opt_in", "not_asked", "the action is locked"),
        ],
        "verdict": {"effect": "ask", "rung": "ask", "rule": null, "text": "email.send needs approval"},
        "would_have_been": null,
    });
    let why = serde_json::from_value(why).unwrap();
    desk.event(Event::Answer(Answer::Why(id(1), Ok(Box::new(why)))));
    insta::assert_snapshot!("why_80x24", picture(&desk, &dark()));
}

#[test]
fn where_no_gate_answers_it_is_said_why_and_what_to_do() {
    let mut out = String::new();
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::offline(width, height, queue());
        assert!(text(&desk, &dark()).contains("connecting …"));
        let why = "the gate at http://127.0.0.1:1 can't be reached: Connection refused";
        desk.event(Event::Stream(Stream::Lost(why.to_owned())));
        let _infallible = writeln!(out, "{}", text(&desk, &dark()));
    }
    insta::assert_snapshot!("unreachable", out);
}

#[test]
fn an_empty_inbox_says_what_to_do() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let desk = Desk::new(width, height, Vec::new());
        insta::assert_snapshot!(format!("empty_{width}x{height}"), text(&desk, &dark()));
    }
    let mut desk = Desk::new(40, 12, Vec::new());
    desk.state.program = "signoff --url http://a-gate-with-a-long-name.example:8700".to_owned();
    insta::assert_snapshot!("empty_40x12_long", text(&desk, &dark()));
}

#[test]
fn what_became_of_it_is_said_where_it_stands() {
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("j j");
    desk.decide_elsewhere(3, "rejected");
    insta::assert_snapshot!("decided_elsewhere", text(&desk, &dark()));
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("j j ctrl-d ctrl-d ctrl-d a");
    insta::assert_snapshot!("sending", text(&desk, &dark()));
    desk.answer_decision();
    insta::assert_snapshot!("approved", text(&desk, &dark()));
    desk.disconnect();
    desk.wait(5_000);
    insta::assert_snapshot!("reconnecting", text(&desk, &dark()));
}

#[test]
fn history() {
    let mut desk = Desk::new(120, 36, decided());
    desk.keys("2");
    insta::assert_snapshot!("history_120x36_dark", picture(&desk, &dark()));
    desk.keys("j");
    insta::assert_snapshot!("history_120x36_mono", picture(&desk, &mono()));
    desk.keys("k enter");
    insta::assert_snapshot!("history_120x36_opened", picture(&desk, &dark()));
    for (width, height) in [(80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, decided());
        desk.keys("2");
        let name = format!("history_{width}x{height}_dark");
        insta::assert_snapshot!(name, picture(&desk, &dark()));
    }
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("2");
    insta::assert_snapshot!("history_empty_80x24", text(&desk, &dark()));
}

#[test]
fn what_became_of_each() {
    let mut desk = Desk::new(80, 24, decided());
    desk.keys("2");
    let mut out = String::new();
    for _ in decided() {
        let screen = text(&desk, &dark());
        let record = screen.lines().skip(14).take(8);
        let _infallible = writeln!(out, "{}\n", record.collect::<Vec<_>>().join("\n"));
        desk.keys("j");
    }
    insta::assert_snapshot!("history_records", out);
}

#[test]
fn settings_of_an_admin() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("3 G k k");
    insta::assert_snapshot!("settings_120x36_dark", picture(&desk, &dark()));
    insta::assert_snapshot!("settings_120x36_mono", picture(&desk, &mono()));
    desk.keys("space");
    insta::assert_snapshot!("settings_120x36_prepared", picture(&desk, &dark()));
    desk.keys("s");
    insta::assert_snapshot!("settings_120x36_saving", text(&desk, &dark()));
    for (width, height) in [(80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys("3 enter G k");
        let name = format!("settings_{width}x{height}_dark");
        insta::assert_snapshot!(name, picture(&desk, &dark()));
        desk.keys("space");
        let name = format!("settings_{width}x{height}_prepared");
        insta::assert_snapshot!(name, picture(&desk, &dark()));
    }
}

#[test]
fn the_settings_scroll_to_their_last_row() {
    for (width, height) in [(120, 20), (80, 16), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.known
            .preferences
            .retain(|chosen| matches!(chosen.choice, Choice::Always {}));
        desk.keys("3");
        desk.state.settings.side = Some(Side::Page);
        desk.keys("G");
        let screen = text(&desk, &dark());
        assert!(screen.contains("none; approving with"), "{screen}");
        assert!(!screen.contains(" more "), "{screen}");
    }
}

#[test]
fn what_is_cut_has_a_mark() {
    let mut long = queue().remove(2);
    long.action = "slack.send_message_to_all".parse().unwrap();
    let desk = Desk::new(80, 24, vec![long]);
    let screen = text(&desk, &dark());
    assert!(screen.contains(" slack.send_mes… "), "{screen}");
}

#[test]
fn settings_of_a_member() {
    for (width, height) in [(120, 36), (80, 24)] {
        let mut desk = Desk::new(width, height, queue());
        desk.connect_as(Role::Member);
        desk.keys("3");
        desk.state.settings.side = Some(Side::Page);
        desk.keys("j j j j j j");
        let name = format!("settings_{width}x{height}_member");
        insta::assert_snapshot!(name, picture(&desk, &dark()));
    }
}

#[test]
fn ascii_glyphs_are_ascii() {
    let theme = Theme::new(Palette::CalmDark, Depth::Mono, GlyphSet::Ascii);
    let mut plain = queue();
    plain.truncate(1);
    let mut desk = Desk::new(120, 36, plain);
    for (tab, size) in [
        ("1", (120, 36)),
        ("1", (80, 24)),
        ("2", (80, 24)),
        ("3", (80, 24)),
    ] {
        desk.event(Event::Resize(size.into()));
        desk.keys(tab);
        let screen = text(&desk, &theme);
        let ours = |c: &char| !c.is_ascii() && !['…', '“', '”'].contains(c);
        // The conversation is named by its agent.
        let beyond: String = screen
            .lines()
            .filter(|row| !row.contains("Hooli"))
            .flat_map(str::chars)
            .filter(ours)
            .collect();
        assert_eq!(beyond, "", "{screen}");
    }
}

#[test]
fn no_size_panics_and_the_first_screen_shows_what_counts() {
    for width in (0..150).step_by(7) {
        for height in (0..50).step_by(3) {
            let mut desk = Desk::new(width, height, queue());
            for keys in [
                "enter", "?", "esc", "r", "esc", "j", "a", "2", "enter", "j", "esc", "3", "j",
                "space",
            ] {
                desk.keys(keys);
                drawn(&desk, &dark());
            }
        }
    }
    let desk = Desk::new(80, 24, queue());
    let screen = text(&desk, &dark());
    for counts in [
        "jane.doe@acme.example",
        "legal@acme.example",
        "Your 2026 renewal quote",
        "Hi Jane,",
    ] {
        assert!(screen.contains(counts), "{counts}\n{screen}");
    }
}

#[test]
fn help_never_drops_out_of_the_footer() {
    for width in 30..150 {
        let desk = Desk::new(width, 20, queue());
        let screen = text(&desk, &dark());
        assert!(screen.trim_end().ends_with("? help"), "{width}\n{screen}");
    }
}

#[test]
fn the_chrome_stands_in_the_same_cells_whatever_an_agent_sends() {
    let size = Size {
        width: 120,
        height: 36,
    };
    let column = |desk: &Desk| {
        let buffer = drawn(desk, &dark());
        let x = desk.state.layout().divider.x;
        let column: Vec<String> = (0..size.height)
            .map(|y| buffer[(x, y)].symbol().to_owned())
            .collect();
        column
    };
    let harmless = Desk::new(size.width, size.height, queue());
    let mut hostile = Desk::new(size.width, size.height, queue());
    hostile.keys("j");
    assert_eq!(column(&harmless), column(&hostile));
}

#[test]
fn history_and_settings_show_nothing_hidden_as_it_is() {
    let hidden = |char: char| {
        char.is_control()
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut gate = decided();
    gate.extend(queue());
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, gate.clone());
        desk.decide_elsewhere(2, "rejected");
        desk.keys("2 G");
        for keys in ["enter", "G", "esc", "k", "enter", "3", "G", "enter"] {
            desk.keys(keys);
            let screen = text(&desk, &dark());
            let found: Vec<char> = screen
                .lines()
                .flat_map(str::chars)
                .filter(|c| hidden(*c))
                .collect();
            assert!(found.is_empty(), "{keys}: {found:?}\n{screen}");
        }
    }
}
