//! Every key of the footer, on every screen, page and overlay: one that isn't dim does something, and one that
//! is dim says why and does nothing else.

use std::collections::HashSet;
use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use serde_json::json;

use crate::api::request::Request;
use crate::domain::people::Role;
use crate::tui::action::ActionId as Id;
use crate::tui::event::{Answer, Event};
use crate::tui::look::Look;
use crate::tui::sample::{Desk, POLICY, decided, email, queue, replayed, request, reviewed};
use crate::tui::state::Tab;
use crate::tui::state::layout::Mode;
use crate::tui::state::overlay::{NewSecret, Overlay};
use crate::tui::state::settings::section::{Section, Side};
use crate::tui::state::settings::trial::Tried;

use super::super::footer;
use super::{dark, drawn};

const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 12)];

/// What somebody may have done before they look at the footer.
struct Scene {
    name: String,
    gate: fn() -> Vec<Request>,
    steps: Box<dyn Fn(&mut Desk)>,
}

fn scene(name: impl Into<String>, gate: fn() -> Vec<Request>, steps: fn(&mut Desk)) -> Scene {
    Scene {
        name: name.into(),
        gate,
        steps: Box::new(steps),
    }
}

impl Scene {
    fn set(&self, (width, height): (u16, u16)) -> Desk {
        let mut desk = Desk::new(width, height, (self.gate)());
        desk.state.look = Some(Look::default());
        desk.state.folder = Some("/srv/here".into());
        (self.steps)(&mut desk);
        // What has just come on the screen is past, and no key counts as held.
        desk.wait(3_000);
        desk
    }
}

fn nothing() -> Vec<Request> {
    Vec::new()
}

fn one() -> Vec<Request> {
    vec![email(1)]
}

/// Nothing in it that a form could take.
fn bare() -> Vec<Request> {
    vec![request(1, "backup.start", &json!({}), json!({}))]
}

fn all() -> Vec<Request> {
    let mut all = queue();
    all.extend(decided());
    all.extend([reviewed::automatic(60), reviewed::undecidable(61)]);
    all
}

fn together() -> Vec<Request> {
    let you = json!({"may_decide": true, "why_not": null, "remember": [], "notify_always": false,
        "together": true});
    let one = |n| {
        request(
            n,
            "crm.note: lead",
            &json!({"lead": n}),
            json!({"you": you}),
        )
    };
    (1..=3).map(one).collect()
}

fn mail_with_lines() -> Vec<Request> {
    let params = json!({"to": "pat@partner.example", "urgent": false, "body": "Hi Pat,\n\nBye"});
    vec![request(
        1,
        "email to pat@partner.example",
        &params,
        json!({}),
    )]
}

fn type_in(desk: &mut Desk, keys: &str, text: &str) {
    desk.keys(keys);
    desk.type_in(text);
}

/// Opens it, and scrolls until all of it has been on the screen.
fn read(desk: &mut Desk) {
    desk.keys("enter");
    while !desk.state.pending.reading().unwrap().seen.all() {
        desk.keys("ctrl-d");
    }
}

/// Reads and marks the first two.
fn mark_two(desk: &mut Desk) {
    for _ in 0..2 {
        read(desk);
        desk.wait(1_500);
        desk.keys("esc space");
    }
}

fn pending() -> Vec<Scene> {
    let mut scenes = vec![
        scene("nothing waits", nothing, |_| {}),
        scene("nothing waits in the sample", nothing, |desk| {
            desk.state.sample = true
        }),
        scene("nothing waits, offline", nothing, Desk::disconnect),
        scene("one waits", one, |_| {}),
        scene("one waits and is read", one, |desk| desk.keys("enter")),
        scene("no form", bare, |desk| desk.keys("enter")),
        scene("offline", queue, Desk::disconnect),
        scene("read offline", queue, |desk| {
            desk.keys("enter");
            desk.disconnect();
        }),
        scene("decided elsewhere", queue, |desk| {
            desk.decide_elsewhere(1, "rejected")
        }),
        scene("the only one was decided elsewhere", one, |desk| {
            desk.decide_elsewhere(1, "approved");
        }),
        scene("on its way", one, |desk| {
            read(desk);
            desk.keys("a");
        }),
        scene("claimed", one, |desk| desk.keys("c")),
        scene(
            "approved, and it may be taken back",
            || (1..4).map(email).collect(),
            |desk| {
                read(desk);
                desk.keys("a");
                desk.gate[0].you.as_mut().unwrap().may_undo = true;
                desk.answer_decision();
            },
        ),
        scene("the last was approved", one, |desk| {
            read(desk);
            desk.keys("a");
            desk.answer_decision();
        }),
        scene("marked", queue, |desk| desk.keys("space")),
        scene("all marked", queue, |desk| {
            desk.keys("space j space j space j space j space")
        }),
        scene("marked and read", together, |desk| {
            mark_two(desk);
        }),
        scene("a filter that finds nothing", queue, |desk| {
            type_in(desk, "/", "nowhere");
            desk.keys("enter");
        }),
        scene("a filter that finds one", queue, |desk| {
            type_in(desk, "/", "risk:critical");
            desk.keys("enter");
        }),
    ];
    for row in 0..7 {
        for opened in [false, true] {
            scenes.push(Scene {
                name: format!("row {row}, opened: {opened}"),
                gate: all,
                steps: Box::new(move |desk| {
                    (0..row).for_each(|_| desk.keys("j"));
                    if opened {
                        desk.keys("enter");
                    }
                }),
            });
        }
    }
    scenes
}

fn overlays() -> Vec<Scene> {
    vec![
        scene("help", queue, |desk| desk.keys("?")),
        scene("help at its end", queue, |desk| desk.keys("? G")),
        scene("why, asked", queue, |desk| desk.keys("w")),
        scene("raw", queue, |desk| desk.keys("p")),
        scene("raw of little", one, |desk| desk.keys("p")),
        scene("before", all, |desk| desk.keys("H")),
        scene("no messages", queue, |desk| desk.keys("M")),
        scene("many messages", queue, |desk| {
            (0..60).for_each(|_| desk.event(Event::Paste("x".to_owned())));
            desk.keys("M");
        }),
        scene("told nothing", queue, |desk| desk.keys("N")),
        scene("told of two", queue, |desk| {
            desk.ring("outreach asks: email to pat@partner.example");
            desk.ring("owner saved version 2 of the policy");
            desk.keys("N");
        }),
        scene("told of what is gone", nothing, |desk| {
            desk.ring("outreach asks: email to pat@partner.example");
            desk.keys("N");
        }),
        scene("palette", queue, |desk| desk.keys(":")),
        scene("palette on what can't be", queue, |desk| {
            type_in(desk, ":", "approve marked")
        }),
        scene("palette on nothing", queue, |desk| {
            type_in(desk, ":", "qqqq")
        }),
        scene("filter", queue, |desk| desk.keys("/")),
        scene("filter to complete", queue, |desk| type_in(desk, "/", "ag")),
        scene("filter to choose", queue, |desk| {
            type_in(desk, "/", "risk:")
        }),
        scene("filter that can't be", queue, |desk| {
            type_in(desk, "/", "risk:no ")
        }),
        scene("reason", queue, |desk| desk.keys("r")),
        scene("reason, typed", queue, |desk| type_in(desk, "r", "no")),
        scene("reason, too late", queue, |desk| {
            type_in(desk, "r", "no");
            desk.decide_elsewhere(1, "approved");
        }),
        scene("reason, offline", queue, |desk| {
            type_in(desk, "r", "no");
            desk.disconnect();
        }),
        scene("answer", queue, |desk| desk.keys("i")),
        scene("answer, typed", queue, |desk| {
            type_in(desk, "i", "use the other list")
        }),
        scene("put off", queue, |desk| desk.keys("s")),
        scene("put off, for what", queue, |desk| type_in(desk, "s", "x")),
        scene("reason for several", queue, |desk| {
            desk.keys("space space R")
        }),
        scene("reason for several, too late", queue, |desk| {
            desk.keys("space R");
            desk.decide_elsewhere(1, "approved");
        }),
        scene("several", together, |desk| {
            mark_two(desk);
            desk.keys("A");
        }),
        scene("a grave question", queue, |desk| {
            read(desk);
            desk.keys("a");
        }),
        scene("form", mail_with_lines, |desk| {
            read(desk);
            desk.keys("e");
        }),
        scene("form, yes or no", mail_with_lines, |desk| {
            read(desk);
            desk.keys("e tab");
        }),
        scene("form, its last value", mail_with_lines, |desk| {
            read(desk);
            desk.keys("e tab tab tab");
        }),
        scene("form, too late", mail_with_lines, |desk| {
            read(desk);
            desk.keys("e");
            desk.decide_elsewhere(1, "approved");
        }),
        scene("changed", one, |desk| {
            read(desk);
            desk.keys("E");
            desk.writes(r#"{"to": "kim@partner.example", "subject": "Hello", "body": "Hi"}"#);
        }),
        scene("changed, and offline since", one, |desk| {
            read(desk);
            desk.keys("E");
            desk.writes(r#"{"to": "kim@partner.example", "subject": "Hello", "body": "Hi"}"#);
            desk.disconnect();
        }),
        scene("broken", one, |desk| {
            read(desk);
            desk.keys("E");
            desk.writes("{\"to\": ");
        }),
        scene("a new token", queue, |desk| {
            desk.state.overlay = Some(Overlay::Token(NewSecret {
                id: "tok_01kaghd3g1ea8tap6w7rc6kdj8".parse().unwrap(),
                whose: "ana".to_owned(),
                secret: "sgn_0".to_owned(),
            }));
        }),
    ]
}

fn history() -> Vec<Scene> {
    let mut scenes = vec![
        scene("nothing is over", queue, |desk| desk.keys("2")),
        scene("nothing is over, offline", queue, |desk| {
            desk.keys("2");
            desk.disconnect();
        }),
        scene(
            "one is over",
            || vec![decided().remove(0)],
            |desk| desk.keys("2"),
        ),
        scene("over, filtered away", decided, |desk| {
            type_in(desk, "2 /", "nowhere");
            desk.keys("enter");
        }),
        scene("over, offline", decided, |desk| {
            desk.keys("2");
            desk.disconnect();
        }),
        scene("over, seen by a member", decided, |desk| {
            desk.connect_as(Role::Member);
            desk.keys("2");
        }),
        scene("a file", decided, |desk| desk.keys("2 x")),
        scene("a file of no kind", decided, |desk| {
            type_in(desk, "2 x ctrl-u", "x")
        }),
        scene("being written", decided, |desk| desk.keys("2 x enter")),
        scene("proof, asked", decided, |desk| desk.keys("2 v")),
        scene("taken back, asked", decided, |desk| {
            desk.gate[0].you.as_mut().unwrap().may_undo = true;
            desk.keys("2 z");
        }),
    ];
    for row in 0..decided().len() {
        for opened in [false, true] {
            scenes.push(Scene {
                name: format!("record {row}, opened: {opened}"),
                gate: decided,
                steps: Box::new(move |desk| {
                    desk.keys("2");
                    (0..row).for_each(|_| desk.keys("j"));
                    if opened {
                        desk.keys("enter");
                    }
                }),
            });
        }
    }
    scenes
}

const ROWS: [(usize, &str); 12] = [
    (0, "owner"),
    (1, "owner"),
    (2, "owner"),
    (3, "owner"),
    (4, "owner"),
    (0, "owner, prepared"),
    (1, "owner, prepared"),
    (2, "owner, prepared"),
    (0, "member"),
    (2, "member"),
    (0, "offline"),
    (2, "offline"),
];

/// The first rows of every page, as an owner, a member and without a gate, with and without a change prepared.
fn settings() -> Vec<Scene> {
    let mut scenes = vec![
        scene("menu", queue, |desk| {
            desk.keys("3");
            desk.state.settings.side = Some(Side::Menu);
        }),
        scene("role, mistyped", queue, |desk| {
            to(desk, Section::People);
            type_in(desk, "enter", "king");
        }),
        scene("role", queue, |desk| {
            to(desk, Section::People);
            type_in(desk, "enter", "admin");
        }),
        scene("one agent", queue, |desk| {
            to(desk, Section::Agents);
            desk.keys("G enter");
        }),
        scene("an agent that asked nothing", queue, |desk| {
            to(desk, Section::Agents);
            desk.keys("j enter");
        }),
        scene("log, being read", queue, |desk| {
            to(desk, Section::Audit);
            desk.keys("v");
        }),
        scene("away", queue, |desk| {
            to(desk, Section::Away);
            type_in(desk, "enter", "7d ben");
        }),
        scene("policy, asked", queue, |desk| edited(desk, POLICY)),
        scene("policy, good", queue, |desk| {
            let changed = POLICY.replace("> 1", "> 3");
            edited(desk, &changed);
            let tried = Tried::Good {
                replayed: Box::new(replayed()),
                warnings: Vec::new(),
            };
            desk.event(Event::Answer(Answer::Tried(changed, Ok(tried))));
        }),
        scene("policy, bad", queue, |desk| {
            edited(desk, "x");
            let faults = r#"[{"line": 1, "column": 1, "text": "expected ask or deny"}]"#;
            let tried = Tried::Faulty(serde_json::from_str(faults).unwrap());
            desk.event(Event::Answer(Answer::Tried("x".to_owned(), Ok(tried))));
        }),
    ];
    for section in Section::ALL {
        for (row, who) in ROWS {
            scenes.push(Scene {
                name: format!("{section:?}, row {row}, {who}"),
                gate: queue,
                steps: Box::new(move |desk| {
                    if who == "member" {
                        desk.connect_as(Role::Member);
                    }
                    to(desk, section);
                    (0..row).for_each(|_| desk.keys("j"));
                    match who {
                        "offline" => desk.disconnect(),
                        "owner, prepared" => desk.keys("space"),
                        _ => {}
                    }
                }),
            });
        }
    }
    scenes
}

fn to(desk: &mut Desk, section: Section) {
    desk.state.settings.side = Some(Side::Page);
    desk.state.settings.section = section;
    desk.keys("3");
}

fn edited(desk: &mut Desk, text: &str) {
    to(desk, Section::Rules);
    desk.keys("E");
    desk.policy.editing = None;
    desk.event(Event::Answer(Answer::PolicyEdited(Ok(text.to_owned()))));
}

/// All that can be seen, besides what is said, and all that was asked of the gate because of a key.
fn trace(desk: &mut Desk, id: Id) -> (Buffer, String) {
    desk.state.toast = None;
    let screen = drawn(desk, &dark());
    let mut trace = String::new();
    let state = &desk.state;
    let gate = (
        &desk.sent,
        &desk.done,
        &desk.saves,
        &desk.exports,
        &desk.proving,
        &desk.editing,
        &desk.lines,
        &desk.policy,
        &desk.bell.seen,
        desk.left,
    );
    // News are asked for all the time; that they are asked for is what this one does.
    let asked = (id == Id::Refresh).then_some((&desk.asked, &desk.browsed, &desk.connects));
    let _infallible = writeln!(trace, "{:?} {:?}", state.tab, state.overlay);
    let _infallible = writeln!(trace, "{:?} {:?}", state.pending.choice, state.look);
    let _infallible = writeln!(trace, "{gate:?} {asked:?}");
    (screen, trace)
}

/// What is wrong with a key of this scene, if anything is.
fn fault(scene: &Scene, size: (u16, u16), id: Id) -> Option<String> {
    let mut desk = scene.set(size);
    let first = desk.state.keymap.keys(id).next().expect("it has a key");
    let bound = desk.state.keymap.find(first, desk.state.scopes());
    if bound.map(|action| action.id) != Some(id) {
        return Some(format!("{first} does {:?}", bound.map(|action| action.id)));
    }
    let why_not = desk.state.why_not(id);
    let before = trace(&mut desk, id);
    let mut press = |id: Id| {
        let key = desk.state.keymap.keys(id).next().expect("it has a key");
        desk.press(&key.to_string());
        desk.wait(200);
        let said = desk.toast().to_owned();
        (trace(&mut desk, id), said)
    };
    let (after, said) = press(id);
    match why_not {
        Some(why) if said != why => Some(format!("dim because “{why}”, but it says “{said}”")),
        Some(why) if after != before => Some(format!("dim because “{why}”, but it does something")),
        Some(_) => None,
        None if after != before => None,
        // Where there are several to choose from, it says which.
        None if id == Id::CompleteFilter && said.contains("  ") => None,
        // They are named together with the one the other way.
        None if id == Id::Down && press(Id::Up).0 != before => None,
        None if id == Id::PageDown && press(Id::PageUp).0 != before => None,
        None => Some(format!("it does nothing, and says “{said}”")),
    }
}

/// Tries every key that is shown in any of these scenes; there are so many at least.
fn try_all(scenes: &[Scene], sizes: &[(u16, u16)], least: usize) {
    let mut faults = Vec::new();
    let mut keys = 0;
    let mut seen = HashSet::new();
    for scene in scenes {
        for size in sizes.iter().copied() {
            let mut desk = scene.set(size);
            // Rows that there aren't are the last one once more.
            if !seen.insert((size, trace(&mut desk, Id::Help))) {
                continue;
            }
            let state = &desk.state;
            let (mut shown, last) = footer::keys(state, &state.screen());
            shown.push(last);
            let bar = state.tab == Tab::Pending
                && state.overlay.is_none()
                && state.layout().mode == Mode::Split
                && !state.pending.list.rows.is_empty();
            if bar {
                shown.extend(footer::DECISIONS);
            }
            for id in shown {
                keys += 1;
                if let Some(fault) = fault(scene, size, id) {
                    faults.push(format!("{} at {size:?}: {id:?}: {fault}", scene.name));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(keys >= least, "only {keys} keys were tried");
}

#[test]
fn every_key_where_something_waits() {
    try_all(&pending(), &SIZES, 300);
}

#[test]
fn every_key_of_what_is_laid_over_a_screen() {
    try_all(&overlays(), &SIZES, 200);
}

#[test]
fn every_key_where_all_is_over() {
    try_all(&history(), &SIZES, 200);
}

#[test]
fn every_key_of_the_settings() {
    // One pane alone has the keys of two, one above the other.
    try_all(&settings(), &SIZES[..2], 300);
}
