//! 01 §Time: deadlines, escalation and reminders.

use serde_json::{Value, json};
use signoff::domain::time::{At, Span};

use crate::support::{Company, update, with};

fn at(value: &Value) -> At {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no time: {value}"))
        .parse()
        .unwrap()
}

fn lasts(asked: &Value) -> Span {
    at(&asked["expires_at"]).since(at(&asked["created_at"]))
}

/// How often the log says so about a request.
async fn count(company: &Company, asked: &Value, kind: &str) -> usize {
    let log = company.who("owner").get("/v1/audit").await;
    let lines = log
        .body
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["body"]["request"] == asked["id"] && line["body"]["kind"] == kind)
        .count()
}

/// `01 §Time`: the rule's, else the voice's, else the risk's; the agent can only shorten it.
#[tokio::test]
async fn which_of_several_times_holds() {
    let company = Company::new().await;
    let voice = with(
        update(),
        json!({"trigger": "voice", "voice": {"hold_message": "One moment."}}),
    );
    let asked = company.asks("outreach", voice.clone()).await;
    assert_eq!(lasts(&asked), Span::from_secs(180));
    company
        .policy("[timeouts]\nvoice = \"2m\"\nlow = \"never\"\nhigh = \"30m\"\n")
        .await;
    let asked = company.asks("outreach", voice.clone()).await;
    assert_eq!(lasts(&asked), Span::from_secs(120));
    let high = with(update(), json!({"risk": {"level": "high"}}));
    let asked = company.asks("outreach", high).await;
    assert_eq!(lasts(&asked), Span::from_secs(30 * 60));
    let asked = company.asks("outreach", update()).await;
    assert_eq!(asked["expires_at"], Value::Null);
    let asked = company
        .asks("outreach", with(update(), json!({"expires_in": "1h"})))
        .await;
    assert_eq!(lasts(&asked), Span::from_hours(1), "shorter than never");

    company
        .policy("[[rule]]\nname = \"Test\"\neffect = \"ask\"\nexpires_in = \"2h\"\n")
        .await;
    let asked = company.asks("outreach", voice).await;
    assert_eq!(
        lasts(&asked),
        Span::from_hours(2),
        "the rule's before the voice's"
    );
}

/// `01 §Time`: on timeout each next fallback gets a fresh deadline; after the last of them it expires.
#[tokio::test]
async fn an_escalation_ends_after_the_last_fallback() {
    let mut company = Company::new().await;
    company
        .policy(
            "[[rule]]\nname = \"Test\"\neffect = \"ask\"\nresolver = \"user:dan\"\n\
             fallbacks = [\"user:ben\"]\nexpires_in = \"1h\"\non_timeout = \"escalate\"\n",
        )
        .await;
    let asked = company.asks("outreach", update()).await;
    for reviewers in [
        json!(["dan", "ben"]),
        json!(["dan", "ben", "adam", "owner"]),
    ] {
        company = company.after(Span::from_hours(1)).await;
        let now = company.now(&asked).await;
        assert_eq!(Company::status(&now), "pending");
        assert_eq!(now["review"]["reviewers"], reviewers);
        let deadline = company.gate.gate.now().plus(Span::from_hours(1));
        assert_eq!(at(&now["expires_at"]), deadline, "a fresh one");
    }
    let company = company.after(Span::from_hours(1)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "expired");
    assert_eq!(count(&company, &asked, "request.escalated").await, 2);
}

/// `01 §Time`: reviewers are reminded at half and at nine tenths, and not before.
#[tokio::test]
async fn reviewers_are_reminded_twice() {
    let company = Company::new().await;
    company
        .policy("[[rule]]\nname = \"Test\"\neffect = \"ask\"\nexpires_in = \"10h\"\n")
        .await;
    let asked = company.asks("outreach", update()).await;
    let half = Span::from_millis(5 * 3_600_000 - 1);
    let mut company = company.after(half).await;
    for (more, reminded) in [
        (Span::from_millis(0), 0),
        (Span::from_millis(1), 1),
        (Span::from_millis(4 * 3_600_000 - 1), 1),
        (Span::from_millis(1), 2),
        (Span::from_millis(3_600_000 - 1), 2),
    ] {
        company = company.after(more).await;
        assert_eq!(count(&company, &asked, "request.reminded").await, reminded);
        assert_eq!(Company::status(&company.now(&asked).await), "pending");
    }
    let company = company.after(Span::from_millis(1)).await;
    assert_eq!(Company::status(&company.now(&asked).await), "expired");
    assert_eq!(count(&company, &asked, "request.reminded").await, 2);
}
