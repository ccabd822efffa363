//! One history on two stores: the same calls, of everybody who may or may not do what they try, go to a gate
//! on SQLite and to one on PostgreSQL, and every answer is the same, byte for byte, but for the names that each
//! gate makes up.

use std::collections::BTreeMap;

use serde_json::Value;
use signoff::domain::time::Span;

use crate::fold::history::{Call, Cast, Dice, Known};
use crate::support::{Answer, TestGate, Wire, postgres};

/// Calls of an ordinary run; `SIGNOFF_DIFFERENCES` asks for more.
const CALLS: usize = 400;
/// After so many, everything that can be looked at is looked at.
const A_LOOK: usize = 50;
/// A difference counts when it comes twice.
const TRIES: usize = 4;
/// So far a list is read.
const PAGES: usize = 3;
/// What passes while the gates are down, after each look: what falls due meanwhile is settled before they answer, in
/// its order. While they serve, nothing falls due: their clocks would be two more callers.
const A_PAUSE: Span = Span::from_secs(61 * 60);

/// What a gate made up, by the order in which it was first seen: ids, secrets, hashes.
#[derive(Default)]
struct Names {
    known: BTreeMap<String, usize>,
    in_order: Vec<String>,
}

impl Names {
    /// A text with a number in place of each name.
    fn hide(&mut self, text: &str) -> String {
        let mut hidden = String::new();
        for word in words(text) {
            if is_made_up(word) {
                self.learn(word);
            }
            match self.known.get(word) {
                Some(number) => hidden.push_str(&format!("‹{number}›")),
                None => hidden.push_str(word),
            }
        }
        hidden
    }

    fn learn(&mut self, name: &str) {
        if !self.known.contains_key(name) {
            self.known.insert(name.to_owned(), self.in_order.len());
            self.in_order.push(name.to_owned());
        }
    }

    /// A text that speaks of these names, as it reads with those of the other gate.
    fn translate(&self, text: &str, other: &Names) -> String {
        let word = |word| match self.known.get(word) {
            Some(number) => other.in_order[*number].as_str(),
            None => word,
        };
        words(text).map(word).collect()
    }
}

/// A text in pieces: what may be a name, and what stands between.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.split_inclusive(move |c| !is_part(c))
        .flat_map(move |piece| {
            let end = piece.trim_end_matches(|c| !is_part(c)).len();
            let (word, rest) = piece.split_at(end);
            [word, rest]
        })
        .filter(|piece| !piece.is_empty())
}

/// An id, a secret, or a hash.
fn is_made_up(word: &str) -> bool {
    let after = |length: usize| {
        word.split_once('_').is_some_and(|(kind, rest)| {
            rest.len() == length && kind.chars().all(|c| c.is_ascii_lowercase())
        })
    };
    let is_hash = word.len() == 64 && word.chars().all(|c| c.is_ascii_hexdigit());
    after(26) || (word.starts_with("sgn_") && word.len() > 30) || is_hash
}

/// Two gates that live the same life.
struct Twins {
    gates: [TestGate; 2],
    names: [Names; 2],
    casts: [Cast; 2],
}

impl Twins {
    async fn on(server: &postgres::Server) -> Self {
        let gates = [
            TestGate::start().await,
            TestGate::start_on(&server.database()).await,
        ];
        let casts = [Cast::of(&gates[0]).await, Cast::of(&gates[1]).await];
        let mut names = [Names::default(), Names::default()];
        // Who is who is known by the same number.
        for (cast, names) in casts.iter().zip(&mut names) {
            for wire in cast.people.iter().chain(&cast.agents) {
                names.hide(wire.token().expect("everybody has one"));
            }
        }
        Self {
            gates,
            names,
            casts,
        }
    }

    /// Makes a call of the first gate, and the same of the second.
    async fn both(&mut self, call: &Call) -> Answer {
        let token = call.wire.token().expect("everybody has one");
        let other = Call {
            wire: Wire::new(
                &self.gates[1].url,
                Some(&self.names[0].translate(token, &self.names[1])),
            ),
            path: self.names[0].translate(&call.path, &self.names[1]),
            body: self.names[0]
                .translate(&call.body.to_string(), &self.names[1])
                .parse()
                .unwrap(),
            ..call.clone()
        };
        let (first, second) = (call.clone().send().await, other.send().await);
        self.are_one(
            &format!("{} {} {}", call.method, call.path, call.body),
            &first,
            &second,
        );
        first
    }

    fn are_one(&mut self, what: &str, first: &Answer, second: &Answer) {
        let mut told = [String::new(), String::new()];
        for ((answer, names), told) in [first, second]
            .into_iter()
            .zip(&mut self.names)
            .zip(&mut told)
        {
            if let Some(cursor) = cursor(answer) {
                names.learn(&cursor);
            }
            let heads: Vec<String> = answer
                .headers
                .iter()
                .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            let head = heads.join("\n");
            *told = names.hide(&format!("{}\n{head}\n\n{}", answer.status, answer.body));
        }
        let [first, second] = &told;
        let alike = first
            .bytes()
            .zip(second.bytes())
            .take_while(|(a, b)| a == b);
        let alike = alike.count();
        if first.len() != second.len() || alike < first.len() {
            let part = |told: &str| {
                let from = told.floor_char_boundary(alike.saturating_sub(150));
                let to = told.floor_char_boundary(alike + 150);
                told[from..to.min(told.len())].to_owned()
            };
            let what = self.names[0].hide(what);
            panic!("{what}\n… {} …\n… {} …", part(first), part(second));
        }
    }

    /// Everything that can be looked at, as an owner and as a member.
    async fn look(&mut self, known: &[Known]) {
        let viewers = [
            self.casts[0].people[0].clone(),
            self.casts[0].people[1].clone(),
        ];
        let newest = &known[known.len().saturating_sub(3)..];
        for viewer in &viewers {
            for path in PLACES {
                let mut next = Some((*path).to_owned());
                for _ in 0..PAGES {
                    let Some(path) = next else {
                        break;
                    };
                    let seen = self.both(&get(viewer, path.clone())).await;
                    next = following(&path, &seen);
                }
            }
            for one in newest {
                for rest in ["", "/why", "/events"] {
                    self.both(&get(viewer, format!("/v1/requests/{}{rest}", one.id)))
                        .await;
                }
            }
        }
    }

    fn pass(&self, span: Span) {
        for gate in &self.gates {
            gate.hands.pass(span);
        }
    }

    async fn restart(self) -> Self {
        let Self {
            gates: [first, second],
            names,
            mut casts,
        } = self;
        let gates = [first.restart().await, second.restart().await];
        for (gate, cast) in gates.iter().zip(&mut casts) {
            for wire in cast.people.iter_mut().chain(&mut cast.agents) {
                wire.follow(&gate.url);
            }
        }
        Self {
            gates,
            names,
            casts,
        }
    }
}

/// Where there is something to see.
const PLACES: &[&str] = &[
    "/v1/me",
    "/v1/requests?limit=7",
    "/v1/requests?status=pending&limit=5",
    "/v1/requests?status=pending&sort=urgency",
    "/v1/requests?status=pending&agent=bot",
    "/v1/requests?q=pat",
    "/v1/requests?action=email.send&limit=4",
    "/v1/stats",
    "/v1/notifications",
    "/v1/people",
    "/v1/agents",
    "/v1/teams",
    "/v1/groups",
    "/v1/tokens",
    "/v1/actions",
    "/v1/integrations",
    "/v1/preferences",
    "/v1/policy",
    "/v1/policy/versions",
    "/v1/tools",
    "/v1/patterns",
    "/v1/audit?limit=20",
    "/v1/notices",
];

fn get(wire: &Wire, path: String) -> Call {
    Call {
        agent: 0,
        key: None,
        wire: wire.clone(),
        method: "GET",
        path,
        body: Value::Null,
    }
}

/// Where a list goes on.
fn cursor(seen: &Answer) -> Option<String> {
    let seen: Value = serde_json::from_str(&seen.body).ok()?;
    Some(seen.get("next_cursor")?.as_str()?.to_owned())
}

/// The next page of a list.
fn following(path: &str, seen: &Answer) -> Option<String> {
    let cursor = cursor(seen)?;
    let (place, query) = path.split_once('?').unwrap_or((path, ""));
    let query = query
        .split('&')
        .filter(|one| !one.is_empty() && !one.starts_with("cursor="))
        .map(str::to_owned);
    let query: Vec<String> = query.chain([format!("cursor={cursor}")]).collect();
    Some(format!("{place}?{}", query.join("&")))
}

/// The store behind a gate can't be told from what it says. What a store does otherwise comes again at the same call;
/// what a gate's clock has done a moment sooner than the other's, like asking somebody for one who is away, doesn't.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_reads_the_same_on_both_stores() {
    if postgres::is_wanted() {
        // An ordinary run has had it.
        return;
    }
    let Some(server) = postgres::server() else {
        return;
    };
    let mut before = None;
    for _ in 0..TRIES {
        let Err(ended) = tokio::spawn(history(server)).await else {
            return;
        };
        let said = ended.into_panic();
        let said = said.downcast::<String>().expect("what differs");
        assert_ne!(before.as_ref(), Some(&said), "it comes again");
        before = Some(said);
    }
    panic!("each time something else differs");
}

/// One history, from beginning to end.
async fn history(server: &postgres::Server) {
    let calls = std::env::var("SIGNOFF_DIFFERENCES").map_or(CALLS, |calls| calls.parse().unwrap());
    let mut twins = Twins::on(server).await;
    let mut dice = Dice(11);
    let mut known: Vec<Known> = Vec::new();
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for nth in 1..=calls {
        let call = twins.casts[0].anything(&mut dice, &known);
        let answer = twins.both(&call).await;
        *statuses.entry(answer.status).or_default() += 1;
        if call.path == "/v1/requests" && answer.status == 201 {
            known.push(Known::asked(&call, &answer.request()));
        }
        twins.pass(Span::from_millis(10));
        if nth % A_LOOK == 0 {
            twins.look(&known).await;
            twins.pass(A_PAUSE);
            twins = twins.restart().await;
        }
    }
    assert!(
        statuses[&200] > calls / 10 && statuses[&201] > calls / 20,
        "{statuses:?}"
    );
}

/// Texts that some store or other can't keep are kept by both, or refused by both, wherever they stand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_texts_read_the_same_on_both_stores() {
    if postgres::is_wanted() {
        return;
    }
    let Some(server) = postgres::server() else {
        return;
    };
    let mut twins = Twins::on(server).await;
    let [agent, owner] = [&twins.casts[0].agents[0], &twins.casts[0].people[0]].map(Wire::clone);
    let places = [
        "/params/to",
        "/params/body",
        "/title",
        "/reason",
        "/conversation",
        "/node",
        "/resource/id",
        "/resource/type",
        "/recipients/0",
        "/context/why",
    ];
    let texts = [
        "a\0b",
        "\0",
        "\u{ffff}\u{fffe}",
        "\u{10ffff}",
        "\\u0000",
        "e\u{301}",
        "\r\n",
        "𝕏",
        "",
    ];
    let mut asked = 0;
    for place in places {
        for text in texts {
            let mut body = serde_json::json!({
                "action": "email.send",
                "params": {"to": "pat@partner.example", "body": "Hi"},
                "title": "t", "reason": "r", "conversation": "c", "node": "n", "context": {"why": "w"},
                "resource": {"type": "deal", "id": "D-1", "owner": "ana"}, "recipients": ["pat@partner.example"],
            });
            *body.pointer_mut(place).unwrap() = text.into();
            let call = Call {
                method: "POST",
                body,
                ..get(&agent, "/v1/requests".to_owned())
            };
            let answer = twins.both(&call).await;
            assert!(answer.status < 500, "{place} {text:?}: {answer:?}");
            if answer.status == 201 {
                asked += 1;
                let path = format!("/v1/requests/{}", answer.request().id);
                twins.both(&get(&owner, path)).await;
            }
            twins
                .both(&get(&owner, format!("/v1/requests?q={}", escaped(text))))
                .await;
        }
    }
    assert!(asked > 50, "{asked}");
    twins.both(&get(&owner, "/v1/stats".to_owned())).await;
    let policy = "[[rule]]\nname = \"a\\u0000b\"\neffect = \"ask\"\naction = \"*\"\n";
    let mut saved = Vec::new();
    for gate in &twins.gates {
        saved.push(gate.owner_wire().save_policy(policy).await);
    }
    twins.are_one("a rule with U+0000", &saved[0], &saved[1]);
    let ask = Call {
        method: "POST",
        body: serde_json::json!({"action": "crm.note", "params": {}}),
        ..get(&agent, "/v1/requests".to_owned())
    };
    twins.both(&ask).await;
    for filter in ["conversation", "node", "rule", "recipient"] {
        let list = format!("/v1/requests?{filter}=a%00b&status=pending");
        twins.both(&get(&owner, list)).await;
    }
}

/// A text as a query has it.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}
