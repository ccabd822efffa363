//! Reviews that take more than one key, in the inbox's own loop against a real gate: several people,
//! other parameters, answers, and what the clock does meanwhile.

use crossterm::event::KeyCode;
use serde_json::{Value, json};
use signoff::client::Tick;
use signoff::domain::id::RequestId;
use signoff::domain::lifecycle::Status;
use signoff::domain::time::Span;

use super::inbox::Inbox;
use super::support::{TestGate, ask, reject};

/// What everything here is asked for: nothing grave, in the owner's name.
fn note(text: &str) -> Value {
    json!({"action": "crm.note", "params": {"lead": "Hooli", "text": text}, "on_behalf_of": "owner"})
}

async fn gate_under(policy: &str) -> TestGate {
    let gate = TestGate::start().await;
    let saved = gate.owner_wire().save_policy(policy).await;
    assert_eq!(saved.status, 200, "{saved:?}");
    gate
}

const TWO: &str = r#"
[[rule]]
name = "Two"
effect = "ask"
resolver = "role:admin"
approvals = 2
guidance = "Check the lead against the CRM."
"#;

/// 01 §Quorum, 01 §Claim and snooze
#[tokio::test]
async fn two_people_approve_what_needs_two() {
    let gate = gate_under(TWO).await;
    gate.person("ana", "admin").await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut ana = Inbox::open_as(&gate, "ana", "false", "").await;
    let mut owner = Inbox::open_as(&gate, "owner", "false", "").await;
    ana.sees("0 of 2 approvals given, by different people")
        .await;
    owner.sees("Guidance   Check the lead").await;

    ana.types("c").await;
    owner.sees("ana has it for 15 min more").await;
    ana.types("a").await;
    ana.sees("1 of 2 approvals").await;
    owner.sees("ana approved at 09:00:00").await;
    owner.types("a").await;
    owner.sees("approved; z takes it back").await;
    let approved = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(approved.status, Status::Approved);
    ana.leave().await;
    owner.leave().await;
}

/// 01 §Undo: of a vote that isn't the last, and of the approval that was.
#[tokio::test]
async fn an_approval_is_taken_back_before_and_after_it_was_the_last() {
    let gate = gate_under(TWO).await;
    let ana = gate.person("ana", "admin").await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut owner = Inbox::open_as(&gate, "owner", "false", "").await;
    owner.sees("0 of 2 approvals given").await;
    owner.types("a").await;
    owner
        .sees("you have approved it; others are still asked")
        .await;
    owner.types("z").await;
    owner.sees("your approval is taken back").await;
    owner.sees("0 of 2 approvals given").await;

    let seen = ana.request(asked.id).await.unwrap();
    ana.decide(asked.id, &super::support::approve(&seen))
        .await
        .unwrap();
    owner.sees("1 of 2 approvals given").await;
    owner.types("a").await;
    owner.sees("Nothing waits.").await;
    owner.types("2").await;
    owner.sees("approved by").await;
    owner.types("z").await;
    owner
        .sees("taken back by owner before it was started")
        .await;
    let revoked = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(revoked.status, Status::Revoked);
    owner.types("z").await;
    owner.sees("it has been taken back already").await;
    owner.leave().await;
}

/// 01 §Edit: what was written in an editor is shown as a diff, and runs instead of what was asked.
#[tokio::test]
async fn an_edit_is_approved_and_nothing_else_runs() {
    let gate = TestGate::start().await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let editor = "sed -i 's/a demo/an offer/'";
    let mut inbox = Inbox::open_as(&gate, "owner", editor, "").await;
    inbox.sees("wants a demo").await;
    inbox.types("E").await;
    inbox.sees("Approve your change").await;
    inbox.sees("- \"wants a demo\"").await;
    inbox.sees("+ \"wants an offer\"").await;
    inbox.press(KeyCode::Enter).await;
    inbox.types("y").await;
    inbox.sees("changed and approved").await;
    let run = gate.agent().start(asked.id, "run").await.unwrap();
    let params: Value = serde_json::from_str(run.params.text()).unwrap();
    assert_eq!(params, json!({"lead": "Hooli", "text": "wants an offer"}));
    assert_ne!(run.digest, asked.digest);
    inbox.types("2").await;
    inbox.sees("✓ ").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("by owner: - as asked, + in force").await;
    inbox.sees("+ \"wants an offer\"").await;
    inbox.leave().await;
}

/// 01 §Edit: a text of several lines is edited as lines, whose ends an editor sees as ends.
#[tokio::test]
async fn the_lines_of_one_value_are_edited_in_an_editor() {
    let gate = TestGate::start().await;
    let asked = gate
        .agent()
        .ask(&ask(note("Hi,\nwants a demo")), "1")
        .await
        .unwrap();
    let editor = r#"sed -i -e 's/^Hi,$/Dear Lee,/' -e 's/^wants a demo$/wants an "offer"/'"#;
    let mut inbox = Inbox::open_as(&gate, "owner", editor, "").await;
    inbox.sees("wants a demo").await;
    inbox.types("e").await;
    inbox.sees("Change values").await;
    inbox.press(KeyCode::Down).await;
    inbox.sees("edit its lines").await;
    inbox.types("e").await;
    inbox.sees("2 lines (e): Dear Lee,").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("Approve your change").await;
    inbox.types("y").await;
    inbox.sees("changed and approved").await;
    let run = gate.agent().start(asked.id, "run").await.unwrap();
    let params: Value = serde_json::from_str(run.params.text()).unwrap();
    let text = "Dear Lee,\nwants an \"offer\"";
    assert_eq!(params, json!({"lead": "Hooli", "text": text}));
    inbox.leave().await;
}

#[tokio::test]
async fn an_edit_that_is_not_json_or_changes_nothing_or_fails_decides_nothing() {
    let gate = TestGate::start().await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let home = tempfile::tempdir().unwrap();
    let count = home.path().join("count");
    // The first time it breaks the text, the second time it mends it, and then it fails.
    let script = home.path().join("editor");
    let steps = format!(
        "echo >> {count}\ncase $(wc -l < {count}) in 1) sed -i 's/{{/{{,/' \"$1\";; 2) sed -i 's/{{,/{{/' \"$1\";; *) exit 3;; esac\n",
        count = count.display()
    );
    std::fs::write(&script, steps).unwrap();
    let editor = format!("sh {}", script.display());
    let mut inbox = Inbox::open_as(&gate, "owner", &editor, "").await;
    inbox.sees("wants a demo").await;
    inbox.types("E").await;
    inbox.sees("What you wrote can't be sent").await;
    inbox.sees("line 1, column 2").await;
    inbox.types("E").await;
    inbox.sees("you changed nothing").await;
    inbox.types("E").await;
    inbox.sees("exit status: 3").await;
    let waits = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(
        (waits.status, waits.version),
        (Status::Pending, asked.version)
    );
    inbox.leave().await;
}

/// 01 §Edit: policy judges the result as it would a new request.
#[tokio::test]
async fn an_edit_that_policy_denies_is_refused_and_says_why() {
    let gate = gate_under(
        "[[rule]]\nname = \"No offers\"\neffect = \"deny\"\nwhen = 'params.text.contains(\"offer\")'\n",
    )
    .await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut inbox = Inbox::open_as(&gate, "owner", "sed -i 's/a demo/an offer/'", "").await;
    inbox.sees("wants a demo").await;
    inbox.types("E").await;
    inbox.sees("Approve your change").await;
    inbox.types("y").await;
    inbox.sees("Policy denies these parameters").await;
    let waits = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(
        (waits.status, waits.digest),
        (Status::Pending, asked.digest)
    );
    inbox.leave().await;
}

/// 01 §States.4: whoever saw other parameters decides nothing, and is shown what is in force.
#[tokio::test]
async fn somebody_elses_edit_takes_the_question_back_and_is_shown() {
    let gate = gate_under(TWO).await;
    let ana = gate.person("ana", "admin").await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut owner = Inbox::open_as(&gate, "owner", "sed -i 's/a demo/a call/'", "").await;
    owner.sees("wants a demo").await;
    owner.types("E").await;
    owner.sees("Approve your change").await;
    let seen = ana.request(asked.id).await.unwrap();
    let mut edit = super::support::approve(&seen);
    let params = r#"{"lead": "Hooli", "text": "wants an offer"}"#;
    edit.params = Some(serde_json::from_str(params).unwrap());
    ana.decide(asked.id, &edit).await.unwrap();
    owner.sees("it has changed meanwhile").await;
    owner.sees("by ana: - as asked, + in force").await;
    owner.sees("+ \"wants an offer\"").await;
    owner.types("a").await;
    owner.sees("Nothing waits.").await;
    let run = gate.agent().start(asked.id, "run").await.unwrap();
    assert!(
        run.params.text().contains("an offer"),
        "{}",
        run.params.text()
    );
    owner.leave().await;
}

/// 01 §Respond
#[tokio::test]
async fn an_answer_in_words_is_what_the_agent_gets() {
    let gate = TestGate::start().await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("wants a demo").await;
    inbox.types("i").await;
    inbox.sees("what does the agent get instead?").await;
    inbox.types("ask").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("answered: ").await;
    let answered = gate.agent().request(asked.id).await.unwrap();
    assert_eq!(answered.status, Status::Answered);
    assert_eq!(
        answered.settled.unwrap().answer.unwrap().plain_line(),
        "ask"
    );
    inbox.types("2").await;
    inbox.sees("Answer     ask").await;
    inbox.types("z").await;
    inbox.sees("an answer can't be taken back").await;
    inbox.leave().await;
}

/// 01 §Time: what nobody decides goes to the next, and then expires.
#[tokio::test]
async fn the_clock_passes_it_on_and_the_inbox_says_so() {
    let gate = gate_under(
        "[[rule]]\nname = \"Ana\"\neffect = \"ask\"\nresolver = \"user:ana\"\nfallbacks = [\"role:admin\"]\n\
         escalate_after = \"20m\"\n",
    )
    .await;
    gate.person("ana", "member").await;
    gate.agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut ana = Inbox::open_as(&gate, "ana", "false", "").await;
    let mut owner = Inbox::open_as(&gate, "owner", "false", "").await;
    ana.sees("as well, from 20 Nov 09:20").await;
    owner.sees("Nothing waits.").await;
    gate.hands.pass(Span::from_secs(21 * 60));
    gate.person("ben", "member").await;
    owner.sees("wants a demo").await;
    ana.sees("ana (user:ana); owner (role:admin)").await;
    owner.types("a").await;
    ana.sees("approved by owner").await;
    ana.leave().await;
    owner.leave().await;
}

/// 01 §Claim and snooze: it is hidden from one, and waits for others.
#[tokio::test]
async fn what_is_put_off_is_hidden_from_one_person_alone() {
    let gate = gate_under(TWO).await;
    gate.person("ana", "admin").await;
    let asked = gate
        .agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut ana = Inbox::open_as(&gate, "ana", "false", "").await;
    ana.sees("wants a demo").await;
    ana.types("s").await;
    ana.sees("Put off for  15m").await;
    ana.press(KeyCode::Enter).await;
    ana.sees("put off until 09:15").await;
    ana.sees("Nothing waits but 1 put off.").await;
    ana.sees("/ put:off lists what you put off.").await;
    ana.types("/").await;
    ana.types("put:off").await;
    ana.press(KeyCode::Enter).await;
    ana.sees("put off until 09:15").await;
    ana.sees("s call back").await;
    ana.types("s").await;
    ana.sees("it waits for you again").await;
    ana.press(KeyCode::Esc).await;
    ana.sees("1 of 1").await;
    ana.types("s").await;
    ana.sees("Put off for  15m").await;
    ana.press(KeyCode::Enter).await;
    ana.sees("Nothing waits but 1 put off.").await;
    let mut owner = Inbox::open_as(&gate, "owner", "false", "").await;
    owner.sees("wants a demo").await;
    let request = gate.owner().request(asked.id).await.unwrap();
    gate.owner()
        .decide(asked.id, &reject(&request, "no"))
        .await
        .unwrap();
    owner.sees("rejected by owner").await;
    ana.leave().await;
    owner.leave().await;
}

/// 06: what is on the screen is said to others, with how much of it was seen.
#[tokio::test]
async fn who_looks_is_known_to_the_others() {
    let gate = gate_under(TWO).await;
    gate.person("ana", "admin").await;
    gate.agent()
        .ask(&ask(note("wants a demo")), "1")
        .await
        .unwrap();
    let mut ana = Inbox::open_as(&gate, "ana", "false", "").await;
    ana.sees("wants a demo").await;
    let mut owner = Inbox::open_as(&gate, "owner", "false", "").await;
    owner.sees("ana is looking").await;
    ana.sees("owner is looking").await;
    ana.leave().await;
    owner.leave().await;
}

/// 01 §Who reviews, 01 §Time: what nobody rejects approves by itself, and what nobody decides expires.
#[tokio::test]
async fn the_clock_approves_one_and_ends_the_other() {
    let gate = gate_under(
        "[[rule]]\nname = \"Soon\"\neffect = \"ask\"\naction = \"crm.*\"\nresolver = \"auto_after:10m\"\n\
         [[rule]]\nname = \"Short\"\neffect = \"ask\"\naction = \"slack.*\"\nexpires_in = \"5m\"\n",
    )
    .await;
    let agent = gate.agent();
    let soon = agent.ask(&ask(note("wants a demo")), "1").await.unwrap();
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("auto 10m").await;
    inbox
        .sees("approved on 20 Nov 09:10, unless somebody rejects it")
        .await;
    let post = json!({"action": "slack.send_message", "params": {"channel": "#a", "text": "hi"},
                      "on_behalf_of": "owner"});
    let short = agent.ask(&ask(post), "2").await.unwrap();
    inbox.sees("Pending 2").await;
    gate.hands.pass(Span::from_secs(11 * 60));
    gate.person("ben", "member").await;
    inbox.sees("approved by clock at 09:11").await;
    let status = async |id| gate.agent().request(id).await.unwrap().status;
    assert_eq!(status(soon.id).await, Status::Approved);
    assert_eq!(status(short.id).await, Status::Expired);
    inbox.types("2").await;
    inbox.sees("◌ expired").await;
    inbox.sees("✓ approved").await;
    inbox.leave().await;
}

const TOGETHER: &str = "[defaults]\nbatch_approval = \"seen\"";

/// 01 §Batch: single approvals, each of what this reviewer has opened; and a rejection of several.
#[tokio::test]
async fn several_are_marked_and_each_is_decided_by_itself() {
    let gate = gate_under(TOGETHER).await;
    let mut asked = Vec::new();
    for n in 1..=4 {
        let request = ask(note(&format!("note {n}")));
        asked.push(gate.agent().ask(&request, &n.to_string()).await.unwrap());
    }
    let mut owner = Inbox::open_as(&gate, "owner", "false", "").await;
    owner.sees("1 of 4").await;
    owner.types("  A").await;
    owner.sees("not read to the end yet: go to each").await;
    owner.press(KeyCode::Esc).await;
    owner.types("g").await;
    for n in 1..=2 {
        owner.sees(&format!("note {n}")).await;
        opened(&gate, asked[n - 1].id).await;
        owner.types(" ").await;
    }
    owner.types("A").await;
    owner.sees("Approve 2 marked requests?").await;
    owner.types("y").await;
    owner.sees("approved 2 of 2").await;
    owner.types("  R").await;
    owner.sees("Reject 2 marked requests?").await;
    owner.types("no").await;
    owner.press(KeyCode::Enter).await;
    owner.sees("rejected 2 of 2").await;
    let mut found = Vec::new();
    for request in &asked {
        let now = gate.agent().request(request.id).await.unwrap();
        found.push((now.status, now.decisions.len()));
    }
    let (yes, no) = (Status::Approved, Status::Rejected);
    assert_eq!(found, [(yes, 1), (yes, 1), (no, 1), (no, 1)]);
    owner.leave().await;
}

/// Waits until the log says that it was opened and read to its end.
async fn opened(gate: &TestGate, id: RequestId) {
    let mut events = gate.owner().events(Some(0)).await.unwrap();
    loop {
        let tick = events.next().await.unwrap().expect("the stream goes on");
        if let Tick::Event(event) = tick
            && event.kind == "request.opened"
            && event.request == Some(id)
        {
            return;
        }
    }
}

/// 01 §Edit: what the form leaves alone stays as it was sent, byte for byte.
#[tokio::test]
async fn a_value_is_changed_in_the_form_and_the_rest_stays_as_it_was_sent() {
    let gate = TestGate::start().await;
    let params = r#"{ "lead" : "Hooli", "seats":1.10,  "urgent" :false }"#;
    let body = format!(r#"{{"action": "crm.note", "on_behalf_of": "owner", "params": {params}}}"#);
    let asked = gate.agent_wire().post("/v1/requests", body).await;
    let id = asked.json()["id"].as_str().unwrap().parse().unwrap();
    let mut inbox = Inbox::open_as(&gate, "owner", "false", "").await;
    inbox.sees("Hooli").await;
    inbox.types("e").await;
    inbox.sees("Change values").await;
    inbox.press(KeyCode::Down).await;
    inbox.types("x").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("needs a number").await;
    inbox.press(KeyCode::Backspace).await;
    inbox.press(KeyCode::Down).await;
    inbox.types(" ").await;
    inbox.press(KeyCode::Enter).await;
    inbox.sees("Approve your change").await;
    inbox.sees("+ true").await;
    inbox.types("y").await;
    inbox.sees("changed and approved").await;
    let decided = gate.owner().request(id).await.unwrap();
    let expected = params.replace("false", "true");
    assert_eq!(decided.params.unwrap().text(), expected);
    inbox.leave().await;
}
