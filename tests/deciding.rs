//! Deciding: the checks in their order, of which the first that fails answers; whatever fails, nothing is
//! decided; and what was decided reaches the agent.

use serde_json::{Value, json};
use signoff::api::request::Request;
use signoff::client::{Client, Until};
use signoff::domain::execution::ExecutionState;
use signoff::domain::lifecycle::{Decision, Status};
use signoff::domain::time::Span;

use crate::support::{Answer, TestGate, Wire, approve, ask, reject};

/// Ana, whose agent asks; Ben, whom it doesn't concern; Lee, who sees everything.
struct Scene {
    gate: TestGate,
    ana: Wire,
    ben: Wire,
    lee: Wire,
    bot: Wire,
    agent: Client,
}

async fn scene() -> Scene {
    let gate = TestGate::start().await;
    gate.person("ana", "member").await;
    gate.person("ben", "member").await;
    gate.person("lee", "manager").await;
    let agent = gate.agent_of("bot", &["ana"], &["ana"]).await;
    let wire = async |holder: Value| gate.wire(&gate.token(holder).await);
    Scene {
        ana: wire(json!({"person": "ana"})).await,
        ben: wire(json!({"person": "ben"})).await,
        lee: wire(json!({"person": "lee"})).await,
        bot: wire(json!({"agent": "bot"})).await,
        agent,
        gate,
    }
}

impl Scene {
    async fn asked_with(&self, more: Value) -> Request {
        let mut body = json!({
            "action": "email.send",
            "params": {"to": "pat@partner.example", "body": "Hi Pat"},
            "on_behalf_of": "ana",
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.bot
            .post("/v1/requests", body.to_string())
            .await
            .request()
    }

    async fn asked(&self) -> Request {
        self.asked_with(json!({})).await
    }

    async fn approved(&self) -> Request {
        let asked = self.asked().await;
        decide(
            &self.ana,
            &asked,
            json!({"decision": "approve", "digest": asked.digest}),
        )
        .await
        .request()
    }

    async fn now(&self, asked: &Request) -> Request {
        self.agent.request(asked.id).await.unwrap()
    }

    async fn action(&self, action: &str, patch: Value) {
        let call = self
            .gate
            .owner_wire()
            .call("PATCH", &format!("/v1/actions/{action}"));
        let call = call
            .header("content-type", "application/json")
            .body(patch.to_string());
        assert_eq!(Answer::of(call).await.status, 200);
    }
}

async fn decide(wire: &Wire, asked: &Request, body: Value) -> Answer {
    wire.post(
        &format!("/v1/requests/{}/decision", asked.id),
        body.to_string(),
    )
    .await
}

async fn post(wire: &Wire, asked: &Request, verb: &str, body: Value) -> Answer {
    wire.post(
        &format!("/v1/requests/{}/{verb}", asked.id),
        body.to_string(),
    )
    .await
}

const OTHER_DIGEST: &str =
    "sha256:0000000000000000000000000000000000000000000000000000000000000000";

#[tokio::test]
async fn the_first_check_that_fails_answers_and_nothing_is_decided() {
    let scene = scene().await;
    let asked = scene.asked().await;
    let before = scene.gate.gate.head().await.unwrap();
    let all_wrong =
        json!({"decision": "approve", "digest": OTHER_DIGEST, "plan": 99, "remember": "always"});
    let nobody = Wire::new(&scene.gate.url, None);
    decide(&nobody, &asked, json!("no decision"))
        .await
        .refused(401, "unauthorized");
    decide(&scene.bot, &asked, json!("no decision"))
        .await
        .refused(403, "wrong-kind-of-token");
    decide(&scene.ben, &asked, json!("no decision"))
        .await
        .refused(404, "not-found");
    decide(&scene.lee, &asked, all_wrong.clone())
        .await
        .refused(403, "not-a-reviewer");
    decide(&scene.ana, &asked, all_wrong)
        .await
        .refused(409, "stale-digest");
    let wrong_plan =
        json!({"decision": "approve", "digest": asked.digest, "plan": 99, "remember": "always"});
    decide(&scene.ana, &asked, wrong_plan)
        .await
        .refused(409, "stale-plan");
    let no_digest = json!({"decision": "approve", "plan": 99});
    decide(&scene.ana, &asked, no_digest)
        .await
        .refused(409, "stale-plan");
    let locked = json!({"decision": "approve", "digest": asked.digest, "remember": "conversation"});
    decide(&scene.ana, &asked, locked.clone())
        .await
        .refused(403, "auto-approval-not-allowed");
    let for_good_unseen = json!({"decision": "approve", "remember": "always"});
    decide(&scene.ana, &asked, for_good_unseen)
        .await
        .refused(403, "auto-approval-not-allowed");
    let rejected_for_good = json!({"decision": "reject", "remember": "always"});
    decide(&scene.ana, &asked, rejected_for_good.clone())
        .await
        .refused(403, "auto-approval-not-allowed");
    assert_eq!(scene.gate.gate.head().await.unwrap(), before);

    scene
        .action("email.send", json!({"auto_approval_allowed": true}))
        .await;
    let before = scene.gate.gate.head().await.unwrap();
    for (body, pointer) in [
        (locked, "/remember"),
        (rejected_for_good, "/remember"),
        (json!({"decision": "approve"}), "/digest"),
        (json!({"decision": "perhaps"}), "/decision"),
        (json!({}), "/decision"),
        (json!({"decision": "reject", "by": "owner"}), "/by"),
        (
            json!({"decision": "reject", "params": {"to": "me@evil.example"}}),
            "/params",
        ),
        (
            json!({"decision": "approve", "digest": asked.digest, "remember": "always",
                   "params": {"to": "me@evil.example"}}),
            "/remember",
        ),
        (json!({"decision": "respond"}), "/text"),
        (json!({"decision": "respond", "text": "  "}), "/text"),
        (json!({"decision": "reject", "text": "no"}), "/text"),
    ] {
        let problem = decide(&scene.ana, &asked, body.clone())
            .await
            .refused(422, "invalid-input");
        assert_eq!(problem.errors[0].pointer, pointer, "{body}: {problem:?}");
    }
    assert_eq!(scene.gate.gate.head().await.unwrap(), before);
    assert_eq!(scene.now(&asked).await, asked);
}

#[tokio::test]
async fn everything_that_a_reviewer_may_say_is_understood() {
    let scene = scene().await;
    let asked = scene.asked().await;
    let body = json!({
        "decision": "approve", "digest": asked.digest, "plan": 1, "reason": "checked with Ben",
        "notify_agent": true, "params": null, "remember": "once",
    });
    let approved = decide(&scene.ana, &asked, body).await.request();
    assert_eq!(approved.status, Status::Approved);
    let settled = approved.settled.unwrap();
    assert_eq!(settled.reason.unwrap().plain(), "checked with Ben");
    assert!(settled.notify_agent);
}

#[tokio::test]
async fn a_repeat_is_the_same_answer_and_anything_else_learns_who_was_first() {
    let scene = scene().await;
    let asked = scene.asked().await;
    let approve = json!({"decision": "approve", "digest": asked.digest, "reason": "checked"});
    let first = decide(&scene.ana, &asked, approve).await;
    assert_eq!(first.status, 200, "{first:?}");
    let before = scene.gate.gate.head().await.unwrap();

    let repeat =
        json!({"decision": "approve", "digest": asked.digest, "plan": 99, "remember": "always"});
    let again = decide(&scene.ana, &asked, repeat).await;
    assert_eq!((again.status, again.request()), (200, first.request()));

    for (who, body) in [
        (&scene.ana, json!({"decision": "reject"})),
        (
            &scene.ana,
            json!({"decision": "approve", "digest": OTHER_DIGEST}),
        ),
        (
            &scene.lee,
            json!({"decision": "approve", "digest": OTHER_DIGEST, "plan": 99}),
        ),
        (&scene.lee, json!({"decision": "reject"})),
    ] {
        let problem = decide(who, &asked, body)
            .await
            .refused(409, "already-decided");
        assert_eq!(problem.decided_by.unwrap().to_string(), "ana");
        assert_eq!(problem.decision, Some(Decision::Approved));
        assert_eq!(problem.at, Some(scene.gate.gate.now()));
    }
    decide(&scene.ben, &asked, json!({"decision": "reject"}))
        .await
        .refused(404, "not-found");
    assert_eq!(scene.gate.gate.head().await.unwrap(), before);
}

#[tokio::test]
async fn what_expired_is_gone_before_anybody_asks_who_may() {
    let scene = scene().await;
    let asked = scene.asked().await;
    // A recipient nobody knows yet makes it one of high risk.
    scene.gate.hands.pass(Span::from_hours(4));
    for who in [&scene.ana, &scene.lee] {
        let body = json!({"decision": "approve", "digest": OTHER_DIGEST, "plan": 99});
        let problem = decide(who, &asked, body).await.refused(410, "expired");
        assert_eq!(problem.at, asked.expires_at);
    }
    let gate = scene.gate.restart().await;
    let settled = gate.agent_of("other", &["ana"], &["ana"]).await;
    assert!(
        settled.request(asked.id).await.is_err(),
        "another agent sees nothing of it"
    );
    let expired = gate.owner().request(asked.id).await.unwrap();
    assert_eq!(expired.status, Status::Expired);
    assert_eq!(expired.settled.unwrap().by.to_string(), "clock");
}

#[tokio::test]
async fn what_policy_had_settled_is_not_for_people_to_decide() {
    let scene = scene().await;
    let allowed = scene.asked_with(json!({"action": "file.read"})).await;
    assert_eq!(allowed.status, Status::Allowed);
    scene.action("email.send", json!({"enabled": false})).await;
    let denied = scene.asked().await;
    assert_eq!(denied.status, Status::Denied);
    for asked in [allowed, denied] {
        let body = json!({"decision": "approve", "digest": asked.digest});
        decide(&scene.ana, &asked, body)
            .await
            .refused(409, "already-decided");
        assert_eq!(scene.now(&asked).await, asked);
    }
}

#[tokio::test]
async fn a_reason_reaches_the_agent_that_waits() {
    let scene = scene().await;
    let asked = scene.asked().await;
    let why = "Not before the contract is signed \u{2013} ask again on Monday";
    let rejection = json!({"decision": "reject", "reason": why});
    let (waited, rejected) = tokio::join!(
        scene.agent.wait(asked.id, Until::Decided, 60),
        decide(&scene.ana, &asked, rejection)
    );
    assert_eq!(rejected.status, 200, "{rejected:?}");
    let waited = waited.unwrap();
    assert_eq!(waited.status, Status::Rejected);
    let settled = waited.settled.unwrap();
    assert_eq!(settled.reason.unwrap().raw_for_execution(), why);
    assert_eq!(settled.by.to_string(), "ana");
    let vote = &waited.decisions[0];
    assert_eq!(
        (vote.by.to_string().as_str(), vote.digest, vote.plan),
        ("ana", asked.digest, 1)
    );
}

#[tokio::test]
async fn the_agent_is_told_where_it_was_ticked_and_says_that_it_knows() {
    let scene = scene().await;
    let quiet = scene.asked().await;
    decide(
        &scene.ana,
        &quiet,
        json!({"decision": "reject", "reason": "no"}),
    )
    .await;
    assert_eq!(scene.agent.notices(0).await.unwrap().items, []);
    post_notice(&scene.bot, &quiet)
        .await
        .refused(404, "not-found");

    let asked = scene.asked().await;
    let told = json!({"decision": "reject", "reason": "too early", "notify_agent": true});
    let (notices, _) = tokio::join!(scene.agent.notices(60), decide(&scene.ana, &asked, told));
    let notice = notices.unwrap().items.remove(0);
    assert_eq!(
        (notice.id, notice.status, notice.decision),
        (asked.id, Status::Rejected, Decision::Rejected)
    );
    assert_eq!(notice.reason.unwrap().plain(), "too early");
    assert_eq!(scene.now(&asked).await.settled.unwrap().agent_told_at, None);

    scene.gate.hands.pass(Span::from_secs(5));
    let before = scene.gate.gate.head().await.unwrap();
    let acks =
        futures_util::future::join_all((0..8).map(|_| post_notice(&scene.bot, &asked))).await;
    assert!(acks.iter().all(|ack| ack.status == 200), "{acks:?}");
    assert_eq!(
        scene.gate.gate.head().await.unwrap(),
        before + 1,
        "it is told once"
    );
    assert_eq!(scene.agent.notices(0).await.unwrap().items, []);
    let settled = scene.now(&asked).await.settled.unwrap();
    assert_eq!(settled.agent_told_at, Some(scene.gate.gate.now()));
    let stranger = scene.gate.agent_wire();
    post_notice(&stranger, &asked)
        .await
        .refused(404, "not-found");
}

async fn post_notice(wire: &Wire, asked: &Request) -> Answer {
    wire.post(&format!("/v1/notices/{}/ack", asked.id), "")
        .await
}

#[tokio::test]
async fn an_agent_that_waits_or_chats_is_always_told() {
    let scene = scene().await;
    for more in [
        json!({"waiting": true}),
        json!({"trigger": "chat", "conversation": "c1"}),
    ] {
        for word in ["approve", "reject"] {
            let asked = scene.asked_with(more.clone()).await;
            let seen = scene
                .ana
                .get(&format!("/v1/requests/{}", asked.id))
                .await
                .request();
            assert!(seen.you.unwrap().notify_always);
            let body = json!({"decision": word, "digest": asked.digest, "notify_agent": false});
            assert_eq!(decide(&scene.ana, &asked, body).await.status, 200);
            let told: Vec<_> = scene.agent.notices(0).await.unwrap().items;
            assert!(
                told.iter().any(|notice| notice.id == asked.id),
                "{more} {word}"
            );
        }
    }
}

#[tokio::test]
async fn its_agent_may_withdraw_while_it_waits() {
    let scene = scene().await;
    let asked = scene.asked().await;
    post(&scene.ana, &asked, "cancel", json!({}))
        .await
        .refused(403, "wrong-kind-of-token");
    post(&scene.gate.agent_wire(), &asked, "cancel", json!({}))
        .await
        .refused(404, "not-found");
    post(
        &scene.bot,
        &asked,
        "cancel",
        json!({"why": "changed my mind"}),
    )
    .await
    .refused(422, "invalid-input");
    let cancelled = post(&scene.bot, &asked, "cancel", json!({}))
        .await
        .request();
    assert_eq!(cancelled.status, Status::Cancelled);
    assert_eq!(
        post(&scene.bot, &asked, "cancel", json!({}))
            .await
            .request(),
        cancelled
    );
    let problem = decide(&scene.ana, &asked, json!({"decision": "reject"}))
        .await
        .refused(409, "already-decided");
    assert_eq!(problem.decided_by.unwrap().to_string(), "agent:bot");

    let approved = scene.approved().await;
    let problem = post(&scene.bot, &approved, "cancel", json!({}))
        .await
        .refused(409, "already-decided");
    assert_eq!(problem.decided_by.unwrap().to_string(), "ana");
}

#[tokio::test]
async fn an_approval_runs_once_with_what_was_approved() {
    let scene = scene().await;
    let asked = scene.asked().await;
    post(&scene.bot, &asked, "start", json!({}))
        .await
        .refused(409, "not-ready");
    let executed =
        |epoch: Option<u32>| json!({"outcome": "executed", "digest": asked.digest, "epoch": epoch});
    post(&scene.bot, &asked, "report", executed(None))
        .await
        .refused(409, "not-ready");
    let approve = json!({"decision": "approve", "digest": asked.digest});
    decide(&scene.ana, &asked, approve).await.request();

    post(&scene.gate.agent_wire(), &asked, "start", json!({}))
        .await
        .refused(404, "not-found");
    post(&scene.ana, &asked, "start", json!({}))
        .await
        .refused(403, "wrong-kind-of-token");
    let started = post(&scene.bot, &asked, "start", json!({})).await.json();
    assert_eq!(
        (started["epoch"].clone(), started["status"].clone()),
        (json!(1), json!("executing"))
    );
    assert_eq!(started["digest"], json!(asked.digest));
    assert_eq!(
        started["params"],
        json!({"to": "pat@partner.example", "body": "Hi Pat"})
    );
    post(&scene.bot, &asked, "start", json!({}))
        .await
        .refused(409, "already-started");

    let before = scene.now(&asked).await;
    post(&scene.bot, &asked, "report", executed(Some(0)))
        .await
        .refused(409, "old-epoch");
    post(&scene.bot, &asked, "report", executed(Some(2)))
        .await
        .refused(409, "old-epoch");
    let altered = json!({"outcome": "executed", "digest": OTHER_DIGEST, "epoch": 1});
    post(&scene.bot, &asked, "report", altered)
        .await
        .refused(409, "wrong-digest");
    assert_eq!(scene.now(&asked).await, before);

    let done = post(&scene.bot, &asked, "report", executed(Some(1)))
        .await
        .request();
    assert_eq!(done.status, Status::Executed);
    assert_eq!(
        post(&scene.bot, &asked, "report", executed(Some(1)))
            .await
            .request(),
        done
    );
    assert_eq!(
        post(&scene.bot, &asked, "report", executed(None))
            .await
            .request(),
        done
    );
    let failed = json!({"outcome": "failed", "digest": asked.digest, "error": "bounced"});
    post(&scene.bot, &asked, "report", failed)
        .await
        .refused(409, "already-reported");
    post(&scene.bot, &asked, "start", json!({}))
        .await
        .refused(409, "already-started");
    assert_eq!(scene.now(&asked).await, done);
}

#[tokio::test]
async fn a_report_without_a_start_is_both() {
    let scene = scene().await;
    let approved = scene.approved().await;
    let body = json!({"outcome": "failed", "digest": approved.digest, "error": "bounced", "observed": false});
    let failed = post(&scene.bot, &approved, "report", body).await.request();
    assert_eq!(failed.status, Status::Failed);
    let attempt = &failed.execution.attempts[0];
    assert_eq!(
        (
            failed.execution.attempts.len(),
            attempt.epoch,
            attempt.observed
        ),
        (1, 1, Some(false))
    );
    assert_eq!(attempt.error.as_ref().unwrap().plain(), "bounced");
    post(&scene.bot, &approved, "start", json!({}))
        .await
        .refused(409, "already-started");
}

#[tokio::test]
async fn what_was_rejected_never_starts() {
    let scene = scene().await;
    let asked = scene.asked().await;
    decide(&scene.ana, &asked, json!({"decision": "reject"})).await;
    post(&scene.bot, &asked, "start", json!({}))
        .await
        .refused(409, "not-ready");
    let body = json!({"outcome": "executed", "digest": asked.digest});
    post(&scene.bot, &asked, "report", body)
        .await
        .refused(409, "not-ready");
    assert_eq!(scene.now(&asked).await.execution.state, None);
}

#[tokio::test]
async fn an_approval_that_nobody_used_lapses() {
    let scene = scene().await;
    let unused = scene.approved().await;
    let started = scene.approved().await;
    scene.agent.start(started.id, "start").await.unwrap();
    scene.gate.hands.pass(Span::from_hours(24));
    post(&scene.bot, &unused, "start", json!({}))
        .await
        .refused(409, "lapsed");
    let body = json!({"outcome": "executed", "digest": unused.digest});
    post(&scene.bot, &unused, "report", body)
        .await
        .refused(409, "lapsed");

    let gate = scene.gate.restart().await;
    let owner = gate.owner();
    assert_eq!(
        owner.request(unused.id).await.unwrap().status,
        Status::Lapsed
    );
    assert_eq!(
        owner.request(started.id).await.unwrap().status,
        Status::Executing
    );
}

#[tokio::test]
async fn disabling_an_action_ends_what_is_open_of_it_for_good() {
    let scene = scene().await;
    let pending = scene.asked_with(json!({"waiting": true})).await;
    let approved = scene.approved().await;
    let running = scene.approved().await;
    scene.agent.start(running.id, "run").await.unwrap();
    let allowed = scene.asked_with(json!({"action": "file.read"})).await;
    let untouched = scene
        .asked_with(json!({"action": "slack.send_message"}))
        .await;

    let (waited, ()) = tokio::join!(
        scene.agent.wait(pending.id, Until::Decided, 60),
        scene.action("email.send", json!({"enabled": false}))
    );
    scene.action("file.read", json!({"enabled": false})).await;
    assert_eq!(waited.unwrap().status, Status::Cancelled);
    let settled = scene.now(&pending).await.settled.unwrap();
    assert_eq!(
        (settled.by.to_string().as_str(), settled.notify_agent),
        ("owner", true)
    );
    assert_eq!(scene.now(&approved).await.status, Status::Revoked);
    assert_eq!(scene.now(&untouched).await, untouched);
    for stopped in [&approved, &allowed] {
        post(&scene.bot, stopped, "start", json!({}))
            .await
            .refused(409, "revoked");
        let body = json!({"outcome": "executed", "digest": stopped.digest});
        post(&scene.bot, stopped, "report", body)
            .await
            .refused(409, "revoked");
    }
    let body = json!({"outcome": "executed", "digest": running.digest, "epoch": 1});
    let ended = post(&scene.bot, &running, "report", body).await.request();
    assert_eq!(
        ended.status,
        Status::Executed,
        "what runs may say how it ended"
    );

    scene.action("email.send", json!({"enabled": true})).await;
    post(&scene.bot, &approved, "start", json!({}))
        .await
        .refused(409, "revoked");
    assert_eq!(
        scene.now(&approved).await.execution.state,
        Some(ExecutionState::Revoked)
    );
}

#[tokio::test]
async fn disabling_an_integration_stops_all_its_actions() {
    let scene = scene().await;
    let pending = scene.asked().await;
    let approved = scene.approved().await;
    let call = scene
        .gate
        .owner_wire()
        .call("PATCH", "/v1/integrations/email");
    let call = call
        .header("content-type", "application/json")
        .body(r#"{"enabled": false}"#);
    assert_eq!(Answer::of(call).await.status, 200);
    assert_eq!(scene.now(&pending).await.status, Status::Cancelled);
    assert_eq!(scene.now(&approved).await.status, Status::Revoked);
    assert_eq!(scene.asked().await.status, Status::Denied);
}

#[tokio::test]
async fn everybody_is_told_whether_they_may_decide_and_why_not() {
    let scene = scene().await;
    let asked = scene.asked_with(json!({"conversation": "c1"})).await;
    assert_eq!(asked.you, None, "an agent never may");
    let path = format!("/v1/requests/{}", asked.id);
    let ana = scene.ana.get(&path).await.request().you.unwrap();
    assert!(ana.may_decide && ana.why_not.is_none() && ana.remember.is_empty());
    let lee = scene.lee.get(&path).await.request().you.unwrap();
    assert_eq!(
        (lee.may_decide, lee.why_not.as_deref()),
        (false, Some("only ana may decide it"))
    );

    scene
        .action("email.send", json!({"auto_approval_allowed": true}))
        .await;
    let ana = scene.ana.get(&path).await.request().you.unwrap();
    assert_eq!(
        json!(ana.remember),
        json!(["once", "conversation", "always"])
    );
    let lee = scene.lee.get(&path).await.request().you.unwrap();
    assert_eq!(json!(lee.remember), json!([]));

    decide(&scene.ana, &asked, json!({"decision": "reject"})).await;
    for who in [&scene.ana, &scene.lee] {
        let you = who.get(&path).await.request().you.unwrap();
        assert_eq!(
            (you.may_decide, you.why_not.as_deref()),
            (false, Some("already rejected by ana"))
        );
        assert_eq!(json!(you.remember), json!([]));
    }
}

#[tokio::test]
async fn where_nobody_is_left_the_workspaces_admins_decide() {
    let scene = scene().await;
    let orphan = scene.gate.agent_of("orphan", &[], &[]).await;
    let asked = orphan
        .ask(&ask(json!({"action": "email.send", "params": {}})), "k")
        .await
        .unwrap();
    let review = asked.review.as_ref().unwrap();
    assert_eq!(
        (
            review.reviewers.len(),
            review.reviewers[0].to_string().as_str()
        ),
        (1, "owner")
    );
    decide(&scene.lee, &asked, json!({"decision": "reject"}))
        .await
        .refused(403, "not-a-reviewer");
    let rejected = scene
        .gate
        .owner()
        .decide(asked.id, &reject(&asked, "no"))
        .await
        .unwrap();
    assert_eq!(rejected.status, Status::Rejected);
}

/// A lost answer can be asked for again: the same key is the same call, whatever it does.
#[tokio::test]
async fn every_call_can_be_sent_again_with_its_key() {
    let scene = scene().await;
    let asked = scene.asked().await;
    let path = |verb: &str| format!("/v1/requests/{}/{verb}", asked.id);
    let decision =
        json!({"decision": "approve", "digest": asked.digest, "notify_agent": true}).to_string();
    let report = json!({"outcome": "executed", "digest": asked.digest, "epoch": 1}).to_string();
    let steps = [
        (
            &scene.ana,
            path("decision"),
            decision,
            r#"{"decision": "reject"}"#.to_owned(),
        ),
        (&scene.bot, path("start"), String::new(), "{}".to_owned()),
        (
            &scene.bot,
            path("report"),
            report.clone(),
            report.replace("executed", "failed"),
        ),
        (
            &scene.bot,
            format!("/v1/notices/{}/ack", asked.id),
            String::new(),
            "{}".to_owned(),
        ),
    ];
    for (who, path, body, other) in steps {
        let first = who.post_once(&path, &path, body.clone()).await;
        assert_eq!(first.status, 200, "{path}: {first:?}");
        let head = scene.gate.gate.head().await.unwrap();
        let again = who.post_once(&path, &path, body).await;
        assert_eq!((again.status, &again.body), (200, &first.body), "{path}");
        who.post_once(&path, &path, other)
            .await
            .refused(422, "idempotency-key-reused");
        assert_eq!(scene.gate.gate.head().await.unwrap(), head, "{path}");
    }
    let withdrawn = scene.asked().await;
    let path = format!("/v1/requests/{}/cancel", withdrawn.id);
    let first = scene.bot.post_once(&path, "c", "").await;
    assert_eq!(first.status, 200, "{first:?}");
    assert_eq!(scene.bot.post_once(&path, "c", "").await.body, first.body);
    let start = format!("/v1/requests/{}/start", withdrawn.id);
    scene
        .bot
        .post_once(&start, "c", "")
        .await
        .refused(422, "idempotency-key-reused");
}

#[tokio::test]
async fn a_vote_survives_a_restart_with_all_that_was_said() {
    let scene = scene().await;
    let asked = scene.asked().await;
    let ana = scene
        .gate
        .client(&scene.gate.token(json!({"person": "ana"})).await);
    let mut choice = approve(&asked);
    choice.reason = Some("checked with Ben".into());
    let approved = ana.decide(asked.id, &choice).await.unwrap();
    let before = scene.now(&asked).await;
    let gate = scene.gate.restart().await;
    let mut after = gate.owner().request(asked.id).await.unwrap();
    assert_eq!(after.settled, approved.settled);
    assert_eq!(after.decisions, approved.decisions);
    after.you = None;
    assert_eq!(after, before);
}
