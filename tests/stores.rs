//! The promises hold on PostgreSQL as on SQLite: an ordinary run has the tests of these files run a second
//! time, in a process of their own, with each gate on a database of a private server.

use std::process::Command;

use crate::support::postgres;

/// Those that hold a gate to what it keeps. The others look at screens, files and texts.
const FILES: [&str; 11] = [
    "asking", "bypass", "crash", "deciding", "etag", "events", "fold", "people", "races", "time",
    "waiting",
];

#[test]
fn every_promise_holds_on_postgresql_too() {
    if postgres::is_wanted() || postgres::installed().is_none() {
        return;
    }
    let tests = std::env::current_exe().unwrap();
    let run = Command::new(tests)
        .args(FILES.map(|file| format!("{file}::")))
        .env("SIGNOFF_TEST_STORE", "postgres")
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}
