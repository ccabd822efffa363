//! The gate of the sample: what would be asked of it is answered from the queue, and what it was sent is answered
//! when the test says so.

use serde_json::json;

use super::{Desk, TODAY, gone, id, pages};
use crate::api::page::Page;
use crate::api::request::{Filter, Request};
use crate::api::settings::{Choice, OptedInCount, Preference};
use crate::client::ClientError;
use crate::domain::id::RequestId;
use crate::tui::effect::{Effect, PageFetch};
use crate::tui::event::{Answer, Event, Saved, Stream};
use crate::tui::state::document::Past;
use crate::tui::state::settings::Change;

impl Desk {
    pub(super) fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { after } => self.connects.push(after),
            Effect::Quit | Effect::Sample | Effect::Watch => self.left = true,
            Effect::Redraw
            | Effect::Look(_)
            | Effect::Mouse(_)
            | Effect::Suspend
            | Effect::FetchWhy(_) => {}
            Effect::Decide(id, decide) => self.sent.push((id, *decide)),
            Effect::Do(id, deed) => self.done.push((id, deed)),
            Effect::Opened(id, opened) => self.told.push((id, opened.seen)),
            Effect::Edit(about, text) => self.editing = Some((about, text)),
            Effect::EditLines(about, at, text) => self.lines = Some((about, at, text)),
            Effect::FetchPage(fetch) => {
                self.asked.push(fetch.clone());
                let page = self.page(&fetch, false);
                self.quietly(Event::Answer(Answer::Page(fetch, Ok(page))));
            }
            Effect::FetchHistory(fetch) => {
                self.browsed.push(fetch.clone());
                let page = Page {
                    total: None,
                    ..self.page(&fetch, true)
                };
                self.quietly(Event::Answer(Answer::History(fetch, Ok(page))));
            }
            Effect::FetchOpened(id) => {
                self.opened.push(id);
                let found = self.gate.iter().find(|request| request.id == id).cloned();
                let found = found.map(Box::new).ok_or_else(gone);
                self.quietly(Event::Answer(Answer::Opened(id, found)));
            }
            Effect::FetchPast(id, agent, recipient) => {
                let over = |r: &&Request| r.status.decided();
                let of = |r: &&Request| r.agent == agent;
                let past = self.gate.iter().filter(over).filter(of).cloned().collect();
                let past = Past {
                    agent: past,
                    recipient: recipient.map(|recipient| (recipient, Vec::new())),
                };
                self.quietly(Event::Answer(Answer::Past(id, Ok(Box::new(past)))));
            }
            Effect::FetchBell => self.look_up_bell(),
            Effect::BellSeen(through) => self.see_bell(through),
            Effect::FetchSettings => {
                self.looked_up += 1;
                let known = Ok(Box::new(self.known.clone()));
                self.quietly(Event::Answer(Answer::Settings(known)));
            }
            Effect::Save(change) => self.saves.push(*change),
            Effect::FetchFacts(wanted) => {
                let facts = Ok(Box::new(pages::facts(&wanted)));
                self.quietly(Event::Answer(Answer::Facts(wanted, facts)));
            }
            Effect::EditPolicy(text) => self.policy.editing = Some(text),
            Effect::TryPolicy(text) => self.policy.trying = Some(text),
            Effect::FetchVersion(version) => {
                let text = Ok(format!("# version {version}\n"));
                self.quietly(Event::Answer(Answer::Version(version, text)));
            }
            Effect::SavePolicy(saves) => self.policy.saves.push(saves),
            Effect::ProveLog => self.policy.proofs += 1,
            Effect::Export(to) => self.exports.push(to),
            Effect::StopExport => self.exports.clear(),
            Effect::ProveRecord(id) => self.proving.push(id),
            Effect::FetchRequest(id) => {
                self.fetched.push(id);
                let found = self.gate.iter().find(|request| request.id == id).cloned();
                let found = found.map(Box::new).ok_or_else(gone);
                self.quietly(Event::Answer(Answer::Request(id, found)));
            }
        }
    }

    /// As the gate pages: cursors are places in its order.
    fn page(&self, fetch: &PageFetch, over: bool) -> Page<Request> {
        let now = self.state.now.wall;
        let put_off = |r: &Request| {
            let until = r.you.as_ref().and_then(|you| you.snoozed_until);
            !over && !r.status.decided() && until.is_some_and(|until| until > now)
        };
        let wanted = |r: &&Request| r.status.decided() == over && !put_off(r);
        let all = self.gate.iter().filter(wanted).count();
        let asked = fetch.query.narrow(Filter::default());
        let found = |r: &&Request| {
            let listed = match asked.put_off {
                Some(_) => put_off(r),
                None => wanted(r),
            };
            listed && finds(&asked, r)
        };
        let waiting: Vec<&Request> = self.gate.iter().filter(found).collect();
        let start: usize = fetch
            .cursor
            .as_ref()
            .map_or(0, |at| at.parse().expect("a place"));
        let limit = fetch.limit as usize;
        let items = waiting.iter().skip(start).take(limit);
        let bare = |request: &&Request| Request {
            params: None,
            ..(*request).clone()
        };
        let end = start + limit;
        Page {
            items: items.map(bare).collect(),
            next_cursor: (end < waiting.len()).then(|| end.to_string()),
            total: Some(all as u64),
            put_off: Some(self.gate.iter().filter(|r| put_off(r)).count() as u64),
            found: (asked != Filter::default() && start == 0).then_some(waiting.len() as u64),
        }
    }

    /// The gate answers the oldest decision that it was sent, as the gate does.
    pub fn answer_decision(&mut self) -> RequestId {
        let (id, decide) = self.sent.remove(0);
        let request = self.gate.iter_mut().find(|request| request.id == id);
        let request = request.expect("it is there");
        settle(request, decide.decision.past(), "dana");
        let answer = Ok(Box::new(request.clone()));
        self.event(Event::Answer(Answer::Decided(id, answer)));
        id
    }

    /// Somebody else decides, and the stream says so.
    pub fn decide_elsewhere(&mut self, n: u8, decision: &str) {
        let request = self.gate.iter_mut().find(|request| request.id == id(n));
        settle(request.expect("it is there"), decision, "omar");
        self.news(&format!("request.{decision}"), n);
    }

    /// Somebody asks something more, and the stream says so.
    pub fn ask_first(&mut self, request: Request) {
        let n = request.id.as_bytes()[0];
        self.gate.insert(0, request);
        self.news("request.asked", n);
    }

    pub fn news(&mut self, kind: &str, n: u8) {
        self.event(Event::Stream(Stream::Changed {
            kind: kind.to_owned(),
            request: Some(id(n)),
            mine: false,
            told: false,
        }));
        self.wait(150);
    }

    /// Something happened in the workspace.
    pub fn workspace_news(&mut self, kind: &str) {
        self.event(Event::Stream(Stream::Changed {
            kind: kind.to_owned(),
            request: None,
            mine: false,
            told: false,
        }));
        self.wait(500);
    }

    /// The gate answers the oldest change that it was sent.
    pub fn answer_save(&mut self) -> Change {
        let change = self.saves.remove(0);
        self.make(&change);
        let known = Some(Box::new(self.known.clone()));
        self.event(Event::Answer(Answer::Saved(
            Box::new(change.clone()),
            Ok(Saved {
                known,
                ..Saved::default()
            }),
        )));
        change
    }

    /// The gate says no to it, or says nothing.
    pub fn refuse_save(&mut self, error: ClientError) {
        let change = self.saves.remove(0);
        let answer = Answer::Saved(Box::new(change), Err(error));
        self.event(Event::Answer(answer));
    }

    /// What the gate does with a change.
    pub fn make(&mut self, change: &Change) {
        match change {
            Change::Unlock { action, on } => {
                for one in self
                    .known
                    .actions
                    .iter_mut()
                    .filter(|one| one.name == *action)
                {
                    one.auto_approval_allowed = *on;
                    one.opted_in = OptedInCount::default();
                }
                self.known
                    .preferences
                    .retain(|one| *on || one.action != *action);
            }
            Change::Enable { integration, on } => {
                let mut found = self.known.integrations.iter_mut();
                let found = found.find(|one| one.name == *integration);
                found.expect("it is there").enabled = *on;
            }
            Change::Always { action } => self.known.preferences.push(Preference {
                action: action.clone(),
                choice: Choice::Always {},
                last_used: TODAY.parse().expect("a time"),
                ends_at: None,
            }),
            Change::Manual { action } => {
                self.known.preferences.retain(|one| one.action != *action);
            }
            Change::Offered(..) => {}
        }
    }

    /// The gate answers the oldest thing that was done, with the request as it is then.
    pub fn answer_deed(&mut self, change: impl FnOnce(&mut Request)) {
        let (id, deed) = self.done.remove(0);
        let request = self.gate.iter_mut().find(|request| request.id == id);
        let request = request.expect("it is there");
        change(request);
        let answer = Ok(Box::new(request.clone()));
        self.event(Event::Answer(Answer::Done(id, deed, answer)));
    }
}

/// Whether the gate would find it, as far as the tests look for something.
fn finds(asked: &Filter, request: &Request) -> bool {
    let headline = request.headline.raw_for_execution().to_lowercase();
    let words = asked.q.iter().flat_map(|q| q.split_whitespace());
    asked
        .agent
        .as_ref()
        .is_none_or(|agent| *agent == request.agent)
        && asked
            .action
            .as_ref()
            .is_none_or(|action| *action == request.action)
        && asked.risk.is_none_or(|risk| risk == request.risk.level)
        && asked
            .status
            .as_ref()
            .is_none_or(|status| status.split(',').any(|word| word == request.status.word()))
        && words
            .into_iter()
            .all(|word| headline.contains(&word.to_lowercase()))
}

fn settle(request: &mut Request, decision: &str, by: &str) {
    let whole = json!({"decision": decision, "by": by, "at": "2026-11-20T14:02:00Z",
        "reason": (decision == "rejected").then_some("wrong list"), "notify_agent": false, "agent_told_at": null});
    let word = serde_json::from_value(json!(decision)).expect("a status");
    request.status = word;
    request.version += 1;
    request.settled = serde_json::from_str(&whole.to_string()).expect("a settlement");
    request.you.as_mut().expect("a person looks").may_decide = false;
}
