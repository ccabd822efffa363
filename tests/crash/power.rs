//! The power fails: what was made durable is there, of the rest some is and some isn't. The kernel tells what
//! the gate wrote, when it had it made durable and what it had answered by then; for a moment of a busy time the disk
//! is made as it would have been found, and held against the answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use signoff::domain::id::RequestId;
use signoff::domain::lifecycle::Status;
use signoff::store::{self, Database};

use super::trace::{self, Step, Tracing, What};
use super::{Cast, Ledger, may_follow};
use crate::support::postgres;

/// How often the power fails.
const CUTS: usize = 50;
/// The busy time ends after so many acknowledged calls.
const BUSY: usize = 150;
/// What a disk writes wholly or not at all.
const SECTOR: usize = 512;

/// A busy time of a gate: its files before, what it did, and what its clients know.
struct Busy {
    home: tempfile::TempDir,
    before: BTreeMap<PathBuf, Vec<u8>>,
    steps: Vec<Step>,
    ledger: Ledger,
}

impl Busy {
    async fn time() -> Self {
        let home = tempfile::tempdir().unwrap();
        let cast = Cast::of(home.path()).await;
        let before = FILES
            .iter()
            .map(|name| home.path().join(name))
            .filter_map(|path| Some((path.clone(), fs::read(path).ok()?)))
            .collect();
        let tracing = Tracing::begin(home.path());
        let ledger = cast
            .round_under(home.path(), BUSY, &tracing.wrapper())
            .await
            .unwrap();
        Self {
            before,
            steps: tracing.end(),
            ledger,
            home,
        }
    }

    /// What was answered, and when at the earliest a client may have known.
    fn answers(&self) -> Vec<(usize, RequestId, Status)> {
        let answered = |step: &Step| match &step.what {
            What::Send(bytes) => answer(bytes).map(|(id, status)| (step.begun, id, status)),
            _ => None,
        };
        self.steps.iter().filter_map(answered).collect()
    }
}

/// What belongs to the database and outlives the process.
const FILES: [&str; 2] = ["signoff.db", "signoff.db-wal"];

/// What a request is said to be.
fn answer(bytes: &[u8]) -> Option<(RequestId, Status)> {
    let text = str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    if !head.starts_with("HTTP/1.1 20") {
        return None;
    }
    let body: Value = serde_json::from_str(body).ok()?;
    let id = body.get("id")?.as_str()?.parse().ok()?;
    let status = serde_json::from_value(body.get("status")?.clone()).ok()?;
    Some((id, status))
}

/// A file as the disk has it, and what is on its way there.
#[derive(Default, Clone)]
struct OnDisk {
    /// Nothing before it was first made durable.
    kept: Option<Vec<u8>>,
    afloat: Vec<(usize, Change)>,
}

#[derive(Clone)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { to: usize },
}

impl Change {
    fn make(&self, file: &mut Vec<u8>) {
        match self {
            Change::Truncate { to } => file.resize(*to, 0),
            Change::Write { at, bytes } => {
                let end = at + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*at..end].copy_from_slice(bytes);
            }
        }
    }

    /// As much of it as arrives when the power fails: each sector does or doesn't.
    fn arrive(&self, file: &mut Vec<u8>, dice: &mut Dice) {
        match self {
            Change::Truncate { .. } if dice.roll(2) == 0 => {}
            Change::Truncate { .. } => self.make(file),
            Change::Write { at, bytes } => {
                for (nth, sector) in bytes.chunks(SECTOR).enumerate() {
                    if dice.roll(2) == 0 {
                        let at = at + nth * SECTOR;
                        let bytes = sector.to_vec();
                        Change::Write { at, bytes }.make(file);
                    }
                }
            }
        }
    }
}

/// The disk, up to some moment.
struct Disk(BTreeMap<PathBuf, OnDisk>);

impl Disk {
    fn with(before: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let kept = |bytes: &Vec<u8>| OnDisk {
            kept: Some(bytes.clone()),
            afloat: Vec::new(),
        };
        Self(
            before
                .iter()
                .map(|(path, bytes)| (path.clone(), kept(bytes)))
                .collect(),
        )
    }

    fn follow(&mut self, step: &Step) {
        let (file, change) = match &step.what {
            What::Send(_) => return,
            What::Sync { file } => {
                let on_disk = self.0.entry(file.clone()).or_default();
                let kept = on_disk.kept.get_or_insert_default();
                on_disk.afloat.retain(|(done, change)| {
                    let durable = *done < step.begun;
                    if durable {
                        change.make(kept);
                    }
                    !durable
                });
                return;
            }
            What::Truncate { file, to } => (file, Change::Truncate { to: *to }),
            What::Write { file, at, bytes } => {
                let (at, bytes) = (*at, bytes.clone());
                (file, Change::Write { at, bytes })
            }
        };
        let on_disk = self.0.entry(file.clone()).or_default();
        on_disk.afloat.push((step.done, change));
    }

    /// What is found after the power failed: at times nothing of what was on its way has arrived, at times some.
    fn found_in(&self, directory: &Path, dice: &mut Dice) -> Database {
        let some_arrives = dice.roll(2) == 0;
        for name in FILES {
            let on_disk = self.0.iter().find(|(path, _)| path.ends_with(name));
            let Some((_, on_disk)) = on_disk else {
                continue;
            };
            let mut found = on_disk.kept.clone();
            if some_arrives {
                for (_, change) in &on_disk.afloat {
                    change.arrive(found.get_or_insert_default(), dice);
                }
            }
            if let Some(found) = found {
                fs::write(directory.join(name), found).unwrap();
            }
        }
        Database::Sqlite(directory.join("signoff.db"))
    }
}

/// A row of small numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(mixed).unwrap() % sides
    }
}

/// What is lost of what was answered, over all cuts.
async fn lost(busy: &Busy, steps: &[&Step]) -> Vec<String> {
    let answers = busy.answers();
    let mut dice = Dice(7);
    // Right after an answer, where a promise has just been given, and anywhere.
    let last = steps.last().expect("it did something").done;
    let mut cuts: Vec<usize> = (0..CUTS)
        .map(|nth| match nth % 2 {
            0 => answers[dice.roll(answers.len())].0,
            _ => answers[0].0 + dice.roll(last - answers[0].0),
        })
        .collect();
    cuts.sort_unstable();
    let mut disk = Disk::with(&busy.before);
    let mut steps = steps.iter().peekable();
    let mut lost = Vec::new();
    for cut in cuts {
        while let Some(step) = steps.next_if(|step| step.done <= cut) {
            disk.follow(step);
        }
        let directory = tempfile::tempdir().unwrap();
        let database = disk.found_in(directory.path(), &mut dice);
        let known: BTreeMap<RequestId, Status> = answers
            .iter()
            .filter(|(at, ..)| *at <= cut)
            .map(|(_, id, status)| (*id, *status))
            .collect();
        for (id, known) in known {
            let found = status(&database, id).await;
            if !found.is_some_and(|found| may_follow(known, found)) {
                lost.push(format!(
                    "at {cut} {id} was said to be {known:?}, found {found:?}"
                ));
            }
        }
        let examined = store::examine(&database, None).await.unwrap();
        assert!(examined.findings.is_empty(), "{:?}", examined.findings);
    }
    lost
}

async fn status(database: &Database, id: RequestId) -> Option<Status> {
    let store = store::open(database).await.unwrap();
    let found = store.read.request(id).await.unwrap();
    found.map(|stored| stored.standing.status())
}

/// What `synchronous=NORMAL` makes durable: the log of the database only before it is copied into the database.
fn normally(steps: &[Step]) -> Vec<&Step> {
    let files: Vec<&Step> = steps
        .iter()
        .filter(|step| !matches!(step.what, What::Send(_)))
        .collect();
    let goes_on_in_the_database = |step: &Step| {
        let next = files.iter().find(|other| other.done > step.done);
        next.is_some_and(|next| match &next.what {
            What::Write { file, .. } => file.ends_with("signoff.db"),
            _ => false,
        })
    };
    let kept = |step: &&Step| match &step.what {
        What::Sync { file } if file.ends_with("signoff.db-wal") => goes_on_in_the_database(step),
        _ => true,
    };
    steps.iter().filter(kept).collect()
}

/// 01 §States.13, by cutting the power: a reply is sent only after its commit is durable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_power_fails() {
    if postgres::is_wanted() || !trace::works() {
        return;
    }
    let busy = Busy::time().await;
    let calls = busy.ledger.calls.load(std::sync::atomic::Ordering::SeqCst);
    let answers = busy.answers().len();
    // Some were on their way when the busy time ended.
    assert!(
        answers >= calls && calls >= BUSY,
        "{answers} answers seen, {calls} known of in {}",
        busy.home.path().display()
    );
    let as_it_was: Vec<&Step> = busy.steps.iter().collect();
    let found = lost(&busy, &as_it_was).await;
    assert!(found.is_empty(), "{found:#?}");
    // Had it been less careful, this would have shown it.
    let careless = lost(&busy, &normally(&busy.steps)).await;
    assert!(
        !careless.is_empty(),
        "nothing would be lost without durability"
    );
}
