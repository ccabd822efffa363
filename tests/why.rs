//! Every verdict explains itself: for each rung, in each mode, `why` names the rung, the rule and the reason.

use serde_json::{Value, json};

use crate::support::program::signoff;
use crate::support::{Answer, Company, Home, update, with};

const MODES: [&str; 4] = ["disabled", "blocking", "confirm_tools", "audit"];
const RUNGS: [&str; 7] = [
    "off",
    "blocked",
    "locked",
    "mode",
    "trusted",
    "ask",
    "own_opt_in",
];

/// Something that one rung has an answer to.
struct Case {
    rung: &'static str,
    /// What the policy says besides the mode.
    policy: &'static str,
    /// What is asked, if not a change of a record.
    ask: Value,
    /// How it answers where it is asked.
    answer: &'static str,
    /// What it names, and the reason that it gives.
    rule: Option<&'static str>,
    reason: &'static str,
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            rung: "off",
            policy: "",
            ask: json!({"action": "slack.send_message"}),
            answer: "deny",
            rule: None,
            reason: "integration slack is disabled",
        },
        Case {
            rung: "blocked",
            policy: "[[rule]]\nname = \"Hands off\"\neffect = \"deny\"\nwhen = \"params.name == 'Acme'\"\n",
            ask: json!({}),
            answer: "deny",
            rule: Some("Hands off"),
            reason: "rule “Hands off” denies it, since params.name == 'Acme'",
        },
        Case {
            rung: "locked",
            policy: "[[rule]]\nname = \"Four eyes\"\neffect = \"ask\"\nresolver = \"manager\"\nlocked = true\n",
            ask: json!({}),
            answer: "ask",
            rule: Some("Four eyes"),
            reason: "locked rule “Four eyes” asks the requester's manager",
        },
        Case {
            rung: "trusted",
            policy: "[[trusted]]\nname = \"Small\"\nagent = \"outreach\"\naction = \"record.update\"\n",
            ask: json!({}),
            answer: "allow",
            rule: Some("Small"),
            reason: "trusted pattern “Small”, by owner, lets it through",
        },
        Case {
            rung: "ask",
            policy: "[[rule]]\nname = \"Records\"\neffect = \"ask\"\nresolver = \"user:ben\"\n",
            ask: json!({}),
            answer: "ask",
            rule: Some("Records"),
            reason: "rule “Records” asks ben",
        },
        Case {
            rung: "own_opt_in",
            policy: "",
            ask: json!({}),
            answer: "allow",
            rule: Some("ana: always"),
            reason: "ana lets record.update through (always)",
        },
    ]
}

fn line<'a>(why: &'a Value, rung: &str) -> &'a Value {
    let lines = why["rungs"].as_array().unwrap();
    let line = lines.iter().find(|line| line["rung"] == rung);
    line.unwrap_or_else(|| panic!("no {rung} in {why}"))
}

fn text(line: &Value) -> &str {
    line["text"].as_str().unwrap()
}

/// Holds a trace to what every trace has: seven rungs in their order, each with a reason.
fn is_whole(why: &Value) {
    let lines = why["rungs"].as_array().unwrap();
    let rungs: Vec<&str> = lines
        .iter()
        .map(|line| line["rung"].as_str().unwrap())
        .collect();
    assert_eq!(rungs, RUNGS);
    for line in lines {
        assert!(!text(line).is_empty(), "{line}");
    }
}

async fn company() -> Company {
    let company = Company::new().await;
    company
        .patch("/v1/integrations/slack", json!({"enabled": false}))
        .await;
    let unlock = json!({"auto_approval_allowed": true});
    company.patch("/v1/actions/record.update", unlock).await;
    let call = company
        .who("ana")
        .call("PUT", "/v1/preferences/record.update");
    let call = call.header("content-type", "application/json");
    assert_eq!(
        Answer::of(call.body(r#"{"mode":"always"}"#)).await.status,
        200
    );
    company
}

/// `01 §Ladder`: the first rung that answers decides, and what every rung said is kept. Rungs 1 to 3 answer alike in
/// every mode; below a mode that lets everything through nothing is asked, or in audit mode only noted.
#[tokio::test]
async fn each_rung_in_each_mode_is_named_with_its_rule_and_its_reason() {
    let company = company().await;
    for mode in MODES {
        for case in cases() {
            let at = format!("{} in {mode}", case.rung);
            let policy = format!("[defaults]\nmode = \"{mode}\"\n{}", case.policy);
            company.policy(&policy).await;
            let asked = company.asks("outreach", with(update(), case.ask)).await;
            let why = company.why(&asked).await;
            is_whole(&why);
            assert_eq!(why["verdict"], asked["verdict"], "{at}");

            let said = line(&why, case.rung);
            let above_mode = ["off", "blocked", "locked"].contains(&case.rung);
            if mode == "disabled" && !above_mode {
                assert_eq!(said["answer"], "not_asked", "{at}: {why}");
                assert_eq!(why["verdict"]["rung"], "mode", "{at}");
                continue;
            }
            assert_eq!(said["answer"], case.answer, "{at}: {why}");
            assert_eq!(said["rule"], json!(case.rule), "{at}: {why}");
            let verdict = if mode == "audit" && !above_mode {
                assert_eq!(text(said), format!("only noted: {}", case.reason), "{at}");
                assert_eq!(why["verdict"]["effect"], "allow", "{at}");
                assert_eq!(why["verdict"]["rung"], "mode", "{at}");
                &why["would_have_been"]
            } else {
                assert_eq!(text(said), case.reason, "{at}");
                assert_eq!(why["would_have_been"], Value::Null, "{at}");
                &why["verdict"]
            };
            assert_eq!(verdict["rung"], case.rung, "{at}: {why}");
            assert_eq!(verdict["effect"], case.answer, "{at}");
            assert_eq!(verdict["rule"], json!(case.rule), "{at}");
            assert_eq!(verdict["text"], case.reason, "{at}");
            for below in RUNGS.iter().skip_while(|rung| **rung != case.rung).skip(1) {
                let below = line(&why, below);
                let may_speak = case.rung == "ask" && below["rung"] == "own_opt_in";
                let answer = if may_speak { "pass" } else { "not_asked" };
                assert_eq!(below["answer"], answer, "{at}: {why}");
            }
        }
    }
}

/// `01 §Ladder.4`: the mode's own line.
#[tokio::test]
async fn the_mode_is_named_with_what_it_does() {
    let company = company().await;
    let reads = json!({"action": "file.read", "params": {"path": "a"}, "on_behalf_of": "ana"});
    for (mode, answer, rule, reason) in [
        (
            "disabled",
            "allow",
            json!("disabled"),
            "mode disabled of the workspace lets everything through",
        ),
        (
            "blocking",
            "pass",
            Value::Null,
            "mode blocking of the workspace holds everything back",
        ),
        (
            "confirm_tools",
            "allow",
            json!("confirm_tools"),
            "file.read only reads and needs no approval",
        ),
        (
            "audit",
            "allow",
            json!("audit"),
            "mode audit of the workspace lets everything through; confirm_tools would have let it through: \
             file.read only reads and needs no approval",
        ),
    ] {
        company
            .policy(&format!("[defaults]\nmode = \"{mode}\"\n"))
            .await;
        let asked = company.asks("outreach", reads.clone()).await;
        let why = company.why(&asked).await;
        is_whole(&why);
        let said = line(&why, "mode");
        assert_eq!(said["answer"], answer, "{mode}: {why}");
        assert_eq!(said["rule"], rule, "{mode}: {why}");
        assert_eq!(text(said), reason, "{mode}");
    }
}

/// What the command prints has all that the trace has.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_rung_rule_and_reason() {
    let company = company().await;
    let home = Home::new();
    for case in cases() {
        let policy = format!("[defaults]\nmode = \"audit\"\n{}", case.policy);
        company.policy(&policy).await;
        let asked = company.asks("outreach", with(update(), case.ask)).await;
        let mut command = signoff(home.path(), &["why", asked["id"].as_str().unwrap()]);
        command
            .env("SIGNOFF_URL", &company.gate.url)
            .env("SIGNOFF_TOKEN", company.gate.owner_secret());
        let printed = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let printed = String::from_utf8(printed.stdout).unwrap();
        let why = company.why(&asked).await;
        for said in why["rungs"].as_array().unwrap() {
            let rung = said["rung"].as_str().unwrap().replace('_', " ");
            let row = printed.lines().find(|row| row.starts_with(&rung));
            let row = row.unwrap_or_else(|| panic!("no {rung} in\n{printed}"));
            let answer = said["answer"].as_str().unwrap().replace('_', " ");
            for part in [
                answer.as_str(),
                said["rule"].as_str().unwrap_or(""),
                text(said),
            ] {
                assert!(row.contains(part), "{part:?} is not in {row:?}");
            }
        }
        assert!(printed.contains(&format!(
            "verdict: {}",
            why["verdict"]["effect"].as_str().unwrap()
        )));
    }
}
