//! `:`, what can be done, found by typing: it does what its key does, and Enter decides nothing.

use crate::domain::people::Role;
use crate::domain::review::Word;
use crate::tui::action::{ACTIONS, ActionId};
use crate::tui::event::Event;
use crate::tui::sample::{Desk, email, id, queue};
use crate::tui::state::Tab;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::palette::{Command, Entry};
use crate::tui::state::settings::section::{Section, Side};

fn desk() -> Desk {
    Desk::new(120, 36, (1..=10).map(email).collect())
}

fn chosen(desk: &mut Desk, typed: &str) {
    desk.keys(":");
    desk.type_in(typed);
    desk.wait(400);
    desk.keys("enter");
}

fn entry(desk: &Desk, id: ActionId) -> Entry {
    let all = desk.state.commands("").into_iter();
    let mut of = all.filter(|entry| entry.command == Command::Act(id));
    of.next().unwrap_or_else(|| panic!("{id:?} isn't listed"))
}

#[test]
fn enter_asks_also_where_the_key_alone_would_approve() {
    let mut desk = desk();
    chosen(&mut desk, "approve");
    assert!(desk.sent.is_empty(), "Enter never approves");
    assert!(matches!(desk.state.overlay, Some(Overlay::Confirm(_))));
    desk.keys("enter");
    assert!(desk.sent.is_empty() && desk.state.overlay.is_none());

    chosen(&mut desk, "approve");
    desk.keys("y");
    let (decided, decide) = &desk.sent[0];
    assert_eq!((*decided, decide.decision), (id(1), Word::Approve));
    assert_eq!(decide.digest, Some(desk.gate[0].digest));
}

#[test]
fn what_is_chosen_happens_as_its_key_would_make_it_happen() {
    let mut desk = desk();
    chosen(&mut desk, "rej");
    assert!(matches!(desk.state.overlay, Some(Overlay::Reason(_))));
    desk.keys("esc");
    chosen(&mut desk, "last");
    assert_eq!(desk.focused(), Some(id(10)));
    chosen(&mut desk, "hist");
    assert_eq!(desk.state.tab, Tab::History);
    chosen(&mut desk, "quit");
    assert!(desk.left);
}

#[test]
fn what_a_key_is_called_in_the_footer_finds_it_too() {
    let desk = desk();
    for (typed, id) in [
        ("put off", ActionId::Snooze),
        ("put", ActionId::Snooze),
        ("answer", ActionId::Respond),
    ] {
        let found = desk.state.commands(typed);
        let of = |entry: &Entry| entry.command == Command::Act(id);
        assert!(found.iter().any(of), "{typed}: {found:?}");
    }
}

#[test]
fn a_page_of_the_settings_is_one_line_away() {
    let mut desk = Desk::new(80, 24, queue());
    chosen(&mut desk, "settings tokens");
    assert_eq!(desk.state.tab, Tab::Settings);
    assert_eq!(desk.state.settings.section, Section::Tokens);
    assert_eq!(desk.state.settings_side(), Side::Page);
}

#[test]
fn what_cannot_be_done_says_why_and_the_line_stays() {
    let mut desk = desk();
    desk.disconnect();
    let approve = entry(&desk, ActionId::Approve);
    assert_eq!(
        approve.why_not.as_deref(),
        Some("not connected: a decision needs the gate")
    );
    chosen(&mut desk, "approve");
    assert_eq!(desk.toast(), "not connected: a decision needs the gate");
    assert!(matches!(desk.state.overlay, Some(Overlay::Palette(_))));
    desk.keys("esc");

    desk.connect_as(Role::Member);
    let tokens = desk.state.commands("settings tokens").remove(0);
    assert_eq!(
        tokens.why_not.as_deref(),
        Some("only admins and owners see them")
    );
    assert_eq!(
        entry(&desk, ActionId::Save).why_not.as_deref(),
        Some("no change is prepared")
    );
    let all = desk.state.commands("");
    let rank = |entry: &Entry| (entry.elsewhere, entry.why_not.is_some());
    assert!(all.is_sorted_by_key(rank), "what is possible comes first");
}

#[test]
fn every_action_of_a_screen_is_listed_with_its_keys() {
    use crate::tui::action::Scope;
    let desk = desk();
    let screens = [
        Scope::Request,
        Scope::Record,
        Scope::Change,
        Scope::Setting,
        Scope::Sheet,
        Scope::List,
        Scope::Screen,
    ];
    let of_screens = ACTIONS.iter().filter(|action| {
        let on_one = action.scopes.iter().any(|scope| screens.contains(scope));
        on_one && action.id != ActionId::Palette
    });
    for action in of_screens {
        assert_eq!(entry(&desk, action.id).keys, action.keys.join(" "));
    }
}

#[test]
fn enter_saves_no_setting() {
    let mut desk = Desk::new(120, 36, queue());
    desk.keys("3 j space");
    assert!(desk.state.settings.prepared.is_some(), "{}", desk.toast());
    chosen(&mut desk, "save");
    assert!(desk.saves.is_empty());
    assert!(desk.state.settings.prepared.is_some(), "it stays prepared");
    assert_eq!(
        desk.toast(),
        "look at what would change: s saves it, Enter never does"
    );
    desk.keys("s");
    assert_eq!(desk.saves.len(), 1);
}

#[test]
fn a_paste_runs_nothing_and_leads_to_no_decision() {
    let mut desk = desk();
    desk.keys(":");
    desk.event(Event::Paste("approve\ny\n".to_owned()));
    desk.wait(3_000);
    assert!(matches!(desk.state.overlay, Some(Overlay::Palette(_))));
    desk.keys("esc");
    // The same from a terminal that doesn't mark pastes.
    desk.burst(": a p p r o v e enter y");
    desk.wait(3_000);
    assert!(matches!(desk.state.overlay, Some(Overlay::Palette(_))));
    desk.keys("esc");
    desk.keys(":");
    desk.burst("q u i t enter");
    desk.wait(3_000);
    assert!(!desk.left && desk.sent.is_empty());
    assert!(matches!(desk.state.overlay, Some(Overlay::Palette(_))));
}

#[test]
fn a_held_enter_runs_nothing_twice_and_decides_nothing() {
    let mut desk = desk();
    desk.keys(":");
    desk.type_in("approve");
    desk.wait(400);
    desk.press("enter");
    desk.wait(500);
    for _ in 0..60 {
        desk.press("enter");
        desk.wait(33);
    }
    assert!(desk.sent.is_empty());
}

#[test]
fn the_focus_follows_what_is_typed_and_stays_on_the_screen() {
    let mut desk = Desk::new(40, 12, queue());
    desk.keys(": down down down down down down down down down down down down");
    let Some(Overlay::Palette(palette)) = &desk.state.overlay else {
        panic!("it is open");
    };
    let height = usize::from(desk.state.layout().palette().height) - 1;
    assert_eq!(palette.focus, 12);
    assert!(palette.top + height > palette.focus && palette.top <= palette.focus);
    desk.type_in("w");
    let Some(Overlay::Palette(palette)) = &desk.state.overlay else {
        panic!("it is open");
    };
    assert_eq!((palette.focus, palette.top), (0, 0));
    desk.type_in("zzzz");
    desk.wait(400);
    desk.keys("enter");
    assert_eq!(desk.toast(), "there is nothing of that name: esc leaves");
}

#[test]
fn what_lies_under_the_palette_does_not_count_as_read() {
    let body = "a line\n".repeat(60);
    let params = serde_json::json!({"to": "pat@partner.example", "subject": "Hi", "body": body});
    let long = crate::tui::sample::request(1, "email", &params, serde_json::json!({}));
    let mut desk = Desk::new(120, 36, vec![long]);
    let seen = |desk: &Desk| desk.state.pending.reading().unwrap().unseen(0);
    desk.keys(":");
    let before = seen(&desk);
    desk.wait(500);
    assert_eq!(seen(&desk), before);
    chosen(&mut desk, "approve");
    assert!(desk.sent.is_empty());
    assert!(
        !matches!(desk.state.overlay, Some(Overlay::Confirm(_))),
        "not read yet"
    );
}
