//! The rows that a batch reads and changes, between their tables and the events that change them. What
//! was only read is never written back.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checkpoint, Claim, Payload, PolicyVersion, StoreError, encode};
use crate::domain::execution::{ExecutionState, Executor};
use crate::domain::id::{ActionName, AgentId, PersonId, RequestId};
use crate::domain::lifecycle::{Standing, State};
use crate::domain::merkle::Hash;
use crate::domain::time::At;

/// Where rows are read that a batch has not read yet.
pub(super) trait Source {
    fn request(&mut self, id: RequestId) -> Result<Option<RequestRow>, StoreError>;
    fn parties(&mut self, id: RequestId) -> Result<Vec<(String, PartyRow)>, StoreError>;
    fn record(&mut self, key: &RecordKey) -> Result<Option<String>, StoreError>;
    /// The ids of the opt-ins for an action.
    fn opt_ins(&mut self, action: &ActionName) -> Result<Vec<String>, StoreError>;
    /// Up to which position somebody has seen what they were told.
    fn seen(&mut self, person: &PersonId) -> Result<Option<u64>, StoreError>;
    /// How often somebody's bell rang after this position, as far as it is written.
    fn rung_after(&mut self, person: &PersonId, position: u64) -> Result<u64, StoreError>;
    /// What a key of this holder was used for.
    fn claim(&mut self, like: &Claim) -> Result<Option<Claim>, StoreError>;
}

/// A row, and what became of it since it was read.
#[derive(Debug, Clone)]
pub(super) struct Kept<R> {
    pub(super) row: R,
    pub(super) changed: bool,
}

impl<R> Kept<R> {
    pub(super) fn read(row: R) -> Self {
        Self {
            row,
            changed: false,
        }
    }

    pub(super) fn new(row: R) -> Self {
        Self { row, changed: true }
    }

    /// The row, to change it.
    pub(super) fn change(&mut self) -> &mut R {
        self.changed = true;
        &mut self.row
    }
}

/// What of a request may change, and what is written once.
#[derive(Debug, Clone)]
pub(super) struct RequestRow {
    pub(super) waiting: bool,
    pub(super) standing: Standing,
    pub(super) updated_at: At,
    pub(super) decided_at: Option<At>,
    pub(super) decided_by: Option<String>,
    pub(super) told_at: Option<At>,
    pub(super) claimed_by: Option<String>,
    pub(super) claimed_at: Option<At>,
    /// Nothing when the row is in its table already.
    pub(super) begun: Option<Begun>,
}

/// What never changes of a request.
#[derive(Debug, Clone)]
pub(super) struct Begun {
    /// The position in the log of the event that asked it.
    pub(super) asked: u64,
    pub(super) action: String,
    pub(super) trigger: String,
    pub(super) on_behalf_of: Option<String>,
    pub(super) conversation: Option<String>,
    pub(super) node: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) created_at: At,
}

impl RequestRow {
    /// Its place among what waits; nothing when it doesn't.
    pub(super) fn urgency(&self, id: RequestId) -> Option<[u8; 26]> {
        let pending = self.standing.state == State::Pending;
        pending.then(|| encode::urgency_key(id, self.waiting, &self.standing))
    }

    /// When a worker may take it; nothing when none may.
    pub(super) fn leasable_at(&self) -> Option<At> {
        let execution = self.standing.execution.as_ref()?;
        let waits =
            execution.executor == Executor::Queue && execution.state == ExecutionState::Ready;
        waits.then(|| execution.held_until.unwrap_or(self.updated_at))
    }
}

/// What somebody has to do with a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PartyRow {
    pub(super) reviews: bool,
    pub(super) urgency: Option<[u8; 26]>,
    pub(super) decided_at: Option<At>,
    pub(super) snoozed_until: Option<At>,
    pub(super) opened_at: Option<At>,
    pub(super) opened_digest: Option<String>,
    pub(super) seen: Option<u32>,
}

/// How many more are counted for a person or an agent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Requests of this agent that wait.
    pub(super) pending: i64,
    /// Requests that wait and that they may see,
    pub(super) parties: i64,
    /// and of these, which they may decide.
    pub(super) reviews: i64,
    /// What they were told and haven't seen.
    pub(super) unseen: i64,
}

impl Tally {
    /// What this part in one request counts.
    pub(super) fn of(party: &PartyRow) -> Self {
        let waits = party.urgency.is_some();
        Self {
            parties: waits.into(),
            reviews: (waits && party.reviews).into(),
            ..Self::default()
        }
    }
}

/// What somebody has seen of what they were told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bell {
    /// Everything up to this position.
    pub(super) seen: u64,
    pub(super) unseen: u64,
}

/// An entry of the log of which somebody is told.
#[derive(Debug, Clone)]
pub(super) struct NotificationRow {
    pub(super) person: PersonId,
    pub(super) position: u64,
    pub(super) request: Option<RequestId>,
}

/// Whom a request reaches from now on, and whom it reached before.
#[derive(Debug, Clone, Default)]
pub(super) struct Recipients {
    pub(super) now: Vec<String>,
    pub(super) before: Vec<String>,
}

/// The kind and the id of a record.
pub(super) type RecordKey = (&'static str, String);

/// An entry of the log, about to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogRow<'b> {
    pub(super) position: u64,
    pub(super) body: &'b str,
    pub(super) leaf: Hash,
    /// What the root of the tree is with it, where it is the last of a commit.
    pub(super) root: Option<Hash>,
}

/// Everything that a batch has read and changed.
#[derive(Debug, Default)]
pub(super) struct Rows<'b> {
    pub(super) log: Vec<LogRow<'b>>,
    pub(super) requests: BTreeMap<RequestId, Kept<RequestRow>>,
    pub(super) parties: BTreeMap<RequestId, BTreeMap<String, Kept<PartyRow>>>,
    pub(super) recipients: BTreeMap<RequestId, Recipients>,
    /// Recipients to whom something is let through.
    pub(super) acquaintances: BTreeSet<String>,
    /// Whom agents named as the owner of a resource (its kind, its id), and when last.
    pub(super) owners: BTreeMap<(String, String, String), At>,
    /// Whether there is a notice.
    pub(super) notices: BTreeMap<(AgentId, RequestId), bool>,
    pub(super) policies: Vec<PolicyVersion>,
    pub(super) notifications: Vec<NotificationRow>,
    /// Of people, and of agents as reviewers are written.
    pub(super) tallies: BTreeMap<String, Tally>,
    /// Bells that somebody has looked at. They say all, whatever was counted before.
    pub(super) bells: BTreeMap<PersonId, Bell>,
    /// Nothing where there is no such record, or none any more.
    pub(super) records: BTreeMap<RecordKey, Kept<Option<String>>>,
    pub(super) payloads: Vec<&'b Payload>,
    pub(super) checkpoints: BTreeMap<RequestId, &'b Checkpoint>,
    pub(super) claims: Vec<Kept<Claim>>,
}
