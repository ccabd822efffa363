//! The disk fails: a write or a sync of the database is refused, once or from then on, wherever in a busy time that
//! is. Nothing is acknowledged that isn't kept, and after a sync that failed nothing more is.

use std::ffi::OsString;

use super::trace;
use super::{Cast, inspect};
use crate::support::postgres;

/// Faults of an ordinary run, each at another place; `SIGNOFF_FAULTS` asks for more.
const FAULTS: usize = 12;
/// The busy time ends after so many acknowledged calls, if nothing fails before.
const BUSY: usize = 40;

/// What fails.
const CALLS: [(&str, &str); 4] = [
    ("fsync", "EIO"),
    ("pwrite64", "EIO"),
    ("pwrite64", "ENOSPC"),
    ("fsync", "ENOSPC"),
];

/// `strace`, which refuses the call of this number.
fn strace(nth: usize) -> Vec<OsString> {
    let (call, error) = CALLS[nth % CALLS.len()];
    // A commit writes some dozens of pages and syncs once.
    let at = match call {
        "fsync" => 1 + nth / 2 * 5 % 60,
        _ => 1 + nth / 2 * 97 % 1_500,
    };
    let from_then_on = if nth.is_multiple_of(3) { "+" } else { "" };
    [
        "strace".to_owned(),
        "-D".to_owned(),
        "-f".to_owned(),
        "-qq".to_owned(),
        "-e".to_owned(),
        "signal=none".to_owned(),
        "-e".to_owned(),
        format!("trace={call}"),
        "-e".to_owned(),
        format!("inject={call}:error={error}:when={at}{from_then_on}"),
        "-o".to_owned(),
        "/dev/null".to_owned(),
    ]
    .map(OsString::from)
    .into()
}

/// 01 §States.13, with a disk that fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_acknowledged_that_a_failing_disk_did_not_keep() {
    if postgres::is_wanted() || !trace::works() {
        return;
    }
    let faults = std::env::var("SIGNOFF_FAULTS").map_or(FAULTS, |faults| faults.parse().unwrap());
    let home = tempfile::tempdir().unwrap();
    let cast = Cast::of(home.path()).await;
    let (mut asked, mut cut_short) = (0, 0);
    for nth in 0..faults {
        match cast.round_under(home.path(), BUSY, &strace(nth)).await {
            Ok(ledger) => {
                let calls = ledger.calls.load(std::sync::atomic::Ordering::SeqCst);
                cut_short += usize::from(calls < BUSY);
                asked += cast.hold(home.path(), &ledger).await;
            }
            // It can't even begin, and says why.
            Err(output) => {
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(said.contains("database"), "{output:?}");
                cut_short += 1;
            }
        }
        inspect(home.path(), asked).await;
    }
    assert!(cut_short > 0, "no fault was felt");
}
