//! Source 001: what an agent may do is a setting of each of its capabilities, and each request is decided on its own.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, mail, texts, update, with};

fn restricted(inside: &str, outside: &str) -> String {
    format!(
        r#"[[capability]]
           agent = "outreach"
           action = "email.send"
           recipients = ["@customers.example", "*.ourco.example", "pat@partner.example"]
           inside = "{inside}"
           outside = "{outside}""#
    )
}

impl Company {
    /// What becomes of Ana's mail to these.
    async fn mail(&self, to: &[&str]) -> String {
        let asked = self.asks("outreach", mail(to)).await;
        Self::status(&asked).to_owned()
    }

    /// Whether Outreach is told how this ended.
    async fn tells(&self, asked: &Value) -> bool {
        let notices = self.who("outreach").get("/v1/notices").await.json();
        let items = notices["items"].as_array().unwrap();
        items.iter().any(|notice| notice["id"] == asked["id"])
    }
}

const INSIDE: &[&str] = &["Pat <PAT@partner.example>", "eve@mail.ourco.example"];
const OUTSIDE: &[&str] = &["pat@partner.example", "eve@customers.example.evil.example"];

/// `01 §Ladder.5`, `01 §Ladder.2`, `01 §Ladder.6`: every recipient has to be inside to be inside.
#[tokio::test]
async fn source_001_allow_list_inside_sends_or_asks_outside_blocks_or_asks() {
    let company = Company::new().await;
    for (inside, outside, known, stranger) in [
        ("send", "ask", "allowed", "pending"),
        ("send", "block", "allowed", "denied"),
        ("ask", "ask", "pending", "pending"),
        ("ask", "block", "pending", "denied"),
    ] {
        company.policy(&restricted(inside, outside)).await;
        assert_eq!(company.mail(INSIDE).await, known, "{inside}/{outside}");
        assert_eq!(company.mail(OUTSIDE).await, stranger, "{inside}/{outside}");
    }
    let blocked = company.asks("outreach", mail(OUTSIDE)).await;
    assert_eq!(blocked["verdict"]["rung"], "blocked");
    let others = company
        .asks(
            "reporter",
            with(mail(OUTSIDE), json!({"on_behalf_of": "lee"})),
        )
        .await;
    assert_eq!(
        Company::status(&others),
        "pending",
        "it is Outreach's setting"
    );
}

#[tokio::test]
async fn source_001_without_a_list_it_asks_before_every_action_or_never() {
    let company = Company::new().await;
    let setting = |ask: &str| {
        format!(
            "[[capability]]\nagent = \"outreach\"\naction = \"*\"\nask = \"{ask}\"\n\
             [[mode]]\nagent = \"reporter\"\nmode = \"blocking\"\n"
        )
    };
    company.policy(&setting("never")).await;
    assert_eq!(company.mail(OUTSIDE).await, "allowed");
    company.policy(&setting("always")).await;
    assert_eq!(company.mail(OUTSIDE).await, "pending");
    assert_eq!(company.mail(INSIDE).await, "pending");
    let request = json!({"action": "http.request", "params": {"url": "https://a.example"}});
    let request = with(request, json!({"on_behalf_of": "ana"}));
    let request = company.asks("outreach", request).await;
    assert_eq!(Company::status(&request), "pending");
    assert_eq!(request["verdict"]["rung"], "ask");
    let named = request["verdict"]["rule"].as_str().unwrap();
    assert!(named.contains("outreach"), "{named}");
}

#[tokio::test]
async fn source_001_an_allow_list_has_addresses_domains_domains_with_all_below_and_phone_prefixes()
{
    let company = Company::new().await;
    let texts = "\n[[capability]]\nagent = \"outreach\"\naction = \"sms.send\"\n\
                 recipients = [\"+4420*\"]\ninside = \"send\"\noutside = \"block\"\n";
    company.policy(&(restricted("send", "ask") + texts)).await;
    for (to, status) in [
        (&["pat@partner.example"][..], "allowed"),
        (&["joe@partner.example"], "pending"),
        (&["cfo@customers.example"], "allowed"),
        (&["cfo@eu.customers.example"], "pending"),
        (&["a@ourco.example", "b@eu.ourco.example"], "allowed"),
        (&["a@notourco.example"], "pending"),
    ] {
        assert_eq!(company.mail(to).await, status, "{to:?}");
    }
    let text =
        |to: &str| json!({"action": "sms.send", "params": {"to": to}, "on_behalf_of": "ana"});
    let near = company.asks("outreach", text("+44 20 7946 0000")).await;
    assert_eq!(Company::status(&near), "allowed");
    let far = company.asks("outreach", text("+1 202 555 0100")).await;
    assert_eq!(Company::status(&far), "denied");
}

/// The plain *require approval* of any other capability.
#[tokio::test]
async fn source_001_any_action_has_a_plain_require_approval() {
    let company = Company::new().await;
    let request = json!({"action": "http.request", "params": {"url": "https://a.example"}});
    let request = with(request, json!({"on_behalf_of": "ana"}));
    let asked = company.asks("outreach", request.clone()).await;
    assert_eq!(Company::status(&asked), "pending");
    let no = json!({"needs_approval": false});
    company.patch("/v1/actions/http.request", no).await;
    let asked = company.asks("outreach", request).await;
    assert_eq!(Company::status(&asked), "allowed");
}

#[tokio::test]
async fn source_001_a_card_shows_action_recipient_subject_content_and_status() {
    let company = Company::new().await;
    let asked = company
        .asks("outreach", mail(&["pat@partner.example"]))
        .await;
    let card = company.as_seen_by("ana", &asked).await.json();
    assert_eq!(card["action"], "email.send");
    assert_eq!(card["agent"], "outreach");
    assert_eq!(card["recipients"], json!(["pat@partner.example"]));
    assert_eq!(card["params"]["subject"], "Your renewal");
    assert_eq!(card["params"]["body"], "Dear Pat");
    assert_eq!(card["status"], "pending");
    assert_eq!(card["you"]["may_decide"], true);
    let rejected = company.rejects("ana", &asked, "not now").await;
    assert_eq!(rejected["status"], "rejected");
}

#[tokio::test]
async fn source_001_requests_of_an_agent_are_listed_whether_from_chat_or_background() {
    let company = Company::new().await;
    let mut wanted = Vec::new();
    for trigger in ["chat", "schedule", "email", "webhook"] {
        let body = with(update(), json!({"trigger": trigger}));
        let asked = company.asks("outreach", body).await;
        wanted.push(asked["id"].as_str().unwrap().to_owned());
    }
    let other = with(update(), json!({"on_behalf_of": "lee"}));
    company.asks("reporter", other).await;
    for who in ["ana", "owner"] {
        let list = company
            .who(who)
            .get("/v1/requests?agent=outreach")
            .await
            .json();
        let items = list["items"].as_array().unwrap();
        let mut listed: Vec<&str> = items
            .iter()
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, wanted, "as {who} sees it");
    }
}

/// `01 §Notify agent`: for each decision, off unless it is ticked; in a chat and for an agent that waits always on.
#[tokio::test]
async fn source_001_notify_agent_is_off_by_default_forced_in_chat_and_for_whoever_waits() {
    let company = Company::new().await;
    let in_background = with(update(), json!({"trigger": "schedule"}));
    let untold = company.asks("outreach", in_background.clone()).await;
    let seen = company.as_seen_by("ana", &untold).await.json();
    assert_eq!(seen["you"]["notify_always"], false);
    company.approves("ana", &seen).await;
    assert!(!company.tells(&untold).await, "it stays in the dark");

    let told = company.asks("outreach", in_background.clone()).await;
    let ticked = json!({"decision": "reject", "reason": "no", "notify_agent": true});
    company.decides("ana", &told, ticked).await;
    assert!(company.tells(&told).await);

    for more in [json!({"trigger": "chat"}), json!({"waiting": true})] {
        let forced = company
            .asks("outreach", with(in_background.clone(), more))
            .await;
        let seen = company.as_seen_by("ana", &forced).await.json();
        assert_eq!(seen["you"]["notify_always"], true, "it isn't a choice");
        let unticked =
            json!({"decision": "reject", "reason": "not on a Friday", "notify_agent": false});
        company.decides("ana", &seen, unticked).await;
        assert!(company.tells(&forced).await);
        let outcome = company.as_seen_by("outreach", &forced).await.json();
        assert_eq!(outcome["settled"]["reason"], "not on a Friday");
    }
}

/// `01 §Batch`: the API decides about one request at a time.
#[tokio::test]
async fn source_001_each_request_is_decided_on_its_own() {
    let company = Company::new().await;
    let first = company.asks("outreach", update()).await;
    let second = company.asks("outreach", update()).await;
    assert_eq!(first["digest"], second["digest"], "they ask the same");
    company.approves("ana", &first).await;
    let second = company.now(&second).await;
    assert_eq!(Company::status(&second), "pending");

    let both = json!({"ids": [first["id"], second["id"]], "decision": "approve"});
    let ana = company.who("ana");
    let batch = ana.post("/v1/requests/decision", both.to_string()).await;
    assert!(batch.status >= 400, "there is no batch");
    let policy = company.who("owner").get("/v1/policy").await;
    assert!(
        policy.body.contains("batch_approval = \"off\""),
        "and none is the default: {policy:?}"
    );
}

/// `01 §Time`: where policy says *never*, nothing but a person ends it.
#[tokio::test]
async fn source_001_pending_for_ever_where_policy_says_never() {
    let company = Company::new().await;
    company.policy("[timeouts]\nlow = \"never\"\n").await;
    let asked = company.asks("outreach", update()).await;
    assert_eq!(asked["expires_at"], Value::Null);
    let company = company.after(Span::from_hours(24 * 365)).await;
    let still = company.as_seen_by("ana", &asked).await.json();
    assert_eq!(Company::status(&still), "pending");
    assert_eq!(texts(&still["review"]["reviewers"]), ["ana"]);
    let rejected = company.rejects("ana", &still, "too late").await;
    assert_eq!(Company::status(&rejected), "rejected");
}
