//! What the pages of the settings show, asked for page by page.

use crate::api::page::MAX_LIMIT;
use crate::api::request::{Filter, Request};
use crate::client::{Client, ClientError, PolicyInForce};
use crate::domain::id::AgentId;
use crate::domain::lifecycle::Status;
use crate::tui::state::settings::facts::{Facts, Wanted};
use crate::tui::state::settings::outline::Outline;
use crate::tui::state::settings::section::Section;

/// How much of what an agent asked its page shows.
const OF_AGENT: u32 = 100;

/// What a page shows.
pub async fn facts(client: &Client, wanted: &Wanted) -> Result<Facts, ClientError> {
    let mut facts = Facts::default();
    match wanted.section {
        Section::AutoApproval | Section::Integrations => {}
        Section::Appearance | Section::Keys => {}
        Section::Notifications => {}
        Section::Away => facts.people = client.people().await?.items,
        Section::Rules => {
            let (policy, versions) = tokio::try_join!(client.policy(), client.policy_versions())?;
            facts.versions = versions.items;
            put_policy(&mut facts, policy);
        }
        Section::Patterns => {
            let (policy, patterns) = tokio::try_join!(client.policy(), client.patterns())?;
            facts.patterns = patterns.items;
            put_policy(&mut facts, policy);
        }
        Section::Agents => {
            let filter = waiting();
            let (agents, policy, waiting) =
                tokio::try_join!(client.agents(), client.policy(), client.requests(&filter))?;
            facts.agents = agents.items;
            facts.more_wait = waiting.next_cursor.is_some();
            facts.waiting = waiting.items;
            put_policy(&mut facts, policy);
            if let Some(agent) = &wanted.agent {
                facts.of_agent = of_agent(client, agent).await?;
            }
        }
        Section::Modes => put_policy(&mut facts, client.policy().await?),
        Section::People => {
            let (people, teams, groups, agents) = tokio::try_join!(
                client.people(),
                client.teams(),
                client.groups(),
                client.agents()
            )?;
            facts.people = people.items;
            facts.teams = teams.items;
            facts.groups = groups.items;
            facts.agents = agents.items;
        }
        Section::Tokens => {
            let (tokens, people, agents) =
                tokio::try_join!(client.tokens(), client.people(), client.agents())?;
            facts.tokens = tokens.items;
            facts.people = people.items;
            facts.agents = agents.items;
        }
        Section::Audit => facts.head = Some(client.log_head().await?),
    }
    Ok(facts)
}

fn put_policy(facts: &mut Facts, policy: PolicyInForce) {
    // Before anybody saved one, the document is an example, and none of it holds.
    if policy.version() != Some(0) {
        facts.outline = Outline::of(policy.text.raw_for_execution());
    }
    facts.policy = Some(policy);
}

fn waiting() -> Filter {
    Filter {
        status: Some(Status::Pending.word().to_owned()),
        limit: Some(MAX_LIMIT),
        ..Filter::default()
    }
}

/// What waits of an agent, then what is over, the newest first.
async fn of_agent(client: &Client, agent: &AgentId) -> Result<Vec<Request>, ClientError> {
    let over: Vec<&str> = over().collect();
    let of_it = |status: String| Filter {
        status: Some(status),
        agent: Some(agent.clone()),
        limit: Some(OF_AGENT),
        ..Filter::default()
    };
    let (waiting, past) = (
        of_it(Status::Pending.word().to_owned()),
        of_it(over.join(",")),
    );
    let (waiting, past) = tokio::try_join!(client.requests(&waiting), client.requests(&past))?;
    Ok(waiting.items.into_iter().chain(past.items).collect())
}

fn over() -> impl Iterator<Item = &'static str> {
    let over = Status::ALL.iter().filter(|status| status.decided());
    over.map(|status| status.word())
}
