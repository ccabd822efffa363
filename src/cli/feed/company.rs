//! The sample's company at work: its people and agents are made, its agents ask, wait for whoever looks,
//! run what they may, and say how it went. All of it goes through the gate's own door, as it would anywhere.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::script::{Part, Script};
use crate::api::people::{NewToken, PatchMe};
use crate::api::request::{ReportRun, Request};
use crate::api::settings::{Choice, PatchAction};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::words;
use crate::client::{Client, Until};
use crate::domain::execution::ExecutionState;
use crate::domain::id::{AgentId, PersonId};
use crate::domain::lifecycle::Status;
use crate::domain::people::Away;
use crate::domain::time::Span;

/// Between a yes and the run: long enough for whoever looks to take it back.
const BEFORE_RUN: Duration = Duration::from_secs(4);
/// How long a run takes.
const RUN: Duration = Duration::from_secs(2);
/// Before an agent asks again after an answer.
const BEFORE_NEXT: Duration = Duration::from_secs(3);
/// How long one call waits for a decision.
const WAIT: u16 = 60;

/// The company, with somebody's word for each of its agents and people.
pub struct Company {
    script: Script,
    agents: BTreeMap<AgentId, Client>,
    people: BTreeMap<PersonId, Client>,
}

/// A request that was asked, and its part in the script.
type Asked = (usize, Request);

impl Company {
    /// Makes its people, its agents and its policy.
    pub async fn found(owner: &Client, script: Script) -> Result<Self, Failure> {
        let mut company = Self {
            script,
            agents: BTreeMap::new(),
            people: BTreeMap::new(),
        };
        for person in &company.script.people {
            owner.add_person(person).await?;
            let token = token(Some(person.id.clone()), None);
            let client = speaking(owner, &token).await?;
            company.people.insert(person.id.clone(), client);
        }
        for agent in &company.script.agents {
            owner.add_agent(agent).await?;
            let token = token(None, Some(agent.id.clone()));
            let client = speaking(owner, &token).await?;
            company.agents.insert(agent.id.clone(), client);
        }
        for person in &company.script.away {
            let now = words::now();
            let away = Away {
                from: now,
                until: now.plus(Span::from_hours(24)),
                delegate: None,
            };
            let patch = PatchMe {
                away: Some(Some(away)),
                ..PatchMe::default()
            };
            company.person(person)?.change_me(&patch).await?;
        }
        let tag = owner.policy().await?.tag;
        owner
            .save_policy(&company.script.policy, &tag, "sample")
            .await?;
        for action in &company.script.unlocked {
            let patch = PatchAction {
                auto_approval_allowed: Some(true),
                ..PatchAction::default()
            };
            owner.change_action(action, &patch).await?;
        }
        for action in &company.script.always {
            owner.choose(action, &Choice::Always {}).await?;
        }
        Ok(company)
    }

    /// Asks what is there when the inbox opens.
    pub async fn open(self) -> Result<(Arc<Self>, Vec<Asked>), Failure> {
        let mut opened = Vec::new();
        for (at, part) in self.script.parts.iter().enumerate() {
            if part.opens() {
                opened.push((at, self.ask(at, part).await?));
            }
        }
        Ok((Arc::new(self), opened))
    }

    /// Asks the rest as time goes by, and sees everything through.
    pub async fn play(self: Arc<Self>, opened: Vec<Asked>) {
        let begin = Instant::now();
        let mut later: Vec<usize> = (0..self.script.parts.len()).collect();
        later.retain(|at| {
            let part = &self.script.parts[*at];
            part.follows.is_none() && !part.opens()
        });
        later.sort_by_key(|at| std::cmp::Reverse(self.script.parts[*at].after));
        let mut agents = JoinSet::new();
        for (at, asked) in opened {
            agents.spawn(Arc::clone(&self).see_through(at, Some(asked)));
        }
        while !(later.is_empty() && agents.is_empty()) {
            let due = later.last().map(|at| begin + self.script.parts[*at].after);
            tokio::select! {
                () = sleep_until(due.unwrap_or(begin)), if due.is_some() => {
                    if let Some(at) = later.pop() {
                        agents.spawn(Arc::clone(&self).see_through(at, None));
                    }
                }
                Some(ended) = agents.join_next(), if !agents.is_empty() => {
                    // A request that can't go on, since its agent was stopped or the gate has gone, ends here.
                    for at in ended.ok().and_then(Result::ok).into_iter().flatten() {
                        agents.spawn(Arc::clone(&self).see_through(at, None));
                    }
                }
            }
        }
    }

    fn person(&self, id: &PersonId) -> Result<&Client, Failure> {
        let unknown = || Failure::new(Exit::Other, format!("the sample has nobody called {id}"));
        self.people.get(id).ok_or_else(unknown)
    }

    fn agent(&self, id: &AgentId) -> Result<&Client, Failure> {
        let unknown = || Failure::new(Exit::Other, format!("the sample has no agent {id}"));
        self.agents.get(id).ok_or_else(unknown)
    }

    /// An agent asks, and people say what they have to say to it.
    async fn ask(&self, at: usize, part: &Part) -> Result<Request, Failure> {
        let agent = self.agent(&part.agent)?;
        let mut asked = agent.ask(&part.request, &format!("sample-{at}")).await?;
        for vote in &part.votes {
            let said = vote.decide(asked.digest);
            let said =
                said.map_err(|error| Failure::because("the sample can't be read", &error))?;
            asked = self.person(&vote.by)?.decide(asked.id, &said).await?;
        }
        if part.withdrawn {
            asked = agent.cancel(asked.id).await?;
        }
        Ok(asked)
    }

    /// An agent waits for an answer to its request, does what it may, and says how it went. Gives what is
    /// to be asked then.
    async fn see_through(
        self: Arc<Self>,
        at: usize,
        asked: Option<Request>,
    ) -> Result<Vec<usize>, Failure> {
        let part = &self.script.parts[at];
        let agent = self.agent(&part.agent)?;
        let mut now = match asked {
            Some(asked) => asked,
            None => self.ask(at, part).await?,
        };
        while now.status == Status::Pending {
            now = agent.wait(now.id, Until::Decided, WAIT).await?;
        }
        for notice in agent.notices(0).await?.items {
            agent.take_notice(notice.id).await?;
        }
        if now.status == Status::Approved {
            sleep(BEFORE_RUN).await;
            now = agent.wait(now.id, Until::Decided, 0).await?;
        }
        if now.execution.state == Some(ExecutionState::Ready) {
            let run = agent.start(now.id, &format!("sample-run-{at}")).await?;
            sleep(RUN).await;
            let report = ReportRun {
                outcome: part.ends.outcome,
                digest: run.digest,
                epoch: Some(run.epoch),
                result: None,
                error: part.ends.error.clone(),
                observed: true,
            };
            agent.report(now.id, &report).await?;
        }
        let parts = self.script.parts.iter().enumerate();
        let next = parts.filter(|(_, next)| next.comes_after(part, now.status.word()));
        let next: Vec<usize> = next.map(|(at, _)| at).collect();
        if !next.is_empty() {
            sleep(BEFORE_NEXT).await;
        }
        Ok(next)
    }
}

fn token(person: Option<PersonId>, agent: Option<AgentId>) -> NewToken {
    NewToken {
        person,
        agent,
        worker: None,
        nodes: Vec::new(),
        actions: Vec::new(),
    }
}

/// A client with a token of its own.
async fn speaking(owner: &Client, token: &NewToken) -> Result<Client, Failure> {
    let made = owner.add_token(token).await?;
    let secret = made
        .token
        .ok_or_else(|| Failure::new(Exit::Other, "the gate made a token and didn't say which"))?;
    Ok(Client::new(owner.address(), &secret)?)
}
