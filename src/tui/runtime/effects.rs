//! What the state asks for, done: calls of the gate as tasks whose answers are events, and what the loop does
//! itself when it comes round.

use std::future::Future;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::task::spawn_blocking;

use super::{Session, Writing, tell};
use crate::api::request::Filter;
use crate::client::Client;
use crate::domain::lifecycle::Status;
use crate::tui::effect::{Effect, PageFetch};
use crate::tui::event::{Answer, Event};
use crate::tui::look::Look;
use crate::tui::state::export::{Exported, ToExport};
use crate::tui::theme::Theme;
use crate::tui::{Connect, Exit, calls};

/// How much of what one was told is listed.
const BELL: u32 = 100;

impl<C: Connect> Session<C> {
    pub(super) fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Connect { after } => self.connect(after),
            Effect::Look(look) => self.put_on(look),
            Effect::Mouse(ours) => self.mouse = Some(ours),
            Effect::Suspend => self.suspend = true,
            Effect::Redraw => self.redraw = true,
            Effect::Quit => self.leave = Some(Exit::Quit),
            Effect::Sample => self.leave = Some(Exit::Sample),
            Effect::Watch => self.watch = true,
            Effect::FetchPage(fetch) => self.fetch(move |client: Client| async move {
                let page = client.requests(&filter(&fetch)).await;
                Answer::Page(fetch, page)
            }),
            Effect::FetchRequest(id) => self.fetch(move |client: Client| async move {
                Answer::Request(id, client.request(id).await.map(Box::new))
            }),
            Effect::FetchWhy(id) => self.fetch(move |client: Client| async move {
                Answer::Why(id, client.why(id).await.map(Box::new))
            }),
            Effect::FetchHistory(fetch) => self.fetch(move |client: Client| async move {
                let page = client.requests(&calls::decided(&fetch)).await;
                Answer::History(fetch, page)
            }),
            Effect::FetchOpened(id) => self.fetch(move |client: Client| async move {
                Answer::Opened(id, client.request(id).await.map(Box::new))
            }),
            Effect::FetchPast(id, agent, recipient) => {
                self.fetch(move |client: Client| async move {
                    let past = calls::past(&client, agent, recipient).await;
                    Answer::Past(id, past.map(Box::new))
                });
            }
            Effect::FetchBell => self.fetch(move |client: Client| async move {
                Answer::Bell(client.notifications(false, BELL, None).await)
            }),
            Effect::BellSeen(through) => self.change(move |client: Client| async move {
                Answer::BellSeen(client.notifications_seen(through).await)
            }),
            Effect::FetchSettings => self.fetch(move |client: Client| async move {
                Answer::Settings(calls::known(&client).await.map(Box::new))
            }),
            Effect::Save(change) => self.change(move |client: Client| async move {
                let answer = calls::save(&client, &change).await;
                Answer::Saved(change, answer)
            }),
            Effect::FetchFacts(wanted) => self.fetch(move |client: Client| async move {
                let facts = calls::facts(&client, &wanted).await.map(Box::new);
                Answer::Facts(wanted, facts)
            }),
            Effect::EditPolicy(text) => self.writing = Some((Writing::Policy, text)),
            Effect::TryPolicy(text) => self.fetch(move |client: Client| async move {
                let tried = calls::try_policy(&client, &text).await;
                Answer::Tried(text, tried)
            }),
            Effect::FetchVersion(version) => self.fetch(move |client: Client| async move {
                Answer::Version(version, calls::version(&client, version).await)
            }),
            Effect::SavePolicy(policy) => self.change(move |client: Client| async move {
                Answer::PolicySaved(calls::save_policy(&client, &policy).await)
            }),
            Effect::Export(to) => self.export(to),
            Effect::StopExport => {
                if let Some(export) = self.export.take() {
                    export.abort();
                }
            }
            Effect::ProveRecord(id) => self.fetch(move |client: Client| async move {
                Answer::RecordProven(id, calls::prove_record(&client, id).await)
            }),
            Effect::ProveLog => self.fetch(move |client: Client| async move {
                Answer::Proven(calls::prove(&client).await)
            }),
            Effect::Decide(id, decide) => self.change(move |client: Client| async move {
                let answer = client.decide(id, &decide).await.map(Box::new);
                Answer::Decided(id, answer)
            }),
            Effect::Do(id, deed) => self.change(move |client: Client| async move {
                Answer::Done(id, deed, calls::act(&client, id, deed).await.map(Box::new))
            }),
            Effect::Opened(id, opened) => {
                if let Some(client) = self.client.clone() {
                    // A courtesy to others: nothing here depends on whether the gate has heard it.
                    self.fetches
                        .spawn(async move { drop(client.opened(id, &opened).await) });
                }
            }
            Effect::Edit(about, text) => self.writing = Some((Writing::Params(about), text)),
            Effect::EditLines(about, at, text) => {
                self.writing = Some((Writing::Lines(about, at), text));
            }
        }
    }

    /// Draws with another look from now on, and keeps it.
    fn put_on(&mut self, look: Look) {
        let Some(appearance) = self.surroundings.appearance.clone() else {
            return;
        };
        let (palette, depth, glyphs) = appearance.on_terminal(look);
        self.surroundings.theme = Theme::new(palette, depth, glyphs);
        self.redraw = true;
        let send = self.send.clone();
        self.tasks.spawn(async move {
            let kept = spawn_blocking(move || appearance.keep(look)).await;
            let kept = kept.unwrap_or_else(|error| Err(error.to_string()));
            tell(&send, Event::Answer(Answer::LookKept(kept)));
        });
    }

    fn fetch<F>(&mut self, ask: impl FnOnce(Client) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let task = self.answering(ask);
        if let Some(task) = task {
            self.fetches.spawn(task);
        }
    }

    /// Something that isn't given up when the connection breaks.
    fn change<F>(&mut self, ask: impl FnOnce(Client) -> F)
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        if let Some(task) = self.answering(ask) {
            self.tasks.spawn(task);
        }
    }

    /// Writes a file of what the history finds. A connection that breaks ends it with an error.
    fn export(&mut self, to: ToExport) {
        let send = self.send.clone();
        let exporting = self.answering(move |client: Client| async move {
            let so_far = |count| {
                tell(
                    &send,
                    Event::Answer(Answer::Exported(Exported::SoFar(count))),
                )
            };
            let exported = calls::export(&client, &to, so_far).await;
            Answer::Exported(exported.map_or_else(Exported::Failed, Exported::Done))
        });
        self.export = exporting.map(|exporting| self.tasks.spawn(exporting));
    }

    /// A task that asks the gate and hands the answer back. There is none before the first connection,
    /// and nothing is asked before it.
    fn answering<F>(&self, ask: impl FnOnce(Client) -> F) -> Option<BoxFuture<'static, ()>>
    where
        F: Future<Output = Answer> + Send + 'static,
    {
        let answer = ask(self.client.clone()?);
        let send = self.send.clone();
        Some(async move { tell(&send, Event::Answer(answer.await)) }.boxed())
    }
}

/// What waits for the person who looks.
fn filter(fetch: &PageFetch) -> Filter {
    fetch.query.narrow(Filter {
        status: Some(Status::Pending.word().to_owned()),
        reviewer: Some("me".parse().expect("“me” follows the rule for names")),
        limit: Some(fetch.limit),
        cursor: fetch.cursor.clone(),
        ..Filter::default()
    })
}
