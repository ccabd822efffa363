//! Whatever is wrong with a home or with the way to a gate, `signoff doctor` finds it and says what to do.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{Served, signoff, token};

/// A home in which a gate was, and is no more.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    assert!(signoff(home.path(), &["me"]).status().unwrap().success());
    home
}

/// What the doctor says of this home, with these variables set.
fn seen(home: &Path, variables: &[(&str, &str)]) -> (i32, Value) {
    let mut command = signoff(home, &["doctor", "--json"]);
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let report: Value = serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    let code = output.status.code().unwrap();
    assert_eq!(report["well"] == true, code == 0, "{report}");
    (code, report)
}

/// The one problem that there is, and that it says what to do.
#[track_caller]
fn problem(home: &Path, variables: &[(&str, &str)]) -> (String, String) {
    let (code, report) = seen(home, variables);
    assert_eq!(code, 1, "{report}");
    let checks = report["checks"].as_array().unwrap();
    let problems: Vec<_> = checks
        .iter()
        .filter(|check| check["state"] == "problem")
        .collect();
    assert_eq!(problems.len(), 1, "{report:#}");
    assert!(!problems[0]["do"].as_str().unwrap().is_empty());
    let text = |field: &str| problems[0][field].as_str().unwrap().to_owned();
    (text("about"), format!("{}\n{}", text("what"), text("do")))
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn all_is_well_where_nothing_was_done_yet_and_nothing_is_made() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("not there yet");
    let (code, report) = seen(&place, &[]);
    assert_eq!(code, 0, "{report}");
    assert!(!place.exists());
}

#[test]
fn all_is_well_after_a_first_start_with_a_gate_and_without_and_the_guard_rail_is_named() {
    let home = home();
    assert_eq!(seen(home.path(), &[]).0, 0);
    let served = Served::start(home.path());
    let (code, report) = seen(home.path(), &[]);
    assert_eq!(code, 0, "{report}");
    let url = served.url();
    assert!(report.to_string().contains(&format!("answers at {url}")));
    let token = token(home.path(), "token");
    let elsewhere = tempfile::tempdir().unwrap();
    let to_it = [("SIGNOFF_URL", url), ("SIGNOFF_TOKEN", &token)];
    let (code, report) = seen(elsewhere.path(), &to_it);
    assert_eq!(code, 0, "{report}");
    let output = signoff(home.path(), &["doctor"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("a guard rail, not a wall"), "{text}");
    assert!(text.contains("speaks for owner"), "{text}");
}

#[test]
fn what_is_wrong_in_a_home_is_found_with_what_to_do() {
    let other = home();
    let stranger = token(other.path(), "token");
    type Harm = Box<dyn Fn(&Path)>;
    let mode = |file: &'static str, mode| -> Harm {
        Box::new(move |home| set_mode(&home.join(file), mode))
    };
    let write = |file: &'static str, text: &str| -> Harm {
        let text = text.to_owned();
        Box::new(move |home| fs::write(home.join(file), &text).unwrap())
    };
    let sql = |sql: &'static str| -> Harm {
        Box::new(move |home| {
            let database = Connection::open(home.join("signoff.db")).unwrap();
            database.execute_batch(sql).unwrap();
        })
    };
    let harms: Vec<(Harm, &str, &str)> = vec![
        (mode("agent-token", 0o644), "agent's token", "chmod 600"),
        (mode("token", 0o640), "owner's token", "tokens revoke"),
        (mode("log-key", 0o604), "log's key", "chmod 600"),
        (mode("signoff.db", 0o644), "home", "others can read"),
        (mode("", 0o777), "home", "chmod go-w"),
        (
            write("token", &stranger),
            "owner's token",
            "doesn't know it",
        ),
        (
            write("token", "hello"),
            "owner's token",
            "does not hold a token",
        ),
        (
            write("log-key", "hello"),
            "log's key",
            "does not hold the key",
        ),
        (
            write("config.toml", "[server]\nhost = []\n"),
            "settings",
            "line 2, column 1: unknown field `host`",
        ),
        (
            sql("PRAGMA journal_mode = DELETE"),
            "store",
            "the journal mode delete",
        ),
        (
            sql("INSERT INTO policies VALUES (1, 0, 'owner', 'modus = \"off\"')"),
            "policy",
            "so every request asks: ",
        ),
        (sql("PRAGMA user_version = 999"), "store", "newer signoff"),
        (
            sql(
                "UPDATE log SET body = '{\"at\":\"2999-01-01T00:00:00Z\",' || substr(body, 34)
                 WHERE position = (SELECT max(position) FROM log)",
            ),
            "clock",
            "2999-01-01",
        ),
        (
            Box::new(|home| {
                // What still stands in the write-ahead log would make it whole again.
                for beside in ["signoff.db-wal", "signoff.db-shm"] {
                    let _absent = fs::remove_file(home.join(beside));
                }
                let text = "this is no database, however long one looks at it";
                fs::write(home.join("signoff.db"), text).unwrap();
            }),
            "store",
            "audit verify",
        ),
        (
            Box::new(|home| {
                let token = fs::read(home.join("token")).unwrap();
                fs::write(home.join("agent-token"), token).unwrap();
            }),
            "agent's token",
            "agents that find it could decide",
        ),
        (
            Box::new(|home| fs::remove_file(home.join("token")).unwrap()),
            "owner's token",
            "there is no file",
        ),
    ];
    for (harm, about, text) in harms {
        let home = home();
        harm(home.path());
        let (found, said) = problem(home.path(), &[]);
        assert_eq!(found, about, "{said}");
        assert!(said.contains(text), "{text}: {said}");
        assert!(!said.contains(&stranger));
    }
}

/// A server that answers every call with this.
fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap();
            if read > 0 {
                stream.write_all(answer.as_bytes()).unwrap();
            }
        }
    });
    url
}

fn http(status: &str, date: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ndate: {date}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

#[test]
fn a_gate_that_cant_be_used_is_found_with_what_to_do() {
    let home = home();
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let now = "Sat, 01 Jan 2022 00:00:00 GMT";
    let wrong_clock = answering(http("200 OK", now, "{\"status\":\"ok\"}"));
    let no_gate = answering(http("200 OK", now, "<html>"));
    for (url, about, text) in [
        (closed.as_str(), "gate", "signoff serve"),
        ("gate.example:7474", "gate", "set SIGNOFF_URL"),
        (&no_gate, "gate", "not as a signoff gate does"),
        (&wrong_clock, "clock", "at the gate 2022-01-01T00:00:00"),
    ] {
        let variables = [("SIGNOFF_URL", url), ("SIGNOFF_TOKEN", "sgn_x")];
        let (found, said) = problem(home.path(), &variables);
        assert_eq!(found, about, "{url}: {said}");
        assert!(said.contains(text), "{url}: {said}");
    }
}

#[test]
fn a_wrong_token_is_found_at_a_gate_and_in_a_home() {
    let (home, other) = (home(), home());
    let stranger = token(other.path(), "token");
    let served = Served::start(home.path());
    let wrong = ("SIGNOFF_TOKEN", stranger.as_str());
    let (about, said) = problem(other.path(), &[("SIGNOFF_URL", served.url()), wrong]);
    assert_eq!(about, "token", "{said}");
    assert!(said.contains("doesn't know it"), "{said}");
    let (about, said) = problem(home.path(), &[wrong]);
    assert_eq!(about, "SIGNOFF_TOKEN", "{said}");
    let (about, _) = problem(home.path(), &[("SIGNOFF_TOKEN", "hello")]);
    assert_eq!(about, "SIGNOFF_TOKEN");
    let empty = tempfile::tempdir().unwrap();
    let (about, said) = problem(empty.path(), &[("SIGNOFF_URL", served.url())]);
    assert_eq!(about, "token", "{said}");
    assert!(said.contains("there is none"), "{said}");
}
