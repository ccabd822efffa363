//! What a list of requests is asked for. Pages are found by key, never by counting rows, so the last
//! page costs what the first one does.

use data_encoding::BASE64URL_NOPAD;

use crate::domain::id::{ActionName, AgentId, PersonId, RequestId};
use crate::domain::lifecycle::Status;
use crate::domain::request::Trigger;
use crate::domain::review::Reviewer;
use crate::domain::risk::Risk;
use crate::domain::time::At;

/// Which requests, in which order, how many.
#[derive(Debug, Clone)]
pub struct Query {
    pub audience: Audience,
    pub order: Order,
    /// All of them when empty.
    pub statuses: Vec<Status>,
    pub agent: Option<AgentId>,
    pub action: Option<ActionName>,
    pub risk: Option<Risk>,
    /// What its reviewer put off, in place of all the rest.
    pub put_off: bool,
    pub requested_by: Option<PersonId>,
    pub decided_by: Option<PersonId>,
    pub recipient: Option<String>,
    pub rule: Option<String>,
    pub trigger: Option<Trigger>,
    pub conversation: Option<String>,
    pub node: Option<String>,
    /// Words, each of which occurs in its title, parameters or recipients.
    pub words: Vec<String>,
    /// Whether those words are looked for in parameters too.
    pub words_in_params: bool,
    pub since: Option<At>,
    pub until: Option<At>,
    pub decided_since: Option<At>,
    pub decided_until: Option<At>,
    /// From the first id to the last one.
    pub ids: Option<(RequestId, RequestId)>,
    /// The moment at which what was put off until then comes back.
    pub now: At,
    pub limit: u32,
    pub after: Option<Cursor>,
}

impl Query {
    /// Everything that there is of it, from the beginning, a page at a time.
    pub fn new(audience: Audience, order: Order, now: At) -> Self {
        Self {
            audience,
            order,
            statuses: Vec::new(),
            agent: None,
            action: None,
            risk: None,
            put_off: false,
            requested_by: None,
            decided_by: None,
            recipient: None,
            rule: None,
            trigger: None,
            conversation: None,
            node: None,
            words: Vec::new(),
            words_in_params: false,
            since: None,
            until: None,
            decided_since: None,
            decided_until: None,
            ids: None,
            now,
            limit: 50,
            after: None,
        }
    }
}

/// Whose list it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everything there is.
    Everybody,
    /// What this person asked for, owns, decided or is asked to review.
    Party(PersonId),
    /// What this person may decide, as long as it waits and they haven't put it off.
    Reviewer(Reviewer),
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What waits: waiting callers first, then risk, deadline and age.
    Urgency,
    /// What is over: the last decided first.
    Decided,
    /// Everything: the last asked first.
    Asked,
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// A text that is no cursor of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is not a cursor; use the next_cursor of the page before, or leave it out")]
pub struct BadCursor;

impl Cursor {
    /// The form that goes over the wire.
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// Reads that form back.
    pub fn from_text(text: &str) -> Result<Self, BadCursor> {
        BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map(Self)
            .map_err(|_| BadCursor)
    }
}
