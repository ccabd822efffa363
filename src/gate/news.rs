//! What a commit makes known: the newest workspace, the tail of the log, and a ring for whoever waits
//! for a request. Everything here is a hint that something is in the store; the store is the truth.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::{Notify, broadcast, watch};

use super::bells::Bells;
use crate::domain::event::{Fact, Recorded};
use crate::domain::id::{AgentId, RequestId};
use crate::domain::lifecycle::Standing;
use crate::domain::workspace::Workspace;
use crate::store::{Change, Entry};

/// How far a reader of the log's tail may fall behind before it reads from the store again.
const TAIL: usize = 512;

/// An entry of the log, as it passes.
#[derive(Debug, Clone)]
pub struct Passing {
    pub entry: Entry,
    pub request: Option<RequestId>,
}

#[derive(Clone)]
pub(super) struct News {
    inner: Arc<Inner>,
}

struct Inner {
    workspace: watch::Sender<Arc<Workspace>>,
    tail: broadcast::Sender<Arc<Passing>>,
    requests: Bells<RequestId>,
    agents: Bells<AgentId>,
    alarm: Alarm,
    broken: watch::Sender<bool>,
}

/// When the clock is wanted next; rung when something falls due before that.
pub(super) struct Alarm {
    set_for: AtomicI64,
    pub(super) earlier: Notify,
}

impl Alarm {
    /// Nothing before this moment needs a ring.
    pub(super) fn set(&self, millis: i64) {
        self.set_for.store(millis, Ordering::SeqCst);
    }

    fn falls_due(&self, millis: i64) {
        if millis < self.set_for.load(Ordering::SeqCst) {
            self.earlier.notify_one();
        }
    }
}

impl News {
    pub(super) fn new(workspace: Workspace) -> Self {
        Self {
            inner: Arc::new(Inner {
                workspace: watch::Sender::new(Arc::new(workspace)),
                tail: broadcast::Sender::new(TAIL),
                requests: Bells::new(),
                agents: Bells::new(),
                alarm: Alarm {
                    set_for: AtomicI64::new(i64::MAX),
                    earlier: Notify::new(),
                },
                broken: watch::Sender::new(false),
            }),
        }
    }

    /// Makes a change known whose events begin at this position.
    pub(super) fn publish(&self, first: u64, change: Change) {
        let events = change.events;
        self.fold_workspace(&events);
        if let Some(agent) = &change.notifies {
            self.inner.agents.ring(agent);
        }
        for (position, recorded) in (first..).zip(events) {
            let event = recorded.event;
            if let Some(id) = event.request {
                self.inner.requests.ring(&id);
            }
            self.note_deadline(&event.fact);
            let passing = Passing {
                entry: Entry {
                    position,
                    body: recorded.body,
                },
                request: event.request,
            };
            // Without readers there is nobody to tell.
            drop(self.inner.tail.send(Arc::new(passing)));
        }
    }

    /// The snapshot is replaced whole: whoever holds the old one still sees it whole.
    fn fold_workspace(&self, events: &[Recorded]) {
        let concerns = |recorded: &Recorded| {
            let fact = &recorded.event.fact;
            fact.changes_workspace() || matches!(fact, Fact::Asked(asked) if asked.opt_in.is_some())
        };
        if !events.iter().any(concerns) {
            return;
        }
        let mut workspace = Workspace::clone(&self.inner.workspace.borrow());
        for recorded in events {
            workspace.apply(&recorded.event.fact, recorded.event.at);
        }
        self.inner.workspace.send_replace(Arc::new(workspace));
    }

    fn note_deadline(&self, fact: &Fact) {
        let due = match fact {
            Fact::Asked(asked) if !Standing::new(asked).status().decided() => asked.expires_at,
            Fact::Settled(settlement) => settlement.lapses_at,
            _ => None,
        };
        if let Some(due) = due {
            self.inner.alarm.falls_due(due.millis());
        }
    }

    /// Nothing is committed any more.
    pub(super) fn broken(&self) {
        self.inner.broken.send_replace(true);
    }

    pub(super) async fn until_broken(&self) {
        let mut broken = self.inner.broken.subscribe();
        // The sender lives as long as this value does.
        drop(broken.wait_for(|broken| *broken).await);
    }

    pub(super) fn workspace(&self) -> Arc<Workspace> {
        Arc::clone(&self.inner.workspace.borrow())
    }

    /// What `look` finds in the newest workspace, once it finds it: a commit is in the store a moment
    /// before it is known here. Nothing if the gate breaks first.
    pub(super) async fn once_known<T>(&self, look: impl Fn(&Workspace) -> Option<T>) -> Option<T> {
        let mut newest = self.inner.workspace.subscribe();
        let seen = async {
            let seen = newest.wait_for(|workspace| look(workspace).is_some()).await;
            seen.ok().and_then(|workspace| look(&workspace))
        };
        tokio::select! {
            biased;
            seen = seen => seen,
            () = self.until_broken() => None,
        }
    }

    pub(super) fn tail(&self) -> broadcast::Receiver<Arc<Passing>> {
        self.inner.tail.subscribe()
    }

    pub(super) fn requests(&self) -> &Bells<RequestId> {
        &self.inner.requests
    }

    pub(super) fn agents(&self) -> &Bells<AgentId> {
        &self.inner.agents
    }

    pub(super) fn alarm(&self) -> &Alarm {
        &self.inner.alarm
    }
}
