//! Whole cycles against the real program, with tokens, a policy of 100 rules, and its log.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use rustix::process::{Resource, getrlimit, setrlimit};
use serde::Deserialize;
use serde_json::json;
use signoff::client::Client;
use tempfile::TempDir;

use crate::figures::{Figures, named};
use crate::server::Server;
use crate::wire::Wire;
use crate::{CROWDS, Outcome};

/// What every agent asks for.
pub const ASK: &str = r#"{"action": "email.send", "title": "Follow up with Acme about the renewal", "on_behalf_of": "owner", "params": {"to": ["pat@partner.example"], "subject": "Your renewal", "body": "Hi Pat, are you free on Tuesday to talk about it?"}}"#;
const RULES: usize = 100;

/// A gate with its agents.
pub struct Scene {
    pub gate: Server,
    /// The token of the one who decides, and those of the agents.
    pub owner: String,
    pub agents: Vec<String>,
    /// What the gate took up when it had just started, in MiB.
    fresh: Option<f64>,
    _home: TempDir,
}

/// What the cycles of one agent took.
#[derive(Default)]
struct Took {
    asks: Vec<Duration>,
    answers: Vec<Duration>,
}

impl Scene {
    /// Starts a gate in a home of its own, on a file or on this PostgreSQL.
    pub async fn new(signoff: &Path, postgres: Option<&str>) -> Outcome<Self> {
        let home = tempfile::tempdir()?;
        // The agents here ask as fast as they can, which is what the limits are there to prevent.
        let limits = "[limits]\nasks_per_second = 0\npending_per_agent = 0\n";
        std::fs::write(home.path().join("config.toml"), limits)?;
        let gate = Server::start(&mut serve(signoff, home.path(), postgres))?;
        let fresh = gate.memory();
        let owner = std::fs::read_to_string(home.path().join("token")).map_err(|error| {
            format!("the gate made no owner ({error}): there is a workspace in this database already; give it an empty one")
        })?;
        let owner = owner.trim().to_owned();
        let client = Client::new(&gate.url, &owner)?;
        let tag = client.policy().await?.tag;
        client.save_policy(&policy(), &tag, "load").await?;
        let most = CROWDS.into_iter().max().unwrap_or_default();
        let mut agents = Vec::new();
        for n in 0..most {
            let id = format!("agent{n}");
            let agent = json!({"id": id, "owners": ["owner"]});
            client.add_agent(&serde_json::from_value(agent)?).await?;
            let token = serde_json::from_value(json!({"agent": id}))?;
            let issued = client.add_token(&token).await?;
            agents.push(issued.token.ok_or("a token without its secret")?);
        }
        Ok(Self {
            gate,
            owner,
            agents,
            fresh,
            _home: home,
        })
    }

    /// What the gate took up when it had just started, and with the policy and the agents.
    pub fn fresh(&self, store: &str, figures: &mut Figures) {
        if let Some(memory) = self.fresh {
            figures.add(&format!("{store}, just started: memory"), "MiB", memory);
        }
        self.memory(&format!("{store}, nothing asked yet: memory"), figures);
    }

    /// What the gate takes up now.
    pub fn memory(&self, name: &str, figures: &mut Figures) {
        if let Some(memory) = self.gate.memory() {
            figures.add(name, "MiB", memory);
        }
    }

    /// What the first page of the inbox takes once so many requests wait, which agents ask first.
    pub async fn pages(
        &self,
        pending: usize,
        time: Duration,
        figures: &mut Figures,
    ) -> Outcome<()> {
        let before = self.gate.memory();
        self.fill(pending, 0).await?;
        if let (Some(before), Some(after)) = (before, self.gate.memory()) {
            figures.add(
                &format!("SQLite, {pending} pending: memory for them"),
                "MiB",
                after - before,
            );
        }
        // A connection on which nothing happens while they are asked for would be closed.
        let mut owner = Wire::connect(&self.gate.url, &self.owner).await?;
        let begun = Instant::now();
        let mut took = Vec::new();
        while begun.elapsed() < time {
            let at = Instant::now();
            owner.send("GET", "/v1/requests?status=pending", "").await?;
            owner.answer().await?;
            took.push(at.elapsed());
        }
        let name = format!("SQLite, {pending} pending: first page");
        figures.add_times(&name, &mut took);
        self.memory(&format!("SQLite, {pending} pending: memory"), figures);
        Ok(())
    }

    /// Has so many requests wait, and decides so many others.
    pub async fn fill(&self, pending: usize, decided: usize) -> Outcome<()> {
        let queue = Client::new(&self.gate.url, &self.owner)?
            .stats()
            .await?
            .waiting;
        let already = queue.low + queue.medium + queue.high + queue.critical;
        let missing = pending.saturating_sub(usize::try_from(already)?);
        let asking = self.shares(missing);
        let asking = asking.map(|(token, share)| ask_for(&self.gate.url, token, share));
        try_join_all(asking).await?;
        let deciding = self.shares(decided).map(async |(token, share)| {
            let agent = Agent::connect(&self.gate.url, token, &self.owner).await?;
            agent.go_for(share).await
        });
        try_join_all(deciding).await?;
        Ok(())
    }

    /// How many of so many fall to each agent.
    fn shares(&self, count: usize) -> impl Iterator<Item = (&String, usize)> {
        let crowd = self.agents.len();
        let share = move |n| count / crowd + usize::from(n < count % crowd);
        let agents = self.agents.iter().enumerate();
        agents.map(move |(n, token)| (token, share(n)))
    }

    /// What each caller takes up who is connected and waits for the decision of a request of its own.
    pub async fn waiters(&self, count: usize, figures: &mut Figures) -> Outcome<()> {
        allow_files()?;
        let asking = self.shares(count).map(async |(token, share)| {
            let ids = ask_for(&self.gate.url, token, share).await?;
            Ok::<_, Box<dyn Error + Send + Sync>>((token, ids))
        });
        let asked = try_join_all(asking).await?;
        let before = self.gate.memory();
        let mut waiters = Vec::with_capacity(count);
        for (token, ids) in asked {
            for id in ids {
                let mut waiter = Wire::connect(&self.gate.url, token).await?;
                let wait = format!("/v1/requests/{id}?wait=300");
                waiter.send("GET", &wait, "").await?;
                waiters.push(waiter);
            }
        }
        let mut owner = Wire::connect(&self.gate.url, &self.owner).await?;
        let all = format!("signoff_waits {count}");
        loop {
            owner.send("GET", "/metrics", "").await?;
            let told = String::from_utf8(owner.answer().await?)?;
            if told.lines().any(|line| line == all) {
                break;
            }
        }
        if let (Some(before), Some(after)) = (before, self.gate.memory()) {
            let each = (after - before) * 1024.0 / count as f64;
            figures.add("SQLite, a connected waiter: memory", "KiB", each);
        }
        Ok(())
    }

    /// Cycles in a second, and what they take, with each number of agents.
    pub async fn measure(&self, store: &str, time: Duration, figures: &mut Figures) -> Outcome<()> {
        for crowd in CROWDS {
            let agents = self.agents.iter().take(crowd);
            let agents = agents.map(|token| Agent::connect(&self.gate.url, token, &self.owner));
            let agents = try_join_all(agents).await?;
            let before = self.gate.computed();
            let begun = Instant::now();
            let until = begun + time;
            let going = agents
                .into_iter()
                .map(|agent| tokio::spawn(agent.go_until(until)));
            let mut took = Took::default();
            for one in try_join_all(going).await? {
                let one = one?;
                took.asks.extend(one.asks);
                took.answers.extend(one.answers);
            }
            let cycles = took.answers.len() as f64;
            let rate = cycles / begun.elapsed().as_secs_f64();
            let name = format!("{store}, {}", named(crowd, "agent"));
            figures.add(&format!("{name}: cycles"), "/s", rate);
            if let (Some(before), Some(after)) = (before, self.gate.computed()) {
                let each = (after - before) / cycles.max(1.0);
                figures.add(&format!("{name}: processor time of a cycle"), "µs", each);
            }
            figures.add_times(&format!("{name}: ask"), &mut took.asks);
            figures.add_times(&format!("{name}: decide to waiter"), &mut took.answers);
        }
        Ok(())
    }
}

/// `signoff serve` with nothing of the caller's own settings.
fn serve(signoff: &Path, home: &Path, postgres: Option<&str>) -> Command {
    let mut command = Command::new(signoff);
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env_remove("SIGNOFF_URL")
        .env_remove("SIGNOFF_TOKEN")
        .env_remove("SIGNOFF_DATABASE")
        .env("SIGNOFF_HOME", home)
        .stderr(Stdio::inherit());
    if let Some(url) = postgres {
        command.env("SIGNOFF_DATABASE", url);
    }
    command
}

/// Many rules, of which the last is the one that matches.
fn policy() -> String {
    let mut text = String::new();
    for n in 1..=RULES {
        let action = match n {
            RULES => "email.send".to_owned(),
            _ => format!("load.act{n}"),
        };
        write!(
            text,
            "[[rule]]\nname = \"Rule {n}\"\neffect = \"ask\"\naction = \"{action}\"\n\
             when = \"size(recipients) < {}\"\nresolver = \"requester\"\n\n",
            n + 1
        )
        .expect("writing to a string can't fail");
    }
    text
}

/// Somebody who asks, whoever decides about it, and the agent's second connection, on which it waits.
struct Agent {
    asking: Wire,
    deciding: Wire,
    waiting: Wire,
}

impl Agent {
    async fn connect(url: &str, agent: &str, owner: &str) -> Outcome<Self> {
        Ok(Self {
            asking: Wire::connect(url, agent).await?,
            deciding: Wire::connect(url, owner).await?,
            waiting: Wire::connect(url, agent).await?,
        })
    }

    async fn go_until(mut self, until: Instant) -> Outcome<Took> {
        let mut took = Took::default();
        while Instant::now() < until {
            let begun = Instant::now();
            self.asking.send("POST", "/v1/requests", ASK).await?;
            let asked = self.asking.answer().await?;
            took.asks.push(begun.elapsed());
            took.answers.push(self.decide(&asked).await?);
        }
        Ok(took)
    }

    async fn go_for(mut self, times: usize) -> Outcome<()> {
        for _ in 0..times {
            self.asking.send("POST", "/v1/requests", ASK).await?;
            let asked = self.asking.answer().await?;
            self.decide(&asked).await?;
        }
        Ok(())
    }

    /// From sending the decision until the agent that waits has it; the decider has its answer then, too.
    async fn decide(&mut self, asked: &[u8]) -> Outcome<Duration> {
        let Brief { id, digest, .. } = Brief::of(asked, "pending")?;
        let wait = format!("/v1/requests/{id}?wait=60");
        self.waiting.send("GET", &wait, "").await?;
        let word = format!("{{\"decision\": \"approve\", \"digest\": \"{digest}\"}}");
        let path = format!("/v1/requests/{id}/decision");
        let begun = Instant::now();
        self.deciding.send("POST", &path, &word).await?;
        let waited = self.waiting.answer().await?;
        let took = begun.elapsed();
        Brief::of(&waited, "approved")?;
        Brief::of(&self.deciding.answer().await?, "approved")?;
        Ok(took)
    }
}

/// What is looked at of an answer, so that the client costs little beside the server that it measures.
#[derive(Deserialize)]
pub struct Brief<'a> {
    pub id: &'a str,
    status: &'a str,
    digest: &'a str,
    pub expires_at: Option<&'a str>,
}

impl<'a> Brief<'a> {
    /// Of a request that has to stand so: a cycle that came out otherwise would be measured for nothing.
    pub fn of(answer: &'a [u8], status: &str) -> Outcome<Self> {
        let request: Self = serde_json::from_slice(answer)?;
        match request.status == status {
            true => Ok(request),
            false => {
                Err(format!("{} should be {status}, not {}", request.id, request.status).into())
            }
        }
    }
}

/// Asks so many times, and leaves it at that; the ids of the requests.
async fn ask_for(url: &str, token: &str, times: usize) -> Outcome<Vec<String>> {
    let mut agent = Wire::connect(url, token).await?;
    let mut ids = Vec::with_capacity(times);
    for _ in 0..times {
        agent.send("POST", "/v1/requests", ASK).await?;
        let asked = agent.answer().await?;
        ids.push(Brief::of(&asked, "pending")?.id.to_owned());
    }
    Ok(ids)
}

/// Lets this process hold as many connections as the system permits.
fn allow_files() -> Outcome<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    Ok(setrlimit(Resource::Nofile, limit)?)
}
