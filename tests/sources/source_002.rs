//! Source 002: rules that say who is asked about what, and who answers when they can't.

use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, mail, texts, update, with};

/// A change of a deal, as a record that somebody owns.
fn deal(owner: &str) -> Value {
    let resource = json!({"type": "deal", "id": "D-1", "owner": owner});
    with(update(), json!({"resource": resource}))
}

fn rule(rest: &str) -> String {
    format!("[[rule]]\nname = \"Test\"\neffect = \"ask\"\n{rest}\n")
}

fn reviewers(asked: &Value) -> Vec<&str> {
    texts(&asked["review"]["reviewers"])
}

impl Company {
    /// Somebody is away for the next hour.
    async fn leaves(&self, who: &str, delegate: Option<&str>) {
        let away = json!({
            "from": self.gate.gate.now(),
            "until": self.gate.gate.now().plus(Span::from_hours(1)),
            "delegate": delegate,
        });
        self.patch(&format!("/v1/people/{who}"), json!({"away": away}))
            .await;
    }

    /// Under a rule with this, a change of a deal of Ben's that Outreach asks for Ana.
    async fn under(&self, rest: &str) -> Value {
        self.policy(&rule(rest)).await;
        self.asks("outreach", deal("ben")).await
    }
}

/// Each part of a rule: what doesn't fit in one part isn't the rule's business.
#[tokio::test]
async fn source_002_rules_have_resource_action_conditions_resolver_fallback_and_expiry() {
    let company = Company::new().await;
    company
        .policy(&rule(
            r#"category = "record_mutation"
               action = "record.*"
               resource = "deal"
               when = "params.amount > 100.0"
               resolver = "record_owner"
               fallbacks = ["manager"]
               expires_in = "2h""#,
        ))
        .await;
    let big = json!({"params": {"amount": 250}});
    let asked = company
        .asks("outreach", with(deal("ben"), big.clone()))
        .await;
    assert_eq!(asked["verdict"]["rule"], "Test");
    assert_eq!(reviewers(&asked), ["ben"]);
    let created = asked["created_at"].as_str().unwrap().parse().unwrap();
    let expires = signoff::domain::time::At::plus(created, Span::from_hours(2));
    assert_eq!(asked["expires_at"], json!(expires));
    let fallback = company
        .asks("outreach", with(deal("ana"), big.clone()))
        .await;
    assert_eq!(reviewers(&fallback), ["lee"], "Ana can't answer to herself");

    for (part, other) in [
        (
            "resource",
            json!({"resource": {"type": "lead", "id": "L-1", "owner": "ben"}}),
        ),
        ("condition", json!({"params": {"amount": 50}})),
        ("action", json!({"action": "browser.visit"})),
    ] {
        let body = with(with(deal("ben"), big.clone()), other);
        let asked = company.asks("outreach", body).await;
        assert_eq!(asked["verdict"]["rule"], Value::Null, "another {part}");
        assert_eq!(reviewers(&asked), ["ana"], "another {part}");
    }
}

/// `01 §Who reviews: record_owner`: the owner, who isn't there; then their place is the manager's; then the admins'.
#[tokio::test]
async fn source_002_resolvers_record_owner_then_manager_then_admins() {
    let company = Company::new().await;
    let chain = "resolver = \"record_owner\"\nfallbacks = [\"manager\", \"role:admin\"]";
    let asked = company.under(chain).await;
    assert_eq!(reviewers(&asked), ["ben"]);
    assert_eq!(asked["review"]["resolver"], "record_owner");

    company.leaves("ben", None).await;
    let asked = company.under(chain).await;
    assert_eq!(reviewers(&asked), ["lee"]);
    assert_eq!(asked["review"]["resolver"], "manager");

    company.leaves("lee", None).await;
    let asked = company.under(chain).await;
    assert_eq!(reviewers(&asked), ["adam", "owner"]);
    assert_eq!(asked["review"]["resolver"], "role:admin");
    for other in ["ana", "cay"] {
        let refused = company
            .decides(other, &asked, json!({"decision": "approve"}))
            .await;
        assert!(matches!(refused.status, 403 | 404), "{other}: {refused:?}");
    }
    let approved = company.approves("adam", &asked).await;
    assert_eq!(Company::status(&approved), "approved");
}

/// `01 §Time`: whoever is next is asked as well, and no time is gained by it.
#[tokio::test]
async fn source_002_a_fallback_is_asked_as_well_when_nobody_answers() {
    let company = Company::new().await;
    let rest = "resolver = \"record_owner\"\nfallbacks = [\"manager\"]\nescalate_after = \"1h\"\nexpires_in = \"3h\"";
    let asked = company.under(rest).await;
    assert_eq!(reviewers(&asked), ["ben"]);
    let company = company.after(Span::from_hours(1)).await;
    let escalated = company.now(&asked).await;
    assert_eq!(reviewers(&escalated), ["ben", "lee"]);
    assert_eq!(escalated["expires_at"], asked["expires_at"]);
    let approved = company.approves("ben", &escalated).await;
    assert_eq!(
        Company::status(&approved),
        "approved",
        "earlier ones may still decide"
    );
}

/// `01 §Who reviews: user`, `01 §Who reviews: requester`: each resolver asks those whom it names, and nobody else may
/// answer.
#[tokio::test]
async fn source_002_resolvers_named_user_manager_role_group_agent_owner_and_requester() {
    let company = Company::new().await;
    for (resolver, wanted) in [
        ("user:dan", &["dan"][..]),
        ("manager", &["lee"]),
        ("role:admin", &["adam", "owner"]),
        ("role:manager", &["lee"]),
        ("group:finance", &["cay", "dan"]),
        ("agent_owner", &["ana"]),
        ("requester", &["ana"]),
    ] {
        let asked = company.under(&format!("resolver = \"{resolver}\"")).await;
        assert_eq!(reviewers(&asked), wanted, "{resolver}");
        assert_eq!(asked["review"]["resolver"], resolver);
        let approved = company.approves(wanted[0], &asked).await;
        assert_eq!(approved["settled"]["by"], wanted[0]);
    }
    let asked = company.under("resolver = \"user:dan\"").await;
    company
        .decides("owner", &asked, json!({"decision": "approve"}))
        .await
        .refused(403, "not-a-reviewer");
}

/// `01 §Agents as reviewers`: up to the risk that the rule gives them; above it the fallback is asked.
#[tokio::test]
async fn source_002_another_agent_reviews_what_is_of_low_risk() {
    let company = Company::new().await;
    let rule = "resolver = \"agent:triage\"\nfallbacks = [\"manager\"]";
    let asked = company.under(rule).await;
    assert_eq!(reviewers(&asked), ["agent:triage"]);
    let approved = company.approves("triage", &asked).await;
    assert_eq!(Company::status(&approved), "approved");
    assert_eq!(approved["settled"]["by"], "agent:triage");

    let graver = with(deal("ben"), json!({"risk": {"level": "medium"}}));
    let graver = company.asks("outreach", graver).await;
    assert_eq!(reviewers(&graver), ["lee"]);
}

/// `01 §Who reviews: auto_after`: silence is consent, once the delay has passed and not before; a word is a word.
#[tokio::test]
async fn source_002_auto_approve_after_a_delay_unless_somebody_rejects() {
    let company = Company::new().await;
    let asked = company.under("resolver = \"auto_after:10m\"").await;
    assert_eq!(Company::status(&asked), "pending");
    let rejected = company.asks("outreach", deal("ben")).await;
    let rejected = company.rejects("ana", &rejected, "no").await;
    assert_eq!(Company::status(&rejected), "rejected");
    let graver = with(deal("ben"), json!({"risk": {"level": "high"}}));
    let graver = company.asks("outreach", graver).await;
    assert_eq!(reviewers(&graver), ["adam", "owner"], "not at high risk");

    let company = company.after(Span::from_secs(10 * 60 - 1)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "pending");
    let company = company.after(Span::from_secs(1)).await;
    let approved = company.now(&asked).await;
    assert_eq!(Company::status(&approved), "approved");
    assert_eq!(approved["settled"]["by"], "clock");
    assert_eq!(Company::status(&company.now(&rejected).await), "rejected");
    assert_eq!(Company::status(&company.now(&graver).await), "pending");
}

/// The shipped catalogue of 08.
#[tokio::test]
async fn source_002_gated_tools_ask_as_they_are_shipped() {
    let company = Company::new().await;
    for (action, params) in [
        (
            "email.send",
            json!({"to": "pat@partner.example", "subject": "Hi", "body": "Hi"}),
        ),
        (
            "social.post",
            json!({"network": "mastodon", "text": "We are live"}),
        ),
        ("landing_page.create", json!({"title": "Launch"})),
        ("record.create", json!({"name": "Acme"})),
        ("record.update", json!({"name": "Acme"})),
        ("browser.visit", json!({"url": "https://a.example"})),
    ] {
        let body = json!({"action": action, "params": params, "on_behalf_of": "ana"});
        let asked = company.asks("outreach", body).await;
        assert_eq!(Company::status(&asked), "pending", "{action}");
        assert_eq!(asked["verdict"]["rung"], "ask", "{action}");
    }
}

#[tokio::test]
async fn source_002_approved_actions_resume_with_the_original_parameters() {
    let company = Company::new().await;
    let body = r#"{"action":"record.update","on_behalf_of":"ana","waiting":true,
                   "params": {"z" : 1.50, "a":[ 1E+2 ]}}"#;
    let asked = company
        .who("outreach")
        .post("/v1/requests", body)
        .await
        .json();
    company.approves("ana", &asked).await;
    let agent = company.who("outreach");
    let told = agent
        .get(&crate::support::path(&asked, "?wait=30"))
        .await
        .json();
    assert_eq!(Company::status(&told), "approved");
    let started = company.post("outreach", &asked, "start", json!({})).await;
    assert!(
        started.body.contains(r#"{"z" : 1.50, "a":[ 1E+2 ]}"#),
        "byte for byte: {started:?}"
    );
    assert_eq!(started.json()["digest"], asked["digest"]);
}

#[tokio::test]
async fn source_002_rejected_and_expired_actions_are_cancelled() {
    let company = Company::new().await;
    let rejected = company.asks("outreach", update()).await;
    company.rejects("ana", &rejected, "no").await;
    company.policy(&rule("expires_in = \"30m\"")).await;
    let expired = company.asks("outreach", update()).await;
    let company = company.after(Span::from_secs(30 * 60)).await;
    for (asked, status) in [(&rejected, "rejected"), (&expired, "expired")] {
        let now = company.now(asked).await;
        assert_eq!(Company::status(&now), status);
        assert_eq!(now["execution"]["state"], Value::Null);
        let start = company.post("outreach", asked, "start", json!({})).await;
        assert!(matches!(start.status, 409 | 410), "{status}: {start:?}");
    }
}

/// `01 §People and permissions`
#[tokio::test]
async fn source_002_permissions_manage_is_admins_resolve_everybodys_history_the_managers() {
    let company = Company::new().await;
    let policy = rule("resolver = \"requester\"");
    for (who, may) in [
        ("owner", true),
        ("adam", true),
        ("lee", false),
        ("ana", false),
    ] {
        let saved = company
            .who(who)
            .save_policy(&format!("{policy}# {who}\n"))
            .await;
        assert_eq!(
            saved.status,
            if may { 200 } else { 403 },
            "{who}: {saved:?}"
        );
    }

    for who in ["owner", "adam", "lee", "ana", "ben"] {
        company
            .policy(&rule(&format!("resolver = \"user:{who}\"")))
            .await;
        let asked = company
            .asks("outreach", mail(&["pat@partner.example"]))
            .await;
        let resolved = company.approves(who, &asked).await;
        assert_eq!(Company::status(&resolved), "approved", "{who} resolves");
    }

    let all = "/v1/requests?status=approved";
    for (who, sees) in [
        ("owner", 5),
        ("adam", 5),
        ("lee", 5),
        ("ana", 5),
        ("ben", 1),
        ("cay", 0),
    ] {
        let seen = company.who(who).get(all).await.json();
        let seen = seen["items"].as_array().unwrap().len();
        assert_eq!(
            seen, sees,
            "{who} sees what concerns them, a manager everything"
        );
    }
}
