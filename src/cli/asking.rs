//! What an agent asks, as flags say it: for asking, and for trying out what would be said to it.

use super::args;
use super::failure::Failure;
use crate::api::request::Ask;
use crate::domain::id::{ActionName, PersonId};
use crate::domain::request::{Kind, Resource, Trigger};
use crate::domain::risk::{Declared, Risk};
use crate::domain::time::Span;
use crate::domain::untrusted::Untrusted;

/// What is asked.
#[derive(Debug, clap::Args)]
pub struct Question {
    /// What to do, like email.send
    #[arg(long, value_name = "ACTION")]
    action: ActionName,

    /// With what: JSON, @FILE, or @- for standard input; its bytes are kept as they are
    #[arg(long, value_name = "JSON")]
    params: String,

    /// What it is about, in the agent's words
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// Why, in the agent's words
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// The person it is done for; without it the agent's only owner, where there is exactly one
    #[arg(long, value_name = "PERSON")]
    pub on_behalf_of: Option<PersonId>,

    /// The conversation that it is part of
    #[arg(long, value_name = "ID")]
    conversation: Option<String>,

    /// What made the agent ask
    #[arg(long, default_value = "api", value_parser = args::word::<Trigger>(
        &["chat", "schedule", "email", "webhook", "voice", "api"]))]
    trigger: Trigger,

    /// The node of the workflow that asks
    #[arg(long, value_name = "NODE")]
    node: Option<String>,

    /// The thing that it is about
    #[arg(long, value_name = "TYPE:ID", value_parser = args::resource)]
    resource: Option<Resource>,

    /// Whom the agent says that thing belongs to
    #[arg(long, value_name = "PERSON", requires = "resource")]
    resource_owner: Option<PersonId>,

    /// Whom it reaches, where the parameters don't say; may be given several times
    #[arg(long = "recipient", value_name = "RECIPIENT")]
    recipients: Vec<String>,

    /// What else is known: JSON, @FILE, or @- for standard input; rules may look at it
    #[arg(long, value_name = "JSON")]
    context: Option<String>,

    /// How risky the agent thinks it is: this can raise the level, never lower it
    #[arg(long, value_name = "LEVEL", value_parser = args::word::<Risk>(
        &["low", "medium", "high", "critical"]))]
    risk: Option<Risk>,

    /// How long it may wait, like 2h: this can shorten what policy gives, never lengthen it
    #[arg(long, value_name = "TIME")]
    expires_in: Option<Span>,

    /// It is a turn that does nothing outside the conversation: only for chat.reply and step.*
    #[arg(long)]
    step: bool,
}

impl Question {
    /// The request that they make; `only_owner` is whom it is done for where nobody is named.
    pub fn ask(self, only_owner: Option<PersonId>, waiting: bool) -> Result<Ask, Failure> {
        if self.params == "@-" && self.context.as_deref() == Some("@-") {
            return Err(Failure::usage(
                "--params and --context can't both be read from standard input",
            ));
        }
        let params = args::json("--params", &self.params)?;
        let context = self.context.map(|text| args::json("--context", &text));
        let owner = self.resource_owner;
        Ok(Ask {
            action: self.action,
            params,
            kind: match self.step {
                true => Kind::Step,
                false => Kind::ToolCall,
            },
            title: self.title.map(Untrusted::from),
            reason: self.reason.map(Untrusted::from),
            trigger: self.trigger,
            conversation: self.conversation.map(Untrusted::from),
            node: self.node.map(Untrusted::from),
            on_behalf_of: self.on_behalf_of.or(only_owner),
            resource: self.resource.map(|resource| Resource { owner, ..resource }),
            recipients: match self.recipients {
                none if none.is_empty() => None,
                some => Some(some.into_iter().map(Untrusted::from).collect()),
            },
            context: context.transpose()?,
            risk: self.risk.map(|level| Declared {
                level,
                reason: None,
            }),
            expires_in: self.expires_in,
            waiting,
            voice: None,
            callback_url: None,
            checkpoint: None,
        })
    }
}

/// The one among these, if there is exactly one.
pub fn only(owners: &[PersonId]) -> Option<PersonId> {
    match owners {
        [one] => Some(one.clone()),
        _ => None,
    }
}
