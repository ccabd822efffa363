use std::path::Path;
use std::process::{Child, Command, Output};

use signoff::client::Client;
use tempfile::TempDir;

use super::program::{self, signoff};
use super::pty::{PATIENCE, Terminal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_signoff");

/// A home of its own, in which the real binary runs: inboxes, commands, a gate.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// An inbox on a screen of this size.
    pub fn inbox(&self, size: (u16, u16)) -> Terminal {
        self.terminal(&[], size)
    }

    /// A shell in a terminal, with a script in which `$0` is signoff.
    pub fn shell(&self, script: &str, size: (u16, u16)) -> Terminal {
        let args = ["-c", script, PROGRAM];
        Terminal::start(Path::new("/bin/sh"), self.path(), &args, size, "")
    }

    /// A command in a terminal.
    pub fn terminal(&self, args: &[&str], size: (u16, u16)) -> Terminal {
        Terminal::start(Path::new(PROGRAM), self.path(), args, size, "")
    }

    /// A command whose output is caught, running beside the test.
    pub fn start(&self, args: &[&str]) -> Child {
        signoff(self.path(), args).spawn().unwrap()
    }

    /// What a command that was started said in the end. One that doesn't end is ended, and the test fails.
    pub fn end(&self, child: Child) -> Output {
        let pid = child.id().to_string();
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || tell.send(child.wait_with_output()));
        told.recv_timeout(PATIENCE)
            .unwrap_or_else(|_| {
                Command::new("kill").args(["-KILL", &pid]).status().unwrap();
                let output = told.recv().unwrap().unwrap();
                panic!(
                    "a command didn't end; it said: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
            })
            .unwrap()
    }

    /// The owner's client of the gate that serves this home now.
    pub fn owner(&self) -> Client {
        self.client("token")
    }

    /// The first agent's client.
    pub fn agent(&self) -> Client {
        self.client("agent-token")
    }

    fn client(&self, file: &str) -> Client {
        let url = std::fs::read_to_string(self.path().join("gate.url")).unwrap();
        Client::new(url.trim(), &program::token(self.path(), file)).unwrap()
    }
}
