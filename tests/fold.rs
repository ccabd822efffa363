//! The log is the truth: folding it gives the tables, live and after a restart, and nothing in it can be
//! changed without its hash telling.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};
use signoff::domain::event::{Event, Fact, leaf_hash};
use signoff::domain::execution::ExecutionState;
use signoff::domain::id::{PersonId, RequestId};
use signoff::domain::lifecycle::{Standing, State};
use signoff::domain::people::{Holder, Role, UserRef};
use signoff::domain::time::{At, Span};
use signoff::domain::workspace::Workspace;
use signoff::store::{self, Database};

use crate::support::{Answer, TestGate, Wire};

/// Calls of a round, all at once.
const TOGETHER: usize = 8;

/// A row of small numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// Everybody who does something.
struct Cast {
    people: Vec<Wire>,
    agents: Vec<Wire>,
}

/// A request that was asked, and by which agent.
#[derive(Clone)]
struct Known {
    id: RequestId,
    digest: String,
    agent: usize,
}

#[derive(Clone)]
struct Call {
    /// The agent that calls, if one does.
    agent: usize,
    wire: Wire,
    method: &'static str,
    path: String,
    body: Value,
}

impl Call {
    async fn send(self) -> Answer {
        let call = self.wire.call(self.method, &self.path);
        let call = call.header("content-type", "application/json");
        Answer::of(call.body(self.body.to_string())).await
    }
}

/// Two have to approve what changes a record, and a pattern lets some of the rest through.
const POLICY: &str = r#"
[[rule]]
name = "Records"
effect = "ask"
action = "record.*"
resolver = "role:admin"
approvals = 2
escalate_after = "1h"

[[trusted]]
name = "A few messages"
agent = "local"
action = "slack.*"
max_risk = "high"
uses = 5
"#;

async fn save_policy(gate: &TestGate) {
    let before = gate.owner_wire().get("/v1/policy").await.tag();
    let call = gate.owner_wire().call("PUT", "/v1/policy");
    let call = call.header("content-type", "application/toml");
    let saved = Answer::of(call.header("if-match", before).body(POLICY)).await;
    assert_eq!(saved.status, 200, "{saved:?}");
}

const ACTIONS: [&str; 5] = [
    "email.send",
    "slack.send_message",
    "file.read",
    "record.update",
    "x.learnt",
];

impl Cast {
    async fn of(gate: &TestGate) -> Self {
        for (id, role) in [
            ("ana", "member"),
            ("ben", "member"),
            ("lee", "manager"),
            ("dana", "admin"),
        ] {
            gate.person(id, role).await;
        }
        save_policy(gate).await;
        gate.agent_of("bot", &["ana"], &["ana", "ben"]).await;
        gate.agent_of("nobodys", &[], &["*"]).await;
        let mut people = vec![gate.owner_wire()];
        for id in ["ana", "ben", "lee", "dana"] {
            people.push(gate.wire(&gate.token(json!({"person": id})).await));
        }
        let mut agents = vec![gate.agent_wire()];
        for id in ["bot", "nobodys"] {
            agents.push(gate.wire(&gate.token(json!({"agent": id})).await));
        }
        Self { people, agents }
    }

    /// Something that somebody may or may not do.
    fn anything(&self, dice: &mut Dice, known: &[Known]) -> Call {
        let person = dice.pick(&self.people).clone();
        let agent = dice.roll(self.agents.len());
        // The newest are the likeliest to be open still.
        let newest = &known[known.len().saturating_sub(8)..];
        match dice.roll(22) {
            0 => change(person, dice),
            1 => choose(person, dice),
            2 => addition(person, dice),
            3 => correction(person, dice),
            4 => removal(person, dice),
            5..=8 => self.question(agent, dice),
            _ if newest.is_empty() => self.question(agent, dice),
            _ => {
                let about = dice.pick(newest).clone();
                // Mostly its own agent, at times a stranger.
                let agent = if dice.roll(8) == 0 {
                    agent
                } else {
                    about.agent
                };
                self.answer(person, agent, &about, dice)
            }
        }
    }

    fn question(&self, agent: usize, dice: &mut Dice) -> Call {
        let mut body = json!({
            "action": dice.pick(&ACTIONS),
            "params": {"to": "pat@partner.example", "n": dice.roll(1_000)},
            "waiting": dice.roll(4) == 0,
            "trigger": dice.pick(&["chat", "api"]),
            "conversation": dice.pick(&["c1", "c2"]),
            "expires_in": dice.pick(&["1h", "5h"]),
        });
        if dice.roll(3) > 0 {
            body["on_behalf_of"] = json!(dice.pick(&["ana", "ben", "owner"]));
        }
        let wire = self.agents[agent].clone();
        Call {
            agent,
            ..post(wire, "/v1/requests".to_owned(), body)
        }
    }

    fn answer(&self, person: Wire, agent: usize, about: &Known, dice: &mut Dice) -> Call {
        let Known { id, digest, .. } = about;
        let of = |verb: &str| format!("/v1/requests/{id}/{verb}");
        let agent = self.agents[agent].clone();
        let edited = json!({"to": "pat@partner.example", "n": dice.roll(1_000)});
        match dice.roll(20) {
            10 | 11 => post(
                person,
                of("decision"),
                json!({"decision": "approve", "digest": digest, "params": edited}),
            ),
            12 => post(
                person,
                of("decision"),
                json!({"decision": "respond", "text": "ask Ben first"}),
            ),
            13 => Call {
                method: "DELETE",
                ..post(person, of("decision"), json!({}))
            },
            14 => post(person, of("opened"), json!({"digest": digest, "seen": 0.5})),
            15 => post(person, of("claim"), json!({})),
            16 => post(person, of("release"), json!({})),
            17 => post(
                person,
                of("snooze"),
                json!({"until": "2099-01-01T00:00:00Z"}),
            ),
            18 => post(person, of("retry"), json!({"reason": "again"})),
            19 => post(
                person,
                of("settle"),
                json!({"outcome": "executed", "reason": "I looked"}),
            ),
            0..=3 => {
                let remember = dice.pick(&["once", "once", "conversation", "always"]);
                let told = dice.roll(2) == 0;
                let body = json!({"decision": "approve", "digest": digest, "notify_agent": told, "remember": remember});
                post(person, of("decision"), body)
            }
            4 => post(
                person,
                of("decision"),
                json!({"decision": "reject", "reason": "no"}),
            ),
            5 => post(agent, of("cancel"), json!({})),
            6 => post(agent, of("start"), json!({})),
            7 => {
                let outcome = dice.pick(&["executed", "failed", "unknown"]);
                post(
                    agent,
                    of("report"),
                    json!({"outcome": outcome, "digest": digest}),
                )
            }
            _ => post(agent, format!("/v1/notices/{id}/ack"), json!({})),
        }
    }
}

fn post(wire: Wire, path: String, body: Value) -> Call {
    Call {
        agent: 0,
        wire,
        method: "POST",
        path,
        body,
    }
}

/// Mostly on again, so that the history doesn't end here.
fn change(wire: Wire, dice: &mut Dice) -> Call {
    let body = [
        json!({"enabled": false}),
        json!({"enabled": true}),
        json!({"enabled": true, "auto_approval_allowed": true}),
        json!({"enabled": true, "auto_approval_allowed": true}),
        json!({"auto_approval_allowed": false}),
    ];
    let body = dice.pick(&body);
    let path = format!("/v1/actions/{}", dice.pick(&ACTIONS));
    Call {
        method: "PATCH",
        ..post(wire, path, body.clone())
    }
}

fn choose(wire: Wire, dice: &mut Dice) -> Call {
    let body = [
        json!({"mode": "manual"}),
        json!({"mode": "always"}),
        json!({"mode": "conversation", "agent": "bot", "conversation": "c1"}),
    ];
    let body = dice.pick(&body);
    let path = format!("/v1/preferences/{}", dice.pick(&ACTIONS));
    Call {
        method: "PUT",
        ..post(wire, path, body.clone())
    }
}

/// So few ids that what is changed or removed is often there.
const IDS: usize = 4;

fn addition(wire: Wire, dice: &mut Dice) -> Call {
    let n = dice.roll(IDS);
    let (path, body) = dice
        .pick(&[
            (
                "/v1/people",
                json!({"id": format!("p{n}"), "manager": "lee"}),
            ),
            ("/v1/groups", json!({"id": format!("g{n}")})),
            (
                "/v1/teams",
                json!({"id": format!("t{n}"), "admins": ["ana"]}),
            ),
            (
                "/v1/agents",
                json!({"id": format!("a{n}"), "owners": ["ben"]}),
            ),
            ("/v1/tokens", json!({"person": "ben"})),
            (
                "/v1/tokens",
                json!({"worker": "mailer", "actions": ["email.*"]}),
            ),
        ])
        .clone();
    post(wire, path.to_owned(), body)
}

/// A change of somebody who was added, or of oneself.
fn correction(wire: Wire, dice: &mut Dice) -> Call {
    let n = dice.roll(IDS);
    let away =
        json!({"from": "2026-11-01T00:00:00Z", "until": "2027-01-01T00:00:00Z", "delegate": "lee"});
    let quiet = json!({"from": "22:00", "to": "06:00", "zone": "UTC"});
    let (path, body) = dice
        .pick(&[
            (format!("people/p{n}"), json!({"active": false})),
            (
                format!("people/p{n}"),
                json!({"active": true, "role": "manager", "manager": null}),
            ),
            (
                format!("people/p{n}"),
                json!({"groups": [format!("g{n}")], "team": format!("t{n}")}),
            ),
            (
                format!("agents/a{n}"),
                json!({"users": ["ana", format!("group:g{n}")]}),
            ),
            (format!("agents/a{n}"), json!({"enabled": true})),
            (
                format!("teams/t{n}"),
                json!({"name": "T", "admins": ["lee"]}),
            ),
            (format!("groups/g{n}"), json!({"name": "G"})),
            ("me".to_owned(), json!({"away": away})),
            ("me".to_owned(), json!({"away": null})),
            (
                "me".to_owned(),
                json!({"notifications": {"email": true, "quiet": quiet}}),
            ),
            (
                "integrations/slack".to_owned(),
                json!({"trust_read_only_hints": n > 1}),
            ),
        ])
        .clone();
    Call {
        method: "PATCH",
        ..post(wire, format!("/v1/{path}"), body)
    }
}

fn removal(wire: Wire, dice: &mut Dice) -> Call {
    let n = dice.roll(IDS);
    let path = dice.pick(&["people/p", "agents/a", "teams/t", "groups/g"]);
    Call {
        method: "DELETE",
        ..post(wire, format!("/v1/{path}{n}"), json!({}))
    }
}

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
            assert_eq!(stored.standing, folded.standing);
            assert_eq!(stored.created_at, folded.created_at);
            assert_eq!(stored.updated_at, folded.updated_at, "{id}");
            assert_eq!(stored.told_at, folded.told_at);
        }
        self.is_in_the_tables(gate);
    }

    /// What lists and the clock go by.
    fn is_in_the_tables(&self, gate: &TestGate) {
        let database = open(gate);
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

fn open(gate: &TestGate) -> Connection {
    Connection::open_with_flags(gate.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// Somebody goes who has a token and has opted in.
async fn farewell(gate: &TestGate) {
    let owner = gate.owner_wire();
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    for (wire, method, path, body) in [
        (
            &owner,
            "PATCH",
            "/v1/actions/slack.send_message",
            json!({"enabled": true, "auto_approval_allowed": true}),
        ),
        (
            &ana,
            "PUT",
            "/v1/preferences/slack.send_message",
            json!({"mode": "always"}),
        ),
        (&owner, "DELETE", "/v1/people/ana", json!({})),
        (&owner, "POST", "/v1/groups", json!({"id": "last"})),
        (&owner, "DELETE", "/v1/groups/last", json!({})),
        (&owner, "POST", "/v1/teams", json!({"id": "last"})),
        (&owner, "DELETE", "/v1/teams/last", json!({})),
    ] {
        let call = Call {
            method,
            ..post(wire.clone(), path.to_owned(), body)
        };
        let answer = call.send().await;
        assert!(answer.status < 300, "{path}: {answer:?}");
    }
}

/// What chance brings too seldom: an approval that is taken back and given again, and a run that fails, is
/// tried again, and is settled by a person.
async fn second_thoughts(gate: &TestGate) {
    let (agent, owner) = (gate.agent_wire(), gate.owner_wire());
    gate.person("olga", "admin").await;
    let olga = gate.wire(&gate.token(json!({"person": "olga"})).await);
    let ask = json!({"action": "record.last", "params": {}});
    let asked = post(agent.clone(), "/v1/requests".to_owned(), ask);
    let asked = asked.send().await.request();
    let path = |verb: &str| format!("/v1/requests/{}/{verb}", asked.id);
    let yes = json!({"decision": "approve", "digest": asked.digest});
    let failed = json!({"outcome": "failed", "digest": asked.digest});
    let why = json!({"reason": "it is back"});
    let settled = json!({"outcome": "executed", "reason": "I looked"});
    let back = Call {
        method: "DELETE",
        ..post(owner.clone(), path("decision"), json!({}))
    };
    for call in [
        post(owner.clone(), path("claim"), json!({})),
        post(owner.clone(), path("release"), json!({})),
        post(owner.clone(), path("decision"), yes.clone()),
        back,
        post(owner.clone(), path("decision"), yes.clone()),
        post(olga, path("decision"), yes),
        post(agent.clone(), path("report"), failed.clone()),
        post(owner.clone(), path("retry"), why),
        post(agent.clone(), path("start"), json!({})),
        post(agent, path("report"), failed),
        post(owner, path("settle"), settled),
    ] {
        let (path, answer) = (call.path.clone(), call.send().await);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
}

/// What chance brings too seldom: an approval that lapses, one that is revoked, and a notice taken.
async fn ending(gate: TestGate) -> TestGate {
    second_thoughts(&gate).await;
    farewell(&gate).await;
    let action = "/v1/actions/x.last".to_owned();
    let owner = gate.owner_wire();
    let mut approved = Vec::new();
    for key in ["lapses", "is revoked"] {
        let ask = json!({"action": "x.last", "params": key, "waiting": true});
        let asked = post(gate.agent_wire(), "/v1/requests".to_owned(), ask)
            .send()
            .await
            .request();
        let yes = json!({"decision": "approve", "digest": asked.digest});
        let path = format!("/v1/requests/{}/decision", asked.id);
        assert_eq!(post(owner.clone(), path, yes).send().await.status, 200);
        approved.push(asked.id);
        if key == "lapses" {
            gate.hands.pass(Span::from_hours(23));
        }
    }
    let path = format!("/v1/notices/{}/ack", approved[1]);
    assert_eq!(
        post(gate.agent_wire(), path, json!({})).send().await.status,
        200
    );
    gate.hands.pass(Span::from_hours(1));
    let gate = gate.restart().await;
    let disable = post(gate.owner_wire(), action, json!({"enabled": false}));
    let disable = Call {
        method: "PATCH",
        ..disable
    };
    assert_eq!(disable.send().await.status, 200);
    gate
}

async fn busy_history(mut gate: TestGate, rounds: usize) -> TestGate {
    let mut dice = Dice(7);
    let mut cast = Cast::of(&gate).await;
    let mut known = Vec::new();
    for round in 0..rounds {
        let calls: Vec<_> = (0..TOGETHER)
            .map(|_| cast.anything(&mut dice, &known))
            .collect();
        for (call, answer) in calls
            .iter()
            .zip(join_all(calls.iter().cloned().map(Call::send)).await)
        {
            assert!(
                answer.status < 500,
                "{} {}: {answer:?}",
                call.path,
                call.body
            );
            if call.path == "/v1/requests" && answer.status == 201 {
                let asked = answer.request();
                known.push(Known {
                    id: asked.id,
                    digest: asked.digest.to_string(),
                    agent: call.agent,
                });
            }
        }
        gate.hands.pass(Span::from_millis(1));
        if round % 40 == 39 {
            gate.hands.pass(Span::from_hours(4));
            gate = gate.restart().await;
            for wire in cast.people.iter_mut().chain(&mut cast.agents) {
                wire.follow(&gate.url);
            }
        }
    }
    ending(gate).await
}

/// 01 §Event, §States.11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folding_the_log_gives_the_tables() {
    let gate = busy_history(TestGate::start().await, 200).await;
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
    let examined = store::examine(&Database::Sqlite(gate.database()), None).unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.replayed);
    assert_eq!(examined.size, gate.gate.head().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_entry_has_the_hash_of_its_body() {
    let gate = busy_history(TestGate::start().await, 40).await;
    let head = gate.gate.head().await.unwrap();
    let database = open(&gate);
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
