//! Where the record of a request stands in the log, and what was checked of it: by this inbox, from the
//! hashes up. Nothing is called verified that wasn't.

use crate::api::request::Request;
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
}

impl RecordProof {
    /// What came of asking: a decision that is shown has to be one that the log has.
    pub fn of(found: Result<Proven, String>, shown: &Request) -> Self {
        match found {
            Ok(proven) if proven.record(shown).is_none() => RecordProof::Bad(format!(
                "no entry of the log says that it was {}",
                shown.status.word()
            )),
            Ok(proven) => RecordProof::Good(Box::new(proven)),
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
