//! Other programs with a list and what is focused in it, on the same texts: neomutt's index and pager, tig
//! and gitui with as many commits.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::Outcome;
use crate::figures::{self, Figures};
use crate::screen::Screen;
use crate::text::{self, Mail};

const SETTLED: Duration = Duration::from_millis(400);
const WARM: usize = 5;
/// A first e-mail's date; each further one came a minute later.
const FIRST: u64 = 1_750_000_000;

/// Those that are installed.
#[derive(Default)]
pub struct Peers {
    found: Vec<Peer>,
    _texts: Option<TempDir>,
}

struct Peer {
    column: usize,
    command: Vec<String>,
    /// What is pressed before there is a list and what is focused in it.
    first: Option<&'static str>,
    list: String,
    detail: String,
}

impl Peers {
    /// Writes the texts as those want them that are there.
    pub fn find(count: usize) -> Outcome<Self> {
        let texts = tempfile::tempdir()?;
        let mut found = Vec::new();
        let last = text::first_words(count - 1);
        if is_installed("neomutt") {
            let (mailbox, settings) = (texts.path().join("mail"), texts.path().join("rc"));
            write_mailbox(&mailbox, count)?;
            std::fs::write(&settings, neomutt_settings(texts.path()))?;
            found.push(Peer {
                column: figures::NEOMUTT,
                command: [
                    "neomutt",
                    "-n",
                    "-F",
                    text_of(&settings)?,
                    "-R",
                    "-f",
                    text_of(&mailbox)?,
                ]
                .map(str::to_owned)
                .to_vec(),
                first: None,
                list: text::first_words(0),
                detail: text::first_words(0),
            });
        }
        let git = is_installed("git") && (is_installed("tig") || is_installed("gitui"));
        if git {
            let repository = texts.path().join("repository");
            write_repository(&repository, count)?;
            let newest = text::varied(count - 1).subject;
            if is_installed("tig") {
                found.push(Peer {
                    column: figures::TIG,
                    command: ["tig", "-C", text_of(&repository)?]
                        .map(str::to_owned)
                        .to_vec(),
                    first: Some("\r"),
                    list: newest.clone(),
                    detail: last.clone(),
                });
            }
            if is_installed("gitui") {
                found.push(Peer {
                    column: figures::GITUI,
                    command: ["gitui", "-d", text_of(&repository)?]
                        .map(str::to_owned)
                        .to_vec(),
                    first: Some("2"),
                    list: "Log".to_owned(),
                    detail: newest,
                });
            }
        }
        Ok(Self {
            found,
            _texts: Some(texts),
        })
    }

    /// Starts each of them, and moves in its list.
    pub fn measure(&self, keys: usize, figures: &mut Figures) -> Outcome<()> {
        let home = tempfile::tempdir()?;
        let environment = [("HOME", text_of(home.path())?)];
        for peer in &self.found {
            let command: Vec<&str> = peer.command.iter().map(String::as_str).collect();
            let mut screen = Screen::start(&command, &environment)?;
            let ready = screen.ready("a list", |shown| shown.contains(&peer.list))?;
            figures.add(figures::READY, "ms", peer.column, ready.as_secs_f64() * 1e3);
            if let Some(first) = peer.first {
                screen.settle(SETTLED);
                screen.press(first)?;
                screen.until("what is focused", |shown| shown.contains(&peer.detail))?;
            }
            screen.settle(SETTLED);
            // Arrows as each of them has them: tig asks for those of an application.
            let keys_of = match peer.column {
                figures::NEOMUTT => ["j", "k"],
                figures::TIG => ["\x1bOB", "\x1bOA"],
                _ => ["\x1b[B", "\x1b[A"],
            };
            for _ in 0..WARM {
                screen.key(keys_of[0])?;
            }
            let mut echoes = Vec::new();
            let before = screen.processor_time()?;
            for key in keys_of {
                for _ in 0..keys {
                    echoes.extend(screen.key(key)?);
                }
            }
            figures.add_echoes(figures::KEY, peer.column, &echoes);
            if let (Some(before), Some(after)) = (before, screen.processor_time()?) {
                let each = (after - before).as_secs_f64() * 1e3 / echoes.len().max(1) as f64;
                let name = format!("{}: processor time", figures::KEY);
                figures.add(&name, "ms", peer.column, each);
            }
            if let Some(memory) = screen.memory()? {
                figures.add(figures::MEMORY, "MiB", peer.column, memory);
            }
        }
        Ok(())
    }
}

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn text_of(path: &Path) -> Outcome<&str> {
    Ok(path.to_str().ok_or("a path that isn't text")?)
}

fn write_mailbox(path: &Path, count: usize) -> Outcome<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for n in 0..count {
        let Mail { to, subject, body } = text::varied(n);
        let at = jiff::Timestamp::from_second(i64::try_from(FIRST + n as u64 * 60)?)?;
        let at = at.to_zoned(jiff::tz::TimeZone::UTC);
        let received = at.strftime("%a %b %e %H:%M:%S %Y");
        let date = at.strftime("%a, %d %b %Y %H:%M:%S +0000");
        write!(
            out,
            "From agent@ours.example {received}\nFrom: local <agent@ours.example>\nTo: {to}\n\
             Subject: {subject}\nDate: {date}\nMessage-ID: <{n}@ours.example>\n\n{body}\n"
        )?;
    }
    Ok(out.flush()?)
}

/// The index above the pager, and nothing that waits for anybody.
fn neomutt_settings(folder: &Path) -> String {
    format!(
        "set folder = '{}'\nset pager_index_lines = 20\nset sort = mailbox-order\nset wait_key = no\n\
         set sleep_time = 0\nset header_cache = ''\nunset mark_old\nset pager_stop = yes\n\
         set index_format = '%4C %Z %{{%b %d}} %-25.25t %s'\npush <first-entry><display-message>\n",
        folder.display()
    )
}

/// As many commits, with the same texts for messages, each on a file of its own number.
fn write_repository(path: &Path, count: usize) -> Outcome<()> {
    let made = Command::new("git")
        .args(["init", "--quiet", "--bare", "--initial-branch=main"])
        .arg(path)
        .status()?;
    let mut importing = Command::new("git")
        .arg("-C")
        .arg(path)
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()?;
    let mut out = BufWriter::new(importing.stdin.take().ok_or("no standard input")?);
    for n in 0..count {
        let Mail { to, subject, body } = text::varied(n);
        let message = format!("{subject}\n\n{body}");
        let mut commit = String::new();
        write!(
            commit,
            "commit refs/heads/main\nauthor local <{to}> {at} +0000\ncommitter local <{to}> {at} +0000\n\
             data {}\n{message}\nM 644 inline mail\ndata {}\n{body}\n",
            message.len(),
            body.len(),
            at = FIRST + n as u64 * 60,
        )?;
        out.write_all(commit.as_bytes())?;
    }
    out.flush()?;
    drop(out);
    match made.success() && importing.wait()?.success() {
        true => Ok(()),
        false => Err("git made no repository".into()),
    }
}
