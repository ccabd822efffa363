//! The pages that are lists: their columns, their rows, and the changes that they offer.

mod agents;
mod appearance;
mod audit;
mod integrations;
mod people;
mod policy;
mod tokens;
mod yours;

use jiff::tz::TimeZone;

use crate::api::people::Me;
use crate::domain::time::At;
use crate::tui::action::{ACTIONS, Action, ActionId};
use crate::tui::keymap::Keymap;
use crate::tui::look::Look;

use super::facts::Facts;
use super::section::Section;
use super::sheet::{Column, Ink, Offer, SheetRow, Subject, column, dim, inked, plain};
use super::{Known, Proof, Settings};

pub use people::{person_role, roles, why_no_role};
pub use tokens::issue;
pub use yours::{away, quiet};

/// What rows are made of besides what the gate said.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub me: Option<&'a Me>,
    pub known: Option<&'a Known>,
    pub proof: Option<&'a Proof>,
    pub keymap: &'a Keymap,
    pub look: Option<Look>,
    pub zone: &'a TimeZone,
    pub now: At,
}

impl Around<'_> {
    /// The key to name where an action is spoken of.
    fn key(self, id: ActionId) -> String {
        self.keymap.key(id)
    }
}

/// A key that offers a change of what is focused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Toggle,
    Remove,
}

/// The columns of a page.
pub fn columns(section: Section, opened: bool) -> &'static [Column] {
    match section {
        Section::AutoApproval => &[],
        Section::Notifications | Section::Away => &YOURS,
        Section::Integrations => &integrations::COLUMNS,
        Section::Rules => &policy::RULES,
        Section::Patterns => &policy::PATTERNS,
        Section::Agents if opened => &agents::REQUESTS,
        Section::Agents => &agents::COLUMNS,
        Section::Modes => &policy::MODES,
        Section::People => &people::COLUMNS,
        Section::Tokens => &tokens::COLUMNS,
        Section::Audit => &audit::COLUMNS,
        Section::Appearance => &appearance::COLUMNS,
        Section::Keys => &KEYS,
    }
}

const YOURS: [Column; 2] = [column("Setting", 0, 0, 0), column("Yours", 60, 46, 22)];
const KEYS: [Column; 3] = [
    column("What it does", 0, 0, 0),
    column("Keys", 20, 15, 12),
    column("In config.toml", 18, 17, 0),
];

/// The rows of a page.
pub fn rows(settings: &Settings, facts: &Facts, around: Around<'_>) -> Vec<SheetRow> {
    match settings.section {
        Section::AutoApproval => Vec::new(),
        Section::Notifications => yours::notifications(around),
        Section::Away => yours::absence(around),
        Section::Integrations => integrations::rows(around),
        Section::Rules => policy::rules(facts, around),
        Section::Patterns => policy::patterns(facts, around),
        Section::Agents => match &settings.opened {
            Some(agent) => agents::one(agent, facts, around),
            None => agents::rows(facts),
        },
        Section::Modes => policy::modes(facts, around),
        Section::People => people::rows(facts, around),
        Section::Tokens => tokens::rows(facts, around),
        Section::Audit => audit::rows(facts, around),
        Section::Appearance => appearance::rows(around.look),
        Section::Keys => keys(around.keymap),
    }
}

/// The change that a key prepares, or why there is none.
pub fn offer(
    settings: &Settings,
    facts: &Facts,
    around: Around<'_>,
    verb: Verb,
) -> Result<Offer, String> {
    let nothing = || Err("there is nothing to change here".to_owned());
    let subject = settings.sheet.subject();
    match (settings.section, subject, verb) {
        (Section::Agents, subject, Verb::Toggle) => match (&settings.opened, subject) {
            (Some(agent), _) | (None, Some(Subject::Agent(agent))) => agents::offer(agent, facts),
            _ => nothing(),
        },
        (_, Some(Subject::Pattern(name)), Verb::Toggle) => policy::resume(name, facts, around),
        (_, Some(Subject::Person(id)), Verb::Remove) => people::remove(id, facts, around),
        (_, Some(Subject::Token(id)), Verb::Remove) => tokens::revoke(*id, facts, around),
        (_, Some(Subject::Action(name)), Verb::Toggle) => integrations::action(name, around),
        (Section::Away, Some(_), Verb::Toggle | Verb::Remove) => yours::back(around),
        (Section::Notifications, Some(Subject::Stated(_)), _) => Err(
            "the inbox always tells you; e-mail, Slack and quiet hours can be chosen".to_owned(),
        ),
        (_, Some(Subject::Email | Subject::Slack), Verb::Toggle) => {
            yours::channel(subject == Some(&Subject::Email), around)
        }
        (_, Some(Subject::Quiet), Verb::Toggle | Verb::Remove) => yours::never_quiet(around),
        _ => nothing(),
    }
}

/// Every key as it is bound, with the line that `config.toml` has or would have for it.
fn keys(keymap: &Keymap) -> Vec<SheetRow> {
    let row = |(place, action): (usize, &Action)| {
        let keys = keymap.all_keys(action.id);
        let shown = match (keys.as_str(), keymap.is_own(action)) {
            ("", _) => dim("none"),
            (keys, true) => inked(keys, Ink::Good),
            (keys, false) => plain(keys),
        };
        let own = match keymap.is_own(action) {
            true => format!(" Your own; shipped: {}.", action.keys.join(" ")),
            false => String::new(),
        };
        let who = match action.permission.note() {
            "" => String::new(),
            who => format!(" For {who}."),
        };
        let text = format!("{}{own}{who}", action.help);
        let list: Vec<String> = keymap
            .keys(action.id)
            .map(|key| format!("\"{key}\""))
            .collect();
        SheetRow::new(
            Subject::Stated(place),
            vec![
                plain(action.help.trim_end_matches('.')),
                shown,
                dim(action.name),
            ],
            format!("{} = [{}]", action.name, list.join(", ")),
            text,
        )
    };
    ACTIONS.iter().enumerate().map(row).collect()
}

/// Several of them, or a dash where there are none.
fn listed<T: ToString>(items: &[T]) -> String {
    match items.is_empty() {
        true => "–".to_owned(),
        false => items
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    }
}
