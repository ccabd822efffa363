//! From a line to what is done, and from what happened to lines. It goes the ways that keys go: the same
//! obstacles, the same decisions about what was shown, the same answers of the gate.
//!
//! Invariant: nothing is decided without a question of its own, and only by four characters that were typed
//! after it. A paste, a held key and a line from before the question are none.

use std::time::Duration;

use crate::domain::id::RequestId;
use crate::domain::review::Word;
use crate::domain::untrusted::Untrusted;
use crate::tui::effect::Effect;
use crate::tui::state::{Link, State, Tab, words};
use crate::tui::update::decide::{self, Says};
use crate::tui::update::{deeds, edit, link, overlay};

use super::order::{Order, VERBS};
use super::read::{ask, edited, history, show, why};
use super::say;
use super::talk::{Question, Talk, Wanted};

/// Nobody has read a question and typed its answer within this time.
const READING: Duration = Duration::from_millis(500);
/// Typed in place of a reason by whoever doesn't reject.
const LEAVE: &str = "cancel";
const GONE: &str = "That one waits no more; history reads out what became of it.";

/// A line was typed.
pub fn line(state: &mut State, typed: &str, effects: &mut Vec<Effect>) {
    if let Some(id) = talk_of(state).reason_for.take() {
        return reason(state, id, typed);
    }
    let question = talk_of(state).question.take();
    let asked = question.is_some();
    if let Some(question) = question {
        if typed.trim().eq_ignore_ascii_case(&question.code) {
            return answered(state, question, effects);
        }
        talk_of(state).say("Nothing was decided.");
    }
    match Order::read(typed) {
        _ if typed.trim().is_empty() => {}
        Ok(order) => obey(state, order, effects),
        // Whatever it was meant to be, it was no yes, and that was said.
        Err(_) if asked => {}
        Err(why) => talk_of(state).say(why),
    }
}

/// The reason for a rejection was typed. Whatever it is, nothing is decided by it.
fn reason(state: &mut State, id: RequestId, typed: &str) {
    let typed = typed.trim();
    if typed.eq_ignore_ascii_case(LEAVE) {
        return talk_of(state).say("Nothing was decided.");
    }
    let entries = state.entries();
    match state.pending.list.focus_on(id, entries) {
        true => want(state, Wanted::Reject(id, Some(typed.to_owned()))),
        false => talk_of(state).say(GONE),
    }
}

/// The four characters were typed.
fn answered(state: &mut State, question: Question, effects: &mut Vec<Effect>) {
    if state.now.elapsed < question.asked + READING {
        let talk = talk_of(state);
        talk.say(
            "That came before the question could be read: nothing was decided. Type it again.",
        );
        talk.question = Some(question);
        return;
    }
    state.pending.choice = question.choice;
    decide::send(state, question.about, question.says, effects);
}

fn obey(state: &mut State, order: Order, effects: &mut Vec<Effect>) {
    match order {
        Order::List => list(state),
        Order::Help => help(state),
        Order::Quit => effects.push(Effect::Quit),
        Order::Again => link::refresh(state, effects),
        Order::Undo => deeds::undo(state, effects),
        Order::Discard if state.pending.draft.is_none() => {
            talk_of(state).say("You have written nothing that could be thrown away.");
        }
        Order::Discard => edit::discard(state),
        Order::History => {
            state.tab = Tab::History;
            state.history.list.refresh();
            want(state, Wanted::History);
        }
        Order::Show(number) => {
            if let Some(id) = find(state, number) {
                want(state, Wanted::Show(id));
            }
        }
        Order::Approve(number) => {
            if let Some(id) = find(state, number) {
                want(state, Wanted::Approve(id));
            }
        }
        Order::Edit(number) => {
            if let Some(id) = find(state, number) {
                want(state, Wanted::Edit(id));
            }
        }
        Order::Reject(number, reason) => {
            if let Some(id) = find(state, number) {
                let reason = Some(reason).filter(|reason| !reason.is_empty());
                want(state, Wanted::Reject(id, reason));
            }
        }
        Order::Claim(number) => {
            if let Some(id) = find(state, number) {
                want(state, Wanted::Claim(id));
            }
        }
        Order::Snooze(number, time) => {
            if let Some(id) = find(state, number) {
                want(state, Wanted::Snooze(id, time));
            }
        }
        Order::Back(number) => {
            if let Some(id) = named(state, number) {
                deeds::call_back(state, id, effects);
            }
        }
        Order::Answer(number, words) => {
            if let Some(id) = find(state, number) {
                want(state, Wanted::Answer(id, words));
            }
        }
        Order::Why(number) => {
            if let Some(id) = find(state, number) {
                overlay::why(state, id, effects);
                if state.overlay.is_some() {
                    want(state, Wanted::Why);
                }
            }
        }
        Order::Notify(number, on) => {
            if find(state, number).is_some() {
                notify(state, on);
            }
        }
    }
}

/// Waits for the gate; without one there is nothing to wait for.
fn want(state: &mut State, wanted: Wanted) {
    if state.is_live() {
        talk_of(state).wanted = Some(wanted);
    } else {
        state.tab = Tab::Pending;
        talk_of(state).say("Not connected: that needs the gate.");
    }
}

/// The request of that number, or the one that was shown last, brought into focus.
fn find(state: &mut State, number: Option<usize>) -> Option<RequestId> {
    let entries = state.entries();
    let id = named(state, number)?;
    if !state.pending.list.focus_on(id, entries) {
        talk_of(state).say(GONE);
        return None;
    }
    Some(id)
}

/// The request of that number, or the one that was shown last, whether it is on the list or not.
fn named(state: &mut State, number: Option<usize>) -> Option<RequestId> {
    let talk = talk_of(state);
    let id = match number {
        Some(number) => talk.request(number),
        None => talk.shown,
    };
    if id.is_none() {
        talk.say(match number {
            Some(number) => {
                format!("There is no request number {number}; list reads out what waits.")
            }
            None => "Say which, by its number; list reads out what waits.".to_owned(),
        });
    }
    id
}

fn notify(state: &mut State, on: bool) {
    let text = match state.obstacle().or_else(|| state.why_always_told()) {
        Some(why) => format!("{}.", say::capitalised(&why)),
        None => {
            let focused = state.pending.list.focused().map(|row| row.id);
            state.pending.choice.of = focused;
            state.pending.choice.notify_agent = on;
            match on {
                true => "The agent will be told of your decision about it.".to_owned(),
                false => "The agent won't be told of your decision about it.".to_owned(),
            }
        }
    };
    let text = say::line(text);
    talk_of(state).say(text);
}

fn help(state: &mut State) {
    let talk = talk_of(state);
    for (_, example, says) in VERBS {
        talk.say(format!("{example}: {says}"));
    }
    talk.say("Without a number, a command is about the request that was read out last.");
    talk.say("A line that begins with > is the request's own text, whatever it says.");
    talk.say("A line that begins with spaces goes on with the line before it.");
}

/// What waits, each with its number.
fn list(state: &mut State) {
    let rows = waiting(state);
    let lines = numbered(state, &rows);
    let (known, more) = state.pending.list.known();
    let total = state.pending.list.count().unwrap_or(known);
    let head = match total {
        0 => "Nothing waits for you.".to_owned(),
        1 => "1 request waits for you.".to_owned(),
        total => format!("{} requests wait for you.", words::grouped(total)),
    };
    let put_off = state.pending.list.put_off;
    let talk = talk_of(state);
    talk.say(head);
    talk.out.extend(lines);
    if put_off > 0 {
        let put_off = words::grouped(put_off);
        talk.say(format!(
            "{put_off} put off; back and its number calls one back."
        ));
    }
    if more {
        talk.say("These are the first of them; more come up as these are decided.");
    }
}

/// What is known to wait, in the order of the list.
fn waiting(state: &State) -> Vec<RequestId> {
    let list = &state.pending.list;
    let kept = list.focused().filter(|_| list.kept).map(|row| row.id);
    let rows = list
        .rows
        .iter()
        .filter(|row| Some(row.id) != kept && !state.is_decided(row));
    rows.map(|row| row.id).collect()
}

fn numbered(state: &mut State, ids: &[RequestId]) -> Vec<String> {
    let mut lines = Vec::new();
    for id in ids {
        let number = talk_of(state).number(*id);
        let row = state.pending.list.rows.iter().find(|row| row.id == *id);
        lines.extend(row.map(|row| say::item(state, number, row)));
    }
    lines
}

/// After every event: what is new is said, and what was asked for is done once it is there.
pub fn settle(state: &mut State, effects: &mut Vec<Effect>) {
    if state.plain.is_none() {
        return;
    }
    connection(state);
    said(state);
    news(state);
    edited(state);
    if let Some(wanted) = talk_of(state).wanted.take() {
        fulfil(state, wanted, effects);
        said(state);
    }
}

fn connection(state: &mut State) {
    let now = match &state.link {
        Link::Connecting => return,
        Link::Live => (true, who(state)),
        Link::Lost { why, .. } => {
            let text =
                format!("The connection is lost: {why}. Nothing can be decided until it is back.");
            (false, text)
        }
    };
    let (live, text) = (now.0, say::line(now.1));
    let talk = talk_of(state);
    if talk.connected.replace(live) != Some(live) {
        talk.say(text);
        if !live && talk.wanted.take().is_some() {
            talk.say("What you asked for last was not done.");
            state.overlay = None;
            state.tab = Tab::Pending;
        }
    }
}

fn who(state: &State) -> String {
    let again = state.plain.as_ref().is_some_and(|talk| talk.greeted);
    match &state.me {
        _ if again => "Connected again.".to_owned(),
        Some(me) => format!(
            "Connected as {}. help says what can be typed.",
            me.name.plain_line()
        ),
        None => "Connected. help says what can be typed.".to_owned(),
    }
}

/// What the inbox has to say stands at the foot of a screen for a while; here it is said.
fn said(state: &mut State) {
    let messages: Vec<_> = state.messages.drain(..).collect();
    state.toast = None;
    for message in messages {
        let text = say::capitalised(&say::line(message.text));
        talk_of(state).say(format!("{text}."));
    }
}

/// What has come in, and what waits no more.
fn news(state: &mut State) {
    let list = &state.pending.list;
    if !list.loaded || list.asked.is_some() || list.is_stale() || !state.is_live() {
        return;
    }
    let now = waiting(state);
    if !talk_of(state).greeted {
        talk_of(state).greeted = true;
        talk_of(state).waiting = now.into_iter().collect();
        return self::list(state);
    }
    let told = talk_of(state).waiting.clone();
    let new: Vec<RequestId> = now
        .iter()
        .filter(|id| !told.contains(id))
        .copied()
        .collect();
    for line in numbered(state, &new) {
        talk_of(state).say(format!("New, number {line}"));
    }
    // Of a list that isn't known to its end, what is missing may only be further down.
    let whole = !state.pending.list.known().1;
    let gone: Vec<RequestId> = match whole {
        true => told.into_iter().filter(|id| !now.contains(id)).collect(),
        false => Vec::new(),
    };
    let talk = talk_of(state);
    talk.waiting.extend(new);
    for id in gone {
        talk.waiting.remove(&id);
        let number = talk.number(id);
        talk.say(format!("Number {number} waits no more."));
    }
}

/// Does what was asked for, or goes on waiting for the gate.
fn fulfil(state: &mut State, wanted: Wanted, effects: &mut Vec<Effect>) {
    if let Some(id) = wanted.about() {
        let focused = state.pending.list.focused().map(|row| row.id);
        if focused != Some(id) {
            return talk_of(state).say("That one waits no more: nothing was done.");
        }
        if state.pending.reading().is_none() {
            talk_of(state).wanted = Some(wanted);
            return;
        }
    }
    match wanted {
        Wanted::Show(id) => show(state, id),
        Wanted::Approve(id) => {
            if approvable(state) {
                show(state, id);
                ask(state, Says::word(Word::Approve));
            }
        }
        Wanted::Reject(id, None) => {
            if able(state) {
                let talk = talk_of(state);
                talk.reason_for = Some(id);
                talk.say(
                    "Why? The agent gets what you type next. An empty line gives no reason, cancel leaves it.",
                );
            }
        }
        Wanted::Claim(_) => deeds::claim(state, effects),
        Wanted::Snooze(id, time) => {
            deeds::put_off_for(state, id, &time, effects);
        }
        Wanted::Reject(_, Some(reason)) => {
            if able(state) {
                let says = Says {
                    reason: (!reason.is_empty()).then(|| Untrusted::from(reason)),
                    ..Says::word(Word::Reject)
                };
                ask(state, says);
            }
        }
        Wanted::Answer(_, text) => {
            if able(state) {
                let says = Says {
                    text: Some(Untrusted::from(text)),
                    ..Says::word(Word::Respond)
                };
                ask(state, says);
            }
        }
        Wanted::Edit(id) => {
            if approvable(state) {
                show(state, id);
                edit::open(state, effects);
            }
        }
        Wanted::Why => why(state),
        Wanted::History => history(state),
    }
}

/// Whether the focused one may be decided; if not, it says why.
fn able(state: &mut State) -> bool {
    let why = state.obstacle();
    says_why(state, why)
}

/// Whether the focused one may be approved; if not, it says why.
fn approvable(state: &mut State) -> bool {
    let why = state.why_not_approve();
    says_why(state, why)
}

fn says_why(state: &mut State, why: Option<String>) -> bool {
    let Some(why) = why else {
        return true;
    };
    let why = say::capitalised(&say::line(why));
    talk_of(state).say(format!("{why}."));
    false
}

/// The conversation; only plain mode comes here, and it has one.
pub(super) fn talk_of(state: &mut State) -> &mut Talk {
    state.plain.get_or_insert_default()
}
