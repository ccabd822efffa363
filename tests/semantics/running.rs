//! 01 §Execution and §Undo: who runs what was let through, how often, and what can be taken back.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Answer, Company, Wire, path, update, with};

/// A company whose changes of records are run by workers, and one of them.
async fn with_worker(idempotent: bool) -> (Company, Wire) {
    let company = Company::new().await;
    let queue = json!({"executor": "queue", "idempotent": idempotent});
    company.patch("/v1/actions/record.update", queue).await;
    let worker = json!({"worker": "clerk", "actions": ["record.update"]});
    let worker = company.gate.wire(&company.gate.token(worker).await);
    (company, worker)
}

async fn lease(worker: &Wire, seconds: u32) -> Vec<Value> {
    let body = json!({"max": 5, "lease_seconds": seconds}).to_string();
    let leased = worker.post("/v1/work/lease", body).await;
    assert_eq!(leased.status, 200, "{leased:?}");
    leased.json()["items"].as_array().unwrap().clone()
}

async fn report(worker: &Wire, work: &Value, outcome: &str) -> Answer {
    let body = json!({"outcome": outcome, "digest": work["digest"], "epoch": work["epoch"]});
    worker.post(&path(work, "/report"), body.to_string()).await
}

/// Something approved that the grace of an undo holds back no more.
async fn approved(company: &Company) -> Value {
    let asked = company.asks("outreach", update()).await;
    let approved = company.approves("ana", &asked).await;
    company.gate.hands.pass(Span::from_secs(5));
    approved
}

/// `01 §Nouns: Execution`: it begins with the yes, has its own states, and each try has the next epoch.
#[tokio::test]
async fn an_execution_has_states_attempts_and_epochs_of_its_own() {
    let company = Company::new().await;
    let asked = company.asks("outreach", update()).await;
    assert_eq!(asked["execution"]["state"], Value::Null);
    let approved = company.approves("ana", &asked).await;
    assert_eq!(approved["execution"]["state"], "ready");
    assert_eq!(approved["execution"]["epoch"], 0);
    let failed = company.runs("outreach", &asked, "failed").await;
    assert_eq!(failed["execution"]["state"], "failed");

    let body = json!({"reason": "the network is back"});
    let refused = company
        .post("outreach", &asked, "retry", body.clone())
        .await;
    refused.refused(403, "wrong-kind-of-token");
    let retried = company.post("ana", &asked, "retry", body).await;
    assert_eq!(retried.json()["execution"]["state"], "ready", "{retried:?}");
    let started = company
        .post("outreach", &asked, "start", json!({}))
        .await
        .json();
    assert_eq!(started["epoch"], 2);
    let old = json!({"outcome": "executed", "digest": asked["digest"], "epoch": 1});
    company
        .post("outreach", &asked, "report", old)
        .await
        .refused(409, "old-epoch");
    let other =
        json!({"outcome": "executed", "epoch": 2, "digest": format!("sha256:{}", "0".repeat(64))});
    company
        .post("outreach", &asked, "report", other)
        .await
        .refused(409, "wrong-digest");
    let good = json!({"outcome": "executed", "digest": asked["digest"], "epoch": 2});
    let executed = company
        .post("outreach", &asked, "report", good)
        .await
        .json();
    assert_eq!(Company::status(&executed), "executed");
    assert_eq!(
        executed["execution"]["attempts"].as_array().unwrap().len(),
        2
    );
    let again = json!({"reason": "once more"});
    company
        .post("ana", &asked, "retry", again)
        .await
        .refused(409, "not-failed");
}

/// `01 §Execution`: workers lease what was approved, with its bytes, its digest and an epoch; each keeps to its own.
#[tokio::test]
async fn workers_lease_what_is_approved_and_agents_keep_off() {
    let (company, worker) = with_worker(false).await;
    let pending = company.asks("outreach", update()).await;
    let other = json!({"worker": "mailer", "actions": ["email.send"]});
    let other = company.gate.wire(&company.gate.token(other).await);
    assert!(
        lease(&worker, 60).await.is_empty(),
        "nothing before the yes"
    );
    company.approves("ana", &pending).await;
    assert!(
        lease(&worker, 60).await.is_empty(),
        "held for the grace of an undo"
    );
    company.gate.hands.pass(Span::from_secs(5));
    assert!(lease(&other, 60).await.is_empty(), "not its action");
    company
        .post("outreach", &pending, "start", json!({}))
        .await
        .refused(409, "other-runner");

    let work = lease(&worker, 60).await;
    assert_eq!(work.len(), 1);
    assert_eq!(work[0]["id"], pending["id"]);
    assert_eq!(work[0]["params"], json!({"name": "Acme"}));
    assert_eq!(work[0]["digest"], pending["digest"]);
    assert_eq!(work[0]["epoch"], 1);
    assert!(lease(&worker, 60).await.is_empty(), "given out once");
    let stolen = report(&other, &work[0], "executed").await;
    assert!(matches!(stolen.status, 403 | 404), "{stolen:?}");
    let reported = report(&worker, &work[0], "executed").await;
    assert_eq!(reported.status, 200, "{reported:?}");
    assert_eq!(Company::status(&company.now(&pending).await), "executed");
    let twice = report(&worker, &work[0], "executed").await;
    assert_eq!(twice.status, 200, "the same again is the same");
    report(&worker, &work[0], "failed")
        .await
        .refused(409, "already-reported");
}

/// `01 §Execution`: a lost reply of what isn't harmless twice makes it unknown, and it isn't run again by itself: a
/// person settles it.
#[tokio::test]
async fn a_lost_worker_leaves_it_unknown_until_a_person_settles_it() {
    let (company, worker) = with_worker(false).await;
    let asked = approved(&company).await;
    let work = lease(&worker, 60).await;
    let more = json!({"epoch": 1, "lease_seconds": 120}).to_string();
    let renewed = worker
        .post(
            &format!("/v1/work/{}/renew", asked["id"].as_str().unwrap()),
            more,
        )
        .await;
    assert_eq!(renewed.status, 200, "{renewed:?}");
    let company = company.after(Span::from_secs(119)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "executing");
    let company = company.after(Span::from_secs(1)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "unknown");
    let company = company.after(Span::from_hours(48)).await;
    let worker = json!({"worker": "clerk", "actions": ["record.update"]});
    let worker = company.gate.wire(&company.gate.token(worker).await);
    assert!(lease(&worker, 60).await.is_empty(), "never again by itself");

    let unknown = json!({"outcome": "unknown", "reason": "no idea"});
    company
        .post("ana", &asked, "settle", unknown)
        .await
        .refused(422, "invalid-input");
    let settled = json!({"outcome": "executed", "reason": "it is in the CRM"});
    let settled = company.post("ana", &asked, "settle", settled).await;
    assert_eq!(settled.json()["status"], "executed", "{settled:?}");
    let late = report(&worker, &work[0], "failed").await;
    assert!(matches!(late.status, 409), "{late:?}");
    assert_eq!(Company::status(&company.now(&asked).await), "executed");
}

/// `01 §Execution`: what is harmless twice is given out again, under the same id with the next epoch, and the first
/// worker is heard no more.
#[tokio::test]
async fn what_is_harmless_twice_is_given_out_again() {
    let (company, worker) = with_worker(true).await;
    let asked = approved(&company).await;
    let first = lease(&worker, 60).await;
    let mut company = company.after(Span::from_secs(60)).await;
    let token = json!({"worker": "second", "actions": ["record.*"]});
    let token = company.gate.token(token).await;
    let mut second = Vec::new();
    for _ in 0..10 {
        second = lease(&company.gate.wire(&token), 60).await;
        if !second.is_empty() {
            break;
        }
        company = company.after(Span::from_secs(1)).await;
    }
    assert_eq!(second[0]["id"], asked["id"]);
    assert_eq!(second[0]["epoch"], 2);
    let clerk = json!({"worker": "clerk", "actions": ["record.update"]});
    let clerk = company.gate.wire(&company.gate.token(clerk).await);
    report(&clerk, &first[0], "executed")
        .await
        .refused(409, "old-epoch");
    let reported = report(&company.gate.wire(&token), &second[0], "executed").await;
    assert_eq!(reported.status, 200, "{reported:?}");
    assert_eq!(Company::status(&company.now(&asked).await), "executed");
}

/// `01 §Execution`: an approval that isn't started within `use_within` lapses; what policy allowed and its agent runs
/// doesn't.
#[tokio::test]
async fn an_approval_that_is_not_used_lapses() {
    let company = Company::new().await;
    company.policy("[defaults]\nuse_within = \"2h\"\n").await;
    let approved = company.asks("outreach", update()).await;
    company.approves("ana", &approved).await;
    let read = json!({"action": "file.read", "params": {}, "on_behalf_of": "ana"});
    let allowed = company.asks("outreach", read).await;
    let company = company.after(Span::from_millis(2 * 3_600_000 - 1)).await;
    assert_eq!(Company::status(&company.now(&approved).await), "approved");
    let company = company.after(Span::from_millis(1)).await;
    assert_eq!(Company::status(&company.now(&approved).await), "lapsed");
    company
        .post("outreach", &approved, "start", json!({}))
        .await
        .refused(409, "lapsed");
    let report = json!({"outcome": "executed", "digest": approved["digest"]});
    company
        .post("outreach", &approved, "report", report)
        .await
        .refused(409, "lapsed");
    let company = company.after(Span::from_hours(24 * 90)).await;
    assert_eq!(Company::status(&company.now(&allowed).await), "allowed");
}

/// `01 §Execution`: an adapter that can't see the result says that it handed the permission over.
#[tokio::test]
async fn what_was_handed_over_says_that_nobody_saw_the_result() {
    let company = Company::new().await;
    let asked = company.asks("outreach", update()).await;
    company.approves("ana", &asked).await;
    let report = json!({"outcome": "executed", "digest": asked["digest"], "observed": false});
    let reported = company
        .post("outreach", &asked, "report", report)
        .await
        .json();
    assert_eq!(
        reported["execution"]["attempts"][0]["observed"], false,
        "{reported}"
    );
}

/// `01 §Undo`: one's own approval until it has started; final; the agent is told; a no stands.
#[tokio::test]
async fn an_approval_is_taken_back_until_it_has_started() {
    let company = Company::new().await;
    let take_back =
        async |who: &str, asked: &Value| company.who(who).delete(&path(asked, "/decision")).await;
    let asked = company
        .asks("outreach", with(update(), json!({"waiting": true})))
        .await;
    company.approves("ana", &asked).await;
    let other = take_back("owner", &asked).await;
    assert_eq!(other.status, 409, "somebody else's: {other:?}");
    let revoked = take_back("ana", &asked).await;
    assert_eq!(revoked.json()["status"], "revoked", "{revoked:?}");
    assert_eq!(revoked.json()["execution"]["revoked_by"], "ana");
    company
        .decides("ana", &asked, json!({"decision": "approve"}))
        .await;
    company
        .post("outreach", &asked, "start", json!({}))
        .await
        .refused(409, "revoked");
    assert_eq!(
        Company::status(&company.now(&asked).await),
        "revoked",
        "final"
    );

    let asked = company.asks("outreach", update()).await;
    company.approves("ana", &asked).await;
    company.post("outreach", &asked, "start", json!({})).await;
    take_back("ana", &asked)
        .await
        .refused(409, "already-started");
    let asked = company.asks("outreach", update()).await;
    company.rejects("ana", &asked, "no").await;
    assert_eq!(take_back("ana", &asked).await.status, 409, "a no stands");
    assert_eq!(Company::status(&company.now(&asked).await), "rejected");
}

/// `01 §Undo`: where workers run it, it is held for the workspace's grace.
#[tokio::test]
async fn what_workers_run_is_held_for_the_grace() {
    let (company, worker) = with_worker(false).await;
    company
        .policy("[defaults]\nundo = { server = \"30s\", agent = \"0s\" }\n")
        .await;
    let asked = company.asks("outreach", update()).await;
    company.approves("ana", &asked).await;
    company.gate.hands.pass(Span::from_millis(29_999));
    assert!(lease(&worker, 60).await.is_empty());
    company.gate.hands.pass(Span::from_millis(1));
    assert_eq!(lease(&worker, 60).await.len(), 1);
    let refused = company.who("ana").delete(&path(&asked, "/decision")).await;
    refused.refused(409, "already-started");
}

/// `01 §States`: a step is approved and there is nothing to run.
#[tokio::test]
async fn a_step_has_nothing_to_run() {
    let company = Company::new().await;
    company.policy("[defaults]\nmode = \"blocking\"\n").await;
    let step = json!({"action": "step.plan", "kind": "step", "params": {}, "on_behalf_of": "ana"});
    let asked = company.asks("outreach", step).await;
    assert_eq!(Company::status(&asked), "pending");
    let approved = company.approves("ana", &asked).await;
    assert_eq!(Company::status(&approved), "approved");
    assert_eq!(approved["execution"]["state"], Value::Null);
    let done = company
        .who("outreach")
        .get(&path(&asked, "?wait=30&until=done"))
        .await
        .json();
    assert_eq!(Company::status(&done), "approved", "it is done");
    let start = company.post("outreach", &asked, "start", json!({})).await;
    start.refused(409, "not-ready");
}

/// `01 §Checkpoint`: up to 8 MiB, whatever the bytes.
#[tokio::test]
async fn a_checkpoint_is_as_large_as_eight_mebibytes() {
    let company = Company::new().await;
    let asked = company.asks("outreach", update()).await;
    let place = path(&asked, "/checkpoint");
    let put = async |bytes: Vec<u8>| {
        let call = company.who("outreach").call("PUT", &place);
        let call = call.header("content-type", "application/octet-stream");
        call.body(bytes).send().await.unwrap().status().as_u16()
    };
    let largest = vec![0xff; 8 << 20];
    assert_eq!(put(largest.clone()).await, 204);
    assert_eq!(put(vec![0; (8 << 20) + 1]).await, 413);
    let back = company
        .who("outreach")
        .call("GET", &place)
        .send()
        .await
        .unwrap();
    let back = back.bytes().await.unwrap();
    assert!(back == largest, "what was too large changed nothing");
}

/// `01 §Snapshot`: what is disabled is leased and retried no more, and coming back brings nothing back.
#[tokio::test]
async fn what_is_disabled_is_neither_leased_nor_retried() {
    for path in ["/v1/actions/record.update", "/v1/integrations/record"] {
        let (company, worker) = with_worker(false).await;
        let failed = approved(&company).await;
        let work = lease(&worker, 60).await;
        assert_eq!(report(&worker, &work[0], "failed").await.status, 200);
        let ready = approved(&company).await;
        company.patch(path, json!({"enabled": false})).await;
        assert!(lease(&worker, 60).await.is_empty(), "{path}");
        let retry = json!({"reason": "again"});
        let refused = company.post("ana", &failed, "retry", retry.clone()).await;
        refused.refused(409, "revoked");
        company.patch(path, json!({"enabled": true})).await;
        assert!(lease(&worker, 60).await.is_empty(), "{path}");
        assert_eq!(Company::status(&company.now(&ready).await), "revoked");
        let retried = company.post("ana", &failed, "retry", retry).await;
        assert_eq!(
            retried.status, 200,
            "a failed one is a person's to retry: {retried:?}"
        );
        assert_eq!(lease(&worker, 60).await.len(), 1);
    }
}

/// `01 §Execution`: what policy allowed is leased as well, and isn't held for an undo.
#[tokio::test]
async fn what_is_allowed_is_leased_at_once() {
    let (company, worker) = with_worker(false).await;
    company.policy("[defaults]\nmode = \"disabled\"\n").await;
    let asked = company.asks("outreach", update()).await;
    assert_eq!(Company::status(&asked), "allowed");
    let work = lease(&worker, 60).await;
    assert_eq!(work[0]["id"], asked["id"]);
    let take_back = company.who("ana").delete(&path(&asked, "/decision")).await;
    assert_eq!(take_back.status, 409, "{take_back:?}");
    assert_eq!(report(&worker, &work[0], "executed").await.status, 200);
    assert_eq!(Company::status(&company.now(&asked).await), "executed");
}
