//! What stays where it is while one moves, and what isn't left alone, cut or marked twice.

use ratatui::buffer::Cell;
use ratatui::style::Modifier;
use serde_json::json;

use super::super::footer;
use super::{dark, drawn, mono, row_text, text};
use crate::api::request::Request;
use crate::domain::review::Remember;
use crate::tui::look::Look;
use crate::tui::sample::{Desk, decided, email, queue, request, reviewed};
use crate::tui::state::settings::section::{Section, Side};

const SIZES: [(u16, u16); 2] = [(120, 36), (80, 24)];

/// Requests for which different keys do something: with a waiting agent, guided, by itself, another's.
fn all_kinds() -> Vec<Request> {
    let mut all = queue();
    all.extend([reviewed::automatic(60), reviewed::undecidable(61)]);
    all.extend([guided(62), reviewed::quorum(63), remembered(64)]);
    all
}

fn guided(n: u8) -> Request {
    let review = json!({"resolver": "requester", "reviewers": ["dana"], "needed": 1, "given": 0, "plan": 1,
        "fallback_at": null, "separate": false, "guidance": "Compare the price with the CRM.", "stages": []});
    request(
        n,
        "crm.note: lead Hooli",
        &json!({"lead": "Hooli"}),
        json!({"review": review}),
    )
}

fn remembered(n: u8) -> Request {
    let you = json!({"may_decide": true, "why_not": null, "remember": ["once", "always"],
        "notify_always": false});
    request(
        n,
        "crm.note: lead Hooli",
        &json!({"lead": "Hooli"}),
        json!({"you": you}),
    )
}

/// Where each of these stands on the screen, as column and row.
fn places(desk: &Desk, words: &[&str]) -> Vec<Option<(usize, u16)>> {
    let buffer = drawn(desk, &dark());
    let find = |word: &&str| {
        (0..buffer.area.height).rev().find_map(|y| {
            let row = row_text(&buffer, y);
            let at = row.rfind(word)?;
            Some((row[..at].chars().count(), y))
        })
    };
    words.iter().map(find).collect()
}

#[test]
fn keys_stay_where_they_are_from_row_to_row() {
    let wide = [
        "a approve",
        "r reject",
        "e edit",
        "i answer",
        "t notify",
        "m remember",
        "space mark",
        "? help",
    ];
    let narrow = [
        "a approve",
        "r reject",
        "e edit",
        "i answer",
        "t notify",
        "space mark",
        "? help",
    ];
    for (size, words) in [((120, 36), &wide[..]), ((80, 24), &narrow[..])] {
        let mut desk = Desk::new(size.0, size.1, all_kinds());
        let first = places(&desk, words);
        assert!(
            first.iter().all(Option::is_some),
            "{}",
            text(&desk, &dark())
        );
        for _ in 1..all_kinds().len() {
            desk.keys("j");
            assert_eq!(places(&desk, words), first, "{}", text(&desk, &dark()));
        }
        // What is chosen takes no more room than what isn't.
        desk.keys("t m");
        assert_eq!(desk.state.pending.choice.remember, Remember::Always);
        let places = places(&desk, words);
        let others = words.iter().zip(places.iter().zip(&first));
        for (word, (now, before)) in others.filter(|(word, _)| **word != "m remember") {
            assert_eq!(now, before, "{word}: {}", text(&desk, &dark()));
        }
    }
}

#[test]
fn what_is_said_now_and_then_moves_nothing_else() {
    for size in SIZES {
        let mut desk = Desk::new(size.0, size.1, vec![remembered(1), email(2)]);
        let words = ["email.send · billing-bot", "asked 2 min ago"];
        let first = places(&desk, &words);
        assert!(
            first.iter().all(Option::is_some),
            "{}",
            text(&desk, &dark())
        );
        desk.keys("m");
        assert_eq!(places(&desk, &words), first, "{}", text(&desk, &dark()));
        assert!(text(&desk, &dark()).contains("remember always"));
    }
}

/// Beside the list it stands right above the keys, and only there; elsewhere among the rest.
#[test]
fn guidance_stands_once() {
    for (size, words) in [((120, 36), "Guidance"), ((80, 24), "Guidance")] {
        let desk = Desk::new(size.0, size.1, vec![guided(1)]);
        let screen = text(&desk, &dark());
        assert_eq!(screen.matches(words).count(), 1, "{screen}");
        assert!(
            screen.contains("Guidance   Compare the price with the CRM."),
            "{screen}"
        );
    }
    // What doesn't fit there is read to its end in the document.
    let mut long = guided(1);
    let guidance = "Compare the price with the CRM, ".repeat(4) + "then ask.";
    long.review.as_mut().unwrap().guidance = Some(guidance.as_str().into());
    let desk = Desk::new(120, 36, vec![long]);
    let screen = text(&desk, &dark());
    assert!(screen.contains("then ask."), "{screen}");
}

#[test]
fn the_question_before_an_approval_is_whole() {
    for size in SIZES {
        let mut desk = Desk::new(size.0, size.1, queue());
        desk.keys("ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d ctrl-d a");
        let screen = text(&desk, &dark());
        let words: String = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.replace("│ ", "");
        assert!(screen.contains("Approve this, at high risk?"), "{screen}");
        assert!(screen.contains("for ana."), "{screen}");
        if size.0 == 80 {
            let effect =
                "billing-bot may then run email.send once, exactly as you have read, for ana.";
            assert!(words.contains(effect), "{screen}");
            // What would be left of the request above it is nothing that could be read.
            assert!(!screen.contains("▏"), "{screen}");
        }
    }
}

#[test]
fn one_row_alone_looks_focused() {
    let reversed = |desk: &Desk| {
        let buffer = drawn(desk, &mono());
        let rows = 0..buffer.area.height;
        // Hidden characters are reversed as well, but none stands where a row begins.
        let is = |y: &u16| {
            let begins = [1, 27].map(|x| &buffer[(x, *y)]);
            let reversed = |cell: &Cell| cell.modifier.contains(Modifier::REVERSED);
            begins.into_iter().any(reversed)
        };
        rows.filter(is).count()
    };
    for section in Section::ALL {
        for side in [Side::Menu, Side::Page] {
            let mut desk = Desk::new(120, 36, queue());
            desk.state.look = Some(Look::default());
            desk.state.settings.section = section;
            desk.keys("3");
            desk.state.settings.side = Some(side);
            let screen = super::picture(&desk, &mono());
            assert_eq!(reversed(&desk), 1, "{section:?} {side:?}: {screen}");
        }
    }
    let mut desk = Desk::new(120, 36, queue());
    desk.ring("outreach asks");
    desk.ring("outreach asks again");
    desk.keys("N j");
    assert_eq!(reversed(&desk), 1);
}

/// On the hairline right below the list that goes on there.
#[test]
fn what_is_further_down_is_counted_below() {
    let many = || (1..=40).map(email).collect::<Vec<_>>();
    for size in SIZES {
        let desk = Desk::new(size.0, size.1, many());
        let buffer = drawn(&desk, &dark());
        let more = (0..size.1).find(|y| row_text(&buffer, *y).contains("more"));
        let row = row_text(&buffer, more.expect("there are more"));
        assert!(row.starts_with('─') && row.contains(" ↓ "), "{row}");
        let mut desk = Desk::new(size.0, size.1, Vec::new());
        desk.gate = many_over();
        desk.keys("2");
        let screen = text(&desk, &dark());
        let row = screen.lines().find(|row| row.ends_with(" more"));
        assert!(row.is_some_and(|row| row.starts_with('─')), "{screen}");
    }
}

fn many_over() -> Vec<Request> {
    let one = decided().remove(0);
    let many = (1..=40u8).map(|n| Request {
        id: crate::tui::sample::id(n),
        ..one.clone()
    });
    many.collect()
}

#[test]
fn a_look_that_is_kept_elsewhere_says_so_without_columns() {
    for size in SIZES {
        let mut desk = Desk::new(size.0, size.1, queue());
        desk.state.look = None;
        desk.state.settings.section = Section::Appearance;
        desk.keys("3");
        desk.state.settings.side = Some(Side::Page);
        let screen = text(&desk, &dark());
        assert!(screen.contains("in an inbox of your own"), "{screen}");
        assert!(!screen.contains("Choice"), "{screen}");
        desk.keys("enter");
        assert!(desk.toast().contains("not here"), "{}", desk.toast());
    }
}

/// Each key of the bar at the foot of what is decided is on the screen, as long as there is a list beside it.
#[test]
fn no_key_of_a_decision_is_left_out() {
    for width in 110..=130 {
        let desk = Desk::new(width, 36, vec![remembered(1)]);
        let screen = text(&desk, &dark());
        for id in footer::DECISIONS {
            let key = desk.state.keymap.key(id);
            let title = format!("{key} {}", id.action().title.split(' ').next().unwrap());
            assert!(screen.contains(&title), "{width}: {title}\n{screen}");
        }
    }
}
