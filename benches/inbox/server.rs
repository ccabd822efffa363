//! A gate in a process of its own, with so many requests waiting.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use futures_util::future::try_join_all;
use serde_json::json;
use tempfile::TempDir;

use crate::Outcome;
use crate::text::Mail;
use crate::wire::Wire;

/// How many ask at once while it is filled: the gate writes what they ask together.
const CROWD: usize = 64;

pub struct Gate {
    child: Child,
    pub url: String,
    /// The owner's token.
    pub owner: String,
    agent: String,
    /// How many waited when it was full.
    pub waiting: usize,
    _home: TempDir,
}

impl Gate {
    /// Starts one, and has an agent ask so often.
    pub async fn start(waiting: usize, mail: fn(usize) -> Mail) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        // The agents here ask as fast as they can, which is what the limits are there to prevent.
        let limits = "[limits]\nasks_per_second = 0\npending_per_agent = 0\n";
        std::fs::write(home.path().join("config.toml"), limits)?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_signoff"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env_remove("SIGNOFF_URL")
            .env_remove("SIGNOFF_TOKEN")
            .env_remove("SIGNOFF_DATABASE")
            .env("SIGNOFF_HOME", home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().ok_or("no standard output")?;
        let mut gate = Self {
            child,
            url: String::new(),
            owner: String::new(),
            agent: String::new(),
            waiting,
            _home: home,
        };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ");
        gate.url = url.ok_or("the gate did not start")?.to_owned();
        let token = |file| std::fs::read_to_string(gate._home.path().join(file));
        gate.owner = token("token")?.trim().to_owned();
        gate.agent = token("agent-token")?.trim().to_owned();
        // In an order that the list keeps: one after the other where there are few.
        let crowd = if waiting > 10_000 { CROWD } else { 1 };
        let asking = (0..crowd).map(|first| gate.ask((first..waiting).step_by(crowd), mail));
        try_join_all(asking).await?;
        Ok(gate)
    }

    /// Asks for these.
    async fn ask(
        &self,
        numbers: impl Iterator<Item = usize>,
        mail: fn(usize) -> Mail,
    ) -> Outcome<()> {
        let mut asker = self.asker().await?;
        for n in numbers {
            asker.ask(mail(n)).await?;
        }
        Ok(())
    }

    /// An agent that is connected.
    pub async fn asker(&self) -> Outcome<Asker> {
        Ok(Asker(Wire::connect(&self.url, &self.agent).await?))
    }
}

/// An agent that asks for e-mails to be sent.
pub struct Asker(Wire);

impl Asker {
    /// Asks once, and sees that it waits for somebody.
    pub async fn ask(&mut self, mail: Mail) -> Outcome<()> {
        let Mail { to, subject, body } = mail;
        let ask = json!({
            "action": "email.send",
            "params": {"to": [to], "subject": subject, "body": body},
            "on_behalf_of": "owner",
        });
        self.0
            .send("POST", "/v1/requests", &ask.to_string())
            .await?;
        let asked: serde_json::Value = serde_json::from_slice(&self.0.answer().await?)?;
        match asked["status"] == "pending" {
            true => Ok(()),
            false => Err(format!("this should wait: {asked}").into()),
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }
}
