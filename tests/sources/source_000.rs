//! Source 000: approval by hand unless an admin has unlocked an action and its user has opted in.

use serde_json::{Value, json};

use crate::support::{Answer, Company, with};

const SLACK: &str = "/v1/actions/slack.send_message";

fn message(conversation: &str) -> Value {
    json!({
        "action": "slack.send_message",
        "params": {"channel": "#launch", "text": "It is live"},
        "on_behalf_of": "ana",
        "trigger": "chat",
        "conversation": conversation,
    })
}

impl Company {
    /// What becomes of a message that Outreach wants to send for Ana.
    async fn message(&self, conversation: &str) -> String {
        let asked = self.asks("outreach", message(conversation)).await;
        Self::status(&asked).to_owned()
    }

    async fn unlock(&self, unlocked: bool) -> Value {
        self.patch(SLACK, json!({"auto_approval_allowed": unlocked}))
            .await
    }

    async fn prefers(&self, who: &str, choice: Value) -> Answer {
        let call = self
            .who(who)
            .call("PUT", "/v1/preferences/slack.send_message")
            .header("content-type", "application/json");
        Answer::of(call.body(choice.to_string())).await
    }

    /// Ana approves one message, to be remembered so long.
    async fn remembers(&self, seen: &Value, remember: &str) -> Answer {
        let body = json!({"decision": "approve", "remember": remember});
        self.decides("ana", seen, body).await
    }
}

/// `01 §Ladder.6`, `01 §Ladder.1`: an action with an effect asks unless somebody said otherwise, also one that nobody
/// has heard of, and where its integration is off it isn't asked at all.
#[tokio::test]
async fn source_000_side_effecting_actions_ask_by_default_once_their_integration_is_enabled() {
    let company = Company::new().await;
    let asked = company.asks("outreach", message("c1")).await;
    assert_eq!(Company::status(&asked), "pending");
    assert_eq!(asked["review"]["reviewers"], json!(["ana"]));
    let unheard_of = json!({"action": "crm.merge", "params": {}, "on_behalf_of": "ana"});
    let unheard_of = company.asks("outreach", unheard_of).await;
    assert_eq!(Company::status(&unheard_of), "pending");
    let reads = json!({"action": "file.read", "params": {"path": "a"}, "on_behalf_of": "ana"});
    let reads = company.asks("outreach", reads).await;
    assert_eq!(Company::status(&reads), "allowed");

    let off = json!({"enabled": false});
    company.patch("/v1/integrations/slack", off).await;
    let denied = company.asks("outreach", message("c1")).await;
    assert_eq!(Company::status(&denied), "denied");
    assert_eq!(denied["verdict"]["rung"], "off");
    let on = json!({"enabled": true});
    company.patch("/v1/integrations/slack", on).await;
    assert_eq!(company.message("c1").await, "pending");
}

/// `01 §Ladder.7`, the whole story for *always*: unlocking changes nobody, an opt-in lets through, revoking ends it for
/// everybody at once, and unlocking again brings nothing back.
#[tokio::test]
async fn source_000_unlock_opt_in_always_allowed_revoke_asked_again_unlock_again_still_asked() {
    let company = Company::new().await;
    let first = company.asks("outreach", message("c1")).await;
    company
        .remembers(&first, "always")
        .await
        .refused(403, "auto-approval-not-allowed");
    let still = company.now(&first).await;
    assert_eq!(Company::status(&still), "pending", "nothing was decided");

    company.unlock(true).await;
    assert_eq!(company.message("c1").await, "pending", "nobody opted in");
    let approved = company.remembers(&first, "always").await;
    assert_eq!(approved.json()["status"], "approved", "{approved:?}");
    let allowed = company.asks("outreach", message("c2")).await;
    assert_eq!(Company::status(&allowed), "allowed");
    assert_eq!(allowed["verdict"]["rung"], "own_opt_in");
    assert_eq!(allowed["verdict"]["rule"], "ana: always");
    let for_ben = with(message("c1"), json!({"on_behalf_of": "ben"}));
    let for_ben = company.asks("outreach", for_ben).await;
    assert_eq!(Company::status(&for_ben), "pending", "Ben didn't opt in");

    let locked = company.unlock(false).await;
    assert_eq!(locked["opted_in"], json!({"always": 0, "conversation": 0}));
    assert_eq!(company.message("c2").await, "pending", "revoked for all");
    company.unlock(true).await;
    assert_eq!(company.message("c2").await, "pending", "and for good");
    let mine = company.who("ana").get("/v1/preferences").await.json();
    assert_eq!(mine["items"], json!([]));
}

/// The same story for one conversation.
#[tokio::test]
async fn source_000_unlock_opt_in_for_one_conversation_allowed_there_revoke_unlock_still_asked() {
    let company = Company::new().await;
    company.unlock(true).await;
    let first = company.asks("outreach", message("c1")).await;
    let approved = company.remembers(&first, "conversation").await;
    assert_eq!(approved.json()["status"], "approved", "{approved:?}");
    let allowed = company.asks("outreach", message("c1")).await;
    assert_eq!(Company::status(&allowed), "allowed");
    assert_eq!(allowed["verdict"]["rule"], "ana: conversation");
    assert_eq!(company.message("c2").await, "pending", "only in that one");

    company.unlock(false).await;
    assert_eq!(company.message("c1").await, "pending");
    company.unlock(true).await;
    assert_eq!(company.message("c1").await, "pending");
}

#[tokio::test]
async fn source_000_users_choose_manual_this_conversation_or_always_ahead_of_time() {
    let company = Company::new().await;
    let always = json!({"mode": "always"});
    company
        .prefers("ana", always.clone())
        .await
        .refused(403, "auto-approval-not-allowed");
    company.unlock(true).await;

    assert_eq!(company.prefers("ana", always.clone()).await.status, 200);
    assert_eq!(company.message("c1").await, "allowed");
    let manual = json!({"mode": "manual"});
    assert_eq!(company.prefers("ana", manual).await.status, 200);
    assert_eq!(company.message("c1").await, "pending");
    let this = json!({"mode": "conversation", "agent": "outreach", "conversation": "c7"});
    assert_eq!(company.prefers("ana", this).await.status, 200);
    assert_eq!(company.message("c7").await, "allowed");
    assert_eq!(company.message("c1").await, "pending");

    assert_eq!(company.prefers("ana", always).await.status, 200);
    company.unlock(false).await;
    assert_eq!(company.message("c7").await, "pending");
    company.unlock(true).await;
    assert_eq!(company.message("c7").await, "pending");
}

/// `01 §Ladder.1`: who isn't among an agent's users isn't acted for, and who isn't among an integration's is denied.
#[tokio::test]
async fn source_000_groups_restrict_access_to_agents_and_integrations() {
    let mut company = Company::new().await;
    company
        .add_agent(json!({"id": "ledger", "owners": ["lee"], "users": ["group:finance"]}))
        .await;
    let for_whom = |who: &str| with(message("c1"), json!({"on_behalf_of": who}));
    let answer = company
        .who("ledger")
        .post("/v1/requests", for_whom("ana").to_string())
        .await;
    answer.refused(403, "not-its-user");
    let asked = company.asks("ledger", for_whom("cay")).await;
    assert_eq!(Company::status(&asked), "pending");

    let users = json!({"users": ["group:finance"]});
    company.patch("/v1/integrations/slack", users).await;
    let asked = company.asks("ledger", for_whom("cay")).await;
    assert_eq!(Company::status(&asked), "pending");
    assert_eq!(
        company.message("c1").await,
        "denied",
        "Ana isn't in finance"
    );
    company
        .patch("/v1/people/ana", json!({"groups": ["finance"]}))
        .await;
    assert_eq!(company.message("c1").await, "pending");
}
