//! What stands at the foot of the page: what the prepared change would do, or what the focused setting
//! means.

use crate::api::settings::{ActionView, Choice, Integration, Preference};
use crate::domain::execution::Executor;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::{State, words};

use super::change::{Difference, can_be_unlocked, users};
use super::section::{Group, Section};
use super::{Change, Focused, Yours};

/// A title and a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    pub title: Untrusted,
    pub text: Untrusted,
    /// It is about a change that isn't made yet.
    pub change: bool,
}

impl State {
    /// What to say about what is focused, or about the change that is prepared.
    pub fn told(&self) -> Option<Told> {
        let settings = &self.settings;
        if let Some(change) = &settings.saving {
            return Some(Told {
                title: Untrusted::from(format!("Saving: {}", self.headline(change))),
                text: Untrusted::from("The gate hasn't answered yet."),
                change: true,
            });
        }
        if let Some(change) = &settings.prepared {
            return Some(Told {
                title: Untrusted::from(self.headline(change)),
                text: Untrusted::from(change.consequence(settings)),
                change: true,
            });
        }
        if settings.section != Section::AutoApproval {
            return self.told_of_row();
        }
        let (title, text) = match settings.focused()? {
            Focused::Integration(integration) => self.integration(integration),
            Focused::Action(action, yours) => self.action(action, yours),
            Focused::Conversation(chosen) => self.conversation(chosen)?,
        };
        Some(Told {
            title: Untrusted::from(title),
            text: Untrusted::from(text),
            change: false,
        })
    }

    fn told_of_row(&self) -> Option<Told> {
        let row = self.settings.sheet.focused()?;
        let text = match self.settings.section.group() {
            Group::Workspace => format!("{}{}", row.text.plain_line(), self.hint()),
            Group::Yours | Group::Terminal => row.text.plain_line(),
        };
        Some(Told {
            title: row.title.clone(),
            text: Untrusted::from(text),
            change: false,
        })
    }

    /// `slack.send_message, unlocked: from on to off`
    fn headline(&self, change: &Change) -> String {
        let Difference { what, from, to } = change.difference(&self.settings);
        format!("{}, {what}: from {from} to {to}", change.subject())
    }

    fn integration(&self, integration: &Integration) -> (String, String) {
        let text = match integration.enabled {
            true => "Agents may ask through it, each on behalf of those whom it acts for.",
            false => "Disabled: everything that agents ask of it is refused.",
        };
        let title = format!("{}, for {}", integration.name, users(integration));
        (title, format!("{text}{}", self.hint()))
    }

    fn action(&self, action: &ActionView, yours: Yours) -> (String, String) {
        let risk = action.default_risk.word();
        let run = match action.executor {
            Executor::Agent => "run by the agent",
            Executor::Queue => "run by workers",
        };
        let mut title = format!("{}, {risk} risk, {run}", action.name);
        if !action.enabled {
            title.push_str(", disabled");
        }
        let text = if !action.enabled {
            "Disabled: every request for it is refused."
        } else if !can_be_unlocked(action) {
            "Needs no approval: it goes through without anybody looking at it first."
        } else if !action.auto_approval_allowed {
            "Locked: no admin has unlocked it, so each waits for a person."
        } else if yours.always {
            "It goes through for you without you looking at it first, unless policy asks somebody \
             else or the risk is critical."
        } else if yours.any() {
            "It goes through for you in some conversations, listed below; elsewhere each waits for \
             you."
        } else {
            "Unlocked, and you have chosen nothing: each waits for you."
        };
        let hint = match can_be_unlocked(action) {
            true => self.hint(),
            false => String::new(),
        };
        let text = format!("{text}{hint}");
        (title, text)
    }

    fn conversation(&self, chosen: &Preference) -> Option<(String, String)> {
        let Choice::Conversation {
            agent,
            conversation,
        } = &chosen.choice
        else {
            return None;
        };
        let title = format!(
            "{}, {agent}, {}",
            chosen.action,
            conversation.raw_for_execution()
        );
        let ends = chosen.ends_at.map_or_else(String::new, |at| {
            let left = at.since(self.now.wall);
            format!(
                " It ends in {} unless it is made use of again.",
                words::long(left)
            )
        });
        let text = format!(
            "In this conversation with {agent}, {} goes through for you without you looking at it \
             first.{ends}",
            chosen.action
        );
        Some((title, text))
    }

    /// Whose it is to change, said to those whose it isn't.
    fn hint(&self) -> String {
        match self.manages() {
            true => String::new(),
            false => format!(" {}.", capitalised(&self.why_not_manage())),
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
