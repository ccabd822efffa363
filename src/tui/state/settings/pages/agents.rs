//! Agents: whose they are, what they may, what they asked; and the one way to stop one.

use crate::api::people::Agent;
use crate::api::request::Request;
use crate::domain::id::AgentId;
use crate::tui::action::ActionId;
use crate::tui::state::history::decided_at;
use crate::tui::state::settings::facts::Facts;
use crate::tui::state::settings::outline::capability;
use crate::tui::state::settings::sheet::{
    Column, Ink, Offer, SheetRow, Subject, ToSave, column, dim, inked, plain,
};
use crate::tui::state::words;

use super::{Around, listed};

pub const COLUMNS: [Column; 5] = [
    column("Agent", 0, 0, 0),
    column("Owners", 20, 16, 0),
    column("Acts for", 20, 14, 0),
    column("Waiting", 9, 9, 0),
    column("State", 10, 9, 9),
];
pub const REQUESTS: [Column; 4] = [
    column("What it asked", 0, 0, 0),
    column("Action", 20, 18, 0),
    column("Became", 11, 11, 10),
    column("When", 9, 8, 0),
];

fn state(agent: &Agent) -> (&'static str, Ink) {
    match agent.enabled {
        true => ("enabled", Ink::Dim),
        false => ("stopped", Ink::Warning),
    }
}

/// Every agent.
pub fn rows(facts: &Facts) -> Vec<SheetRow> {
    let row = |agent: &Agent| {
        let (word, ink) = state(agent);
        SheetRow::new(
            Subject::Agent(agent.id.clone()),
            vec![
                plain(agent.id.to_string()),
                dim(listed(&agent.owners)),
                dim(users(agent)),
                plain(facts.waits(&agent.id)),
                inked(word, ink),
            ],
            headline(agent),
            may(agent, facts),
        )
    };
    facts.agents.iter().map(row).collect()
}

fn users(agent: &Agent) -> String {
    let users: Vec<String> = agent.users.iter().map(ToString::to_string).collect();
    match users.as_slice() {
        [] => "its owners".to_owned(),
        [all] if all == "*" => "everybody".to_owned(),
        users => users.join(", "),
    }
}

fn headline(agent: &Agent) -> String {
    let name = agent.name.plain_line();
    let called = match name == agent.id.as_str() || name.is_empty() {
        true => agent.id.to_string(),
        false => format!("{} ({name})", agent.id),
    };
    let team = agent.team.as_ref();
    let team = team.map_or_else(String::new, |team| format!(", in team {team}"));
    let owners = match agent.owners.is_empty() {
        true => "of nobody".to_owned(),
        false => format!("of {}", listed(&agent.owners)),
    };
    format!("{called}, {owners}{team}, acts for {}", users(agent))
}

/// What the policy says about it alone.
fn may(agent: &Agent, facts: &Facts) -> String {
    let told: Vec<String> = facts
        .outline
        .capabilities_of(agent.id.as_str())
        .map(capability)
        .collect();
    let told = match told.is_empty() {
        true => "The policy has no settings for it alone: rules and modes hold.".to_owned(),
        false => format!("{}.", told.join(". ")),
    };
    match agent.enabled {
        true => told,
        false => format!("Stopped: everything that it asks is refused. {told}"),
    }
}

/// One agent: what it may, what waits of it, and what became of the rest.
pub fn one(id: &AgentId, facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    let Some(agent) = facts.agents.iter().find(|agent| agent.id == *id) else {
        return Vec::new();
    };
    let mut rows = vec![SheetRow::heading("Who and what for")];
    rows.push(stated(0, headline(agent), may(agent, facts)));
    rows.push(SheetRow::heading("Capabilities"));
    let capabilities = facts.outline.capabilities_of(id.as_str()).map(capability);
    let capabilities: Vec<String> = capabilities.collect();
    if capabilities.is_empty() {
        rows.push(SheetRow::heading("  none of its own: rules and modes hold"));
    }
    for (place, told) in capabilities.into_iter().enumerate() {
        rows.push(stated(
            place + 1,
            told,
            format!(
                "From the policy: {} opens it in your editor.",
                around.key(ActionId::EditPolicy)
            ),
        ));
    }
    let (waiting, past): (Vec<&Request>, Vec<&Request>) = facts
        .of_agent
        .iter()
        .partition(|request| !request.status.decided());
    for (title, requests) in [("Waiting", waiting), ("Past", past)] {
        rows.push(SheetRow::heading(title));
        if requests.is_empty() {
            rows.push(SheetRow::heading("  nothing"));
        }
        rows.extend(requests.into_iter().map(|request| asked(request, around)));
    }
    rows
}

fn stated(place: usize, told: String, text: String) -> SheetRow {
    SheetRow::new(
        Subject::Stated(place),
        vec![plain(told.clone())],
        told,
        text,
    )
}

fn asked(request: &Request, around: Around<'_>) -> SheetRow {
    let at = match request.status.decided() {
        true => decided_at(request),
        false => request.created_at,
    };
    let when = words::when(at, around.now, around.zone);
    let person = request.on_behalf_of.as_ref();
    let person = person.map_or_else(String::new, |person| format!(" for {person}"));
    let risk = request.risk.level.word();
    let headline = request.headline.plain_line();
    SheetRow::new(
        Subject::Request(request.id),
        vec![
            plain(headline.clone()),
            dim(request.action.to_string()),
            plain(request.status.word()),
            dim(when),
        ],
        headline,
        format!(
            "{}, {risk} risk, asked{person} at {}; {}.",
            request.action,
            words::moment(request.created_at, around.zone),
            request.status.word(),
        ),
    )
}

/// To stop it, or to let it ask again.
pub fn offer(id: &AgentId, facts: &Facts) -> Result<Offer, String> {
    let agent = facts.agents.iter().find(|agent| agent.id == *id);
    let agent = agent.ok_or("it isn't there any more")?;
    let word = |enabled: bool| if enabled { "enabled" } else { "stopped" };
    let waits = facts.waits(id);
    let waits = match waits.as_str() {
        "" => "Nothing of it waits now".to_owned(),
        "1" => "1 request of it waits and is cancelled".to_owned(),
        count => format!("{count} requests of it wait and are cancelled"),
    };
    let whom = users(agent);
    let consequence = match agent.enabled {
        true => format!(
            "{waits}; what was approved and not started is revoked; what it asks from now on, for {whom}, is \
             refused. Going on later brings nothing back."
        ),
        false => format!(
            "“{id}” may ask again, for {whom}, from the next request. What was cancelled stays cancelled."
        ),
    };
    Ok(Offer {
        saves: ToSave::Agent(id.clone(), !agent.enabled),
        subject: id.to_string(),
        what: "agent",
        from: word(agent.enabled).to_owned(),
        to: word(!agent.enabled).to_owned(),
        consequence,
        done: match agent.enabled {
            true => format!("{id} is stopped"),
            false => format!("{id} may ask again"),
        },
    })
}
