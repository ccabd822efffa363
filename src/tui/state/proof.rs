//! Where the record of a request stands in the log, and what was checked of it: by this inbox, from the
//! hashes up. Nothing is called verified that wasn't.

use serde::Deserialize;

use crate::api::request::Request;
use crate::domain::actor::Actor;
use crate::domain::digest::Digest;
use crate::domain::id::{ActionName, AgentId};
use crate::domain::lifecycle::Decision;
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::domain::verdict::Effect;

use super::words;

/// How it stands with the proof of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordProof {
    /// Nobody has asked for it.
    Unasked,
    /// The gate is asked for it.
    Asking,
    /// Every entry about the request was found to be in the log that is signed.
    Good(Box<Proven>),
    Bad(String),
}

/// What the log has about a request, all of it checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// How many entries the signed log has.
    pub size: u64,
    /// Its root, in hexadecimal.
    pub root: String,
    /// The log, as the key that signed it is named.
    pub signer: String,
    pub entries: Vec<ProvenEntry>,
}

/// An entry whose hash leads to the signed root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenEntry {
    pub position: u64,
    pub leaf: String,
    pub at: At,
    pub kind: Untrusted,
    pub by: String,
    pub says: Says,
}

/// What an entry says that the screen shows as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    Asked(AskedEntry),
    Edited(EditedEntry),
    Settled(SettledEntry),
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedEntry {
    pub action: ActionName,
    pub agent: AgentId,
    pub what: EditedEntry,
}

/// What would be done, as it was asked or as somebody edited it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EditedEntry {
    pub digest: Digest,
    pub headline: Untrusted,
    pub recipients: Vec<Untrusted>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SettledEntry {
    pub decision: Decision,
    pub by: Actor,
    pub reason: Option<Untrusted>,
    #[serde(default)]
    pub answer: Option<Untrusted>,
}

impl Proven {
    /// The entry in which the decision stands that the screen shows.
    pub fn record(&self, request: &Request) -> Option<&ProvenEntry> {
        let kind = match (&request.settled, request.verdict.effect) {
            (Some(settled), _) => format!("request.{}", settled.decision.word()),
            (None, Effect::Allow) => "request.allowed".to_owned(),
            (None, Effect::Deny) => "request.denied".to_owned(),
            (None, Effect::Ask) => return None,
        };
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.kind.raw_for_execution() == kind)
    }

    /// What the screen shows that the entries say otherwise; nothing if they agree.
    pub fn contradiction(&self, shown: &Request) -> Option<String> {
        if self.record(shown).is_none() {
            let word = shown.status.word();
            return Some(format!("no entry of the log says that it was {word}"));
        }
        let says = || self.entries.iter().map(|entry| &entry.says);
        let asked = says().find_map(|says| match says {
            Says::Asked(asked) => Some(asked),
            _ => None,
        });
        let Some(asked) = asked else {
            return Some("no entry of the log says what was asked".to_owned());
        };
        let edited = says().rev().find_map(|says| match says {
            Says::Edited(edited) => Some(edited),
            _ => None,
        });
        let what = edited.unwrap_or(&asked.what);
        let settled = says().find_map(|says| match says {
            Says::Settled(settled) => Some(settled),
            _ => None,
        });
        let differs = |part: &str, log: &str| {
            Some(format!("the {part} in the log is {log}, not what is shown"))
        };
        if asked.action != shown.action {
            return differs("action", asked.action.as_str());
        }
        if asked.agent != shown.agent {
            return differs("agent", asked.agent.as_str());
        }
        if what.headline != shown.headline {
            return differs("headline", &format!("“{}”", what.headline.plain_line()));
        }
        if what.digest != shown.digest {
            return differs("digest", &what.digest.to_string());
        }
        if what.recipients != shown.recipients {
            let log: Vec<String> = what.recipients.iter().map(Untrusted::plain_line).collect();
            return differs("list of recipients", &format!("[{}]", log.join(", ")));
        }
        settled_otherwise(settled, shown)
    }
}

/// What the screen shows of the decision that its entry says otherwise.
fn settled_otherwise(log: Option<&SettledEntry>, shown: &Request) -> Option<String> {
    let (log, shown) = match (log, &shown.settled) {
        (None, None) => return None,
        // The record that was looked for is of that kind, so it is there.
        (None, Some(_)) => return Some("no entry of the log says how it was decided".to_owned()),
        (Some(log), None) => {
            let word = log.decision.word();
            return Some(format!("the log says that it was {word} by {}", log.by));
        }
        (Some(log), Some(shown)) => (log, shown),
    };
    if (log.decision, &log.by) != (shown.decision, &shown.by) {
        let word = log.decision.word();
        return Some(format!(
            "the log says that it was {word} by {}, not {} by {}",
            log.by,
            shown.decision.word(),
            shown.by
        ));
    }
    if (&log.reason, &log.answer) != (&shown.reason, &shown.answer) {
        return Some(format!("{} gave other words for it than are shown", log.by));
    }
    None
}

impl RecordProof {
    /// What came of asking: what is shown has to be what the log says.
    pub fn of(found: Result<Proven, String>, shown: &Request) -> Self {
        match found {
            Ok(proven) => match proven.contradiction(shown) {
                Some(why) => RecordProof::Bad(why),
                None => RecordProof::Good(Box::new(proven)),
            },
            Err(why) => RecordProof::Bad(why),
        }
    }

    /// `#18,377, verified here to #18,402`.
    pub fn place(&self, request: &Request) -> String {
        match self {
            RecordProof::Unasked => "v finds it in the log, and verifies it".to_owned(),
            RecordProof::Asking => "looking through the log …".to_owned(),
            RecordProof::Bad(why) => format!("NOT VERIFIED: {why}"),
            RecordProof::Good(proven) => {
                // What is shown may have changed since.
                if let Some(why) = proven.contradiction(request) {
                    return format!("NOT VERIFIED: {why}");
                }
                let position = proven.record(request).map_or(0, |entry| entry.position);
                format!(
                    "#{}, verified here to #{}; v shows how",
                    words::grouped(position),
                    words::grouped(proven.size)
                )
            }
        }
    }
}
