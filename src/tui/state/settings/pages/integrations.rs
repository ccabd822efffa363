//! Integrations with their actions, as the workspace holds them.

use crate::api::settings::{ActionView, Integration};
use crate::domain::execution::Executor;
use crate::domain::id::ActionName;
use crate::tui::state::settings::change::users;
use crate::tui::state::settings::sheet::{
    Column, Ink, Offer, SheetRow, Subject, ToSave, column, dim, inked, plain,
};

use super::Around;

pub const COLUMNS: [Column; 5] = [
    column("Action", 0, 0, 0),
    column("Needs approval", 16, 16, 0),
    column("Risk", 10, 9, 9),
    column("Run by", 10, 9, 0),
    column("State", 10, 9, 9),
];

/// Each integration, then its actions.
pub fn rows(around: Around<'_>) -> Vec<SheetRow> {
    let Some(known) = around.known else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for integration in &known.integrations {
        rows.push(one(integration));
        let own = known.actions.iter();
        let own = own.filter(|action| action.integration == integration.name);
        rows.extend(own.map(row));
    }
    rows
}

fn state(enabled: bool) -> super::super::sheet::Cell {
    match enabled {
        true => dim("enabled"),
        false => inked("disabled", Ink::Warning),
    }
}

fn one(integration: &Integration) -> SheetRow {
    let whom = users(integration);
    let hints = match integration.trust_read_only_hints {
        true => " Its tools are believed when they call themselves read-only.",
        false => "",
    };
    SheetRow::new(
        Subject::Integration(integration.name.clone()),
        vec![
            plain(integration.name.to_string()),
            dim(""),
            dim(""),
            dim(""),
            state(integration.enabled),
        ],
        format!("{}, for {whom}", integration.name),
        match integration.enabled {
            true => format!("Agents may ask through it on behalf of {whom}.{hints}"),
            false => "Disabled: everything that agents ask of it is refused.".to_owned(),
        },
    )
}

fn row(action: &ActionView) -> SheetRow {
    let approval = match (action.needs_approval, action.read_only) {
        (true, _) => plain("yes"),
        (false, true) => dim("no, read-only"),
        (false, false) => dim("no"),
    };
    let run = match action.executor {
        Executor::Agent => "agent",
        Executor::Queue => "workers",
    };
    let twice = match action.idempotent {
        true => "Running it twice is harmless.",
        false => "A run that may have happened is never repeated by itself.",
    };
    let places = match action.recipient_params.is_empty() {
        true => "It names no recipients.".to_owned(),
        false => format!("Recipients: {}.", action.recipient_params.join(", ")),
    };
    SheetRow::new(
        Subject::Action(action.name.clone()),
        vec![
            plain(format!("  {}", action.name)),
            approval,
            dim(action.default_risk.word()),
            dim(run),
            state(action.enabled),
        ],
        format!(
            "{}, {} risk, run by {run}",
            action.name,
            action.default_risk.word()
        ),
        format!("{places} {twice} Auto-approval has who may let it through."),
    )
}

/// To refuse an action to everybody, or to offer it again.
pub fn action(name: &ActionName, around: Around<'_>) -> Result<Offer, String> {
    let action = around
        .known
        .and_then(|known| known.actions.iter().find(|one| one.name == *name));
    let action = action.ok_or("it isn't there any more")?;
    let word = |enabled: bool| if enabled { "enabled" } else { "disabled" };
    let consequence = match action.enabled {
        true => format!(
            "Disabling “{name}” refuses every request for it, from everybody, and cancels what waits or \
             hasn't started. Enabling it again brings nothing back."
        ),
        false => format!(
            "Enabling “{name}” lets agents ask for it again, from the next request. What was cancelled \
             stays cancelled."
        ),
    };
    Ok(Offer {
        saves: ToSave::Action(name.clone(), !action.enabled),
        subject: name.to_string(),
        what: "action",
        from: word(action.enabled).to_owned(),
        to: word(!action.enabled).to_owned(),
        consequence,
        done: format!("{name} is {}", word(!action.enabled)),
    })
}
