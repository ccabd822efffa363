//! The log proves itself: whatever is changed behind the gate's back is found, and where; a gate that
//! runs is not disturbed by the proof.

use std::fs;

use futures_util::FutureExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use signoff::api::request::Decide;
use signoff::domain::checkpoint::PublicKey;
use signoff::domain::event::leaf_hash;
use signoff::domain::merkle::{Frontier, Hash, leaf, root_over};
use signoff::domain::raw::RawJson;
use signoff::store::{self, Database, Examined, Finding};
use tempfile::TempDir;

use crate::support::program::{Served, signoff, token};
use crate::support::{Answer, TestGate, approve, ask, email, reject};

/// A database of some entries, written by a gate that has left, in a directory of its own.
struct Kept {
    directory: TempDir,
    /// What the gate signed at the end, and the key for it.
    checkpoint: String,
    key: PublicKey,
}

impl Kept {
    async fn new() -> Self {
        let gate = TestGate::start().await;
        busy(&gate).await;
        let owner = gate.owner();
        let checkpoint = owner.log_head().await.unwrap().checkpoint;
        let key = owner.log_key().await.unwrap().key.parse().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let kept = directory.path().join("kept.db");
        gate.restart_after(|database| {
            // What the last reader left in the write-ahead log comes along.
            let all = Connection::open(database).unwrap();
            let place = kept.to_str().unwrap();
            all.execute("VACUUM INTO ?", [place]).unwrap();
            let mode = "PRAGMA journal_mode = WAL";
            Connection::open(&kept)
                .unwrap()
                .query_row(mode, [], |_| Ok(()))
                .unwrap();
        })
        .await;
        Self {
            directory,
            checkpoint,
            key,
        }
    }

    /// A copy to do something to.
    fn copy(&self) -> Copy {
        let path = self.directory.path().join("copy.db");
        fs::copy(self.directory.path().join("kept.db"), &path).unwrap();
        Copy(path)
    }

    fn size(&self) -> u64 {
        self.key.open(&self.checkpoint).unwrap().size
    }
}

/// A copy that is taken away when it is dropped, with what SQLite put beside it.
struct Copy(PathBuf);

impl Copy {
    /// Does something to it, as somebody who has the file can.
    fn harm(self, harm: impl FnOnce(&Connection)) -> Self {
        let database = Connection::open(&self.0).unwrap();
        harm(&database);
        database.close().unwrap();
        self
    }

    fn examine(&self, then: Option<u64>) -> Examined {
        let database = Database::Sqlite(self.0.clone());
        let examined = store::examine(&database, then).now_or_never();
        examined.expect("a file is examined at once").unwrap()
    }

    /// What is found first; there has to be something.
    #[track_caller]
    fn first_finding(&self) -> Finding {
        let examined = self.examine(None);
        let first = examined.findings.kept().first();
        first.expect("the tampering is found").clone()
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        for ending in ["db", "db-wal", "db-shm"] {
            let _absent = fs::remove_file(self.0.with_extension(ending));
        }
    }
}

/// Some of everything.
async fn busy(gate: &TestGate) {
    gate.person("ana", "member").await;
    let (owner, agent) = (gate.owner(), gate.agent());
    for n in 0..6 {
        let asked = agent.ask(&email(), &n.to_string()).await.unwrap();
        match n % 3 {
            0 => {
                owner.decide(asked.id, &approve(&asked)).await.unwrap();
                agent.start(asked.id, &format!("start-{n}")).await.unwrap();
            }
            1 => {
                let told = Decide {
                    notify_agent: true,
                    ..reject(&asked, "no")
                };
                owner.decide(asked.id, &told).await.unwrap();
            }
            _ => drop(agent.cancel(asked.id).await.unwrap()),
        }
    }
    let read = ask(json!({"action": "file.read", "params": {"path": "a"}}));
    agent.ask(&read, "read").await.unwrap();
    let edited = agent.ask(&email(), "edited").await.unwrap();
    let others = r#"{"to": ["sam@partner.example"], "subject": "Hello", "body": "Hi Sam"}"#;
    let others = Decide {
        params: Some(RawJson::from_text(others.to_owned()).unwrap()),
        ..approve(&edited)
    };
    owner.decide(edited.id, &others).await.unwrap();
    let open = agent.ask(&email(), "open").await.unwrap();
    let state = gate
        .agent_wire()
        .call("PUT", &format!("/v1/requests/{}/checkpoint", open.id))
        .header("content-type", "application/octet-stream")
        .body("where it was");
    assert!(Answer::of(state).await.status < 300);
}

/// The lines that the gate gives out, each with its body as it stands there.
async fn lines(gate: &TestGate, query: &str) -> Vec<(u64, Hash, String)> {
    let answer = gate.owner_wire().get(&format!("/v1/audit{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    let read = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        let leaf = HEXLOWER.decode(value["leaf"].as_str().unwrap().as_bytes());
        let (_, body) = line.split_once("\"body\":").unwrap();
        let body = body.strip_suffix('}').unwrap().to_owned();
        (
            value["position"].as_u64().unwrap(),
            leaf.unwrap().try_into().unwrap(),
            body,
        )
    };
    answer.body.lines().map(read).collect()
}

#[tokio::test]
async fn the_lines_that_are_given_out_make_the_root_that_is_signed() {
    let mut gate = TestGate::start().await;
    let mut tree = Frontier::default();
    for _ in 0..2 {
        busy_again(&gate).await;
        for (position, hash, body) in lines(&gate, &format!("?after={}", tree.size())).await {
            assert_eq!(position, tree.size() + 1);
            assert_eq!(hash, leaf_hash(&body), "{body}");
            tree.push(leaf(body.as_bytes()));
        }
        let head = gate.owner().log_head().await.unwrap();
        assert_eq!(head.size, tree.size());
        assert_eq!(head.root, HEXLOWER.encode(&tree.root()));
        let nobody = crate::support::Wire::new(&gate.url, None);
        let key = nobody.get("/v1/audit/key").await.json();
        let key: PublicKey = key["key"].as_str().unwrap().parse().unwrap();
        let signed = key.open(&head.checkpoint).unwrap();
        assert_eq!((signed.size, signed.root), (tree.size(), tree.root()));
        gate = gate.restart().await;
    }
    assert_eq!(lines(&gate, "?after=3&limit=2").await.len(), 2);
    assert_eq!(lines(&gate, "?after=3&limit=2").await[0].0, 4);
    assert!(lines(&gate, "?after=1000000").await.is_empty());
    for bad in ["?limit=0", "?after=x", "?before=3"] {
        let answer = gate.owner_wire().get(&format!("/v1/audit{bad}")).await;
        answer.refused(422, "invalid-input");
    }
}

#[tokio::test]
async fn whoever_has_the_key_can_check_one_request_without_the_rest_of_the_log() {
    let gate = TestGate::start().await;
    busy_again(&gate).await;
    let asked = gate.agent().ask(&email(), "proven").await.unwrap();
    busy_again(&gate).await;
    let no = reject(&asked, "no");
    gate.owner().decide(asked.id, &no).await.unwrap();
    let proof = gate.owner().proof(asked.id).await.unwrap();
    assert_eq!(proof.head, gate.owner().log_head().await.unwrap());
    let key = gate.owner().log_key().await.unwrap().key;
    let signed = key.parse::<PublicKey>().unwrap();
    let signed = signed.open(&proof.head.checkpoint).unwrap();
    let hash = |text: &String| -> Hash {
        let bytes = HEXLOWER.decode(text.as_bytes()).unwrap();
        bytes.try_into().unwrap()
    };
    let log = lines(&gate, "").await;
    let mut kinds = Vec::new();
    for entry in &proof.entries {
        let path: Vec<Hash> = entry.path.iter().map(hash).collect();
        let body = entry.body.text();
        let leaf = leaf(body.as_bytes());
        let (position, given, text) = &log[usize::try_from(entry.position).unwrap() - 1];
        assert_eq!((*position, *given, &**text), (entry.position, leaf, body));
        assert_eq!(hash(&entry.leaf), leaf);
        let root = root_over(leaf, entry.position - 1, signed.size, &path);
        assert_eq!(root, Some(signed.root), "{}", entry.position);
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["request"], json!(asked.id));
        kinds.push(body["kind"].as_str().unwrap().to_owned());
    }
    let all = log
        .iter()
        .filter(|line| line.2.contains(&format!("\"request\":\"{}\"", asked.id)));
    assert_eq!(all.count(), kinds.len(), "none is left out");
    assert_eq!(
        kinds,
        ["request.asked", "request.voted", "request.rejected"]
    );
    let unknown = signoff::domain::id::RequestId::from_bytes([0; 16]);
    let path = format!("/v1/requests/{unknown}/proof");
    gate.owner_wire().get(&path).await.refused(404, "not-found");
}

#[tokio::test]
async fn a_log_from_before_there_was_a_tree_gets_one_and_an_empty_start_changes_nothing() {
    let gate = TestGate::start().await;
    busy(&gate).await;
    let before = gate.owner().log_head().await.unwrap();
    let gate = gate
        .restart_after(|database| {
            let database = Connection::open(database).unwrap();
            let none = "UPDATE head SET size = 0, frontier = x''; UPDATE log SET root = NULL";
            database.execute_batch(none).unwrap();
        })
        .await;
    assert_eq!(gate.owner().log_head().await.unwrap(), before);
    busy_again(&gate).await;
    let examined = store::examine(&gate.database, None).await.unwrap();
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.size > before.size);
}

/// More entries, whatever there was before.
async fn busy_again(gate: &TestGate) {
    for n in 0..20 {
        let key = format!("{n}-of-{}", gate.url);
        gate.agent().ask(&email(), &key).await.unwrap();
    }
}

#[tokio::test]
async fn a_log_of_many_pages_is_given_out_whole() {
    let gate = TestGate::start().await;
    let add = |n| json!({"id": format!("g{n}")}).to_string();
    for n in 0..600 {
        let answer = gate.owner_wire().post("/v1/groups", add(n)).await;
        assert_eq!(answer.status, 201);
    }
    let head = gate.gate.head().await.unwrap();
    let positions = lines(&gate, "").await.into_iter().map(|(at, ..)| at);
    assert!(positions.eq(1..=head));
    assert_eq!(lines(&gate, "?limit=501").await.len(), 501);
}

#[tokio::test]
async fn what_nobody_touched_is_proven() {
    let kept = Kept::new().await;
    let examined = kept.copy().examine(Some(kept.size()));
    assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    assert!(examined.replayed);
    let signed = kept.key.open(&kept.checkpoint).unwrap();
    assert_eq!(examined.size, signed.size);
    assert_eq!(examined.root, signed.root);
    assert_eq!(examined.root_then, Some(signed.root));
}

#[tokio::test]
async fn a_byte_that_was_flipped_is_found_in_every_entry() {
    let kept = Kept::new().await;
    for position in 1..=kept.size() {
        for column in ["body", "leaf"] {
            // The bit that makes a capital of a letter leaves JSON what it is.
            let flip = format!("UPDATE log SET {column} = ? WHERE position = ?");
            let copy = kept.copy().harm(|database| {
                let bytes: Vec<u8> = database
                    .query_row(
                        &format!("SELECT CAST({column} AS BLOB) FROM log WHERE position = ?"),
                        [position],
                        |row| row.get(0),
                    )
                    .unwrap();
                let at = bytes.len() / 2;
                let mut flipped = bytes.clone();
                flipped[at] ^= 0x01;
                match column {
                    "body" => {
                        let text = String::from_utf8(flipped).unwrap();
                        database.execute(&flip, params![text, position]).unwrap();
                    }
                    _ => drop(database.execute(&flip, params![flipped, position]).unwrap()),
                }
            });
            let finding = copy.first_finding();
            assert_eq!(finding.place, format!("log/{position}"), "{finding}");
            assert!(finding.what.contains("hash"), "{finding}");
        }
    }
}

/// In the file itself, where no database notices.
#[tokio::test]
async fn a_byte_that_was_flipped_in_the_file_is_found_wherever_an_entry_stands() {
    let kept = Kept::new().await;
    let bodies: Vec<String> = {
        let copy = kept.copy();
        let database = Connection::open(&copy.0).unwrap();
        let mut statement = database.prepare("SELECT body FROM log").unwrap();
        let bodies = statement.query_map([], |row| row.get(0)).unwrap();
        bodies.map(Result::unwrap).collect()
    };
    for body in bodies {
        let copy = kept.copy();
        let mut file = fs::read(&copy.0).unwrap();
        // Long bodies go on in other pages: their beginning is enough to find them.
        let beginning = &body.as_bytes()[..body.len().min(400)];
        // A page may hold what stood in it before, too, where nothing is read any more.
        let places: Vec<usize> = file
            .windows(beginning.len())
            .enumerate()
            .filter_map(|(at, window)| (window == beginning).then_some(at))
            .collect();
        assert!(!places.is_empty());
        for at in places {
            file[at + 20] ^= 0x04;
        }
        fs::write(&copy.0, file).unwrap();
        copy.first_finding();
    }
}

#[tokio::test]
async fn an_entry_that_was_dropped_is_missed() {
    let kept = Kept::new().await;
    for position in 1..=kept.size() {
        let dropped = "DELETE FROM log WHERE position = ?";
        let copy = kept.copy().harm(|database| {
            database.execute(dropped, [position]).unwrap();
        });
        let finding = copy.first_finding();
        assert_eq!(finding.place, format!("log/{position}"), "{finding}");
        assert!(finding.what.starts_with("missing"), "{finding}");
        // And where the gap was closed, so that nothing seems to be gone.
        let copy = kept.copy().harm(|database| {
            database.execute(dropped, [position]).unwrap();
            let close = "UPDATE log SET position = position - 1 WHERE position = ?";
            for behind in position + 1..=kept.size() {
                database.execute(close, [behind]).unwrap();
            }
            database
                .execute("UPDATE head SET position = position - 1", [])
                .unwrap();
        });
        copy.first_finding();
    }
}

#[tokio::test]
async fn entries_that_changed_places_are_found_within_the_commits_that_wrote_them() {
    let kept = Kept::new().await;
    for position in 1..kept.size() {
        let copy = kept.copy().harm(|database| {
            for (from, to) in [(position, 0), (position + 1, position), (0, position + 1)] {
                let moved = "UPDATE log SET position = ? WHERE position = ?";
                database.execute(moved, [to, from]).unwrap();
            }
        });
        let finding = copy.first_finding();
        let (_, place) = finding.place.split_once('/').unwrap();
        let (first, last) = place.split_once('–').unwrap_or((place, place));
        let stretch = first.parse::<u64>().unwrap()..=last.parse().unwrap();
        assert!(
            stretch.contains(&position) || stretch.contains(&(position + 1)),
            "{position}: {finding}"
        );
    }
}

#[tokio::test]
async fn an_entry_that_was_put_in_is_found_at_the_end_and_in_between() {
    let kept = Kept::new().await;
    let insert = "INSERT INTO log (position, body, leaf) VALUES (?, ?, ?)";
    let forged = |like: &Connection| -> String {
        let body: String = like
            .query_row(
                "SELECT body FROM log WHERE body LIKE '%\"person.saved\"%\"id\":\"ana\"%'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert!(body.contains("\"member\""));
        body.replace("\"member\"", "\"owner\"")
    };
    let last = kept.size() + 1;
    let copy = kept.copy().harm(|database| {
        let body = forged(database);
        database
            .execute(insert, params![last, body, leaf_hash(&body)])
            .unwrap();
    });
    let finding = copy.first_finding();
    assert_eq!(finding.place, format!("log/{last}"), "{finding}");
    assert!(finding.what.starts_with("put in"), "{finding}");
    // With everything that a careless hand would think of.
    let copy = kept.copy().harm(|database| {
        let body = forged(database);
        database
            .execute(insert, params![last, body, leaf_hash(&body)])
            .unwrap();
        database
            .execute("UPDATE head SET position = position + 1, revision = revision + 1", [])
            .unwrap();
        let owner = "UPDATE records SET body = replace(body, '\"member\"', '\"owner\"') WHERE kind = 'person' AND id = 'ana'";
        assert_eq!(database.execute(owner, []).unwrap(), 1);
    });
    assert_eq!(copy.first_finding().place, format!("log/{last}"));
    let copy = kept.copy().harm(|database| {
        let body = forged(database);
        database
            .execute(insert, params![0, body, leaf_hash(&body)])
            .unwrap();
    });
    assert_eq!(copy.first_finding().place, "log/0");
}

/// Takes the last entries away with everything that belongs to them, as a gate would have left it.
fn truncate(database: &Connection, size: u64) {
    let bodies: Vec<String> = {
        let mut statement = database
            .prepare("SELECT body FROM log WHERE position <= ? ORDER BY position")
            .unwrap();
        let bodies = statement.query_map([size], |row| row.get(0)).unwrap();
        bodies.map(Result::unwrap).collect()
    };
    let mut tree = Frontier::default();
    for body in &bodies {
        tree.push(leaf_hash(body));
    }
    database
        .execute("DELETE FROM log WHERE position > ?", [size])
        .unwrap();
    database
        .execute(
            "UPDATE head SET position = ?1, size = ?1, frontier = ?2",
            params![size, tree.to_bytes()],
        )
        .unwrap();
}

#[tokio::test]
async fn a_tail_that_was_cut_off_is_missed_by_the_checkpoint() {
    let kept = Kept::new().await;
    let signed = kept.key.open(&kept.checkpoint).unwrap();
    for gone in 1..=8 {
        let size = signed.size - gone;
        let copy = kept.copy().harm(|database| truncate(database, size));
        let examined = copy.examine(Some(signed.size));
        assert_eq!(examined.size, size);
        assert_eq!(examined.root_then, None);
        let copy = kept.copy().harm(|database| {
            let cut = "DELETE FROM log WHERE position > ?";
            database.execute(cut, [size]).unwrap();
        });
        let finding = copy.first_finding();
        assert!(finding.what.starts_with("missing"), "{finding}");
    }
}

/// Rows that say something else than the log.
#[tokio::test]
async fn a_table_that_says_something_else_than_the_log_is_found_with_the_row() {
    let kept = Kept::new().await;
    for (sql, place, what) in [
        (
            "UPDATE requests SET status = 'approved' WHERE status = 'pending'",
            "requests/req_",
            "status is “approved”, the log gives “pending”",
        ),
        (
            "UPDATE requests SET version = version + 1 WHERE status = 'pending'",
            "requests/req_",
            "version is 2, the log gives 1",
        ),
        (
            "UPDATE requests SET standing = replace(standing, 'partner', 'rival') WHERE status = 'pending'",
            "requests/req_",
            "standing is not what the log gives",
        ),
        (
            "DELETE FROM requests WHERE status = 'pending'",
            "requests/req_",
            "missing",
        ),
        (
            "UPDATE records SET body = replace(body, '\"member\"', '\"owner\"') WHERE kind = 'person'",
            "records/person/ana",
            "body is not what the log gives",
        ),
        (
            "INSERT INTO records VALUES ('person', 'eve', '{}')",
            "records/person/eve",
            "no entry of the log gives it",
        ),
        ("DELETE FROM notices", "notices/local/req_", "missing"),
        (
            "UPDATE parties SET reviews = 0 WHERE urgency IS NOT NULL",
            "parties/req_",
            "reviews is 0, the log gives 1",
        ),
        (
            "UPDATE requests SET due = 1 WHERE status = 'pending'",
            "requests/req_",
            "due is 1, the log gives",
        ),
        (
            "UPDATE payloads SET params = replace(params, 'partner', 'rival')",
            "payloads/req_",
            "not those that the log means",
        ),
        ("DELETE FROM payloads", "payloads/req_", "missing"),
        (
            "INSERT INTO payloads VALUES (zeroblob(16), 'sha256:', '{}')",
            "payloads/req_",
            "nothing in the log means it",
        ),
        (
            "UPDATE checkpoints SET body = x'7b7d'",
            "checkpoints/req_",
            "not the state that the agent left",
        ),
        ("DELETE FROM checkpoints", "checkpoints/req_", "missing"),
        (
            "CREATE TRIGGER forget AFTER INSERT ON log BEGIN DELETE FROM parties; END",
            "schema/forget",
            "not as signoff makes it",
        ),
        ("DROP INDEX requests_due", "schema/requests_due", "not as"),
        ("UPDATE head SET revision = 1", "head", "revision is 1"),
        (
            "UPDATE head SET frontier = zeroblob(length(frontier))",
            "tree",
            "not the tree",
        ),
        ("UPDATE head SET frontier = x'00'", "tree", "no frontier"),
        (
            "UPDATE log SET root = zeroblob(32) WHERE root IS NOT NULL AND position > 30",
            "log/",
            "not what was committed",
        ),
        ("DELETE FROM head", "head", "missing"),
    ] {
        let copy = kept.copy().harm(|database| {
            database.execute_batch(sql).unwrap();
        });
        let examined = copy.examine(None);
        let finding = examined.findings.kept().first().expect(sql);
        assert!(finding.place.starts_with(place), "{sql}: {finding}");
        assert!(finding.what.contains(what), "{sql}: {finding}");
    }
}

/// A home whose gate has left, with some entries in its log.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    for n in 0..3 {
        let params = json!({"to": "pat@partner.example", "n": n}).to_string();
        let args = ["request", "--action", "email.send", "--params", &params];
        assert!(signoff(home.path(), &args).status().unwrap().success());
    }
    home
}

/// What a command says, and the code that it ends with.
fn say(home: &Path, args: &[&str]) -> (i32, String) {
    let output = signoff(home, args).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(said).unwrap(),
    )
}

#[test]
fn the_command_says_proven_or_what_is_wrong_and_where() {
    let home = home();
    let file = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let checkpoint = file("monday.checkpoint");
    assert_eq!(say(home.path(), &["audit", "checkpoint", &checkpoint]).0, 0);
    // Printed it is the same to the byte, so that a shell may keep it too.
    let printed = say(home.path(), &["audit", "checkpoint"]);
    assert_eq!(printed, (0, fs::read_to_string(&checkpoint).unwrap()));
    let (code, said) = say(home.path(), &["audit", "checkpoint", &checkpoint]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("exists already"), "{said}");
    let verify = ["audit", "verify", "--checkpoint", &checkpoint];
    let (code, said) = say(home.path(), &verify);
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("proven: "), "{said}");
    assert!(said.contains("are those of the checkpoint"), "{said}");
    let (code, said) = say(home.path(), &["audit", "verify", "--json"]);
    let proven: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &proven["proven"]), (0, &json!(true)));
    let size = proven["size"].as_u64().unwrap();

    let (_, key) = say(home.path(), &["audit", "checkpoint", "--key"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", file("signoff.db"));
    let (code, said) = say(
        elsewhere.path(),
        &[&verify[..], &["--database", &database]].concat(),
    );
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("has no key"), "{said}");
    let with_key = [&verify[..], &["--database", &database, "--key", key.trim()]].concat();
    assert_eq!(say(elsewhere.path(), &with_key).0, 0);

    let text = fs::read_to_string(&checkpoint).unwrap();
    let forged = file("forged.checkpoint");
    fs::write(&forged, text.replacen(&size.to_string(), "1", 1)).unwrap();
    let (code, said) = say(home.path(), &["audit", "verify", "--checkpoint", &forged]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("its signature is not right"), "{said}");

    let database = Connection::open(file("signoff.db")).unwrap();
    truncate(&database, size - 2);
    database.close().unwrap();
    let (code, said) = say(home.path(), &verify);
    assert_eq!(code, 1, "{said}");
    let expected = format!(
        "missing: the checkpoint signs {size} entries, the log has {}",
        size - 2
    );
    assert!(said.contains(&expected), "{said}");

    fs::write(file("signoff.db"), "no database at all, however long it is").unwrap();
    let (code, said) = say(home.path(), &["audit", "verify"]);
    assert_eq!(code, 1, "{said}");
    fs::remove_file(file("signoff.db")).unwrap();
    let (code, said) = say(home.path(), &["audit", "verify"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("hint: SIGNOFF_HOME"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gate_that_serves_is_proven_meanwhile_and_its_log_is_given_out() {
    let home = tempfile::tempdir().unwrap();
    let served = Served::start(home.path());
    let agent = served.client(&token(home.path(), "agent-token"));
    let asking = tokio::spawn(async move {
        let mut n = 0;
        loop {
            agent.ask(&email(), &n.to_string()).await.unwrap();
            n += 1;
        }
    });
    let mut sizes = Vec::new();
    for _ in 0..5 {
        let (code, said) = say(home.path(), &["audit", "verify", "--json"]);
        assert_eq!(code, 0, "{said}");
        let proven: Value = serde_json::from_str(&said).unwrap();
        sizes.push(proven["size"].as_u64().unwrap());
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[4], "{sizes:?}");
    asking.abort();
    let log = home.path().join("log.ndjson");
    let export = ["audit", "export", "--after", "3", log.to_str().unwrap()];
    assert_eq!(say(home.path(), &export), (0, String::new()));
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.starts_with("{\"position\":4,"), "{text:.80}");
    assert!(text.lines().count() as u64 >= sizes[4] - 3);
    let piped = say(home.path(), &["audit", "export", "--after", "3"]).1;
    assert!(piped.starts_with(&text));
}
