//! A history that is the same in every run: many calls at once, of everybody who may or may not do what
//! they try, over restarts and hours that pass. While it grows, the invariants of 01 §States that can be told from
//! outside are held against it.

use futures_util::future::join_all;
use serde_json::{Value, json};
use signoff::api::request::Request;
use signoff::domain::id::RequestId;
use signoff::domain::time::Span;

use super::invariants::{
    Reader, approves_nothing_for_lack_of_anything, is_asked_once, is_no_freer_for_lack_of_anything,
    nobody_gains_by_other_rules,
};
use crate::support::{Answer, TestGate, Wire};

/// Calls of an ordinary run; `SIGNOFF_TRANSITIONS` asks for others, a fiftieth of what the pure core does.
const CALLS: usize = 2_000;
/// Calls of a round, all at once.
const TOGETHER: usize = 8;

/// A row of small numbers that is the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.roll(from.len())]
    }
}

/// Everybody who does something.
pub(crate) struct Cast {
    /// The owner is the first of them, another admin the last.
    pub(crate) people: Vec<Wire>,
    pub(crate) agents: Vec<Wire>,
}

/// A request that was asked, and by which agent.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) id: RequestId,
    pub(crate) digest: String,
    agent: usize,
}

impl Known {
    pub(crate) fn asked(call: &Call, asked: &Request) -> Self {
        Self {
            id: asked.id,
            digest: asked.digest.to_string(),
            agent: call.agent,
        }
    }
}

#[derive(Clone)]
pub(crate) struct Call {
    /// The agent that calls, if one does.
    pub(crate) agent: usize,
    /// Its idempotency key.
    pub(crate) key: Option<String>,
    pub(crate) wire: Wire,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Value,
}

impl Call {
    pub(crate) async fn send(self) -> Answer {
        let call = self.wire.call(self.method, &self.path);
        let call = call.header("content-type", "application/json");
        let call = match self.key {
            Some(key) => call.header("idempotency-key", key),
            None => call,
        };
        Answer::of(call.body(self.body.to_string())).await
    }
}

/// Two have to approve what changes a record, somebody else what nobody knew, and a pattern lets some of the rest through.
pub(crate) const POLICY: &str = r#"
[[rule]]
name = "Records"
effect = "ask"
action = "record.*"
resolver = "role:admin"
approvals = 2
escalate_after = "1h"

[[rule]]
name = "News"
effect = "ask"
action = "x.learnt"
resolver = "role:admin"
separate = true

[[trusted]]
name = "A few messages"
agent = "local"
action = "slack.*"
max_risk = "high"
uses = 5
"#;

pub(crate) const ACTIONS: [&str; 5] = [
    "email.send",
    "slack.send_message",
    "file.read",
    "record.update",
    "x.learnt",
];

impl Cast {
    pub(crate) async fn of(gate: &TestGate) -> Self {
        for (id, role) in [
            ("ana", "member"),
            ("ben", "member"),
            ("lee", "manager"),
            ("dana", "admin"),
        ] {
            gate.person(id, role).await;
        }
        let saved = gate.owner_wire().save_policy(POLICY).await;
        assert_eq!(saved.status, 200, "{saved:?}");
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
    pub(crate) fn anything(&self, dice: &mut Dice, known: &[Known]) -> Call {
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
            key: Some(format!("{}-{}", dice.roll(1 << 30), dice.roll(1 << 30))),
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
        key: None,
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
    // Chance may have sent the owner away.
    let here = json!({"away": null});
    assert_eq!(owner.patch("/v1/me", here.to_string()).await.status, 200);
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

/// So many rounds that there are as many calls as were asked for.
pub fn rounds() -> usize {
    let calls = match std::env::var("SIGNOFF_TRANSITIONS") {
        Ok(wanted) => {
            wanted
                .parse::<usize>()
                .expect("SIGNOFF_TRANSITIONS is a number")
                / 50
        }
        Err(_) => CALLS,
    };
    calls.div_ceil(TOGETHER)
}

pub async fn busy_history(mut gate: TestGate, rounds: usize) -> TestGate {
    let mut dice = Dice(7);
    let mut cast = Cast::of(&gate).await;
    let mut known = Vec::new();
    let (mut reader, mut withheld) = (Reader::default(), 0);
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
                is_asked_once(call, asked.id).await;
                is_no_freer_for_lack_of_anything(call, &mut dice).await;
                known.push(Known::asked(call, &asked));
            }
        }
        approves_nothing_for_lack_of_anything(&cast, &mut dice, &known).await;
        if round % 10 == 9 {
            withheld += nobody_gains_by_other_rules(&cast, &mut dice, &known).await;
        }
        reader.read_on(&gate).await;
        gate.hands.pass(Span::from_millis(1));
        if round % 40 == 39 {
            gate.hands.pass(Span::from_hours(4));
            gate = gate.restart().await;
            for wire in cast.people.iter_mut().chain(&mut cast.agents) {
                wire.follow(&gate.url);
            }
        }
    }
    assert!(withheld > 0, "nothing that waits is for others to decide");
    let gate = ending(gate).await;
    reader.read_on(&gate).await;
    let mut afresh = Reader::default();
    afresh.read_on(&gate).await;
    assert_eq!(reader.read, afresh.read);
    gate
}
