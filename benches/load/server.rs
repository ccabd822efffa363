//! Processes that serve: the gate, and what it is compared with.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Outcome;

/// In microseconds: Linux tells these times in hundredths of a second, wherever it runs.
const TICK: f64 = 10_000.0;

/// A server in a process of its own, ended with this.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    /// Starts it, and reads where it listens.
    pub fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("no standard output")?;
        let mut server = Self {
            child,
            url: String::new(),
        };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ");
        server.url = url.ok_or("the server did not start")?.to_owned();
        Ok(server)
    }

    /// What it has computed so far, in microseconds of a processor, where the system tells: in its own code and
    /// in the system's on its behalf.
    pub fn computed(&self) -> Option<f64> {
        let told = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // The name of the program, which comes before, ends with the last bracket.
        let fields: Vec<&str> = told.rsplit_once(')')?.1.split_whitespace().collect();
        let [user, system] = [fields.get(11)?, fields.get(12)?].map(|field| field.parse::<f64>());
        Some((user.ok()? + system.ok()?) * TICK)
    }

    /// Its share of the memory, in MiB, where the system tells.
    pub fn memory(&self) -> Option<f64> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let told = std::fs::read_to_string(path).ok()?;
        let line = told.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kilobytes / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }
}
