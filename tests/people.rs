//! Who is who, as it changes: only what is said changes, and whoever
//! is out is out at once and for good.

use serde_json::{Value, json};
use signoff::api::people::MeKind;
use signoff::domain::lifecycle::Status;

use crate::support::{Answer, TestGate, Wire, approve, ask, email};

async fn patch(wire: &Wire, path: &str, body: Value) -> Answer {
    wire.patch(path, body.to_string()).await
}

/// Holds a refusal to the place that it names.
#[track_caller]
fn refused_at(answer: &Answer, pointer: &str) {
    let problem = answer.refused(422, "invalid-input");
    assert_eq!(problem.errors[0].pointer, pointer, "{problem:?}");
}

/// A gate with a team, a group, and people in them.
async fn company() -> (TestGate, Wire) {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    gate.person("lee", "manager").await;
    for (path, body) in [
        ("/v1/groups", json!({"id": "finance", "name": "Finance"})),
        (
            "/v1/teams",
            json!({"id": "sales", "name": "Sales", "admins": ["lee"]}),
        ),
        (
            "/v1/people",
            json!({"id": "ana", "name": "Ana", "email": "ana@ourco.example", "manager": "lee",
                "groups": ["finance"], "team": "sales"}),
        ),
        (
            "/v1/agents",
            json!({"id": "outreach", "owners": ["ana"], "users": ["ana", "group:finance"], "team": "sales"}),
        ),
    ] {
        let answer = owner.post(path, body.to_string()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    (gate, owner)
}

/// `01 §People and permissions`, and 08: PATCH on each by id.
#[tokio::test]
async fn a_change_changes_what_it_says_and_null_clears_what_may_be_absent() {
    let (gate, owner) = company().await;
    let before = owner.get("/v1/people/ana").await.json();
    let head = gate.gate.head().await.unwrap();
    let same = patch(&owner, "/v1/people/ana", json!({})).await;
    assert_eq!(same.json(), before);
    let same = patch(
        &owner,
        "/v1/people/ana",
        json!({"name": "Ana", "team": "sales"}),
    )
    .await;
    assert_eq!(same.json(), before);
    assert_eq!(gate.gate.head().await.unwrap(), head, "nothing happened");

    let changed = patch(
        &owner,
        "/v1/people/ana",
        json!({"role": "manager", "team": null}),
    )
    .await;
    let mut expected = before.clone();
    expected["role"] = json!("manager");
    expected["team"] = Value::Null;
    assert_eq!(changed.json(), expected);
    assert_eq!(owner.get("/v1/people/ana").await.json(), expected);
    let rest = json!({"email": null, "manager": null, "groups": [], "name": "Ana B."});
    let changed = patch(&owner, "/v1/people/ana", rest.clone()).await.json();
    for (field, value) in rest.as_object().unwrap() {
        assert_eq!(changed[field], *value, "{field}");
    }
    assert_eq!(changed["role"], "manager");
    let gate = gate.restart().await;
    assert_eq!(
        gate.owner_wire().get("/v1/people/ana").await.json(),
        changed
    );
}

#[tokio::test]
async fn agents_teams_and_groups_change_by_their_ids() {
    let (gate, owner) = company().await;
    gate.person("ben", "member").await;
    for (path, body) in [
        (
            "/v1/agents/outreach",
            json!({"name": "Out", "owners": ["ben"], "users": ["*"], "team": null}),
        ),
        (
            "/v1/teams/sales",
            json!({"name": "Sell", "admins": ["ben", "lee"]}),
        ),
        ("/v1/groups/finance", json!({"name": "Money"})),
    ] {
        let answer = patch(&owner, path, body.clone()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let shown = owner.get(path).await.json();
        assert_eq!(answer.json(), shown);
        for (field, value) in body.as_object().unwrap() {
            assert_eq!(shown[field], *value, "{path} {field}");
        }
        let same = patch(&owner, path, json!({})).await;
        assert_eq!(same.json(), shown);
    }
    for path in [
        "people",
        "agents",
        "teams",
        "groups",
        "integrations",
        "actions",
    ] {
        for id in ["nobody.there", "Not an id"] {
            let path = format!("/v1/{path}/{}", id.replace(' ', "%20"));
            owner.get(&path).await.refused(404, "not-found");
            patch(&owner, &path, json!({}))
                .await
                .refused(404, "not-found");
        }
    }
}

#[tokio::test]
async fn what_makes_no_sense_changes_nothing_and_names_its_place() {
    let (gate, owner) = company().await;
    let before = gate.gate.head().await.unwrap();
    for (path, body, pointer) in [
        ("people/ana", json!({"manager": "ana"}), "/manager"),
        ("people/ana", json!({"manager": "nobody"}), "/manager"),
        ("people/lee", json!({"manager": "ana"}), "/manager"),
        (
            "people/ana",
            json!({"groups": ["finance", "it"]}),
            "/groups/1",
        ),
        ("people/ana", json!({"team": "it"}), "/team"),
        ("people/ana", json!({"role": "king"}), "/role"),
        ("people/ana", json!({"role": null}), "/role"),
        ("people/ana", json!({"groups": null}), "/groups"),
        ("people/ana", json!({"active": null}), "/active"),
        ("people/ana", json!({"rolle": "admin"}), "/rolle"),
        ("people/ana", json!({"id": "eve"}), "/id"),
        ("agents/outreach", json!({"owners": ["nobody"]}), "/owners"),
        (
            "agents/outreach",
            json!({"users": ["ana", "team:it"]}),
            "/users/1",
        ),
        ("agents/outreach", json!({"team": "it"}), "/team"),
        (
            "agents/outreach",
            json!({"callback_url": "https://a.example"}),
            "/callback_url",
        ),
        ("agents/outreach", json!({"enabled": null}), "/enabled"),
        ("teams/sales", json!({"admins": ["nobody"]}), "/admins"),
        ("groups/finance", json!({"members": ["ana"]}), "/members"),
        (
            "integrations/email",
            json!({"users": ["group:it"]}),
            "/users/0",
        ),
        (
            "actions/email.send",
            json!({"executor": "butler"}),
            "/executor",
        ),
        (
            "actions/email.send",
            json!({"needs_approval": null}),
            "/needs_approval",
        ),
    ] {
        let answer = patch(&owner, &format!("/v1/{path}"), body).await;
        refused_at(&answer, pointer);
    }
    assert_eq!(gate.gate.head().await.unwrap(), before);
}

/// 08: DELETE deactivates and revokes. `01 §Ladder`: an opt-in that ended doesn't come back.
#[tokio::test]
async fn whoever_is_deactivated_is_out_at_once_and_comes_back_with_nothing() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    let unlock = json!({"auto_approval_allowed": true});
    patch(&owner, "/v1/actions/slack.send_message", unlock).await;
    gate.person("ana", "member").await;
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    let bot = gate.agent_of("bot", &["ana"], &["ana"]).await;
    let always = ana
        .call("PUT", "/v1/preferences/slack.send_message")
        .header("content-type", "application/json")
        .body(r#"{"mode": "always"}"#);
    assert_eq!(Answer::of(always).await.status, 200);
    let message = ask(
        json!({"action": "slack.send_message", "params": {"channel": "#a"},
        "on_behalf_of": "ana"}),
    );
    assert_eq!(
        bot.ask(&message, "1").await.unwrap().status,
        Status::Allowed
    );

    let gone = owner.delete("/v1/people/ana").await;
    assert_eq!(
        (gone.status, gone.json()["active"].clone()),
        (200, json!(false))
    );
    assert_eq!(
        owner.delete("/v1/people/ana").await.status,
        200,
        "again is the same"
    );
    ana.get("/v1/me").await.refused(401, "unauthorized");
    let refused = bot.ask(&message, "2").await.unwrap_err();
    assert_eq!(refused.problem().unwrap().status, 422);
    refused_at(
        &owner.post("/v1/tokens", r#"{"person": "ana"}"#).await,
        "/person",
    );
    let tokens = owner.get("/v1/tokens").await.json();
    let hers = tokens["items"].as_array().unwrap().iter();
    let hers: Vec<_> = hers.filter(|token| token["person"] == "ana").collect();
    assert_eq!(hers.len(), 2);
    assert!(
        hers.iter().all(|token| token["revoked"] == true),
        "{hers:?}"
    );

    let back = patch(&owner, "/v1/people/ana", json!({"active": true})).await;
    assert_eq!(
        (back.status, back.json()["active"].clone()),
        (200, json!(true))
    );
    ana.get("/v1/me").await.refused(401, "unauthorized");
    let asked = bot.ask(&message, "3").await.unwrap();
    assert_eq!(asked.status, Status::Pending, "old opt-ins stay ended");
    let action = owner.get("/v1/actions/slack.send_message").await.json();
    assert_eq!(action["opted_in"], json!({"always": 0, "conversation": 0}));
    let again = gate.client(&gate.token(json!({"person": "ana"})).await);
    assert_eq!(again.me().await.unwrap().id, "ana");
}

#[tokio::test]
async fn to_be_made_inactive_by_a_change_is_the_same_as_to_be_removed() {
    let gate = TestGate::start().await;
    let ana = gate.person("ana", "admin").await;
    let mut stream = ana.events(None).await.unwrap();
    let out = patch(
        &gate.owner_wire(),
        "/v1/people/ana",
        json!({"active": false}),
    )
    .await;
    assert_eq!(out.status, 200);
    assert_eq!(ana.me().await.unwrap_err().problem().unwrap().status, 401);
    while let Ok(tick) = stream.next().await {
        let event = match tick {
            Some(signoff::client::Tick::Event(event)) => event,
            Some(_) => continue,
            None => break,
        };
        panic!("she still hears of {event:?}");
    }
}

/// `01 §People and permissions`: what a call may do is not what it might have done when it began.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_removed_while_they_wait_is_told_nothing_more() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    gate.person("ana", "manager").await;
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    gate.agent_of("bot", &["owner"], &["owner"]).await;
    let bot = gate.wire(&gate.token(json!({"agent": "bot"})).await);
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let path = format!("/v1/requests/{}?wait=60", asked.id);
    let removed_and_decided = async {
        assert_eq!(owner.delete("/v1/people/ana").await.status, 200);
        assert_eq!(owner.delete("/v1/agents/bot").await.status, 200);
        gate.owner()
            .decide(asked.id, &approve(&asked))
            .await
            .unwrap();
    };
    let (waited, noticed, ()) = tokio::join!(
        ana.get(&path),
        bot.get("/v1/notices?wait=1"),
        removed_and_decided
    );
    waited.refused(401, "unauthorized");
    noticed.refused(401, "unauthorized");
}

/// 08: an agent's DELETE disables and revokes. `01 §Who reviews`: disabling an agent cancels what is
/// pending of it and revokes what is approved and not yet started; re-enabling brings nothing back.
#[tokio::test]
async fn an_agent_that_is_stopped_or_removed_leaves_nothing_open() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    gate.person("ana", "member").await;
    for (id, stop) in [("one", true), ("two", false)] {
        let agent = gate.agent_of(id, &["owner"], &["owner"]).await;
        let mut asked = Vec::new();
        for key in ["1", "2", "3"] {
            asked.push(agent.ask(&email(), key).await.unwrap());
        }
        gate.owner()
            .decide(asked[0].id, &approve(&asked[0]))
            .await
            .unwrap();
        let path = format!("/v1/agents/{id}");
        let answer = match stop {
            true => patch(&owner, &path, json!({"enabled": false})).await,
            false => owner.delete(&path).await,
        };
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["enabled"], false);
        assert_eq!(
            answer.json()["stopped"],
            json!({"cancelled": 2, "revoked": 1})
        );
        let status = async |n: usize| gate.owner().request(asked[n].id).await.unwrap().status;
        assert_eq!(status(0).await, Status::Revoked);
        assert_eq!(
            (status(1).await, status(2).await),
            (Status::Cancelled, Status::Cancelled)
        );
        assert_eq!(
            agent.me().await.is_ok(),
            stop,
            "only removal ends its tokens"
        );

        let back = patch(&owner, &path, json!({"enabled": true})).await;
        assert_eq!(back.json()["stopped"], Value::Null);
        assert_eq!(status(0).await, Status::Revoked);
        assert_eq!(agent.me().await.is_ok(), stop);
    }
}

#[tokio::test]
async fn a_team_or_a_group_goes_when_nothing_names_it_any_more() {
    let (gate, owner) = company().await;
    let refused = owner
        .delete("/v1/groups/finance")
        .await
        .refused(409, "in-use");
    let detail = refused.detail.plain();
    assert!(
        detail.contains("ana") && detail.contains("the agent outreach"),
        "{detail}"
    );
    owner.delete("/v1/teams/sales").await.refused(409, "in-use");

    patch(
        &owner,
        "/v1/people/ana",
        json!({"groups": [], "team": null}),
    )
    .await;
    owner
        .delete("/v1/groups/finance")
        .await
        .refused(409, "in-use");
    owner.delete("/v1/teams/sales").await.refused(409, "in-use");
    patch(
        &owner,
        "/v1/agents/outreach",
        json!({"users": ["ana"], "team": null}),
    )
    .await;
    patch(
        &owner,
        "/v1/integrations/email",
        json!({"users": ["team:sales"]}),
    )
    .await;
    owner.delete("/v1/teams/sales").await.refused(409, "in-use");
    patch(&owner, "/v1/integrations/email", json!({"users": ["*"]})).await;
    for path in ["/v1/groups/finance", "/v1/teams/sales"] {
        assert_eq!(owner.delete(path).await.status, 200, "{path}");
        owner.get(path).await.refused(404, "not-found");
        owner.delete(path).await.refused(404, "not-found");
    }
    refused_at(
        &patch(&owner, "/v1/people/ana", json!({"team": "sales"})).await,
        "/team",
    );
    let gate = gate.restart().await;
    let owner = gate.owner_wire();
    owner.get("/v1/teams/sales").await.refused(404, "not-found");
    assert_eq!(
        owner.post("/v1/teams", r#"{"id": "sales"}"#).await.status,
        201
    );
}

#[tokio::test]
async fn a_call_that_is_repeated_shows_the_thing_as_it_is_now() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for (list, body) in [
        ("/v1/people", r#"{"id": "x"}"#),
        ("/v1/agents", r#"{"id": "x"}"#),
        ("/v1/teams", r#"{"id": "x"}"#),
        ("/v1/groups", r#"{"id": "x"}"#),
    ] {
        assert_eq!(owner.post_once(list, list, body).await.status, 201);
        patch(&owner, &format!("{list}/x"), json!({"name": "Changed"})).await;
        let again = owner.post_once(list, list, body).await;
        assert_eq!(
            (again.status, again.json()["name"].clone()),
            (201, json!("Changed"))
        );
        assert_eq!(owner.delete(&format!("{list}/x")).await.status, 200);
        let again = owner.post_once(list, list, body).await;
        assert_eq!(
            (again.status, again.json()["id"].clone()),
            (201, json!("x"))
        );
    }
}

/// 02: `PATCH /v1/me`.
#[tokio::test]
async fn people_say_when_they_are_away_and_how_they_are_told() {
    let gate = TestGate::start().await;
    gate.person("ben", "member").await;
    gate.person("gone", "member").await;
    gate.owner_wire().delete("/v1/people/gone").await;
    gate.person("ana", "member").await;
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    let me = ana.get("/v1/me").await.json();
    assert_eq!(me["away"], Value::Null);
    assert_eq!(
        me["notifications"],
        json!({"email": false, "slack": false, "quiet": null})
    );

    let away = json!({"from": "2026-12-01T08:00:00.000Z", "until": "2026-12-24T08:00:00.000Z", "delegate": "ben"});
    let quiet = json!({"from": "19:00", "to": "07:30", "zone": "Europe/Berlin"});
    let said = json!({"away": away, "notifications": {"email": true, "quiet": quiet}});
    let me = patch(&ana, "/v1/me", said).await.json();
    assert_eq!(me["away"], away);
    assert_eq!(
        me["notifications"],
        json!({"email": true, "slack": false, "quiet": quiet})
    );
    let listed = gate.owner_wire().get("/v1/people/ana").await.json();
    assert_eq!(
        (&listed["away"], &listed["notifications"]),
        (&me["away"], &me["notifications"])
    );

    let me = patch(
        &ana,
        "/v1/me",
        json!({"notifications": {"slack": true, "quiet": null}}),
    )
    .await
    .json();
    assert_eq!(me["away"], away, "what isn't said stays");
    assert_eq!(
        me["notifications"],
        json!({"email": true, "slack": true, "quiet": null})
    );
    let gate = gate.restart().await;
    let mut ana = ana;
    ana.follow(&gate.url);
    assert_eq!(ana.get("/v1/me").await.json(), me);
    assert_eq!(
        patch(&ana, "/v1/me", json!({"away": null})).await.json()["away"],
        Value::Null
    );

    let span = |from: &str, until: &str, delegate: Value| json!({"away": {"from": from, "until": until, "delegate": delegate}});
    let (early, late) = ("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
    let quiet = |from: &str, to: &str, zone: &str| json!({"notifications": {"quiet": {"from": from, "to": to, "zone": zone}}});
    let head = gate.gate.head().await.unwrap();
    for (body, pointer) in [
        (span(late, early, Value::Null), "/away/until"),
        (span(early, early, Value::Null), "/away/until"),
        (span(early, late, json!("ana")), "/away/delegate"),
        (span(early, late, json!("nobody")), "/away/delegate"),
        (span(early, late, json!("gone")), "/away/delegate"),
        (span("tomorrow", late, Value::Null), "/away/from"),
        (json!({"away": {"until": late}}), "/away/from"),
        (quiet("7:30", "08:00", "UTC"), "/notifications/quiet/from"),
        (quiet("07:30", "24:00", "UTC"), "/notifications/quiet/to"),
        (quiet("07:30", "07:30", "UTC"), "/notifications/quiet/to"),
        (
            quiet("07:30", "08:00", "Europe Berlin"),
            "/notifications/quiet/zone",
        ),
        (json!({"notifications": null}), "/notifications"),
        (
            json!({"notifications": {"sms": true}}),
            "/notifications/sms",
        ),
        (json!({"role": "admin"}), "/role"),
    ] {
        refused_at(&patch(&ana, "/v1/me", body).await, pointer);
    }
    assert_eq!(gate.gate.head().await.unwrap(), head);
    let agent = patch(&gate.agent_wire(), "/v1/me", json!({"away": null})).await;
    agent.refused(403, "wrong-kind-of-token");
}

#[tokio::test]
async fn an_admin_says_for_others_when_they_are_away() {
    let (gate, owner) = company().await;
    gate.person("dana", "admin").await;
    let dana = gate.wire(&gate.token(json!({"person": "dana"})).await);
    let away = json!({"from": "2026-11-20T08:00:00.000Z", "until": "2026-12-24T08:00:00.000Z", "delegate": "lee"});
    let said = patch(&dana, "/v1/people/ana", json!({"away": away})).await;
    assert_eq!(said.json()["away"], away);
    let bad = json!({"away": {"from": "2026-11-20T08:00:00Z", "until": "2026-12-24T08:00:00Z", "delegate": "ana"}});
    refused_at(&patch(&dana, "/v1/people/ana", bad).await, "/away/delegate");
    // Nobody takes the reviews of somebody else, nor keeps them for longer than these said.
    let mut own = away.clone();
    own["delegate"] = json!("dana");
    let taken = patch(&dana, "/v1/people/ana", json!({"away": own})).await;
    let why = taken.refused(403, "forbidden").detail.plain();
    assert!(why.contains("delegate of somebody else"), "{why}");
    assert_eq!(owner.get("/v1/people/ana").await.json()["away"], away);
    let ana = gate.wire(&gate.token(json!({"person": "ana"})).await);
    let named = patch(&ana, "/v1/me", json!({"away": own})).await;
    assert_eq!(named.json()["away"], own);
    let same = patch(&dana, "/v1/people/ana", json!({"away": own, "name": "A"})).await;
    assert_eq!(same.status, 200, "{same:?}");
    own["until"] = json!("2027-12-24T08:00:00.000Z");
    let longer = patch(&dana, "/v1/people/ana", json!({"away": own})).await;
    longer.refused(403, "forbidden");
    let back = patch(&owner, "/v1/people/ana", json!({"away": null})).await;
    assert_eq!(back.json().get("away"), None);
}

/// `01 §People and permissions`: a worker's token is bound to actions, and has no other verb.
#[tokio::test]
async fn a_worker_has_a_token_for_some_actions_and_is_heard_nowhere_else() {
    let gate = TestGate::start().await;
    let owner = gate.owner_wire();
    for (body, pointer) in [
        (json!({"worker": "mailer"}), "/actions"),
        (json!({"worker": "mailer", "actions": []}), "/actions"),
        (
            json!({"worker": "mailer", "actions": ["email"]}),
            "/actions/0",
        ),
        (
            json!({"worker": "Mailer", "actions": ["email.send"]}),
            "/worker",
        ),
        (
            json!({"worker": "mailer", "actions": ["email.send"], "nodes": ["a"]}),
            "/nodes",
        ),
        (
            json!({"agent": "local", "actions": ["email.send"]}),
            "/actions",
        ),
        (
            json!({"worker": "mailer", "agent": "local", "actions": ["email.send"]}),
            "",
        ),
    ] {
        refused_at(&owner.post("/v1/tokens", body.to_string()).await, pointer);
    }
    let said = json!({"worker": "mailer", "actions": ["email.send", "sms.*"]});
    let issued = owner.post("/v1/tokens", said.to_string()).await;
    assert_eq!(issued.status, 201);
    assert_eq!(issued.json()["actions"], said["actions"]);
    let token = issued.json()["token"].as_str().unwrap().to_owned();
    let gate = gate.restart().await;
    let me = gate.client(&token).me().await.unwrap();
    assert_eq!(
        (me.kind, me.id.as_str(), me.role),
        (MeKind::Worker, "mailer", None)
    );
    assert_eq!(serde_json::to_value(&me.actions).unwrap(), said["actions"]);
    let worker = gate.wire(&token);
    let refused = worker
        .get("/v1/requests")
        .await
        .refused(403, "wrong-kind-of-token");
    assert!(refused.detail.plain().contains("a worker's"), "{refused:?}");
    let asked = gate.agent().ask(&email(), "k").await.unwrap();
    let path = format!("/v1/requests/{}", asked.id);
    worker.get(&path).await.refused(403, "wrong-kind-of-token");
    let listed = gate.owner_wire().get("/v1/tokens").await.json();
    assert!(
        listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|token| token["worker"] == "mailer")
    );
}
