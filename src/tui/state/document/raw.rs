//! What a digest covers, as it is: the bytes of the parameters as they came, and what goes with them.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::api::request::Request;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::history::decided_by;
use crate::tui::state::words;

use super::write::Writer;
use super::{Block, Document, Tone};

impl Document {
    /// Everything that the digest of a request covers, and nothing else.
    pub fn raw(request: &Request, zone: &TimeZone) -> Self {
        let mut writer = Writer::new(zone, true);
        writer.heading("Digest", "of all that follows".to_owned());
        writer.text(&request.digest.to_string());
        writer.put(Block::Gap);
        writer.ours("Action", request.action.to_string());
        writer.ours("Agent", request.agent.to_string());
        for (index, recipient) in request.recipients.iter().enumerate() {
            let label = if index == 0 { "Recipients" } else { "" };
            writer.field(label, recipient.clone(), Tone::Content);
        }
        if let Some(resource) = &request.resource {
            writer.field("Resource", resource.kind.clone(), Tone::Content);
            writer.field("", resource.id.clone(), Tone::Content);
        }
        let text = request.params.as_ref().map_or("", |raw| raw.text());
        let bytes = words::grouped(text.len() as u64);
        let note = format!("{bytes} bytes, handed on as they came");
        writer.heading("Parameters", note);
        writer.text(text);
        Self::written(writer, true)
    }

    /// What became of earlier requests: of the same agent, and to the same recipient.
    pub fn past(past: &Past, zone: &TimeZone) -> Self {
        let mut writer = Writer::new(zone, true);
        let latest = |page: &[Request]| match page.is_empty() {
            true => "nothing was decided yet".to_owned(),
            false => format!("the latest {}", words::count(page.len(), "request")),
        };
        writer.heading("Agent", latest(&past.agent));
        writer.earlier(&past.agent);
        if let Some((recipient, requests)) = &past.recipient {
            writer.say(recipient);
            writer.put(Block::Gap);
            writer.put(Block::Field {
                label: "Recipient",
                value: recipient.clone(),
                aside: Some(Untrusted::from(latest(requests))),
                tone: Tone::Content,
            });
            writer.earlier(requests);
        }
        Self::written(writer, true)
    }
}

/// Requests that were decided before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Past {
    pub agent: Vec<Request>,
    pub recipient: Option<(Untrusted, Vec<Request>)>,
}

impl Writer<'_> {
    fn earlier(&mut self, requests: &[Request]) {
        for request in requests {
            self.say(&request.headline);
            let settled = request.settled.as_ref();
            let at = settled.map_or(request.created_at, |settled| settled.at);
            let at = words::moment(at, self.zone());
            let by = decided_by(request);
            self.put(Block::Field {
                label: request.status.word(),
                value: request.headline.clone(),
                aside: Some(Untrusted::from(format!(
                    "{at} by {}",
                    by.raw_for_execution()
                ))),
                tone: Tone::Content,
            });
        }
    }
}
