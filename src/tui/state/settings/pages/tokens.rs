//! Tokens: whose they are, what they are bound to; making one, and taking one back.

use crate::api::people::{NewToken, TokenView};
use crate::domain::id::TokenId;
use crate::domain::people::Holder;
use crate::domain::untrusted::safe;
use crate::tui::state::settings::facts::Facts;
use crate::tui::state::settings::sheet::{
    Column, Ink, Offer, SheetRow, Subject, ToSave, column, dim, inked, plain,
};
use crate::tui::state::words;

use super::Around;

pub const COLUMNS: [Column; 5] = [
    column("Whose", 0, 0, 0),
    column("Token", 16, 16, 0),
    column("Made by", 14, 12, 0),
    column("Made", 9, 9, 0),
    column("State", 10, 10, 8),
];

/// Every token, the newest first.
pub fn rows(facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    facts
        .tokens
        .iter()
        .rev()
        .map(|token| row(token, around))
        .collect()
}

fn bounds(token: &TokenView) -> Vec<String> {
    let nodes = token.nodes.iter().map(|node| safe(node));
    nodes
        .chain(token.actions.iter().map(ToString::to_string))
        .collect()
}

fn row(token: &TokenView, around: Around<'_>) -> SheetRow {
    let id = token.id.to_string();
    // The end of an id is what tells two of them apart.
    let short = format!("tok_…{}", &id[id.len().saturating_sub(8)..]);
    let (word, ink) = match token.revoked {
        true => ("revoked", Ink::Dim),
        false => ("good", Ink::Good),
    };
    let bounds = bounds(token);
    let only = match (&token.holder, bounds.is_empty()) {
        (_, true) => String::new(),
        (Holder::Worker(_), false) => format!("Only to run {}. ", bounds.join(", ")),
        (_, false) => format!("Only from {}. ", bounds.join(", ")),
    };
    let yours = around.me.is_some_and(|me| me.token == token.id);
    let yours = if yours {
        "It is the one that you are using now."
    } else {
        ""
    };
    SheetRow::new(
        Subject::Token(token.id),
        vec![
            plain(token.holder.actor().to_string()),
            dim(short),
            dim(token.issued_by.to_string()),
            dim(words::when(token.issued_at, around.now, around.zone)),
            inked(word, ink),
        ],
        format!("{id}, {} token", token.holder.whose()),
        format!(
            "{only}Made by {} at {}. {yours}",
            token.issued_by,
            words::moment(token.issued_at, around.zone)
        ),
    )
}

/// To make it speak for nobody.
pub fn revoke(id: TokenId, facts: &Facts, around: Around<'_>) -> Result<Offer, String> {
    let token = facts.tokens.iter().find(|token| token.id == id);
    let token = token.ok_or("it isn't there any more")?;
    if token.revoked {
        return Err("it is revoked already".to_owned());
    }
    let holder = token.holder.actor();
    let others = facts.tokens.iter();
    let others = others.filter(|one| one.holder == token.holder && !one.revoked && one.id != id);
    let others = match others.count() {
        0 => format!("{holder} has no other and can't get in after that"),
        1 => format!("{holder} has 1 other"),
        some => format!("{holder} has {some} others"),
    };
    let yours = match around.me.is_some_and(|me| me.token == id) {
        true => " It is the one that you are using now: this inbox ends with it.",
        false => "",
    };
    Ok(Offer {
        saves: ToSave::Revoke(id),
        subject: id.to_string(),
        what: "token",
        from: "good".to_owned(),
        to: "revoked".to_owned(),
        consequence: format!(
            "What speaks with it is refused from then on, for good; {others}.{yours}"
        ),
        done: format!("the token of {holder} is revoked"),
    })
}

/// To make one, as it is typed: `ana`, `agent:outreach free/*`, `worker:mailer email.send`.
pub fn issue(typed: &str, facts: &Facts) -> Result<Offer, String> {
    let mut words = typed.split_whitespace();
    let whose = words
        .next()
        .ok_or("whose? a person's id, agent:ID, or worker:NAME ACTION")?;
    let bounds: Vec<&str> = words.collect();
    let mut new = NewToken {
        person: None,
        agent: None,
        worker: None,
        nodes: Vec::new(),
        actions: Vec::new(),
    };
    let says = match whose.split_once(':') {
        Some(("agent", agent)) => {
            let known = facts.agents.iter().find(|one| one.id.as_str() == agent);
            let known = known.ok_or_else(|| format!("there is no agent {}", safe(agent)))?;
            new.agent = Some(known.id.clone());
            new.nodes = bounds.iter().map(|node| (*node).to_owned()).collect();
            match bounds.is_empty() {
                true => "Whoever has it asks as that agent".to_owned(),
                false => format!(
                    "Whoever has it asks as that agent, from {} only",
                    bounds.join(", ")
                ),
            }
        }
        Some(("worker", worker)) => {
            new.worker = Some(
                worker
                    .parse()
                    .map_err(|_| "that can't be the name of a worker")?,
            );
            let action = |action: &&str| action.parse();
            let actions: Result<Vec<_>, _> = bounds.iter().map(action).collect();
            new.actions = actions.map_err(|error: crate::domain::id::BadId| error.to_string())?;
            if bounds.is_empty() {
                return Err(
                    "a worker's token says what it may run: worker:mailer email.send".to_owned(),
                );
            }
            format!(
                "Whoever has it runs what was approved of {}",
                bounds.join(", ")
            )
        }
        _ if !bounds.is_empty() => return Err("a person's token is bound to nothing".to_owned()),
        _ => {
            let known = facts
                .people
                .iter()
                .find(|one| one.id.as_str() == whose && one.active);
            let known = known.ok_or_else(|| format!("there is nobody called {}", safe(whose)))?;
            new.person = Some(known.id.clone());
            format!(
                "Whoever has it decides as {}, {}",
                known.id,
                known.role.word()
            )
        }
    };
    Ok(Offer {
        saves: ToSave::Issue(Box::new(new)),
        subject: typed.trim().to_owned(),
        what: "token",
        from: "none".to_owned(),
        to: "a new one".to_owned(),
        consequence: format!(
            "{says}. It is shown once, here, when it is made; the owners and whoever it is for are told."
        ),
        done: "the token is made".to_owned(),
    })
}
