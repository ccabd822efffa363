//! Processes that serve: the gate, and what it is compared with.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Outcome;

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
