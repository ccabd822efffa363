//! The service, and the only place that changes anything. An operation reads a snapshot, has the pure
//! core say what follows, and hands the clerk a change that names what it was based on; when that is
//! no longer so, it starts again. No check is ever apart from the write that it guards.

mod ask;
mod audit;
mod bells;
mod bounds;
mod caller;
mod change;
mod change_person;
mod checkpoint;
mod clerk;
mod decide;
mod error;
mod found;
mod judge;
mod limits;
mod look;
mod mask;
pub mod metrics;
mod news;
mod notices;
mod notifications;
mod people;
mod policy;
mod references;
mod replay;
mod reroute;
mod run;
mod secret;
mod see;
mod seen;
mod settings;
mod stats;
mod stop;
mod timers;
mod tokens;
mod tools;
mod wait;
mod work;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::domain::actor::Actor;
use crate::domain::checkpoint::LogKey;
use crate::domain::event::{Event, Fact, Recorded};
use crate::domain::id::{PersonId, RequestId};
use crate::domain::lifecycle::{Command, Refusal, step};
use crate::domain::raw::RawJson;
use crate::domain::telling::told;
use crate::domain::time::At;
use crate::domain::workspace::Workspace;
use crate::store::{self, Change, Claim, Expect, Outcome, Payload, Read, Store, Stored};
use clerk::Clerk;
use limits::Buckets;
use metrics::Metrics;
use news::{News, Snapshot};

pub use audit::{Proof, TreeHead, new_log_key};
pub use caller::{Caller, Role};
pub use checkpoint::LARGEST_CHECKPOINT;
pub use decide::{Choice, WhyNot};
pub use error::{Fault, GateError};
pub use found::{FirstKeys, OpenError};
pub use limits::Limits;
pub use look::{Look, claim_ends_at, live_claim, looking};
pub use news::Passing;
pub use policy::{Checked, PatternNow, PolicyNow, policy_tag, unreadable_policy};
pub use replay::{Differs, Replayed, Trial, Tried};
pub use secret::{BadSecret, Secret};
pub use seen::{MeantFor, Tag};
pub use stop::Stopped;
pub use tokens::{Grant, Issued};
pub use wait::Until;
pub use work::{Leased, Wanted};

/// How often an operation starts again because somebody else was faster. Each time somebody else got
/// their way, so only a storm on one thing can use this up.
const TRIES: usize = 64;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> At + Send + Sync>;

/// A gate: cheap to clone, all clones are the same one.
#[derive(Clone)]
pub struct Gate {
    inner: Arc<Inner>,
}

struct Inner {
    read: Arc<dyn Read>,
    clerk: Mutex<Option<Clerk>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The clock, whoever looks after it, and who hears of other gates.
    timers: Mutex<Vec<AbortHandle>>,
    news: News,
    clock: Clock,
    log_key: LogKey,
    limits: Limits,
    buckets: Buckets,
}

/// What a gate is opened with besides its store.
pub struct Setup {
    pub clock: Clock,
    /// What the log's heads are signed with.
    pub log_key: LogKey,
    pub limits: Limits,
}

/// A call that may be sent more than once: its key, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    /// SHA-256 over the call: its method, path and body.
    pub fingerprint: [u8; 32],
}

/// The wall clock, to the millisecond.
pub fn wall_clock() -> Clock {
    Arc::new(|| At::from_millis(jiff::Timestamp::now().as_millisecond()))
}

impl Gate {
    /// Opens a gate on a store: makes what a new workspace needs (asking `first_keys` for the secrets
    /// of its first owner and agent only then), and settles what fell due while no gate was running.
    /// It signs with `log_key` what it says of its log.
    pub async fn open(
        store: Store,
        setup: Setup,
        first_keys: impl FnOnce() -> std::io::Result<FirstKeys>,
    ) -> Result<Self, OpenError> {
        let news = News::new(store.read.workspace().await?);
        let (clerk, thread) = Clerk::start(store.write, news.clone()).map_err(OpenError::Thread)?;
        let gate = Self {
            inner: Arc::new(Inner {
                read: store.read,
                clerk: Mutex::new(Some(clerk)),
                thread: Mutex::new(Some(thread)),
                timers: Mutex::default(),
                news,
                clock: setup.clock,
                log_key: setup.log_key,
                limits: setup.limits,
                buckets: Buckets::default(),
            }),
        };
        if let Some(others) = store.others {
            let hears = tokio::spawn(hear_of_others(gate.clone(), others));
            lock(&gate.inner.timers).push(hears.abort_handle());
        }
        gate.furnish(first_keys).await?;
        gate.settle_due().await?;
        gate.look_over().await?;
        let clock = tokio::spawn(timers::run(gate.clone()));
        let auditor = tokio::spawn(timers::audit(gate.clone()));
        lock(&gate.inner.timers).extend([clock.abort_handle(), auditor.abort_handle()]);
        Ok(gate)
    }

    /// Finishes what was taken on, and takes nothing more.
    pub async fn close(&self) {
        for task in lock(&self.inner.timers).drain(..) {
            task.abort();
        }
        drop(lock(&self.inner.clerk).take());
        let thread = lock(&self.inner.thread).take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the clerk ended with a panic; its last answers may be missing");
            }
        }
    }

    /// Resolves when the store can't be trusted any more and the process should end.
    pub async fn until_broken(&self) {
        self.inner.news.until_broken().await;
    }

    /// The newest snapshot of who is who and what is allowed.
    pub fn workspace(&self) -> Arc<Workspace> {
        Arc::clone(&self.snapshot().workspace)
    }

    /// What it has counted since it was opened.
    pub fn metrics(&self) -> &Metrics {
        self.news().metrics()
    }

    /// What time it is to the gate.
    pub fn now(&self) -> At {
        (self.inner.clock)()
    }

    fn read(&self) -> &dyn Read {
        &*self.inner.read
    }

    fn news(&self) -> &News {
        &self.inner.news
    }

    /// The newest snapshot together with the policy that it holds.
    fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.news.snapshot()
    }

    async fn commit(&self, change: Change) -> Result<Outcome, GateError> {
        let clerk = lock(&self.inner.clerk).clone();
        clerk.ok_or(GateError::Stopping)?.commit(change).await
    }

    /// Moves one request on: the pure core says what follows from where it stands now, and the commit
    /// counts only if it still stood there, and everything else as in the snapshot that was judged by.
    async fn advance<C, M>(&self, wanted: Move<'_, C, M>) -> Result<Stored, GateError>
    where
        C: Fn(&Stored, &Snapshot, At) -> Result<Command, GateError>,
        M: Fn(&Stored, &Snapshot, &[Fact]) -> Result<Vec<Fact>, GateError>,
    {
        let id = wanted.id;
        if let Some((caller, once)) = wanted.once
            && let Some(earlier) = self.earlier(caller, Some(once)).await?
        {
            return self.repeated(caller, &earlier, Some(once)).await;
        }
        let mut seen = wanted.seen;
        for _ in 0..TRIES {
            let snapshot = self.snapshot();
            let stored = match seen.take() {
                Some(seen) => seen,
                None => self.existing(id).await?,
            };
            let tag = Tag::of_version(stored.standing.version);
            wanted.meant_for.check("request", &tag)?;
            let now = self.now();
            let command = (wanted.command)(&stored, &snapshot, now)?;
            let facts = match step(&stored.standing, &command, now) {
                // Whoever is told that it expired is told so by a clock that has settled it; else
                // somebody who looked at the clock a moment before could still win.
                Err(Refusal::Expired(_)) if stored.standing.settled.is_none() => {
                    self.settle(id).await?;
                    continue;
                }
                facts => facts?,
            };
            if facts.is_empty() {
                return Ok(stored);
            }
            let others = (wanted.more)(&stored, &snapshot, &facts)?;
            let change = Change {
                expect: vec![
                    Expect::Workspace {
                        revision: snapshot.workspace.revision,
                    },
                    Expect::Request {
                        id,
                        version: stored.standing.version,
                    },
                ],
                notifies: notifies(&stored, &facts).then(|| stored.asked.agent.clone()),
                payload: wanted
                    .params
                    .and_then(|params| edited_payload(id, params, &facts)),
                events: record(
                    now,
                    wanted.actor,
                    Some(id),
                    facts.into_iter().chain(others),
                    |fact| {
                        told(
                            fact,
                            wanted.actor,
                            Some((&stored.asked, &stored.standing)),
                            &snapshot.workspace,
                        )
                    },
                ),
                claim: wanted
                    .once
                    .map(|(caller, once)| claim(caller, once, id.to_string(), now)),
                ..Change::default()
            };
            match self.commit(change).await? {
                Outcome::Done { position } => return self.existing_since(id, position).await,
                Outcome::Lost => {}
                Outcome::Repeated(earlier) => {
                    let (caller, once) = wanted.once.ok_or(GateError::KeyReused)?;
                    return self.repeated(caller, &earlier, Some(once)).await;
                }
            }
        }
        Err(GateError::Busy)
    }

    /// The request that an earlier call with the same key made or changed, as it is now.
    async fn repeated(
        &self,
        caller: &Caller,
        earlier: &Claim,
        once: Option<&Once>,
    ) -> Result<Stored, GateError> {
        if once.is_none_or(|once| once.fingerprint != earlier.fingerprint) {
            return Err(GateError::KeyReused);
        }
        let id = earlier.target.parse().map_err(|_| GateError::KeyReused)?;
        let stored = self.existing(id).await?;
        // A key belongs to an agent, and its tokens may each be bound to other nodes.
        match self.is_elsewhere(caller, &stored) {
            true => Err(not_found(id)),
            false => Ok(stored),
        }
    }

    /// What this key was used for before, if it was.
    async fn earlier(
        &self,
        caller: &Caller,
        once: Option<&Once>,
    ) -> Result<Option<Claim>, GateError> {
        let Some(once) = once else {
            return Ok(None);
        };
        let earlier = self.read().claim(&caller.holder, &once.key).await?;
        let earlier = earlier.filter(|claim| claim.is_alive(self.now()));
        match earlier {
            Some(claim) if claim.fingerprint != once.fingerprint => Err(GateError::KeyReused),
            earlier => Ok(earlier),
        }
    }

    async fn existing(&self, id: RequestId) -> Result<Stored, GateError> {
        let found = self.read().request(id).await?;
        found.ok_or_else(|| not_found(id))
    }

    /// The same, for whoever has just had something committed there: their commit lies within their call.
    async fn existing_since(&self, id: RequestId, position: u64) -> Result<Stored, GateError> {
        let found = self.read().request_since(id, Some(position)).await?;
        found.ok_or_else(|| not_found(id))
    }

    /// Changes who is who or what is allowed: `facts` sees the snapshot that the commit is held
    /// against. Nothing to change is fine.
    async fn change_workspace(
        &self,
        actor: &Actor,
        claim: Option<Claim>,
        facts: impl Fn(&Workspace) -> Result<Vec<Fact>, GateError>,
    ) -> Result<(), GateError> {
        for _ in 0..TRIES {
            let workspace = self.workspace();
            let facts = facts(&workspace)?;
            if facts.is_empty() {
                return Ok(());
            }
            let change = Change {
                expect: vec![Expect::Workspace {
                    revision: workspace.revision,
                }],
                events: record(self.now(), actor, None, facts, |fact| {
                    told(fact, actor, None, &workspace)
                }),
                claim: claim.clone(),
                ..Change::default()
            };
            match self.commit(change).await? {
                Outcome::Done { .. } => return Ok(()),
                Outcome::Repeated(earlier) => {
                    return match claim {
                        Some(claim) if claim.fingerprint == earlier.fingerprint => Ok(()),
                        _ => Err(GateError::KeyReused),
                    };
                }
                Outcome::Lost => {}
            }
        }
        Err(GateError::Busy)
    }
}

/// Has the clerk make known what other gates commit.
async fn hear_of_others(gate: Gate, mut others: mpsc::Receiver<()>) {
    while others.recv().await.is_some() {
        let clerk = lock(&gate.inner.clerk).clone();
        let Some(clerk) = clerk else {
            return;
        };
        clerk.catch_up();
    }
}

/// One step of one request.
struct Move<'a, C, M> {
    id: RequestId,
    actor: &'a Actor,
    once: Option<(&'a Caller, &'a Once)>,
    /// The request, if it was read in this call already.
    seen: Option<Stored>,
    /// The request as the caller saw it.
    meant_for: &'a MeantFor,
    /// Other parameters, which are kept if the step edits.
    params: Option<&'a RawJson>,
    /// What is wanted, given where the request stands and the snapshot that the commit is held against.
    command: C,
    /// The facts about other things that go with those that follow.
    more: M,
}

type NothingMore = fn(&Stored, &Snapshot, &[Fact]) -> Result<Vec<Fact>, GateError>;

impl<'a, C> Move<'a, C, NothingMore> {
    /// A step with which nothing else goes.
    fn plain(
        id: RequestId,
        actor: &'a Actor,
        once: Option<(&'a Caller, &'a Once)>,
        command: C,
    ) -> Self {
        Self {
            id,
            actor,
            once,
            seen: None,
            meant_for: &MeantFor::Anything,
            params: None,
            command,
            more: |_, _, _| Ok(Vec::new()),
        }
    }

    /// The same, for the request as it was seen.
    fn meant_for(self, meant_for: &'a MeantFor) -> Self {
        Self { meant_for, ..self }
    }
}

/// Whether the agent finds a notice after these facts.
fn notifies(stored: &Stored, facts: &[Fact]) -> bool {
    let was_told = stored
        .standing
        .settled
        .as_ref()
        .is_some_and(|s| s.notify_agent);
    facts.iter().any(|fact| match fact {
        Fact::Settled(settlement) => settlement.notify_agent,
        Fact::Revoked(_) => was_told,
        _ => false,
    })
}

fn edited_payload(id: RequestId, params: &RawJson, facts: &[Fact]) -> Option<Payload> {
    facts.iter().find_map(|fact| match fact {
        Fact::Edited(edited) => Some(Payload {
            request: id,
            digest: edited.digest,
            params: params.clone(),
        }),
        _ => None,
    })
}

/// Writes facts down, with whom they are told to.
fn record(
    at: At,
    actor: &Actor,
    request: Option<RequestId>,
    facts: impl IntoIterator<Item = Fact>,
    told: impl Fn(&Fact) -> Vec<PersonId>,
) -> Vec<Recorded> {
    let event = |fact| Event {
        at,
        actor: actor.clone(),
        request,
        told: told(&fact),
        fact,
    };
    facts.into_iter().map(|fact| event(fact).record()).collect()
}

/// What whoever asks for it is told of a request that isn't there, or that they may not see.
fn not_found(id: RequestId) -> GateError {
    GateError::NotFound {
        what: "request",
        id: id.to_string(),
    }
}

/// For facts that nobody is told of.
fn nobody(_: &Fact) -> Vec<PersonId> {
    Vec::new()
}

fn claim(caller: &Caller, once: &Once, target: String, at: At) -> Claim {
    store::Claim {
        holder: caller.holder.clone(),
        key: once.key.clone(),
        fingerprint: once.fingerprint,
        target,
        at,
    }
}

/// What these mutexes hold is replaced whole, so a panic elsewhere can't have left it half changed.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
