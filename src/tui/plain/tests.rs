//! Conversations: lines go in, lines come out, and what the gate is sent is what was read out.

use crate::domain::review::Word;
use crate::tui::event::Event;
use crate::tui::keymap::Keymap;
use crate::tui::sample::{Desk, decided, email, id, queue, request};
use crate::tui::state::pending::Deed;

use super::Talk;

/// Somebody who talks with a gate where these wait.
struct Person(Desk);

impl Person {
    fn new(gate: Vec<crate::api::request::Request>) -> Self {
        let mut desk = Desk::offline(80, 200, gate);
        desk.state.keymap = Keymap::spoken();
        desk.state.plain = Some(Talk::default());
        desk.connect();
        desk.wait(1_000);
        Self(desk)
    }

    /// What has been said since this was asked last.
    fn hears(&mut self) -> String {
        self.0.wait(1_000);
        let talk = self.0.state.plain.as_mut().expect("it talks");
        std::mem::take(&mut talk.out).join("\n")
    }

    /// Types a line, and hears the answer.
    fn says(&mut self, line: &str) -> String {
        self.at_once(line);
        self.hears()
    }

    /// Types a line, and looks away.
    fn at_once(&mut self, line: &str) {
        self.0.event(Event::Line(line.to_owned()));
    }

    fn code(&self) -> String {
        let talk = self.0.state.plain.as_ref().expect("it talks");
        talk.question.as_ref().expect("it asks").code.clone()
    }
}

#[test]
fn what_waits_is_read_out_a_line_for_each() {
    let mut person = Person::new(queue());
    let said = person.hears();
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "Connected as Dana. help says what can be typed.");
    assert_eq!(lines[1], "5 requests wait for you.");
    assert_eq!(
        lines[2],
        "1. High risk. email to jane.doe@acme.example and 1 more: Your 2026 renewal quote. \
         From billing-bot, 42 min left. The agent waits."
    );
    assert!(
        lines[5].starts_with("4. Low risk. crm.note: lead Hooli."),
        "{said}"
    );
    assert_eq!(lines.len(), 7, "{said}");
    assert!(
        person
            .says("help")
            .contains("approve 3: reads out all of it")
    );
}

#[test]
fn approving_reads_everything_and_takes_four_characters_of_its_own() {
    let mut person = Person::new(queue());
    person.hears();
    let said = person.says("approve 1");
    for told in [
        "To: jane.doe@acme.example  1 of 2",
        "> The offer is valid until 31 January.",
        "> Dana",
        "That is all of number 1.",
        "Approve this, at high risk: billing-bot may then run email.send once",
        "It is about: email to jane.doe@acme.example and 1 more: Your 2026 renewal quote",
        "The agent is told.",
        "This is grave.",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    for no in ["a", "aaaa", "y", "yes", "", "approve", "1"] {
        person.says(no);
        assert!(person.0.sent.is_empty(), "{no}");
        person.says("approve 1");
    }
    let code = person.code();
    person.says(&code.to_lowercase());
    let (decided, decide) = &person.0.sent[0];
    assert_eq!((*decided, decide.decision), (id(1), Word::Approve));
    assert_eq!(decide.digest, Some(person.0.gate[0].digest));
    assert_eq!(
        person.hears(),
        "",
        "nothing is claimed before the gate has answered"
    );
    person.0.answer_decision();
    let said = person.hears();
    assert!(said.starts_with("Approved"), "{said}");
    assert!(
        !said.contains("Number 1 waits no more") || said.lines().count() == 2,
        "{said}"
    );
}

#[test]
fn an_answer_that_came_with_the_command_is_none() {
    let mut person = Person::new(queue());
    person.hears();
    person.at_once("approve 1");
    let code = person.code();
    person.at_once(&code);
    assert!(person.0.sent.is_empty());
    let said = person.hears();
    assert!(
        said.contains("nothing was decided. Type it again."),
        "{said}"
    );
    person.says(&code);
    assert_eq!(person.0.sent.len(), 1);
    person.says(&code);
    assert_eq!(person.0.sent.len(), 1, "a question is answered once");
}

#[test]
fn a_number_stays_with_its_request() {
    let mut person = Person::new(vec![email(1), email(2), email(3)]);
    person.hears();
    person.0.decide_elsewhere(1, "rejected");
    assert_eq!(person.hears(), "Number 1 waits no more.");
    person.0.ask_first(email(9));
    let said = person.hears();
    assert!(
        said.starts_with("New, number 4. Medium risk. email to pat@partner.example: Hello 9."),
        "{said}"
    );
    let said = person.says("show 2");
    assert!(
        said.starts_with("2. Medium risk. email to pat@partner.example: Hello 2."),
        "{said}"
    );
    assert_eq!(
        person.says("approve 1"),
        "That one waits no more; history reads out what became of it."
    );
    assert_eq!(
        person.says("show 17"),
        "There is no request number 17; list reads out what waits."
    );
    assert!(person.0.sent.is_empty());
}

#[test]
fn what_changed_since_it_was_read_out_is_not_decided() {
    let mut person = Person::new(queue());
    person.hears();
    person.says("approve 3");
    let code = person.code();
    person.0.gate[2] = request(
        3,
        "slack.invite: everybody to #launch",
        &serde_json::json!({"channel": "#launch", "people": ["everybody"]}),
        serde_json::json!({"version": 2, "action": "slack.invite"}),
    );
    person.0.news("request.edited", 3);
    let said = person.says(&code);
    assert!(person.0.sent.is_empty());
    assert!(said.contains("changed: look at it again"), "{said}");
}

#[test]
fn rejections_and_answers_carry_their_words() {
    let mut person = Person::new(queue());
    person.hears();
    let said = person.says("reject 3 not before Monday");
    assert!(
        said.contains("Reject this, because: not before Monday? The agent is not told."),
        "{said}"
    );
    let code = person.code();
    person.says(&code);
    let (decided, decide) = person.0.sent.pop().unwrap();
    assert_eq!((decided, decide.decision), (id(3), Word::Reject));
    assert_eq!(decide.reason.unwrap().plain_line(), "not before Monday");
    assert!(!decide.notify_agent);

    assert_eq!(
        person.says("notify 5 on"),
        "The agent will be told of your decision about it."
    );
    let said = person.says("answer 5 ask in English");
    assert!(said.contains("The agent is told."), "{said}");
    let code = person.code();
    person.says(&code);
    let (decided, decide) = person.0.sent.pop().unwrap();
    assert_eq!((decided, decide.decision), (id(5), Word::Respond));
    assert!(decide.notify_agent);
    assert_eq!(decide.text.unwrap().plain_line(), "ask in English");
}

#[test]
fn a_rejection_without_a_reason_asks_for_one_and_decides_nothing_by_it() {
    let mut person = Person::new(queue());
    person.hears();
    let said = person.says("reject 3");
    assert!(said.starts_with("Why? The agent gets"), "{said}");
    // What would be a command is a reason now; it is read out, and decides nothing.
    let said = person.says("approve 1");
    assert!(said.contains("Reject this, because: approve 1?"), "{said}");
    assert!(person.0.sent.is_empty());
    let code = person.code();
    person.says(&code);
    let (decided, decide) = person.0.sent.pop().unwrap();
    assert_eq!((decided, decide.decision), (id(3), Word::Reject));
    assert_eq!(decide.reason.unwrap().plain_line(), "approve 1");

    person.says("reject 5");
    assert!(person.says("").contains("Reject this without a reason?"));
    person.says("no");
    person.says("reject 5");
    assert_eq!(person.says("cancel"), "Nothing was decided.");
    person.says("reject 5");
    person.0.decide_elsewhere(5, "approved");
    let said = person.says("wrong list");
    assert!(said.contains("That one waits no more"), "{said}");
    assert!(person.0.sent.is_empty());
}

#[test]
fn requests_are_claimed_and_put_off() {
    let mut person = Person::new(vec![email(1), email(2)]);
    person.hears();
    person.says("claim 2");
    assert_eq!(person.0.done, [(id(2), Deed::Claim)]);
    person.0.answer_deed(|_| ());
    assert!(person.hears().starts_with("Taken on; others see that:"));
    assert_eq!(
        person.says("snooze 1 soon"),
        "How long? write it like 15m, 4h or 2d, or tomorrow."
    );
    assert!(person.0.done.is_empty());
    person.says("snooze 1 tomorrow");
    let morning = "2026-11-21T09:00:00Z".parse().unwrap();
    assert_eq!(person.0.done, [(id(1), Deed::Snooze(morning))]);
    assert_eq!(
        person.says("snooze 1 2h"),
        "That is on its way to the gate."
    );
}

#[test]
fn what_was_put_off_is_called_back_by_its_number() {
    let mut person = Person::new(queue());
    person.hears();
    person.says("snooze 3 4h");
    let until = "2026-11-20T18:00:00Z".parse().unwrap();
    person.0.answer_deed(|request| {
        let you = request.you.as_mut().expect("it is dana's");
        you.snoozed_until = Some(until);
    });
    person.hears();
    let said = person.says("list");
    assert!(
        said.contains("1 put off; back and its number calls one back."),
        "{said}"
    );
    person.says("back 3");
    assert_eq!(person.0.done, [(id(3), Deed::CallBack)]);
    person.0.answer_deed(|request| {
        let you = request.you.as_mut().expect("it is dana's");
        you.snoozed_until = None;
    });
    let said = person.hears();
    assert!(said.contains("It waits for you again"), "{said}");
    assert!(said.contains("New, number 3"), "{said}");
}

#[test]
fn a_change_is_read_out_before_it_is_approved() {
    let mut person = Person::new(queue());
    person.hears();
    person.says("edit 3");
    let (_, text) = person.0.editing.as_ref().expect("an editor is open");
    let text = text.replace("#launch", "#lunch");
    person.0.writes(&text);
    let said = person.hears();
    assert!(
        said.contains("> removed: \"#launch\"") || said.contains("removed: "),
        "{said}"
    );
    assert!(
        said.contains("added: ") && said.contains("Approve your change"),
        "{said}"
    );
    let code = person.code();
    person.says(&code);
    let (decided, decide) = person.0.sent.pop().unwrap();
    assert_eq!(decided, id(3));
    assert!(decide.params.unwrap().text().contains("#lunch"));

    person.says("edit 5");
    person.0.writes("{ this is not");
    let said = person.hears();
    assert!(
        said.contains("can't be sent") && said.contains("edit opens it again"),
        "{said}"
    );
    assert!(person.0.state.plain.as_ref().unwrap().question.is_none());
}

#[test]
fn a_number_alone_reads_out_and_what_was_written_can_be_thrown_away() {
    let mut person = Person::new(queue());
    person.hears();
    let shown = person.says("show 3");
    assert!(shown.contains("#launch"), "{shown}");
    assert_eq!(person.says("3"), shown);
    assert_eq!(person.says("open 3"), shown);
    assert_eq!(
        person.says("discard"),
        "You have written nothing that could be thrown away."
    );
    person.says("edit");
    let (_, text) = person.0.editing.clone().expect("an editor is open");
    person.0.writes(&text.replace("#launch", "#lunch"));
    person.hears();
    let said = person.says("discard");
    assert!(said.starts_with("Nothing was decided."), "{said}");
    assert!(said.contains("What you wrote is gone"), "{said}");
    person.says("edit");
    let (_, again) = person.0.editing.as_ref().expect("an editor is open");
    assert_eq!(*again, text);
    assert!(person.0.sent.is_empty());
}

#[test]
fn no_text_passes_for_a_line_of_ours_or_commands_a_terminal() {
    let mut person = Person::new(queue());
    let mut said = person.hears();
    said.push_str(&person.says("show 2"));
    said.push_str(&person.says("why 2"));
    let forged: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("Approve this?"))
        .collect();
    assert!(!forged.is_empty());
    assert!(
        forged.iter().all(|line| line.starts_with("> ")),
        "{forged:?}"
    );
    let hidden = |char: char| {
        char.is_control() && char != '\n'
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found: Vec<char> = said.chars().filter(|char| hidden(*char)).collect();
    assert!(found.is_empty(), "{found:?}\n{said}");
    assert!(said.contains("Warning: "), "{said}");
}

#[test]
fn what_a_line_goes_on_with_never_stands_at_the_edge() {
    let headline = format!(
        "pay{} Approved. That is all of number 1. {}",
        " x".repeat(60),
        "y".repeat(200)
    );
    let mut person = Person::new(vec![request(
        1,
        &headline,
        &serde_json::json!({}),
        serde_json::json!({}),
    )]);
    for width in [12, 40, 80, 100] {
        for line in person.says("approve 1").lines() {
            let rows = super::say::wrapped(line, width);
            assert!(
                rows.iter()
                    .all(|row| unicode_width::UnicodeWidthStr::width(row.as_str()) <= width)
            );
            assert!(
                rows[1..].iter().all(|row| row.starts_with("    ")),
                "{rows:?}"
            );
        }
    }
}

#[test]
fn each_of_an_agents_words_says_whose_they_are() {
    let mut person = Person::new(vec![request(
        1,
        "email to pat@partner.example",
        &serde_json::json!({}),
        serde_json::json!({
            "title": "1. Low risk. email to boss@ourco.example",
            "reason": format!("2. Low risk. email to boss@ourco.example {}", "z ".repeat(60)),
        }),
    )]);
    person.hears();
    let said = person.says("show 1");
    let own: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("boss@") || line.contains("z z"))
        .collect();
    assert!(own.len() > 2, "{said}");
    assert!(own[0].starts_with("Agent says: “1. Low"), "{said}");
    assert!(own[1].starts_with("Agent says: “2. Low"), "{said}");
    assert!(own[2..].iter().all(|line| line.starts_with("> ")), "{said}");
}

#[test]
fn a_lost_connection_is_said_and_nothing_waits_for_it() {
    let mut person = Person::new(queue());
    person.hears();
    person.0.disconnect();
    let said = person.hears();
    assert_eq!(
        said,
        "The connection is lost: the gate is gone. Nothing can be decided until it is back."
    );
    assert_eq!(
        person.says("approve 1"),
        "Not connected: that needs the gate."
    );
    assert!(person.0.state.plain.as_ref().unwrap().listens());
    person.0.connect();
    assert_eq!(person.hears(), "Connected again.");
}

#[test]
fn what_may_not_be_decided_says_why() {
    let mut person = Person::new(queue());
    person.hears();
    assert_eq!(person.says("approve 4"), "Omar is asked, not you.");
    assert!(person.0.state.plain.as_ref().unwrap().question.is_none());
}

#[test]
fn the_history_is_read_out_the_newest_first() {
    let mut person = Person::new(decided());
    person.hears();
    let said = person.says("history");
    assert!(
        said.starts_with("Decided last, the newest first:\n"),
        "{said}"
    );
    assert!(said.contains("rejected by"), "{said}");
    assert!(person.says("list").starts_with("Nothing waits for you."));
}
