//! 01 §Batch: what the gate owes to whoever marks several requests.

use futures_util::future::join_all;
use serde_json::{Value, json};
use signoff::domain::time::Span;

use crate::support::{Company, path, update, with};

/// Two yeses of finance to whatever is asked, where several may be approved that were opened, or none at once.
fn policy(batch_approval: &str) -> String {
    format!(
        "[defaults]\nbatch_approval = \"{batch_approval}\"\n\
         [[rule]]\nname = \"Test\"\neffect = \"ask\"\nresolver = \"group:finance\"\napprovals = 2\n"
    )
}

impl Company {
    /// Three requests of the same kind, each with its own parameters.
    async fn asks_three(&self) -> [Value; 3] {
        let asked = ["Acme", "Initech", "Hooli"].map(async |name| {
            let body = with(update(), json!({"params": {"name": name}}));
            self.asks("outreach", body).await
        });
        let [first, second, third] = asked;
        [first.await, second.await, third.await]
    }

    /// Somebody has what `seen` shows on their screen.
    async fn opens(&self, who: &str, seen: &Value) -> Value {
        let body = json!({"digest": seen["digest"], "seen": 1});
        let answer = self.post(who, seen, "opened", body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// When somebody last had it on their screen as it is now.
    async fn opened_at(&self, who: &str, asked: &Value) -> Value {
        self.as_seen_by(who, asked).await.json()["you"]["opened_at"].clone()
    }
}

/// `01 §Batch`: the API has no batch, whatever the policy says of several: what names more than one request decides none.
#[tokio::test]
async fn nothing_decides_about_several_requests_at_once() {
    let company = Company::new().await;
    for batch_approval in ["off", "seen"] {
        company.policy(&policy(batch_approval)).await;
        let asked = company.asks_three().await;
        for one in &asked {
            company.opens("cay", one).await;
        }
        let all = |key: &str| -> Vec<Value> { asked.iter().map(|one| one[key].clone()).collect() };
        let (ids, digests) = (all("id"), all("digest"));
        let joined: Vec<&str> = ids.iter().map(|id| id.as_str().unwrap()).collect();
        let each = ids.iter().zip(&digests);
        let each =
            each.map(|(id, digest)| json!({"id": id, "decision": "approve", "digest": digest}));
        let each = Value::from_iter(each);
        let yes = json!({"decision": "approve", "digest": digests[0]});
        let first = path(&asked[0], "/decision");
        for (path, body) in [
            (first.clone(), with(yes.clone(), json!({"ids": ids}))),
            (first.clone(), with(yes.clone(), json!({"digest": digests}))),
            (first.clone(), each.clone()),
            (first, json!({"decision": "approve"})),
            ("/v1/requests/decision".into(), json!({"decisions": each})),
            ("/v1/requests/*/decision".into(), yes.clone()),
            (format!("/v1/requests/{}/decision", joined.join(",")), yes),
        ] {
            let refused = company.who("cay").post(&path, body.to_string()).await;
            assert!(
                matches!(refused.status, 404 | 405 | 422),
                "{path} {body}: {refused:?}"
            );
        }
        for one in &asked {
            assert_eq!(company.now(one).await["version"], one["version"]);
        }
    }
}

/// `01 §Batch`: several that are approved together are approved one by one, each by the digest that was seen; what is
/// another by now is left, and the others aren't.
#[tokio::test]
async fn several_are_approved_each_by_its_own_digest() {
    let company = Company::new().await;
    company.policy(&policy("seen")).await;
    let asked = company.asks_three().await;
    for one in &asked {
        company.opens("cay", one).await;
    }
    company
        .decides(
            "cay",
            &asked[1],
            json!({"decision": "approve", "digest": asked[0]["digest"]}),
        )
        .await
        .refused(409, "stale-digest");
    let edit = json!({"decision": "approve", "params": {"name": "Initrode"}});
    let edited = company.decides("dan", &asked[1], edit).await.json();

    let yes = json!({"decision": "approve"});
    let [first, second, third] = &asked;
    let (first, second, third) = tokio::join!(
        company.decides("cay", first, yes.clone()),
        company.decides("cay", second, yes.clone()),
        company.decides("cay", third, yes.clone()),
    );
    second.refused(409, "stale-digest");
    for answer in [first, third] {
        assert_eq!(answer.json()["review"]["given"], 1, "{answer:?}");
    }
    let left = company.now(&asked[1]).await;
    assert_eq!(
        left["version"], edited["version"],
        "nobody's word is about it"
    );
    let settled = company.approves("dan", &asked[0]).await;
    assert_eq!(Company::status(&settled), "approved");
    assert_eq!(Company::status(&company.now(&asked[2]).await), "pending");
}

/// `01 §Batch`: the gate remembers who opened what: for that person, and only as long as it is what they saw.
#[tokio::test]
async fn what_was_opened_is_known_of_each_reviewer_and_each_digest() {
    let company = Company::new().await;
    company.policy(&policy("seen")).await;
    let [seen, unseen, _] = company.asks_three().await;
    let opened = company.opens("cay", &seen).await;
    let now = json!(company.gate.gate.now());
    assert_eq!(opened["you"]["opened_at"], now);
    assert_eq!(
        opened["version"], seen["version"],
        "looking changes nothing"
    );
    for (who, asked) in [("cay", &unseen), ("dan", &seen), ("dan", &unseen)] {
        assert_eq!(company.opened_at(who, asked).await, Value::Null, "{who}");
    }
    company
        .post(
            "dan",
            &unseen,
            "opened",
            json!({"digest": seen["digest"], "seen": 1}),
        )
        .await
        .refused(409, "stale-digest");
    assert_eq!(company.opened_at("dan", &unseen).await, Value::Null);
    let others = company.as_seen_by("dan", &seen).await.json();
    assert_eq!(others["looking"], json!(["cay"]));
    assert_eq!(opened["looking"], Value::Null, "it says who else");

    // Over half a minute and a restart, until it is another.
    let company = company.after(Span::from_secs(30)).await;
    assert_eq!(company.opened_at("cay", &seen).await, now);
    let others = company.as_seen_by("dan", &seen).await.json();
    assert_eq!(others["looking"], Value::Null);
    let edit = json!({"decision": "approve", "params": {"name": "Initrode"}});
    let edited = company.decides("dan", &seen, edit).await.json();
    assert_eq!(company.opened_at("cay", &seen).await, Value::Null);
    let late = company.opens("cay", &seen).await;
    assert_eq!(
        late["you"]["opened_at"],
        Value::Null,
        "it was the former one"
    );
    let anew = company.opens("cay", &edited).await;
    assert_eq!(anew["you"]["opened_at"], json!(company.gate.gate.now()));
}

/// `01 §Batch`: the policy says whether, and *off* where it says nothing; every reviewer can read it; it changes no verdict.
#[tokio::test]
async fn whether_several_may_be_approved_is_a_word_of_the_policy() {
    let company = Company::new().await;
    for unknown in ["\"all\"", "\"\"", "true", "[\"seen\"]"] {
        let text = format!("[defaults]\nbatch_approval = {unknown}\n");
        let refused = company.who("owner").save_policy(&text).await;
        let problem = refused.refused(422, "invalid-input");
        let detail = problem.errors[0].detail.plain_line();
        assert!(detail.contains("batch_approval"), "{unknown}: {detail}");
    }
    let grave = with(update(), json!({"risk": {"level": "high"}}));
    let mut plans = Vec::new();
    for batch_approval in ["off", "seen"] {
        company.policy(&policy(batch_approval)).await;
        let read = company.who("cay").get("/v1/policy").await;
        let line = format!("batch_approval = \"{batch_approval}\"");
        assert!(read.body.contains(&line), "{read:?}");
        let asked = company.asks("outreach", grave.clone()).await;
        company.opens("cay", &asked).await;
        assert_eq!(Company::status(&company.now(&asked).await), "pending");
        plans.push((asked["verdict"].clone(), asked["review"].clone()));
    }
    assert_eq!(plans[0], plans[1]);
}

/// `01 §Batch`: several are rejected whatever the policy says, each with its own reason and without having been opened.
#[tokio::test]
async fn several_are_rejected_at_any_time() {
    let company = Company::new().await;
    for batch_approval in ["off", "seen"] {
        company.policy(&policy(batch_approval)).await;
        let asked = company.asks_three().await;
        let no = json!({"decision": "reject", "reason": "none of these"});
        let answers = join_all(
            asked
                .iter()
                .map(|one| company.post("dan", one, "decision", no.clone())),
        );
        for answer in answers.await {
            assert_eq!(answer.json()["status"], "rejected", "{answer:?}");
        }
    }
}
