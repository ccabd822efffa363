//! What a commit makes known: the newest workspace, the tail of the log, and a ring for whoever waits
//! for a request. Everything here is a hint that something is in the store; the store is the truth.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, broadcast, watch};

use super::bells::Bells;
use super::lock;
use super::metrics::Metrics;
use super::policy::in_force;
use crate::domain::event::{Fact, Recorded};
use crate::domain::id::{AgentId, RequestId};
use crate::domain::lifecycle::{Decision, Standing};
use crate::domain::review::Reviewer;
use crate::domain::time::At;
use crate::domain::verdict::Effect;
use crate::domain::workspace::Workspace;
use crate::policy::document::Policy;
use crate::store::{AsOf, Change, Entry};

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

/// What is judged by: who is who, what is allowed, and the policy in force with it.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) workspace: Arc<Workspace>,
    pub(super) policy: Arc<Policy>,
}

impl Snapshot {
    pub(super) fn new(workspace: Workspace, policy: Arc<Policy>) -> Self {
        Self {
            workspace: Arc::new(workspace),
            policy,
        }
    }
}

struct Inner {
    /// Everything up to this position of the log is known here.
    position: AtomicU64,
    newest: watch::Sender<Arc<Snapshot>>,
    tail: broadcast::Sender<Arc<Passing>>,
    requests: Bells<RequestId>,
    agents: Bells<AgentId>,
    /// Rung when there may be something for workers.
    work: Bells<()>,
    /// Those whose requests may have to go to somebody else.
    moved: Mutex<BTreeSet<Reviewer>>,
    /// When absences were last looked at, in milliseconds since 1970.
    looked_at: AtomicI64,
    alarm: Alarm,
    broken: watch::Sender<bool>,
    metrics: Metrics,
}

/// When the clock is wanted next; rung when something falls due before that. While the clock looks at what
/// is due nothing rings: it is noted, or the clock would look again for as long as anybody asks.
pub(super) struct Alarm {
    set_for: AtomicI64,
    /// The earliest that fell due since the clock began to look.
    meanwhile: AtomicI64,
    pub(super) earlier: Notify,
}

impl Alarm {
    fn new() -> Self {
        Self {
            set_for: AtomicI64::new(i64::MAX),
            meanwhile: AtomicI64::new(i64::MAX),
            earlier: Notify::new(),
        }
    }

    /// The clock looks: what falls due from now on it may find or not.
    pub(super) fn look(&self) {
        self.meanwhile.store(i64::MAX, Ordering::SeqCst);
        self.set_for.store(i64::MIN, Ordering::SeqCst);
    }

    /// The clock has found this to be next. Says for when it is set: for something that fell due meanwhile,
    /// if that is earlier. From now on what is earlier still rings.
    pub(super) fn set(&self, next: Option<At>) -> Option<At> {
        let found = next.map_or(i64::MAX, At::millis);
        let set_for = found.min(self.meanwhile.load(Ordering::SeqCst));
        self.set_for.store(set_for, Ordering::SeqCst);
        if self.meanwhile.load(Ordering::SeqCst) < set_for {
            // Between the two: it did not ring by itself.
            self.earlier.notify_one();
        }
        (set_for < i64::MAX).then(|| At::from_millis(set_for))
    }

    fn falls_due(&self, millis: i64) {
        self.meanwhile.fetch_min(millis, Ordering::SeqCst);
        if millis < self.set_for.load(Ordering::SeqCst) {
            self.earlier.notify_one();
        }
    }
}

impl News {
    pub(super) fn new(
        AsOf {
            position,
            workspace,
        }: AsOf,
    ) -> Self {
        let policy = Arc::new(in_force(workspace.policy.as_deref()));
        let newest = Snapshot::new(workspace, policy);
        Self {
            inner: Arc::new(Inner {
                position: AtomicU64::new(position),
                newest: watch::Sender::new(Arc::new(newest)),
                moved: Mutex::default(),
                looked_at: AtomicI64::new(i64::MAX),
                tail: broadcast::Sender::new(TAIL),
                requests: Bells::new(),
                agents: Bells::new(),
                work: Bells::new(),
                alarm: Alarm::new(),
                broken: watch::Sender::new(false),
                metrics: Metrics::default(),
            }),
        }
    }

    /// Makes a change known whose events begin at this position.
    pub(super) fn publish(&self, first: u64, change: Change) {
        self.inner.metrics.happened(&change.events);
        self.fold_workspace(&change.events);
        if let Some(agent) = &change.notifies {
            self.inner.agents.ring(agent);
        }
        for (position, recorded) in (first..).zip(change.events) {
            self.pass(position, recorded);
        }
    }

    /// Makes known what another gate has committed.
    pub(super) fn hear(&self, position: u64, recorded: Recorded) {
        // What the workspace was read with is known.
        if position <= self.inner.position.load(Ordering::SeqCst) {
            return;
        }
        self.fold_workspace(std::slice::from_ref(&recorded));
        if matches!(&recorded.event.fact, Fact::Settled(_) | Fact::Revoked(_)) {
            // Which agent finds a notice isn't in the event. A ring too many is only a look.
            self.inner.agents.ring_all();
        }
        self.pass(position, recorded);
    }

    /// An entry of the log goes by.
    fn pass(&self, position: u64, recorded: Recorded) {
        let event = recorded.event;
        if let Some(id) = event.request {
            self.inner.requests.ring(&id);
        }
        self.note_deadline(&event.fact, event.at);
        self.note_moved(&event.fact);
        if may_be_work(&event.fact) {
            self.inner.work.ring(&());
        }
        let passing = Passing {
            entry: Entry {
                position,
                body: recorded.body,
            },
            request: event.request,
        };
        self.inner.position.store(position, Ordering::SeqCst);
        // Without readers there is nobody to tell.
        drop(self.inner.tail.send(Arc::new(passing)));
    }

    /// The snapshot is replaced whole: whoever holds the old one still sees it whole.
    fn fold_workspace(&self, events: &[Recorded]) {
        let concerns = |recorded: &Recorded| {
            let fact = &recorded.event.fact;
            fact.changes_workspace()
                || matches!(fact, Fact::Asked(asked) if asked.opt_in.is_some() || asked.pattern.is_some())
        };
        if !events.iter().any(concerns) {
            return;
        }
        let before = self.snapshot();
        let mut workspace = Workspace::clone(&before.workspace);
        for recorded in events {
            workspace.apply(&recorded.event.fact, recorded.event.at);
        }
        let policy = match workspace.policy == before.workspace.policy {
            true => Arc::clone(&before.policy),
            false => Arc::new(in_force(workspace.policy.as_deref())),
        };
        let newest = Snapshot::new(workspace, policy);
        self.inner.newest.send_replace(Arc::new(newest));
    }

    /// Rings where something falls due that the clock doesn't know of. Most facts move nothing forward,
    /// and one ring too many is only a look.
    fn note_deadline(&self, fact: &Fact, at: At) {
        let due = match fact {
            Fact::Asked(asked) => Standing::new(asked, at).due(),
            Fact::Settled(settlement) => settlement.lapses_at,
            Fact::Routed(routed) => routed
                .escalates_at
                .into_iter()
                .chain(routed.expires_at)
                .min(),
            Fact::Edited(edited) => edited.expires_at,
            Fact::Started(started) => started.lease.as_ref().map(|lease| lease.until),
            Fact::Retried(retried) => retried.lapses_at,
            _ => None,
        };
        if let Some(due) = due {
            self.inner.alarm.falls_due(due.millis());
        }
    }

    /// Notes those who came or went, so that what waits for them is looked at again at once.
    fn note_moved(&self, fact: &Fact) {
        let who = match fact {
            Fact::PersonSaved(person) => Reviewer::Person(person.id.clone()),
            Fact::AgentSaved(agent) => Reviewer::Agent(agent.id.clone()),
            _ => return,
        };
        lock(&self.inner.moved).insert(who);
        self.inner.alarm.earlier.notify_one();
    }

    /// When this was asked the last time; the first time, now.
    pub(super) fn looked_at(&self, now: At) -> At {
        let before = self.inner.looked_at.swap(now.millis(), Ordering::SeqCst);
        At::from_millis(before.min(now.millis()))
    }

    /// Takes over those who came or went since the last time.
    pub(super) fn take_moved(&self) -> BTreeSet<Reviewer> {
        std::mem::take(&mut *lock(&self.inner.moved))
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

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.inner.newest.borrow())
    }

    /// What `look` finds in the newest workspace, once it finds it: a commit is in the store a moment
    /// before it is known here. Nothing if the gate breaks first.
    pub(super) async fn once_known<T>(&self, look: impl Fn(&Workspace) -> Option<T>) -> Option<T> {
        let mut newest = self.inner.newest.subscribe();
        let seen = async {
            let seen = newest
                .wait_for(|newest| look(&newest.workspace).is_some())
                .await;
            seen.ok().and_then(|newest| look(&newest.workspace))
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

    pub(super) fn work(&self) -> &Bells<()> {
        &self.inner.work
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    pub(super) fn alarm(&self) -> &Alarm {
        &self.inner.alarm
    }
}

/// Whether a fact may give workers something to do.
fn may_be_work(fact: &Fact) -> bool {
    match fact {
        Fact::Asked(asked) => asked.verdict.effect == Effect::Allow,
        Fact::Settled(settlement) => settlement.decision == Decision::Approved,
        Fact::Retried(_) | Fact::LeaseLost(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn rings(alarm: &Alarm) -> bool {
        tokio::select! {
            biased;
            () = alarm.earlier.notified() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn what_falls_due_while_the_clock_looks_is_noted_and_rings_only_if_it_is_earlier_afterwards()
     {
        let at = At::from_millis;
        let alarm = Alarm::new();
        alarm.look();
        alarm.falls_due(70);
        alarm.falls_due(90);
        assert!(!rings(&alarm).await, "the clock is looking");
        assert_eq!(
            alarm.set(Some(at(80))),
            Some(at(70)),
            "it may not have found it"
        );
        assert!(!rings(&alarm).await, "it is set for that");
        alarm.falls_due(75);
        assert!(!rings(&alarm).await, "that is later");
        alarm.falls_due(60);
        assert!(rings(&alarm).await);

        alarm.look();
        assert_eq!(
            alarm.set(Some(at(80))),
            Some(at(80)),
            "what was noted before was found"
        );
        alarm.look();
        assert_eq!(alarm.set(None), None);
    }
}
