//! A backup that is made under load, restored elsewhere, is the same log and the same tables.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use signoff::api::request::Filter;
use signoff::store::{self, Database};

use crate::support::program::{Served, signoff, token};
use crate::support::{approve, email};

/// What a command says, and the code that it ends with.
fn say(home: &Path, args: &[&str]) -> (i32, String) {
    let output = signoff(home, args).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(said).unwrap(),
    )
}

/// What a command says as JSON; it has to end well.
#[track_caller]
fn json_of(home: &Path, args: &[&str]) -> Value {
    let (code, said) = say(home, args);
    assert_eq!(code, 0, "{said}");
    serde_json::from_str(&said).unwrap_or_else(|_| panic!("not JSON: {said}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_restored_elsewhere_has_the_same_head_and_tables() {
    let home = tempfile::tempdir().unwrap();
    let mut served = Served::start(home.path());
    let owner = served.client(&token(home.path(), "token"));
    let agent = served.client(&token(home.path(), "agent-token"));
    let enough = Arc::new(AtomicBool::new(false));
    let load = tokio::spawn({
        let (owner, agent, enough) = (owner.clone(), agent.clone(), Arc::clone(&enough));
        async move {
            let mut n = 0;
            while !enough.load(Ordering::SeqCst) {
                n += 1;
                let asked = agent.ask(&email(), &n.to_string()).await.unwrap();
                if n % 2 == 0 {
                    owner.decide(asked.id, &approve(&asked)).await.unwrap();
                }
            }
        }
    });
    let copies = tempfile::tempdir().unwrap();
    let mut sizes = Vec::new();
    for n in 0..3 {
        let file = copies.path().join(format!("{n}.db"));
        let made = json_of(home.path(), &["backup", file.to_str().unwrap(), "--json"]);
        assert_eq!(made["proven"], true);
        let size = made["size"].as_u64().unwrap();
        sizes.push(size);

        let elsewhere = tempfile::tempdir().unwrap();
        let restored = json_of(
            elsewhere.path(),
            &["restore", file.to_str().unwrap(), "--json"],
        );
        for same in ["size", "root"] {
            assert_eq!(restored[same], made[same]);
        }
        // What the gate has at that size, though it has gone on since.
        let original = Database::Sqlite(home.path().join("signoff.db"));
        let examined = store::examine(&original, Some(size)).await.unwrap();
        assert!(examined.findings.is_empty(), "{:?}", examined.findings);
        let root = data_encoding::HEXLOWER.encode(&examined.root_then.unwrap());
        assert_eq!(restored["root"], root);
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[2], "{sizes:?}");
    // What was begun is finished, so that nothing comes after the last backup.
    enough.store(true, Ordering::SeqCst);
    load.await.unwrap();

    // The gate of another home goes on with it, for whoever holds a token.
    let last = copies.path().join("last.db");
    assert_eq!(say(home.path(), &["backup", last.to_str().unwrap()]).0, 0);
    let everything = Filter::default();
    let before = owner.requests(&everything).await.unwrap();
    let token = token(home.path(), "token");
    served.kill();
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(
        say(elsewhere.path(), &["restore", last.to_str().unwrap()]).0,
        0
    );
    let successor = Served::start(elsewhere.path());
    let after = successor.client(&token);
    let now = after.requests(&everything).await.unwrap();
    assert_eq!(json!(now.items), json!(before.items));
    let pending = now
        .items
        .iter()
        .find(|request| request.status.word() == "pending");
    let pending = after.request(pending.unwrap().id).await.unwrap();
    after.decide(pending.id, &approve(&pending)).await.unwrap();
    let proven = json_of(elsewhere.path(), &["audit", "verify", "--json"]);
    assert!(proven["size"].as_u64().unwrap() > sizes[2]);
}

#[test]
fn nothing_is_overwritten_or_restored_under_a_gate_or_from_what_is_no_backup() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path());
    let backup = home.path().join("monday.db");
    let file = backup.to_str().unwrap();
    assert_eq!(say(home.path(), &["backup", file]).0, 0);
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, said) = say(home.path(), &["backup", file]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("exists already"), "{said}");

    for args in [&["restore", file][..], &["restore", file, "--force"]] {
        let (code, said) = say(home.path(), args);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("a gate serves this home at http://"),
            "{said}"
        );
    }
    drop(served);

    let database = home.path().join("signoff.db");
    let before = fs::read(&database).unwrap();
    let (code, said) = say(home.path(), &["restore", file]);
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("exists already") && said.contains("--force"),
        "{said}"
    );

    let forged = home.path().join("forged.db");
    fs::copy(&backup, &forged).unwrap();
    let harm = rusqlite::Connection::open(&forged).unwrap();
    harm.execute("UPDATE log SET body = replace(body, 'member', 'owner')", [])
        .unwrap();
    harm.execute("DELETE FROM log WHERE position = 3", [])
        .unwrap();
    harm.close().unwrap();
    let (code, said) = say(
        home.path(),
        &["restore", forged.to_str().unwrap(), "--force"],
    );
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("log/3: missing"), "{said}");
    let nothing = home.path().join("nothing.db");
    for text in ["", "not a database, but long enough to look at"] {
        fs::write(&nothing, text).unwrap();
        let args = ["restore", nothing.to_str().unwrap(), "--force"];
        let (code, said) = say(home.path(), &args);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("hint: "), "{said}");
    }
    assert_eq!(fs::read(&database).unwrap(), before, "nothing was changed");

    let (code, said) = say(home.path(), &["restore", file, "--force"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("proven: "), "{said}");
    assert_eq!(say(home.path(), &["me"]).0, 0);
}
