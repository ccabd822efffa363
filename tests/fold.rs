//! The log is the truth: folding it gives the tables, live and after a restart, and nothing in it can be
//! changed without its hash telling.

pub(crate) mod history;
mod invariants;

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};
use signoff::domain::event::{Event, Fact, leaf_hash};
use signoff::domain::execution::ExecutionState;
use signoff::domain::id::{PersonId, RequestId};
use signoff::domain::lifecycle::{Standing, State};
use signoff::domain::people::{Holder, Role, UserRef};
use signoff::domain::time::At;
use signoff::domain::workspace::Workspace;
use signoff::store;

use crate::support::TestGate;
use history::{busy_history, rounds};

/// What the log says, and nothing else.
#[derive(Default)]
struct Folded {
    workspace: Workspace,
    requests: BTreeMap<RequestId, Request>,
    kinds: BTreeMap<&'static str, usize>,
}

struct Request {
    standing: Standing,
    created_at: At,
    updated_at: At,
    told_at: Option<At>,
}

impl Request {
    /// Whether its outcome was for the agent to know.
    fn tells(&self) -> bool {
        let settled = self.standing.settled.as_ref();
        settled.is_some_and(|settlement| settlement.notify_agent)
    }
}

impl Folded {
    async fn of(gate: &TestGate) -> Self {
        let mut folded = Self::default();
        let mut last = 0;
        loop {
            let entries = gate.gate.log(last).await.unwrap();
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                last += 1;
                assert_eq!(entry.position, last, "dense");
                folded.add(&Event::from_body(entry.body.text()).unwrap());
            }
        }
        assert_eq!(gate.gate.head().await.unwrap(), last);
        folded
    }

    fn add(&mut self, event: &Event) {
        *self.kinds.entry(event.fact.kind()).or_default() += 1;
        self.workspace.apply(&event.fact, event.at);
        if let Fact::Asked(asked) = &event.fact {
            let request = Request {
                standing: Standing::new(asked, event.at),
                created_at: event.at,
                updated_at: event.at,
                told_at: None,
            };
            assert!(
                self.requests.insert(asked.id, request).is_none(),
                "asked twice"
            );
        } else if let Some(request) = event.request.and_then(|id| self.requests.get_mut(&id)) {
            // What goes with a vote, like an opt-in, names the request that it came with.
            if event.fact.moves_request() {
                request.standing.apply(&event.fact, event.at);
                request.updated_at = event.at;
            }
            match event.fact {
                Fact::NoticeTaken(_) => request.told_at = Some(event.at),
                // The agent that was told yes is told that it was taken back, too.
                Fact::Revoked(_) if request.tells() => request.told_at = None,
                _ => {}
            }
        }
    }

    async fn is_what(&self, gate: &TestGate) {
        assert_eq!(*gate.gate.workspace(), self.workspace);
        is_sound(&self.workspace);
        let owner = gate.gate.caller(gate.owner_secret()).unwrap();
        for (id, folded) in &self.requests {
            let stored = gate.gate.request(&owner, *id).await.unwrap();
            assert_eq!(*stored.standing, folded.standing);
            assert_eq!(stored.created_at, folded.created_at);
            assert_eq!(stored.updated_at, folded.updated_at, "{id}");
            assert_eq!(stored.told_at, folded.told_at);
        }
        self.is_in_the_tables(gate).await;
    }

    /// What lists and the clock go by.
    async fn is_in_the_tables(&self, gate: &TestGate) {
        let database = open(gate).await;
        let mut rows = database
            .prepare("SELECT id, version, status, due, urgency IS NOT NULL FROM requests")
            .unwrap();
        let rows = rows.query_map([], |row| {
            Ok((
                RequestId::from_bytes(row.get(0)?),
                (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?),
            ))
        });
        let rows: BTreeMap<_, (u32, String, Option<i64>, bool)> =
            rows.unwrap().map(Result::unwrap).collect();
        let folded: BTreeMap<_, _> = self
            .requests
            .iter()
            .map(|(id, request)| (*id, row_of(&request.standing)))
            .collect();
        assert_eq!(rows, folded);
    }
}

/// Nobody refers to what isn't there, whoever is out has nothing left, and somebody can manage it all.
fn is_sound(workspace: &Workspace) {
    let person = |id: &PersonId| assert!(workspace.people.contains_key(id), "no person {id}");
    let user = |user: &UserRef| match user {
        UserRef::Person(id) => person(id),
        UserRef::Group(id) => assert!(workspace.groups.contains_key(id), "no group {id}"),
        UserRef::Team(id) => assert!(workspace.teams.contains_key(id), "no team {id}"),
        UserRef::Everybody => {}
    };
    let speaks = |holder: &Holder| {
        let mut tokens = workspace.tokens.values();
        tokens.any(|token| !token.revoked && token.holder == *holder)
    };
    for one in workspace.people.values() {
        one.manager.iter().for_each(person);
        one.groups
            .iter()
            .cloned()
            .map(UserRef::Group)
            .for_each(|group| user(&group));
        one.team
            .iter()
            .cloned()
            .map(UserRef::Team)
            .for_each(|team| user(&team));
        if !one.active {
            assert!(!speaks(&Holder::Person(one.id.clone())), "{}", one.id);
            assert_eq!(workspace.opt_ins_of(&one.id).count(), 0, "{}", one.id);
        }
    }
    for agent in workspace.agents.values() {
        agent.owners.iter().for_each(person);
        agent.users.iter().for_each(user);
        agent
            .team
            .iter()
            .cloned()
            .map(UserRef::Team)
            .for_each(|team| user(&team));
    }
    for team in workspace.teams.values() {
        team.admins.iter().for_each(person);
    }
    for integration in workspace.integrations.values() {
        integration.users.iter().for_each(user);
    }
    let mut people = workspace.people.values();
    assert!(people.any(|person| {
        let holder = Holder::Person(person.id.clone());
        person.active && person.role == Role::Owner && speaks(&holder)
    }));
}

fn row_of(standing: &Standing) -> (u32, String, Option<i64>, bool) {
    let pending = standing.state == State::Pending;
    let ready = standing
        .execution
        .as_ref()
        .filter(|execution| execution.state == ExecutionState::Ready);
    let due = if pending {
        standing.expires_at
    } else {
        ready.and_then(|execution| execution.lapses_at)
    };
    (
        standing.version,
        standing.status().word().to_owned(),
        due.map(At::millis),
        pending,
    )
}

async fn open(gate: &TestGate) -> Connection {
    let file = gate.as_a_file().await;
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// 01 §Event, §States.11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folding_the_log_gives_the_tables() {
    let gate = busy_history(TestGate::start().await, rounds()).await;
    let folded = Folded::of(&gate).await;
    for kind in [
        "request.asked",
        "request.allowed",
        "request.denied",
        "request.approved",
        "request.rejected",
        "request.answered",
        "request.cancelled",
        "request.expired",
        "request.edited",
        "request.vote_taken_back",
        "request.reminded",
        "request.escalated",
        "request.opened",
        "request.claimed",
        "request.released",
        "request.snoozed",
        "execution.started",
        "execution.reported",
        "execution.lapsed",
        "execution.revoked",
        "execution.retried",
        "execution.settled",
        "policy.saved",
        "notice.taken",
        "person.saved",
        "agent.saved",
        "group.saved",
        "group.removed",
        "team.saved",
        "team.removed",
        "token.issued",
        "token.revoked",
        "integration.saved",
        "action.saved",
        "preference.opted_in",
        "preference.opted_out",
    ] {
        assert!(
            folded.kinds.contains_key(kind),
            "the history has no {kind}: {:?}",
            folded.kinds
        );
    }
    folded.is_what(&gate).await;
    let gate = gate.restart().await;
    Folded::of(&gate).await.is_what(&gate).await;
    // And so the program itself finds it.
    let examined = store::examine(&gate.database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.replayed);
    assert_eq!(examined.size, gate.gate.head().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_has_the_hash_of_its_body() {
    let gate = busy_history(TestGate::start().await, 40).await;
    let head = gate.gate.head().await.unwrap();
    let database = open(&gate).await;
    let mut rows = database
        .prepare("SELECT position, body, leaf FROM log ORDER BY position")
        .unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let rows: Vec<(u64, String, Vec<u8>)> = rows.unwrap().map(Result::unwrap).collect();
    assert!(rows.iter().map(|(position, ..)| *position).eq(1..=head));
    for (position, body, leaf) in &rows {
        assert_eq!(leaf_hash(body)[..], leaf[..], "{position}");
        let event = Event::from_body(body).unwrap();
        assert_eq!(
            event.record().body.text(),
            body,
            "written again it is the same: {position}"
        );
    }
}
