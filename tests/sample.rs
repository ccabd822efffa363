//! The sample: the real program in a real terminal, with a small company's agents at a gate of their own.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::support::pty::Terminal;
use crate::support::{Home, email, program};

/// A place for temporary files, and a home that is to stay untouched.
struct Places {
    temporary: TempDir,
    home: TempDir,
}

impl Places {
    fn new() -> Self {
        Self {
            temporary: tempfile::tempdir().unwrap(),
            home: tempfile::tempdir().unwrap(),
        }
    }

    fn start(&self, args: &[&str], size: (u16, u16)) -> Terminal {
        start(self.temporary.path(), self.home.path(), args, size)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.temporary.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        entries.map(|entry| name(entry.unwrap())).collect()
    }
}

/// The program, with its temporary files there.
fn start(temporary: &Path, home: &Path, args: &[&str], size: (u16, u16)) -> Terminal {
    let mut all = vec![
        format!("TMPDIR={}", temporary.display()),
        // Nothing of this may reach the sample.
        "SIGNOFF_TOKEN=sgn_of_somebody_else".to_owned(),
        env!("CARGO_BIN_EXE_signoff").to_owned(),
    ];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    Terminal::start(Path::new("/usr/bin/env"), home, &all, size, "truecolor")
}

#[test]
fn the_sample_is_read_out_to_whoever_wants_lines() {
    let places = Places::new();
    let mut plain = places.start(&["--sample", "--plain"], (100, 60));
    plain.wait_for("This is the sample: nothing here is real.");
    plain.wait_for("requests wait for you.");
    plain.send("quit\n");
    assert_eq!(plain.wait_for_end(), 0);
    assert!(!plain.raw().contains(&0x1b), "a terminal is told nothing");
    assert!(places.names().is_empty(), "{:?}", places.names());
}

#[test]
fn a_newcomer_sees_a_company_at_work_and_nothing_of_it_stays() {
    let places = Places::new();
    let mut inbox = places.start(&["--sample"], (120, 36));
    // The caller on the line comes first.
    let screen = inbox.wait_for("Fitting, Marta Silva");
    assert!(screen.contains("SAMPLE"), "{screen}");
    assert_eq!(places.names().len(), 1, "one home, while it is there");

    // What is over: by rules, patterns, an opt-in and people, in every way that it can be.
    let history = inbox.insist("2", "Decided by");
    assert!(history.contains("SAMPLE"), "{history}");
    for ending in ["denied", "rejected", "answered", "cancelled", "executed"] {
        inbox.wait_for(ending);
    }
    for decider in ["No bulk delete", "Small exports", "omar", "ana"] {
        inbox.wait_for(decider);
    }
    // A run that people had said yes to fails; the agent says so after a while.
    inbox.wait_for("failed");

    // The agents go on when somebody says yes.
    inbox.insist("1", "Needs you");
    inbox.insist("a", "approved; z takes it back");
    inbox.insist("2", "Decided by");
    inbox.send("/");
    inbox.wait_for("words, or");
    inbox.send("action:calendar.move\r");
    inbox.wait_for("✓ executed");

    // And there is the operator's view.
    inbox.insist("\u{1b}", "denied");
    let watch = inbox.insist("W", "decided by the hour");
    assert!(watch.contains("SAMPLE"), "{watch}");
    inbox.insist("\u{1b}", "Decided by");

    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
    assert_eq!(places.names(), Vec::<String>::new());
    let own = fs::read_dir(places.home.path()).unwrap();
    assert_eq!(own.count(), 0, "the home of whoever looks is untouched");
}

#[test]
fn what_a_killed_sample_left_goes_with_the_next_start_and_one_in_use_stays() {
    let places = Places::new();
    let mut killed = places.start(&["--sample"], (80, 24));
    killed.wait_for("Needs you");
    let left = places.names();
    kill(killed.pid());
    killed.wait_for_end();
    assert_eq!(places.names(), left, "nothing could be done about it");
    let mut first = places.start(&["--sample"], (80, 24));
    first.wait_for("Needs you");
    let in_use = places.names();
    assert_eq!(in_use.len(), 1);
    assert_ne!(in_use, left);
    let mut second = places.start(&["--sample"], (40, 12));
    second.wait_for("SAMPLE");
    second.wait_for("calendar.move");
    assert!(places.names().contains(&in_use[0]));
    for inbox in [&mut first, &mut second] {
        inbox.send("\u{3}");
        inbox.wait_for_end();
    }
    assert_eq!(places.names(), Vec::<String>::new());
}

#[test]
fn it_is_a_key_away_from_an_empty_inbox_which_serves_meanwhile() {
    let home = Home::new();
    let temporary = tempfile::tempdir().unwrap();
    // Left by one that was killed: any inbox removes it.
    let left = temporary.path().join("signoff-sample-dead");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("sample.lock"), "").unwrap();
    let mut inbox = Terminal::start(
        Path::new("/usr/bin/env"),
        home.path(),
        &[
            &format!("TMPDIR={}", temporary.path().display()),
            env!("CARGO_BIN_EXE_signoff"),
        ],
        (120, 36),
        "truecolor",
    );
    let empty = inbox.wait_for("S shows a sample");
    assert!(empty.contains("curl -sS http://127.0.0.1:"), "{empty}");
    inbox.insist("S", "Marta Silva");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = fs::read_to_string(home.path().join("gate.url")).unwrap();
    let token = program::token(home.path(), "agent-token");
    let agent = signoff::client::Client::new(url.trim(), &token).unwrap();
    runtime.block_on(agent.ask(&email(), "1")).unwrap();
    assert!(!inbox.screen().contains("pat@partner.example"));
    inbox.insist("q", "pat@partner.example");
    assert!(!inbox.screen().contains("SAMPLE"));
    // It isn't offered where something waits.
    inbox.insist("S", "while nothing waits");
    inbox.send("q");
    assert_eq!(inbox.wait_for_end(), 0);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn it_goes_with_no_command_and_no_gate_of_somebody_elses() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["--sample", "list"][..],
        &["--sample", "--url", "http://gate.example"],
    ] {
        let refused = program::signoff(home.path(), arguments).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("a gate of its own"), "{said}");
    }
    let piped = program::signoff(home.path(), &["--sample"])
        .output()
        .unwrap();
    assert_eq!(piped.status.code(), Some(2), "{piped:?}");
}

/// Kills a process as nothing can prevent.
fn kill(pid: u32) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::KILL).unwrap();
}
