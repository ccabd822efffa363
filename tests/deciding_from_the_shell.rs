//! The command line for whoever asks and whoever decides: the real program, its exit codes, and what it
//! says. Each test has a gate and a home of its own.

use std::path::Path;
use std::process::{Child, Output};

use serde_json::{Value, json};

use crate::support::program::{Served, as_owner, signoff, token};
use crate::support::{Home, program};

const PARAMS: &str = r#"{"to":"pat@partner.example","subject":"Hello","body":"Hi Pat"}"#;

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}{}", out(output), err(output)))
}

/// An agent's command.
fn agent(home: &Path, arguments: &[&str]) -> Output {
    signoff(home, arguments).output().unwrap()
}

/// Asks, and gives the request.
fn asked(home: &Path, more: &[&str]) -> Value {
    let arguments = [
        "request",
        "--action",
        "email.send",
        "--params",
        PARAMS,
        "--json",
    ];
    json_of(&agent(home, &[&arguments, more].concat()))
}

fn id(request: &Value) -> &str {
    request["id"].as_str().unwrap()
}

/// Decides as the owner, and it works.
#[track_caller]
fn decided(home: &Path, arguments: &[&str]) -> Output {
    let output = as_owner(home, arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", err(&output));
    output
}

fn approve(home: &Path, request: &Value) {
    let digest = request["digest"].as_str().unwrap();
    decided(home, &["approve", id(request), "--digest", digest]);
}

/// A command that waits for this request.
fn waiting(home: &Path, request: &Value, more: &[&str]) -> Child {
    let arguments = [&["wait", id(request)], more].concat();
    signoff(home, &arguments).spawn().unwrap()
}

/// Something that ends a request.
type Way<'a> = &'a dyn Fn(&Value);

#[test]
fn every_way_a_request_ends_has_the_exit_code_that_scripts_rely_on() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let reject = |request: &Value| {
        decided(place, &["reject", id(request), "--reason", "wrong list"]);
    };
    let respond = |request: &Value| {
        decided(place, &["respond", id(request), "--text", "ask Ben\nfirst"]);
    };
    let cancel = |request: &Value| {
        assert_eq!(code(&agent(place, &["cancel", id(request)])), 0);
    };
    let revoke = |request: &Value| {
        approve(place, request);
        decided(place, &["undo", id(request)]);
        let digest = request["digest"].as_str().unwrap();
        let again = [
            ["approve", id(request), "--digest", digest],
            ["reject", id(request), "--reason", "no"],
        ];
        let claim = ["claim", id(request)];
        for said in again.iter().map(|args| &args[..]).chain([&claim[..]]) {
            let said = as_owner(place, said);
            assert_eq!(code(&said), 1, "{}", out(&said));
            assert!(err(&said).contains("revoked"), "{}", err(&said));
            assert!(err(&said).contains("taken back by owner"), "{}", err(&said));
        }
    };
    let yes = |request: &Value| approve(place, request);
    let ways: [(Way, i32, &str); 5] = [
        (&yes, 0, "approved by owner"),
        (&reject, 3, "rejected by owner: wrong list"),
        (&respond, 6, "ask Ben\nfirst\n"),
        (&cancel, 10, "cancelled by agent:local"),
        (&revoke, 10, "revoked: taken back by owner"),
    ];
    for (way, expected, said) in ways {
        let request = asked(place, &[]);
        let before = waiting(place, &request, &[]);
        way(&request);
        // A wait that began earlier may see the approval that is taken back a moment later.
        let before = home.end(before);
        let after = agent(place, &["wait", id(&request)]);
        assert_eq!(code(&after), expected, "{}{}", out(&after), err(&after));
        assert!(out(&after).contains(said), "{}", out(&after));
        if expected != 10 {
            assert_eq!((code(&before), out(&before)), (expected, out(&after)));
        }
    }
    let expires = ["--expires-in", "1s", "--wait"];
    let request = ["request", "--action", "email.send", "--params", PARAMS];
    let expired = agent(place, &[&request[..], &expires].concat());
    assert_eq!(code(&expired), 4, "{}", err(&expired));
    assert!(
        out(&expired).contains("nobody decided in time"),
        "{}",
        out(&expired)
    );
    let pending = asked(place, &[]);
    let late = agent(place, &["wait", id(&pending), "--timeout", "0s"]);
    assert_eq!(code(&late), 5, "{}", out(&late));
    // Nothing else was said in words, so nothing else is on standard output as such.
    assert!(
        out(&late).contains("pending: waiting for owner"),
        "{}",
        out(&late)
    );
}

#[test]
fn a_wait_that_ends_in_a_run_says_how_it_ended() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let request = asked(place, &[]);
    let done = waiting(place, &request, &["--until", "done"]);
    approve(place, &request);
    let digest = request["digest"].as_str().unwrap();
    let report = [
        "report",
        id(&request),
        "--outcome",
        "failed",
        "--digest",
        digest,
        "--error",
        "no such mailbox",
        "--result",
        r#"{"smtp": 550}"#,
    ];
    assert_eq!(code(&agent(place, &report)), 0);
    let done = home.end(done);
    assert_eq!(code(&done), 11, "{}{}", out(&done), err(&done));
    assert!(
        out(&done).contains("failed: no such mailbox"),
        "{}",
        out(&done)
    );
    let shown = out(&as_owner(place, &["show", id(&request)]));
    assert!(
        shown.contains("\nResult, as it was reported\n  │ smtp: 550\n"),
        "{shown}"
    );
    // A person lets it be tried again, or says what became of it.
    let retried = decided(
        place,
        &[
            "retry",
            id(&request),
            "--reason",
            "it is there now",
            "--json",
        ],
    );
    assert_eq!(json_of(&retried)["execution"]["state"], "ready");
    assert_eq!(code(&agent(place, &["start", id(&request)])), 0);
    let unknown = [
        "report",
        id(&request),
        "--outcome",
        "unknown",
        "--digest",
        digest,
    ];
    assert_eq!(code(&agent(place, &unknown)), 0);
    decided(
        place,
        &[
            "settle",
            id(&request),
            "--outcome",
            "executed",
            "--reason",
            "it is in their inbox",
        ],
    );
    assert_eq!(
        code(&agent(place, &["wait", id(&request), "--until", "done"])),
        0
    );
}

#[test]
fn asking_ends_with_0_but_9_where_policy_denies_and_a_yes_is_handed_over_once() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let pending = asked(
        place,
        &[
            "--conversation",
            "thread-81",
            "--trigger",
            "chat",
            "--node",
            "local/send",
            "--context",
            r#"{"records": 1}"#,
            "--risk",
            "high",
            "--expires-in",
            "30m",
            "--resource",
            "deal:D-4411",
            "--resource-owner",
            "owner",
            "--reason",
            "they asked",
        ],
    );
    assert_eq!(pending["status"], "pending");
    // Without --on-behalf-of it is for the agent's only owner.
    assert_eq!(pending["on_behalf_of"], "owner");
    assert_eq!(pending["context"], json!({"records": 1}));
    assert_eq!(pending["resource"]["owner"], "owner");
    let read = agent(
        place,
        &[
            "request",
            "--action",
            "file.read",
            "--params",
            "{}",
            "--wait",
            "--json",
        ],
    );
    assert_eq!(code(&read), 0, "{}", err(&read));
    assert_eq!(
        json_of(&read)["execution"]["attempts"][0]["observed"],
        false
    );
    // A step runs nothing, so nothing is handed over.
    let step = [
        "request",
        "--action",
        "chat.reply",
        "--params",
        "{}",
        "--step",
        "--wait",
        "--json",
    ];
    let step = agent(place, &step);
    assert_eq!(code(&step), 0, "{}", err(&step));
    assert_eq!(json_of(&step)["execution"]["attempts"], json!([]));
    decided(place, &["actions", "edit", "sms.send", "--enabled", "no"]);
    let denied = [
        "request",
        "--action",
        "sms.send",
        "--params",
        r#"{"to":"+442079460000"}"#,
    ];
    let denied = agent(place, &denied);
    assert_eq!(code(&denied), 9, "{}", out(&denied));
    // A person can't ask.
    let person = as_owner(
        place,
        &["request", "--action", "file.read", "--params", "{}"],
    );
    assert_eq!(code(&person), 7, "{}", err(&person));
    let wrong = agent(
        place,
        &["request", "--action", "email.send", "--params", "{"],
    );
    assert_eq!(code(&wrong), 2);
    let nowhere = ["--url", "http://127.0.0.1:1", "wait", id(&pending)];
    assert_eq!(code(&agent(place, &nowhere)), 8);
}

#[test]
fn a_yes_that_can_still_be_taken_back_is_handed_over_once_it_cannot() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let policy = place.join("policy.toml");
    std::fs::write(
        &policy,
        "[defaults]\nundo = { server = \"1s\", agent = \"1s\" }\n",
    )
    .unwrap();
    decided(
        place,
        &["policy", "apply", policy.to_str().unwrap(), "--yes"],
    );
    let request = asked(place, &[]);
    let taking = waiting(place, &request, &["--take", "--json"]);
    approve(place, &request);
    let taken = home.end(taking);
    assert_eq!(code(&taken), 0, "{}", err(&taken));
    assert_eq!(json_of(&taken)["status"], "executed");
    let late = as_owner(place, &["undo", id(&request)]);
    assert_eq!(code(&late), 1, "{}", err(&late));
}

#[test]
fn what_workers_run_is_left_to_them() {
    let home = Home::new();
    let place = home.path();
    let gate = Served::start(place);
    decided(
        place,
        &["actions", "edit", "email.send", "--executor", "queue"],
    );
    let made = [
        "tokens",
        "add",
        "--worker",
        "mailer",
        "--action",
        "email.send",
        "--json",
    ];
    let secret = json_of(&decided(place, &made))["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let worker = |arguments: &[&str]| {
        let mut command = signoff(place, arguments);
        command.env("SIGNOFF_TOKEN", &secret).output().unwrap()
    };
    let nothing = worker(&["lease", "--json"]);
    assert_eq!(
        (code(&nothing), json_of(&nothing)),
        (0, json!({"items": []}))
    );
    let request = asked(place, &[]);
    let asking = waiting(place, &request, &["--take"]);
    let mut leasing = signoff(
        place,
        &["lease", "--action", "email.send", "--wait", "30s", "--json"],
    );
    let leasing = leasing.env("SIGNOFF_TOKEN", &secret).spawn().unwrap();
    approve(place, &request);
    let taken = home.end(asking);
    assert_eq!(code(&taken), 0, "{}", err(&taken));
    let leased = home.end(leasing);
    let item = &json_of(&leased)["items"][0];
    assert_eq!(item["id"], request["id"], "{}", err(&leased));
    assert_eq!(
        item["params"],
        serde_json::from_str::<Value>(PARAMS).unwrap()
    );
    let renewed = worker(&[
        "renew",
        id(&request),
        "--epoch",
        "1",
        "--lease-seconds",
        "300",
    ]);
    assert!(
        out(&renewed).contains("is yours until"),
        "{}",
        err(&renewed)
    );
    let old = worker(&["renew", id(&request), "--epoch", "7"]);
    assert_eq!(code(&old), 1, "{}", err(&old));
    let digest = request["digest"].as_str().unwrap();
    let report = [
        "report",
        id(&request),
        "--outcome",
        "executed",
        "--digest",
        digest,
        "--epoch",
        "1",
    ];
    assert_eq!(code(&worker(&report)), 0);
    let shown = out(&as_owner(place, &["show", id(&request)]));
    assert!(
        shown.contains("started by worker mailer, epoch 1"),
        "{shown}"
    );
    // Without a token it speaks for nobody; a person's is the wrong one.
    assert_eq!(code(&agent(place, &["lease"])), 7);
    assert_eq!(code(&as_owner(place, &["lease"])), 7);
    drop(gate);
}

#[test]
fn an_edit_is_shown_field_by_field_before_it_is_asked_about() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let request = asked(place, &[]);
    let edited = place.join("edited.json");
    std::fs::write(&edited, r#"{"to":"pat@partner.example","subject":"Hello\u001b[2J","cc":"ben@ourco.example","body":"Hi Pat"}"#).unwrap();
    let edited = format!("@{}", edited.display());
    let mut approving = home.terminal(&["approve", id(&request), "--params", &edited], (100, 60));
    let screen = approving.wait_for("approve with your parameters");
    for line in [
        "│ subject",
        "- \"Hello\"",
        "+ \"Hello\\u001b[2J\"",
        "│ cc",
        "+ \"ben@ourco.example\"",
    ] {
        assert!(screen.contains(line), "{line}: {screen}");
    }
    // The digest is that of the request as it was seen, not of what it is to become.
    let digest = request["digest"].as_str().unwrap();
    assert!(screen.contains(digest), "{screen}");
    let word = match screen.contains("type yes") {
        true => "yes",
        false => &digest[digest.len() - 4..],
    };
    approving.send(&format!("{word}\r"));
    assert_eq!(approving.wait_for_end(), 0, "{}", approving.screen());
    let now = json_of(&as_owner(place, &["show", id(&request), "--json"]));
    assert_eq!(now["params"]["cc"], "ben@ourco.example");
    assert_eq!(now["edited_by"], json!(["owner"]));
    assert_ne!(now["digest"], request["digest"]);
    let shown = out(&as_owner(place, &["show", id(&request)]));
    assert!(
        shown.contains("What owner changed of what was asked\n"),
        "{shown}"
    );
    // Without a terminal and without a digest nothing is decided.
    let other = asked(place, &[]);
    let silent = as_owner(place, &["approve", id(&other), "--params", &edited]);
    assert_eq!(code(&silent), 2, "{}", err(&silent));
    assert_eq!(
        code(&agent(place, &["wait", id(&other), "--timeout", "0s"])),
        5
    );
    // With the digest of something else neither.
    let stale = [
        "approve",
        id(&other),
        "--params",
        &edited,
        "--digest",
        now["digest"].as_str().unwrap(),
    ];
    assert_eq!(code(&as_owner(place, &stale)), 1);
    assert_eq!(
        code(&agent(place, &["wait", id(&other), "--timeout", "0s"])),
        5
    );
}

/// 01 §Claim and snooze
#[test]
fn a_claim_warns_others_and_a_snooze_hides_it_from_one() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let request = asked(place, &[]);
    let claimed = out(&decided(place, &["claim", id(&request)]));
    assert!(claimed.contains("claimed by owner"), "{claimed}");
    let shown = out(&as_owner(place, &["show", id(&request)]));
    assert!(shown.contains("Claim         claimed by owner"), "{shown}");
    let released = out(&decided(place, &["release", id(&request)]));
    assert!(released.contains("claimed by nobody"), "{released}");
    let mine = || json_of(&as_owner(place, &["list", "--mine", "--json"]));
    assert_eq!(mine()["items"].as_array().unwrap().len(), 1);
    let hidden = out(&decided(place, &["snooze", id(&request), "--for", "90d"]));
    assert!(hidden.contains("nine tenths of its time"), "{hidden}");
    assert_eq!(mine()["items"], json!([]));
    let hidden = || json_of(&as_owner(place, &["list", "--put-off", "--json"]));
    assert_eq!(hidden()["items"][0]["id"], request["id"]);
    let back = out(&decided(place, &["snooze", id(&request), "--back"]));
    assert!(back.contains("is not hidden from you"), "{back}");
    assert_eq!(hidden()["items"], json!([]));
    assert_eq!(mine()["items"].as_array().unwrap().len(), 1);
    for wrong in [
        &["--for", "1h", "--until", "2030-01-01"][..],
        &[],
        &["--until", "2020-01-01"],
    ] {
        let output = as_owner(place, &[&["snooze", id(&request)], wrong].concat());
        assert_eq!(code(&output), 2, "{wrong:?}: {}", err(&output));
    }
}

#[test]
fn what_is_over_is_found_by_every_filter_and_no_spreadsheet_runs_it() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let hostile = r#"{"to":"=cmd@partner.example","subject":"=HYPERLINK(\"x\")","body":"renewal"}"#;
    let hostile = [
        "request",
        "--action",
        "email.send",
        "--params",
        hostile,
        "--trigger",
        "schedule",
        "--json",
    ];
    let hostile = json_of(&agent(place, &hostile));
    decided(place, &["reject", id(&hostile), "--reason", "=1+1"]);
    let plain = asked(place, &[]);
    approve(place, &plain);
    let waits = asked(place, &[]);
    let found = |arguments: &[&str]| -> Vec<String> {
        let output = as_owner(place, &[&["history", "--json"], arguments].concat());
        assert_eq!(code(&output), 0, "{arguments:?}: {}", err(&output));
        let items = json_of(&output)["items"].as_array().unwrap().clone();
        items.iter().map(|item| id(item).to_owned()).collect()
    };
    let (hostile, plain) = (id(&hostile).to_owned(), id(&plain).to_owned());
    let both = vec![plain.clone(), hostile.clone()];
    assert_eq!(found(&[]), both);
    assert!(!both.contains(&id(&waits).to_owned()));
    for all in [
        &["--agent", "local", "--action", "email.send"][..],
        &["--decided-by", "me", "--since", "1h"],
        &["--requested-by", "owner"],
        &["--all", "--risk", "high"],
    ] {
        assert_eq!(found(all), both, "{all:?}");
    }
    for one in [
        &["--trigger", "schedule"][..],
        &["--status", "rejected,expired"],
        &["-q", "renewal"],
    ] {
        assert_eq!(found(one), std::slice::from_ref(&hostile), "{one:?}");
    }
    assert_eq!(found(&["--recipient", "pat@partner.example"]), [plain]);
    for none in [
        &["--until", "1h"][..],
        &["--decided-by", "local"],
        &["--rule", "x"],
    ] {
        assert_eq!(found(none), Vec::<String>::new(), "{none:?}");
    }
    let csv = out(&as_owner(place, &["history", "--csv"]));
    assert_eq!(csv.lines().count(), 3, "{csv}");
    for line in csv.lines() {
        for field in line.trim_end().trim_matches('"').split("\",\"") {
            assert!(!field.starts_with(['=', '+', '-', '@']), "{field}");
        }
    }
    assert!(csv.contains("\"'=1+1\""), "{csv}");
    let page = as_owner(place, &["history", "--limit", "1"]);
    assert!(
        err(&page).contains("1 shown; --limit shows more"),
        "{}",
        err(&page)
    );
    assert_eq!(
        code(&as_owner(place, &["history", "--status", "pending"])),
        2
    );
}

#[test]
fn without_a_terminal_or_a_token_nothing_is_decided() {
    let home = Home::new();
    let place = home.path();
    let _gate = Served::start(place);
    let request = asked(place, &[]);
    for verb in [
        &["reject", "--reason", "x"][..],
        &["respond", "--text", "x"],
        &["retry", "--reason", "x"],
        &["settle", "--outcome", "failed", "--reason", "x"],
    ] {
        let (verb, more) = verb.split_first().unwrap();
        let output = agent(place, &[&[*verb, id(&request)], more].concat());
        assert_eq!(code(&output), 2, "{verb}");
        assert!(
            err(&output).contains("only with a terminal"),
            "{}",
            err(&output)
        );
    }
    let same = program::token(place, "agent-token");
    let mut agents = signoff(place, &["respond", id(&request), "--text", "x"]);
    let refused = agents.env("SIGNOFF_TOKEN", same).output().unwrap();
    assert_eq!(code(&refused), 7, "{}", err(&refused));
    assert_ne!(token(place, "token"), token(place, "agent-token"));
}

#[test]
fn what_is_said_of_wrong_usage_ends_its_line() {
    let home = Home::new();
    for wrong in [&["aprove"][..], &["approve"], &["list", "--nothing"]] {
        let told = agent(home.path(), wrong);
        assert_eq!(code(&told), 2);
        let told = err(&told);
        assert!(told.ends_with('\n') && !told.ends_with("\n\n"), "{told:?}");
        assert!(told.contains("--help` "), "{told:?}");
    }
}
