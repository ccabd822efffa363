//! What stays where it is while one moves, and what isn't left alone, cut or marked twice.

use std::collections::BTreeSet;

use ratatui::buffer::Cell;
use ratatui::style::Modifier;
use serde_json::json;

use super::super::footer;
use super::{dark, drawn, mono, row_text, text};
use crate::api::request::Request;
use crate::domain::review::Remember;
use crate::tui::event::{Answer, Event};
use crate::tui::look::Look;
use crate::tui::sample::{Desk, decided, email, id, queue, request, reviewed};
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
        let long = json!({"text": "Hi Jane\n".repeat(60)});
        let mut desk = Desk::new(size.0, size.1, vec![request(1, "a text", &long, json!({}))]);
        desk.keys("p");
        let last = row_text(&drawn(&desk, &dark()), size.1 - 2);
        assert!(last.starts_with('─'), "{last}");
        desk.keys("esc ?");
        let last = row_text(&drawn(&desk, &dark()), size.1 - 2);
        assert!(last.contains(" ↓ "), "{last}");
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
        id: id(n),
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

/// Whether an agent waits is said in a column of its own, however much time is left.
#[test]
fn what_stands_before_a_time_stays_in_its_column() {
    let waiting = |n: u8, expires: &str| {
        let also = json!({"waiting": true, "expires_at": expires});
        request(n, "crm.note: lead Hooli", &json!({"lead": "Hooli"}), also)
    };
    let mut claimed = waiting(4, "2026-11-20T14:04:00Z");
    let claim = json!({"by": "ben", "until": "2026-11-20T14:12:00Z"});
    claimed.claim = Some(serde_json::from_value(claim).unwrap());
    let gate = vec![
        waiting(1, "2026-11-20T14:00:42Z"),
        waiting(2, "2026-11-20T14:04:00Z"),
        waiting(3, "2026-11-21T13:00:00Z"),
        claimed,
    ];
    let desk = Desk::new(80, 24, gate);
    let screen = text(&desk, &dark());
    let said = |row: &&str| ["waits", "taken"].iter().any(|word| row.contains(word));
    let rows: Vec<&str> = screen.lines().filter(said).collect();
    assert_eq!(rows.len(), 4, "{screen}");
    let columns = |word: &str| -> BTreeSet<usize> {
        let column = |row: &&str| {
            let row = row.replace("taken", "waits");
            row.find(word).map(|at| row[..at].chars().count())
        };
        rows.iter().filter_map(column).collect()
    };
    for word in ["email.send", "waits", "left"] {
        let columns = columns(word).len();
        assert_eq!(columns, 1, "{word}: {screen}");
    }
}

/// What a key is called is the same for every row, so that the keys behind it don't move.
#[test]
fn keys_of_the_settings_stay_where_they_are() {
    for section in Section::ALL {
        for size in SIZES {
            let mut desk = Desk::new(size.0, size.1, queue());
            desk.state.look = Some(Look::default());
            desk.state.settings.section = section;
            desk.keys("3");
            desk.state.settings.side = Some(Side::Page);
            let footer = |desk: &Desk| row_text(&drawn(desk, &dark()), size.1 - 1);
            let first = footer(&desk);
            for _ in 0..12 {
                desk.keys("j");
                assert_eq!(footer(&desk), first, "{section:?}");
            }
        }
    }
}

#[test]
fn no_verdict_names_its_rule_twice() {
    let rung = json!({"rung": "ask", "answer": "ask", "rule": "capability mail email.send",
        "text": "capability mail email.send asks: pat@partner.example is not on its list"});
    let why = json!({"rungs": [rung], "would_have_been": null, "verdict": {"effect": "ask", "rung": "ask",
        "rule": null, "text": "it asks"}});
    let mut desk = Desk::new(80, 24, queue());
    desk.keys("w");
    let answer = Answer::Why(id(1), Ok(serde_json::from_value(why).unwrap()));
    desk.event(Event::Answer(answer));
    let screen = text(&desk, &dark());
    assert_eq!(screen.matches("capability mail").count(), 1, "{screen}");
}

/// It says until when, and which key calls it back.
#[test]
fn what_is_put_off_can_be_seen_to_be() {
    for size in SIZES {
        let mut put_off = email(1);
        let until = "2026-11-20T18:00:00Z".parse().unwrap();
        put_off.you.as_mut().unwrap().snoozed_until = Some(until);
        let mut desk = Desk::new(size.0, size.1, vec![put_off]);
        let screen = text(&desk, &dark());
        assert!(screen.contains("Nothing waits but 1 put off."), "{screen}");
        assert!(screen.contains("/ put:off lists"), "{screen}");
        desk.keys("/");
        desk.type_in("put:off");
        desk.keys("enter");
        let screen = text(&desk, &dark());
        for words in ["put off until 18:00", "s call back", "Only  put:off"] {
            assert!(screen.contains(words), "{screen}");
        }
    }
}

/// However far the request is scrolled, what stands at the top says what it is.
#[test]
fn no_value_is_without_its_label_at_the_top() {
    let words = "the contract ends on 30 November and nobody has answered since the 3rd, so that "
        .repeat(4);
    let mail = json!({"to": ["jane.doe@acme.example", "legal@acme.example", "ana@acme.example"],
        "subject": "Your quote", "body": "Hi Jane\n".repeat(40)});
    let also = json!({"reason": words, "action": "email.send"});
    for size in SIZES {
        let mut desk = Desk::new(size.0, 24, vec![request(1, "email", &mail, also.clone())]);
        desk.keys("enter");
        let mut labels = BTreeSet::new();
        for _ in 0..20 {
            let top = desk.state.pending.reading().unwrap().scroll;
            let content = &desk.state.pending.reading().unwrap().document.rows()[top];
            let (hangs, bare) = (
                content.hangs,
                content.label.is_empty() && !content.gutter && content.indent > 0,
            );
            let row = row_text(&drawn(&desk, &dark()), 5);
            let row = row.rsplit('│').next().unwrap().trim_start().to_owned();
            if hangs || bare {
                let label = ["To", "Agent says"]
                    .into_iter()
                    .find(|label| row.starts_with(label));
                labels.insert(label.unwrap_or_else(|| panic!("{}", text(&desk, &dark()))));
            }
            desk.keys("j");
        }
        assert!(labels.contains("To"), "{labels:?}");
    }
}
