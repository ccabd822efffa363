//! The program itself, as a process of its own with a home of its own.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use signoff::client::Client;
use signoff::store::Database;

use super::postgres;

/// `signoff` with these arguments, in this home and with nothing of the caller's own settings.
pub fn signoff(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command
        .args(arguments)
        .env_remove("SIGNOFF_URL")
        .env_remove("SIGNOFF_TOKEN")
        .env_remove("SIGNOFF_DATABASE")
        .env("SIGNOFF_HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if postgres::is_wanted() {
        command.env("SIGNOFF_DATABASE", postgres::of_home(home));
    }
    command
}

/// A command, started by another program.
fn under(program: &OsStr, arguments: &[OsString], command: &Command) -> Command {
    let mut wrapped = Command::new(program);
    wrapped
        .args(arguments)
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    wrapped
}

/// The database of a gate that this program serves in a home.
pub fn database(home: &Path) -> Database {
    match postgres::is_wanted() {
        false => Database::Sqlite(home.join("signoff.db")),
        true => postgres::of_home(home).parse().unwrap(),
    }
}

/// Runs it as the owner, who says so with their token: without a terminal nothing else decides.
pub fn as_owner(home: &Path, arguments: &[&str]) -> Output {
    let mut command = signoff(home, arguments);
    command.env("SIGNOFF_TOKEN", token(home, "token"));
    command.output().unwrap()
}

/// A token that the first start put into the home.
pub fn token(home: &Path, file: &str) -> String {
    fs::read_to_string(home.join(file))
        .unwrap()
        .trim()
        .to_owned()
}

/// A gate in a process of its own, killed when dropped.
pub struct Served {
    child: Child,
    url: String,
}

impl Served {
    /// Serves this home, and is ready when this returns.
    pub fn start(home: &Path) -> Self {
        Self::start_under(home, &[])
            .unwrap_or_else(|output| panic!("the gate did not start: {output:?}"))
    }

    /// The same, with the gate started by another program, whose name and arguments these are. What the gate
    /// said, if it ended instead.
    pub fn start_under(home: &Path, wrapper: &[OsString]) -> Result<Self, Output> {
        let mut command = signoff(home, &["serve", "--listen", "127.0.0.1:0"]);
        if let [program, arguments @ ..] = wrapper {
            command = under(program, arguments, &command);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            return Err(child.wait_with_output().unwrap());
        };
        let url = url.to_owned();
        // Read to the end, so that it never waits for a reader.
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Ok(Self { url, child })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client of it.
    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.url, token).unwrap()
    }

    /// Kills it as nothing can prevent, and returns when it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}
