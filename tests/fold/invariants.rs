//! Invariants of 01 §States, each a function over a history that grows.

use serde_json::{Value, json};
use signoff::domain::id::RequestId;

use super::history::{ACTIONS, Call, Cast, Dice, Known, POLICY};
use crate::support::{Answer, TestGate, Wire};

/// 01 §States.9: the same key and body is the same request, and another body is refused.
pub(super) async fn is_asked_once(call: &Call, first: RequestId) {
    let again = call.clone().send().await;
    if again.status == 401 || again.status == 403 {
        return; // The agent is gone by now, or stopped.
    }
    assert_eq!((again.status, again.request().id), (201, first));
    let mut other = call.clone();
    other.body["params"] = json!("something else");
    assert_eq!(other.send().await.status, 422);
}

/// 01 §States.10: a reader with a cursor sees each event once and in order, however often it comes back.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) read: Vec<String>,
}

impl Reader {
    pub(super) async fn read_on(&mut self, gate: &TestGate) {
        loop {
            let entries = gate.gate.log(self.read.len() as u64).await.unwrap();
            if entries.is_empty() {
                return;
            }
            for entry in entries {
                assert_eq!(entry.position, self.read.len() as u64 + 1);
                self.read.push(entry.body.text().to_owned());
            }
        }
    }
}

/// 01 §States.12: absent, empty, unknown, unparsable ⇒ towards asking and denying: a request that lacks something is let
/// through only where the whole one is.
pub(super) async fn is_no_freer_for_lack_of_anything(call: &Call, dice: &mut Dice) {
    let tried = async |body: &Value| {
        let answer = call.wire.post("/v1/evaluate", body.to_string()).await;
        let effect = answer.json()["verdict"]["effect"].clone();
        (answer.status == 200, effect)
    };
    let strictness = |(heard, effect): (bool, Value)| match effect.as_str() {
        Some("allow") if heard => 0,
        Some("ask") if heard => 1,
        _ => 2,
    };
    let whole = strictness(tried(&call.body).await);
    let lacking = [
        ("/conversation", json!(null)),
        ("/conversation", json!("")),
        ("/on_behalf_of", json!(null)),
        ("/on_behalf_of", json!("nobody-such")),
        ("/params/to", json!(null)),
        ("/params/to", json!("")),
        ("/params/to", json!([])),
        ("/params/to", json!("pat at partner")),
        ("/params", json!(null)),
    ];
    let (place, nothing) = dice.pick(&lacking);
    let mut body = call.body.clone();
    if let Some(there) = body.pointer_mut(place) {
        *there = nothing.clone();
        let now = strictness(tried(&body).await);
        assert!(now >= whole, "{place} {nothing}: {}", call.body);
    }
    let mut unknown = call.body.clone();
    unknown["action"] = json!("x.unheard-of");
    assert!(strictness(tried(&unknown).await) > 0, "{unknown}");
}

/// 01 §States.12: an approval without what it takes approves nothing, whoever gives it.
pub(super) async fn approves_nothing_for_lack_of_anything(
    cast: &Cast,
    dice: &mut Dice,
    known: &[Known],
) {
    let newest = &known[known.len().saturating_sub(8)..];
    if newest.is_empty() {
        return;
    }
    let (about, by) = (dice.pick(newest), dice.pick(&cast.people));
    let before = now(&cast.people[0], about).await;
    let unknown = format!("sha256:{}", "0".repeat(64));
    let approvals = [
        json!({}),
        json!({"digest": null}),
        json!({"digest": ""}),
        json!({"digest": unknown}),
        json!({"digest": about.digest, "plan": 999}),
        json!({"digest": about.digest, "plan": "1"}),
        json!({"digest": about.digest, "params": null, "remember": ""}),
    ];
    let mut body = dice.pick(&approvals).clone();
    body["decision"] = json!("approve");
    decide(by, about, &body).await;
    let after = now(&cast.people[0], about).await;
    assert_eq!(after["version"], before["version"], "{body}");
    assert_eq!(after["status"], before["status"], "{body}");
}

/// 01 §States.15: whoever changes a rule, pattern or unlock can't thereby approve what they couldn't before. Gives how much
/// of what waits was for others to decide.
pub(super) async fn nobody_gains_by_other_rules(
    cast: &Cast,
    dice: &mut Dice,
    known: &[Known],
) -> usize {
    let admins = [&cast.people[0], cast.people.last().expect("an admin")];
    let admin = *dice.pick(&admins);
    let me = admin.get("/v1/me").await.json()["id"].clone();
    let mut others = Vec::new();
    for about in &known[known.len().saturating_sub(20)..] {
        let before = now(admin, about).await;
        // Whoever has voted would only say it again.
        let voted = before["decisions"].to_string().contains(&me.to_string());
        if before["status"] == "pending" && before["you"]["may_decide"] == false && !voted {
            others.push((about, before));
        }
    }
    relax(admin, &me, dice).await;
    for (about, before) in &others {
        let approval = json!({"decision": "approve", "digest": before["digest"]});
        let refused = decide(admin, about, &approval).await;
        assert!(refused.status >= 400, "{refused:?}");
        let after = now(admin, about).await;
        for what in ["status", "version", "review", "verdict"] {
            assert_eq!(after[what], before[what], "{what}");
        }
    }
    let restored = admin.save_policy(POLICY).await;
    assert_eq!(restored.status, 200, "{restored:?}");
    others.len()
}

/// An admin lets themselves through wherever they can.
async fn relax(admin: &Wire, me: &Value, dice: &mut Dice) {
    let rules = [
        "[defaults]\nmode = \"disabled\"\n".to_owned(),
        "[defaults]\nmode = \"audit\"\n".to_owned(),
        format!("[[rule]]\nname = \"Mine\"\neffect = \"ask\"\nresolver = {}\n", json!(format!("user:{}", me.as_str().unwrap()))),
        "[[rule]]\nname = \"Soon\"\neffect = \"ask\"\nresolver = \"auto_after:1s\"\n".to_owned(),
        "[[capability]]\nagent = \"local\"\naction = \"*\"\nask = \"never\"\n".to_owned(),
        "[[trusted]]\nname = \"All\"\nagent = \"local\"\naction = \"x.*\"\nmax_risk = \"critical\"\n".to_owned(),
    ];
    let saved = admin.save_policy(dice.pick::<String>(&rules)).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    let action = dice.pick(&ACTIONS);
    let unlock = json!({"auto_approval_allowed": true, "needs_approval": false});
    let unlocked = admin
        .patch(&format!("/v1/actions/{action}"), unlock.to_string())
        .await;
    assert_eq!(unlocked.status, 200, "{unlocked:?}");
    let call = admin.call("PUT", &format!("/v1/preferences/{action}"));
    let call = call.header("content-type", "application/json");
    let chosen = Answer::of(call.body(r#"{"mode": "always"}"#)).await;
    assert_eq!(chosen.status, 200, "{chosen:?}");
    let asks = json!({"needs_approval": true});
    let restored = admin
        .patch(&format!("/v1/actions/{action}"), asks.to_string())
        .await;
    assert_eq!(restored.status, 200, "{restored:?}");
}

async fn now(wire: &Wire, about: &Known) -> Value {
    wire.get(&format!("/v1/requests/{}", about.id)).await.json()
}

async fn decide(wire: &Wire, about: &Known, body: &Value) -> Answer {
    let path = format!("/v1/requests/{}/decision", about.id);
    wire.post(&path, body.to_string()).await
}
