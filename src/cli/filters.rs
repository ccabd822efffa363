//! Which requests a list shows, as its flags say it.

use super::args;
use crate::api::request::Filter;
use crate::domain::id::{ActionName, AgentId, PersonId};
use crate::domain::request::Trigger;
use crate::domain::risk::Risk;
use crate::domain::time::At;

/// What these flags stand under in a manual.
pub const HEADING: &str = "Which requests";

/// What narrows a list down.
#[derive(Debug, clap::Args)]
pub struct Filters {
    /// Only what this agent asked
    #[arg(help_heading = HEADING, long, value_name = "AGENT")]
    agent: Option<AgentId>,

    /// Only this action
    #[arg(help_heading = HEADING, long, value_name = "ACTION")]
    action: Option<ActionName>,

    /// Only this risk
    #[arg(help_heading = HEADING, long, value_name = "LEVEL", value_parser = args::word::<Risk>(
        &["low", "medium", "high", "critical"]))]
    risk: Option<Risk>,

    /// Only what was asked on behalf of this person; `me` is you
    #[arg(help_heading = HEADING, long, value_name = "PERSON")]
    requested_by: Option<PersonId>,

    /// Only what this person decided; `me` is you
    #[arg(help_heading = HEADING, long, value_name = "PERSON")]
    decided_by: Option<PersonId>,

    /// Only what reaches this recipient
    #[arg(help_heading = HEADING, long, value_name = "RECIPIENT")]
    recipient: Option<String>,

    /// Only what this rule, pattern or mode answered, by its name
    #[arg(help_heading = HEADING, long, value_name = "NAME")]
    rule: Option<String>,

    /// Only what was asked because of this
    #[arg(help_heading = HEADING, long, value_parser = args::word::<Trigger>(
        &["chat", "schedule", "email", "webhook", "voice", "api"]))]
    trigger: Option<Trigger>,

    /// Only what belongs to this conversation
    #[arg(help_heading = HEADING, long, value_name = "ID")]
    conversation: Option<String>,

    /// Only what this node of a workflow asked
    #[arg(help_heading = HEADING, long, value_name = "NODE")]
    node: Option<String>,

    /// Only what came after this: a day, a time, or how long ago, like 30d
    #[arg(help_heading = HEADING, long, value_name = "TIME", value_parser = args::past)]
    since: Option<At>,

    /// Only what came before this: a day, a time, or how long ago
    #[arg(help_heading = HEADING, long, value_name = "TIME", value_parser = args::past)]
    until: Option<At>,

    /// Only what was decided after this: a day, a time, or how long ago
    #[arg(help_heading = HEADING, long, value_name = "TIME", value_parser = args::past)]
    decided_since: Option<At>,

    /// Only what was decided before this: a day, a time, or how long ago
    #[arg(help_heading = HEADING, long, value_name = "TIME", value_parser = args::past)]
    decided_until: Option<At>,

    /// Only what has all of these words in its headline, its title, its action, its parameters or its recipients
    #[arg(help_heading = HEADING, short = 'q', long = "search", value_name = "WORDS")]
    words: Option<String>,
}

impl Filters {
    /// The filter that they make.
    pub fn filter(self) -> Filter {
        Filter {
            agent: self.agent,
            action: self.action,
            risk: self.risk,
            requested_by: self.requested_by,
            decided_by: self.decided_by,
            recipient: self.recipient,
            rule: self.rule,
            trigger: self.trigger,
            conversation: self.conversation,
            node: self.node,
            since: self.since,
            until: self.until,
            decided_since: self.decided_since,
            decided_until: self.decided_until,
            q: self.words,
            ..Filter::default()
        }
    }
}
