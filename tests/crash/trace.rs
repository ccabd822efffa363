//! What a process asks of the kernel, as `strace` writes it down: what it writes to its files, when it has
//! them made durable, and what it answers.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

/// Set where tests that need strace have to run.
const REQUIRED: &str = "SIGNOFF_REQUIRE_STRACE";

/// Whether strace works here; a loud word where it doesn't.
pub fn works() -> bool {
    // It may be there and not be permitted.
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    let found = tried.is_ok_and(|tried| tried.status.success());
    if !found {
        let said = "strace is not installed or can't trace here, so neither power cuts nor failing disks are \
                    tested (Debian's package is strace)";
        assert!(std::env::var_os(REQUIRED).is_none(), "{said}");
        // Not through the capture of the test that happens to ask first.
        let _said = writeln!(std::io::stderr(), "\n*** {said} ***\n");
    }
    found
}

/// Something that the process asked for, and got. The numbers are moments: lines of what strace wrote.
pub struct Step {
    pub begun: usize,
    pub done: usize,
    pub what: What,
}

pub enum What {
    Write {
        file: PathBuf,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: PathBuf,
        to: usize,
    },
    Sync {
        file: PathBuf,
    },
    /// Bytes on a connection.
    Send(Vec<u8>),
}

/// A trace that is being written.
pub struct Tracing {
    pipe: PathBuf,
    reader: JoinHandle<Vec<Step>>,
}

impl Tracing {
    /// Gets ready in this directory; the process is to be started by [`Tracing::wrapper`].
    pub fn begin(directory: &Path) -> Self {
        let pipe = directory.join("trace");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let from = pipe.clone();
        Self {
            pipe,
            reader: std::thread::spawn(move || read(File::open(from).unwrap())),
        }
    }

    /// What comes before the command that is traced.
    pub fn wrapper(&self) -> Vec<OsString> {
        let mut wrapper: Vec<OsString> = [
            "strace",
            // The process is the child of the test, not strace, and so can be killed.
            "-D",
            "-f",
            "-qq",
            "-y",
            "-xx",
            "-s",
            "1048576",
            "-e",
            "signal=none",
            "-e",
            "trace=pwrite64,ftruncate,fsync,fdatasync,write,writev,sendto",
            "-o",
        ]
        .map(Into::into)
        .into();
        wrapper.push(self.pipe.clone().into());
        wrapper
    }

    /// All of it, once the process is gone.
    pub fn end(self) -> Vec<Step> {
        let mut steps = self.reader.join().unwrap();
        steps.sort_by_key(|step| step.done);
        steps
    }
}

fn read(trace: File) -> Vec<Step> {
    // What a thread began and didn't end before another was heard of.
    let mut begun: HashMap<String, (usize, String)> = HashMap::new();
    let mut steps = Vec::new();
    for (moment, line) in BufReader::new(trace).lines().enumerate() {
        let line = line.unwrap();
        let Some((thread, said)) = line.split_once(' ') else {
            continue;
        };
        let said = said.trim_start();
        if let Some(beginning) = said.strip_suffix(" <unfinished ...>") {
            begun.insert(thread.to_owned(), (moment, beginning.to_owned()));
            continue;
        }
        let (from, call) = match said.strip_prefix("<... ") {
            None => (moment, said.to_owned()),
            Some(rest) => {
                let (_, end) = rest.split_once(" resumed>").expect("strace says so");
                let (from, beginning) = begun.remove(thread).expect("it was begun");
                (from, beginning + end)
            }
        };
        steps.extend(what(&call).map(|what| Step {
            begun: from,
            done: moment,
            what,
        }));
    }
    steps
}

/// What a call did; nothing for what failed or went elsewhere.
fn what(call: &str) -> Option<What> {
    let (call, result) = call.rsplit_once(" = ")?;
    if result.starts_with('-') {
        return None;
    }
    let (name, arguments) = call.trim_end().strip_suffix(')')?.split_once('(')?;
    let (_, of) = arguments.split_once('<')?;
    let (place, rest) = of.split_once('>')?;
    let place = bytes(place);
    if place.starts_with(b"socket:") {
        let sent = rest.split('"').skip(1).step_by(2).flat_map(bytes);
        return Some(What::Send(sent.collect()));
    }
    let file = PathBuf::from(OsString::from_vec(place));
    Some(match name {
        "fsync" | "fdatasync" => What::Sync { file },
        "ftruncate" => What::Truncate {
            file,
            to: number(rest),
        },
        "pwrite64" => What::Write {
            file,
            at: number(rest),
            bytes: bytes(rest.split('"').nth(1)?),
        },
        // What is appended to logs and terminals.
        _ => return None,
    })
}

/// The last of some arguments.
fn number(arguments: &str) -> usize {
    let (_, last) = arguments.rsplit_once(", ").expect("it has several");
    last.parse().expect("a number")
}

/// `\x61\x62`
fn bytes(text: &str) -> Vec<u8> {
    let digit = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .expect("strace writes hexadecimal")
    };
    text.as_bytes()
        .chunks_exact(4)
        .map(|four| (digit(four[2]) * 16 + digit(four[3])) as u8)
        .collect()
}
