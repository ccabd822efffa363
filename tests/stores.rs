//! The promises hold on PostgreSQL as on SQLite: an ordinary run has the tests of these files run a second
//! time, in a process of their own, with each gate on a database of a private server.

use std::process::Command;

use crate::support::postgres;

/// Those that hold a gate to what it keeps. The others look at screens, at texts, or into the file that
/// SQLite keeps.
const FILES: [&str; 28] = [
    "asking",
    "bypass",
    "commands",
    "crash",
    "deadlines",
    "deciding",
    "deciding_from_the_shell",
    "etag",
    "events",
    "finding",
    "fold",
    "hiding",
    "hostile",
    "linear",
    "listing",
    "notifications",
    "opt_in",
    "owners",
    "people",
    "policy_from_the_shell",
    "races",
    "roles",
    "semantics",
    "sources",
    "time",
    "tools",
    "waiting",
    "why",
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
        // As many rounds as show it; the file's own run has more.
        .env("SIGNOFF_CRASH_ROUNDS", "5")
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr)
    );
}
