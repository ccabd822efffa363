use std::collections::BTreeMap;

use serde_json::{Value, json};
use signoff::domain::time::Span;

use super::{Answer, TestGate, Wire};

/// A gate of a small company, each with a token: the `owner`; `adam`, an admin; `lee`, a manager, whose are
/// `ana` and `ben` of the sales team; `cay` and `dan` of finance; and the agents `outreach` (Ana's, for Ana and
/// Ben), `reporter` (Lee's) and `triage` (Adam's, which reviews).
pub struct Company {
    pub gate: TestGate,
    tokens: BTreeMap<String, String>,
}

impl Company {
    pub async fn new() -> Self {
        let gate = TestGate::start().await;
        let owner = gate.owner_secret().to_owned();
        let mut company = Self {
            gate,
            tokens: BTreeMap::from([("owner".to_owned(), owner)]),
        };
        company.add("/v1/groups", json!({"id": "finance"})).await;
        company.add("/v1/teams", json!({"id": "sales"})).await;
        for person in [
            json!({"id": "adam", "role": "admin"}),
            json!({"id": "lee", "role": "manager"}),
            json!({"id": "ana", "manager": "lee", "team": "sales"}),
            json!({"id": "ben", "manager": "lee", "team": "sales"}),
            json!({"id": "cay", "groups": ["finance"]}),
            json!({"id": "dan", "groups": ["finance"]}),
        ] {
            company.add_person(person).await;
        }
        for agent in [
            json!({"id": "outreach", "owners": ["ana"], "users": ["ana", "ben"], "team": "sales"}),
            json!({"id": "reporter", "owners": ["lee"]}),
            json!({"id": "triage", "owners": ["adam"]}),
        ] {
            company.add_agent(agent).await;
        }
        company
    }

    /// One more person, with a token.
    pub async fn add_person(&mut self, person: Value) {
        let id = person["id"].as_str().unwrap().to_owned();
        self.add("/v1/people", person).await;
        let token = self.gate.token(json!({"person": id})).await;
        self.tokens.insert(id, token);
    }

    /// One more agent, with a token.
    pub async fn add_agent(&mut self, agent: Value) {
        let id = agent["id"].as_str().unwrap().to_owned();
        self.add("/v1/agents", agent).await;
        let token = self.gate.token(json!({"agent": id})).await;
        self.tokens.insert(id, token);
    }

    async fn add(&self, path: &str, thing: Value) {
        let answer = self.who("owner").post(path, thing.to_string()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// This person or agent, by hand.
    pub fn who(&self, id: &str) -> Wire {
        self.gate.wire(&self.tokens[id])
    }

    /// The owner changes something.
    pub async fn patch(&self, path: &str, change: Value) -> Value {
        let answer = self.who("owner").patch(path, change.to_string()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The owner saves this policy in place of the one in force.
    pub async fn policy(&self, text: &str) {
        let answer = self.who("owner").save_policy(text).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// An agent asks.
    pub async fn asks(&self, agent: &str, body: Value) -> Value {
        let answer = self.who(agent).post("/v1/requests", body.to_string()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// An agent asks, and this is the status that it gets.
    #[track_caller]
    pub fn status(asked: &Value) -> &str {
        asked["status"].as_str().unwrap()
    }

    /// A request as the owner sees it now.
    pub async fn now(&self, asked: &Value) -> Value {
        self.as_seen_by("owner", asked).await.json()
    }

    /// What somebody gets who looks a request up.
    pub async fn as_seen_by(&self, who: &str, asked: &Value) -> Answer {
        self.who(who).get(&path(asked, "")).await
    }

    /// Somebody does something to a request: `cancel`, `start` and so on.
    pub async fn post(&self, who: &str, asked: &Value, verb: &str, body: Value) -> Answer {
        let path = path(asked, &format!("/{verb}"));
        self.who(who).post(&path, body.to_string()).await
    }

    /// Somebody decides about what `seen` shows.
    pub async fn decides(&self, who: &str, seen: &Value, body: Value) -> Answer {
        let body = with(json!({"digest": seen["digest"]}), body);
        self.post(who, seen, "decision", body).await
    }

    /// Somebody approves what `seen` shows, and may.
    pub async fn approves(&self, who: &str, seen: &Value) -> Value {
        let answer = self
            .decides(who, seen, json!({"decision": "approve"}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Somebody rejects what `seen` shows, and may.
    pub async fn rejects(&self, who: &str, seen: &Value, reason: &str) -> Value {
        let body = json!({"decision": "reject", "reason": reason});
        let answer = self.decides(who, seen, body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// An agent runs what it may run, and reports how it ended.
    pub async fn runs(&self, agent: &str, asked: &Value, outcome: &str) -> Value {
        let started = self.post(agent, asked, "start", json!({})).await;
        assert_eq!(started.status, 200, "{started:?}");
        let started = started.json();
        let report =
            json!({"outcome": outcome, "digest": started["digest"], "epoch": started["epoch"]});
        let reported = self.post(agent, asked, "report", report).await;
        assert_eq!(reported.status, 200, "{reported:?}");
        reported.json()
    }

    /// The rungs of a verdict, as `why` tells them.
    pub async fn why(&self, asked: &Value) -> Value {
        let answer = self.who("owner").get(&path(asked, "/why")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Time goes by, and what fell due meanwhile is settled.
    pub async fn after(self, span: Span) -> Self {
        self.gate.hands.pass(span);
        Self {
            gate: self.gate.restart().await,
            tokens: self.tokens,
        }
    }
}

/// The path of a request, or of something about it.
pub fn path(asked: &Value, rest: &str) -> String {
    format!("/v1/requests/{}{rest}", asked["id"].as_str().unwrap())
}

/// An object with more members, or others, than it has.
pub fn with(mut object: Value, more: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    object
}

/// An e-mail of Ana's to these addresses.
pub fn mail(to: &[&str]) -> Value {
    json!({
        "action": "email.send",
        "params": {"to": to, "subject": "Your renewal", "body": "Dear Pat"},
        "on_behalf_of": "ana",
    })
}

/// A harmless change of a record for Ana: of low risk, with nobody whom it reaches.
pub fn update() -> Value {
    json!({"action": "record.update", "params": {"name": "Acme"}, "on_behalf_of": "ana"})
}

/// The words of a list of texts.
pub fn texts(list: &Value) -> Vec<&str> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().map(|item| item.as_str().unwrap()).collect()
}
