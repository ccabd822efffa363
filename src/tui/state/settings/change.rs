//! A change of a setting before it is saved: what it is, whether it may be made, and what follows of it.

use crate::api::settings::{ActionView, Integration, OptedInCount};
use crate::domain::id::{ActionName, IntegrationName, PersonId};
use crate::domain::people::UserRef;
use crate::tui::action::ActionId;
use crate::tui::state::{State, words};

use super::facts::Facts;
use super::pages::{self, Verb};
use super::section::{Group, Section};
use super::sheet::{Offer, Subject, ToSave};
use super::{Focused, Settings, Yours};

/// A change that can be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Whether people may opt in to an action.
    Unlock { action: ActionName, on: bool },
    Enable {
        integration: IntegrationName,
        on: bool,
    },
    /// One's own choice: let it through.
    Always { action: ActionName },
    /// One's own choice: ask every time; it ends every choice for this action.
    Manual { action: ActionName },
    /// What a page offered, and by what.
    Offered(Box<Offer>, Origin),
}

/// What a page was asked for a change with, so that it can be asked again when something has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Key(Verb),
    Line(Typing, String),
}

/// What a line that is typed on a page is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typing {
    Role(PersonId),
    Away,
    Quiet,
    Token,
}

/// What is changed, from what, to what.
#[derive(Debug)]
pub struct Difference {
    pub what: &'static str,
    pub from: String,
    pub to: String,
}

impl Change {
    /// Whether it is about everybody, and so an admin's to make.
    pub fn is_workspace(&self) -> bool {
        match self {
            Change::Unlock { .. } | Change::Enable { .. } => true,
            Change::Always { .. } | Change::Manual { .. } => false,
            Change::Offered(offer, _) => !matches!(offer.saves, ToSave::Me(_)),
        }
    }

    /// What it is about.
    pub fn subject(&self) -> &str {
        match self {
            Change::Enable { integration, .. } => integration.as_str(),
            Change::Unlock { action, .. }
            | Change::Always { action }
            | Change::Manual { action } => action.as_str(),
            Change::Offered(offer, _) => &offer.subject,
        }
    }

    /// What is changed, from what, to what.
    pub fn difference(&self, settings: &Settings) -> Difference {
        let on_off = |on: bool| if on { "on" } else { "off" };
        let enabled = |on: bool| if on { "enabled" } else { "disabled" };
        let (what, from, to) = match self {
            Change::Unlock { on, .. } => ("unlocked", on_off(!on).to_owned(), on_off(*on)),
            Change::Enable { on, .. } => ("integration", enabled(!on).to_owned(), enabled(*on)),
            Change::Always { action } => ("yours", chosen(settings, action), "always"),
            Change::Manual { action } => ("yours", chosen(settings, action), "manual"),
            Change::Offered(offer, _) => {
                return Difference {
                    what: offer.what,
                    from: offer.from.clone(),
                    to: offer.to.clone(),
                };
            }
        };
        let to = to.to_owned();
        Difference { what, from, to }
    }

    /// Whether it would still change anything.
    pub fn still_applies(&self, state: &State) -> bool {
        let settings = &state.settings;
        match self {
            Change::Offered(offer, origin) => state.offered(origin).as_ref() == Ok(offer),
            Change::Unlock { action, on } => settings
                .action(action)
                .is_some_and(|(action, _)| action.auto_approval_allowed != *on),
            Change::Enable { integration, on } => settings
                .integration(integration)
                .is_some_and(|integration| integration.enabled != *on),
            Change::Always { action } => settings
                .action(action)
                .is_some_and(|(action, yours)| action.auto_approval_allowed && !yours.always),
            Change::Manual { action } => settings
                .action(action)
                .is_some_and(|(_, yours)| yours.any()),
        }
    }

    /// Who is affected, and how.
    pub fn consequence(&self, settings: &Settings) -> String {
        match self {
            Change::Unlock { action, on: true } => format!(
                "Turning on “{action}” lets everybody choose for themselves to let it through without \
                 looking at it first. It changes nobody by itself; critical risk is always asked."
            ),
            Change::Unlock { action, on: false } => {
                let touched = settings.action(action).map(|(action, _)| action.opted_in);
                locking(action, touched.unwrap_or_default())
            }
            Change::Enable {
                integration,
                on: true,
            } => format!(
                "Enabling “{integration}” lets {} act through it again, from the next request. What \
                 was cancelled stays cancelled.",
                settings
                    .integration(integration)
                    .map_or_else(String::new, users)
            ),
            Change::Enable {
                integration,
                on: false,
            } => format!(
                "Disabling “{integration}” refuses everything that agents ask of it, for everybody, and \
                 cancels what waits or hasn't started. Enabling it again brings nothing back."
            ),
            Change::Always { action } => format!(
                "From the next request, “{action}” that agents ask on your behalf goes through without \
                 you looking at it first, unless policy asks somebody else or the risk is critical."
            ),
            Change::Manual { action } => {
                let yours = settings.action(action).map(|(_, yours)| yours);
                giving_up(action, yours.unwrap_or_default())
            }
            Change::Offered(offer, _) => offer.consequence.clone(),
        }
    }

    /// What is said once the gate has it.
    pub fn done(&self) -> String {
        match self {
            Change::Unlock { action, on: true } => {
                format!("{action} is unlocked: people may choose to let it through")
            }
            Change::Unlock { action, on: false } => {
                format!("{action} is locked: everybody approves it by hand")
            }
            Change::Enable {
                integration,
                on: true,
            } => format!("{integration} is enabled"),
            Change::Enable {
                integration,
                on: false,
            } => format!("{integration} is disabled"),
            Change::Always { action } => format!("{action} goes through for you from now on"),
            Change::Manual { action } => format!("{action} waits for you from now on"),
            Change::Offered(offer, _) => offer.done.clone(),
        }
    }
}

fn locking(action: &ActionName, touched: OptedInCount) -> String {
    let who = match (touched.always, touched.conversation) {
        (0, 0) => {
            return format!(
                "Nobody lets “{action}” through now. Turning it off means that nobody can, until it is \
                 turned on again."
            );
        }
        (always, 0) => people(always),
        (0, some) => format!("{} in a conversation", people(some)),
        (always, some) => format!(
            "{}, and {} in a conversation,",
            people(always),
            people(some)
        ),
    };
    format!(
        "Turning off “{action}” makes {who} approve by hand again, from the next request. Turning it \
         on again later does not bring their choices back."
    )
}

fn giving_up(action: &ActionName, yours: Yours) -> String {
    let kept = match (yours.always, yours.conversations) {
        (false, 1) => "your choice for its conversation".to_owned(),
        (false, some) => format!(
            "your choices for {} conversations",
            words::grouped(some as u64)
        ),
        (true, 0) => "your choice".to_owned(),
        (true, some) => format!(
            "your choice, and with it {} for conversations",
            words::grouped(some as u64)
        ),
    };
    format!("This ends {kept}: from the next request, “{action}” waits for you each time.")
}

fn people(count: usize) -> String {
    match count {
        1 => "1 person".to_owned(),
        count => format!("{} people", words::grouped(count as u64)),
    }
}

/// Who may act through an integration.
pub(super) fn users(integration: &Integration) -> String {
    if integration.users.contains(&UserRef::Everybody) {
        return "everybody".to_owned();
    }
    let users: Vec<String> = integration.users.iter().map(ToString::to_string).collect();
    match users.is_empty() {
        true => "nobody".to_owned(),
        false => users.join(", "),
    }
}

fn chosen(settings: &Settings, action: &ActionName) -> String {
    settings
        .action(action)
        .map_or_else(String::new, |(_, yours)| yours.word())
}

impl Yours {
    /// `manual`, `always`, `2 conversations`.
    pub fn word(self) -> String {
        match (self.always, self.conversations) {
            (true, _) => "always".to_owned(),
            (false, 0) => "manual".to_owned(),
            (false, some) => words::count(some, "conversation"),
        }
    }
}

/// Whether there is anything to unlock: what needs no approval goes through anyway.
pub fn can_be_unlocked(action: &ActionView) -> bool {
    action.needs_approval || action.auto_approval_allowed
}

impl State {
    /// Why the focused setting can't be turned on or off. The key is dim then.
    pub fn why_not_toggle(&self) -> Option<String> {
        match (self.settings.section, self.settings_subject()) {
            (Section::AutoApproval, _) => {}
            (_, Some(Subject::Integration(_))) => {
                return self.unable_to_save().or_else(|| self.why_not_changed());
            }
            _ => return self.why_not_offered(Verb::Toggle),
        }
        let focused = match self.settings.focused() {
            _ if self.unable_to_save().is_some() => return self.unable_to_save(),
            None => return Some("there is nothing to change here".to_owned()),
            Some(focused) => focused,
        };
        match focused {
            Focused::Conversation(_) => {
                let key = self.keymap.key(ActionId::Choose);
                Some(format!("this is yours alone: {key} ends it"))
            }
            _ if !self.manages() => Some(self.why_not_manage()),
            Focused::Action(action, _) if !can_be_unlocked(action) => Some(format!(
                "{} needs no approval: there is nothing to unlock",
                action.name
            )),
            Focused::Action(..) | Focused::Integration(_) => None,
        }
    }

    /// Why no other choice of one's own can be made for what is focused.
    pub fn why_not_choose(&self) -> Option<String> {
        if let Some(why) = self.unable_to_save() {
            return Some(why);
        }
        let unlocks = |action: &ActionView| {
            matches!(&self.settings.prepared,
                Some(Change::Unlock { action: name, on: true }) if *name == action.name)
        };
        match self.settings.focused() {
            None => Some("there is nothing to change here".to_owned()),
            Some(Focused::Action(action, _)) if unlocks(action) => Some(format!(
                "unlocking {} is only prepared: save it first: {}",
                action.name,
                self.keymap.key(ActionId::Save)
            )),
            Some(Focused::Integration(_)) => {
                Some("choices are made action by action: go to one of them".to_owned())
            }
            Some(Focused::Action(action, yours)) if !yours.any() => match action {
                action if !can_be_unlocked(action) => {
                    Some(format!("{} needs no approval", action.name))
                }
                action if !action.auto_approval_allowed => Some(format!(
                    "{} is locked: an admin has to unlock it first",
                    action.name
                )),
                _ => None,
            },
            Some(Focused::Action(..) | Focused::Conversation(_)) => None,
        }
    }

    /// Why nothing can be saved now.
    pub fn unable_to_save(&self) -> Option<String> {
        if !self.is_live() {
            return Some("not connected: a change needs the gate".to_owned());
        }
        let saving = self.settings.saving.is_some();
        saving.then(|| "a change is on its way".to_owned())
    }

    /// Why the prepared change can't be saved.
    pub fn why_not_save(&self) -> Option<String> {
        let unseen = !self.change_is_visible();
        self.unable_to_save().or_else(|| {
            unseen.then(|| "make the window larger: what it would do doesn't fit".to_owned())
        })
    }

    /// Why the workspace isn't theirs to change.
    pub fn why_not_manage(&self) -> String {
        let role = self.me.as_ref().and_then(|me| me.role);
        match role {
            Some(role) => format!(
                "only admins and owners change this for everybody; you are {}",
                with_article(role.word())
            ),
            None => "only admins and owners change this for everybody".to_owned(),
        }
    }

    /// The change that the toggle key prepares.
    pub fn toggled(&self) -> Option<Change> {
        match (self.settings.section, self.settings_subject()) {
            (Section::AutoApproval, _) => {}
            (_, Some(Subject::Integration(name))) => {
                let integration = self.settings.integration(name)?;
                return Some(Change::Enable {
                    integration: name.clone(),
                    on: !integration.enabled,
                });
            }
            _ => return self.changed_by(Origin::Key(Verb::Toggle)).ok(),
        }
        match self.settings.focused()? {
            Focused::Integration(integration) => Some(Change::Enable {
                integration: integration.name.clone(),
                on: !integration.enabled,
            }),
            Focused::Action(action, _) => Some(Change::Unlock {
                action: action.name.clone(),
                on: !action.auto_approval_allowed,
            }),
            Focused::Conversation(_) => None,
        }
    }

    /// The change that a page offers for a key or a line, or why there is none.
    pub fn changed_by(&self, origin: Origin) -> Result<Change, String> {
        let offer = self.offered(&origin)?;
        Ok(Change::Offered(offer, origin))
    }

    /// What a page offers for it now.
    fn offered(&self, origin: &Origin) -> Result<Box<Offer>, String> {
        let none = Facts::default();
        let facts = self.settings.page_facts().unwrap_or(&none);
        let around = self.around();
        let offer = match origin {
            Origin::Key(verb) => pages::offer(&self.settings, facts, around, *verb),
            Origin::Line(Typing::Role(id), word) => pages::person_role(id, word.trim(), facts),
            Origin::Line(Typing::Away, typed) => pages::away(typed, facts, around),
            Origin::Line(Typing::Quiet, typed) => pages::quiet(typed, around),
            Origin::Line(Typing::Token, typed) => pages::issue(typed, facts),
        };
        offer.map(Box::new)
    }

    /// Why a key changes nothing of what is focused on a page that is a list.
    pub fn why_not_offered(&self, verb: Verb) -> Option<String> {
        self.unable_to_save()
            .or_else(|| self.why_not_seen())
            .or_else(|| self.why_not_changed())
            .or_else(|| self.offered(&Origin::Key(verb)).err())
    }

    /// Why nothing of the page can be changed by this person.
    pub fn why_not_changed(&self) -> Option<String> {
        let own = self.settings.section.group() == Group::Yours;
        (!own && !self.manages()).then(|| self.why_not_manage())
    }

    /// What Enter asks for on the focused row of a page: a line to type.
    pub fn typed_for(&self) -> Option<Typing> {
        match (self.settings.section, self.settings_subject()?) {
            (Section::People, Subject::Person(id)) => Some(Typing::Role(id.clone())),
            (Section::Away, _) => Some(Typing::Away),
            (Section::Notifications, Subject::Quiet) => Some(Typing::Quiet),
            _ => None,
        }
    }

    /// Why a line for the focused row would take nothing, whatever is typed.
    pub(super) fn why_not_typed(&self, typing: &Typing) -> Option<String> {
        let Typing::Role(id) = typing else {
            return None;
        };
        pages::why_no_role(id, self.settings.page_facts()?)
    }

    /// The change that the choose key prepares: the other one of manual and always.
    pub fn chosen(&self) -> Option<Change> {
        match self.settings.focused()? {
            Focused::Integration(_) => None,
            Focused::Action(action, yours) => {
                let action = action.name.clone();
                Some(match yours.always {
                    true => Change::Manual { action },
                    false => Change::Always { action },
                })
            }
            Focused::Conversation(chosen) => Some(Change::Manual {
                action: chosen.action.clone(),
            }),
        }
    }
}

pub(super) fn with_article(role: &str) -> String {
    match role {
        "admin" | "owner" => format!("an {role}"),
        role => format!("a {role}"),
    }
}
