//! Pictures of the pages of the settings: each on a wide, a usual and a narrow screen, with and without
//! colours.

use std::fmt::Write as _;

use crate::domain::people::Role;
use crate::tui::event::{Answer, Event};
use crate::tui::look::Look;
use crate::tui::sample::{Desk, POLICY, queue, replayed};
use crate::tui::state::settings::Proof;
use crate::tui::state::settings::section::{Section, Side};
use crate::tui::state::settings::trial::Tried;

use super::{dark, mono, picture, text};

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 12)];

/// An inbox on this page.
fn at(section: Section, size: (u16, u16)) -> Desk {
    let mut desk = Desk::new(size.0, size.1, queue());
    desk.state.settings.side = Some(Side::Menu);
    desk.state.look = Some(Look::default());
    desk.keys("3");
    while desk.state.settings.section != section {
        desk.keys("j");
    }
    desk.keys("enter");
    desk
}

/// The pictures at every size, after these keys.
fn pictures(section: Section, keys: &str) -> String {
    let mut out = String::new();
    for size in SIZES {
        let mut desk = at(section, size);
        if !keys.is_empty() {
            desk.keys(keys);
        }
        let (width, height) = size;
        let _infallible = writeln!(out, "{width}x{height}, dark\n{}", picture(&desk, &dark()));
        let _infallible = writeln!(out, "{width}x{height}, mono\n{}", picture(&desk, &mono()));
    }
    out
}

#[test]
fn every_page_is_drawn_at_every_size() {
    for (section, name, keys) in [
        (Section::Notifications, "notifications", "j space"),
        (Section::Away, "away", ""),
        (Section::Integrations, "integrations", "j"),
        (Section::Rules, "rules", ""),
        (Section::Patterns, "patterns", "j space"),
        (Section::Agents, "agents", "j j space"),
        (Section::Agents, "agent", "G enter"),
        (Section::Modes, "modes", "j"),
        (Section::People, "people", ""),
        (Section::Tokens, "tokens", "G x"),
        (Section::Audit, "audit", "j"),
        (Section::Appearance, "appearance", "j j enter"),
        (Section::Keys, "keys", "G"),
    ] {
        let name = format!("page_{name}");
        insta::assert_snapshot!(name, pictures(section, keys));
    }
}

#[test]
fn the_keys_are_there_from_the_first_to_the_last() {
    let mut desk = at(Section::Keys, (80, 24));
    assert!(text(&desk, &dark()).contains("  Moves one row down"));
    desk.keys("G");
    let screen = text(&desk, &dark());
    assert!(
        screen.contains("▌ Leaves the inbox from anywhere"),
        "{screen}"
    );
    assert!(screen.contains("leave = [\"ctrl-c\"]"), "{screen}");
    assert!(
        screen.contains("Leaves the inbox from anywhere."),
        "{screen}"
    );
}

#[test]
fn the_menu_is_a_page_where_there_is_no_room_beside_another() {
    let mut out = String::new();
    for (width, height) in [(80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, queue());
        desk.keys("3 j j j");
        let _infallible = writeln!(out, "{}", picture(&desk, &dark()));
    }
    insta::assert_snapshot!("page_menu", out);
}

#[test]
fn a_page_that_a_role_does_not_see_says_why_and_its_keys_are_dim() {
    let mut out = String::new();
    for section in [Section::Tokens, Section::Agents] {
        let mut desk = at(section, (80, 24));
        desk.connect_as(Role::Member);
        desk.wait(500);
        let _infallible = writeln!(out, "{}", picture(&desk, &dark()));
    }
    insta::assert_snapshot!("page_member", out);
}

#[test]
fn what_is_typed_on_a_page_is_shown_as_a_change_before_it_is_saved() {
    let mut out = String::new();
    for (section, keys, typed) in [
        (Section::Away, "enter", "7d ben"),
        (Section::Tokens, "n", "agent:outreach free/*"),
        (Section::People, "j enter", "manager"),
    ] {
        let mut desk = at(section, (80, 24));
        desk.keys(keys);
        desk.type_in(typed);
        let _infallible = writeln!(out, "{}", text(&desk, &dark()));
        desk.keys("enter");
        let _infallible = writeln!(out, "{}", text(&desk, &dark()));
    }
    insta::assert_snapshot!("page_typed", out);
}

#[test]
fn a_policy_is_seen_with_what_it_would_change_before_it_is_saved() {
    let mut out = String::new();
    for size in SIZES {
        let mut desk = at(Section::Rules, size);
        desk.keys("E");
        let changed = POLICY.replace("size(recipients) > 1", "size(recipients) > 3");
        let written = Answer::PolicyEdited(Ok(changed.clone()));
        desk.event(Event::Answer(written));
        let tried = Tried::Good {
            replayed: Box::new(replayed()),
            warnings: Vec::new(),
        };
        desk.event(Event::Answer(Answer::Tried(changed, Ok(tried))));
        let _infallible = writeln!(out, "{}", picture(&desk, &dark()));
        let _infallible = writeln!(out, "{}", picture(&desk, &mono()));
    }
    insta::assert_snapshot!("page_trial", out);
}

#[test]
fn what_is_wrong_with_a_policy_is_said_with_line_and_column() {
    let mut desk = at(Section::Rules, (80, 24));
    desk.keys("E");
    let broken = POLICY.replace("effect = \"deny\"", "effect = \"no\u{1b}[2J\"");
    desk.event(Event::Answer(Answer::PolicyEdited(Ok(broken.clone()))));
    let faults = serde_json::json!([{"line": 27, "column": 10, "text": "expected ask or deny"}]);
    let faults = serde_json::from_str(&faults.to_string()).unwrap();
    let tried = Answer::Tried(broken, Ok(Tried::Faulty(faults)));
    desk.event(Event::Answer(tried));
    insta::assert_snapshot!("page_faulty", picture(&desk, &dark()));
}

#[test]
fn a_log_that_was_read_says_what_came_of_it() {
    let mut out = String::new();
    for proof in [
        Proof::Good(18_402),
        Proof::Bad("entry 7 isn't what was hashed".to_owned()),
    ] {
        let mut desk = at(Section::Audit, (80, 24));
        desk.keys("v");
        assert_eq!(desk.policy.proofs, 1);
        desk.event(Event::Answer(Answer::Proven(proof)));
        let _infallible = writeln!(out, "{}", picture(&desk, &dark()));
    }
    insta::assert_snapshot!("page_proof", out);
}
