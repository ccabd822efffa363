//! Parameters that are an e-mail, whatever the action is called: they name whom it goes to, and have a
//! subject or a body.

use crate::domain::json::Json;
use crate::domain::recipient::{Kind, Recipient, parse_list};
use crate::domain::untrusted::{Untrusted, safe};

/// Where recipients stand, and what their rows are labelled.
const ENVELOPE: [(&str, &str); 3] = [("to", "To"), ("cc", "Cc"), ("bcc", "Bcc")];

/// An e-mail, as its parameters have it.
pub struct Mail<'a> {
    /// By row label; only those that are there.
    pub recipients: Vec<(&'static str, Vec<Mailbox<'a>>)>,
    pub subject: Option<&'a str>,
    pub body: Option<&'a str>,
    /// Every other parameter, in the order they were sent.
    pub others: Vec<(&'a str, &'a Json)>,
}

/// One recipient: where it goes, and what else was written there.
pub struct Mailbox<'a> {
    /// As it stands in the parameters.
    pub written: &'a str,
    pub address: Untrusted,
    /// The form in which the gate counts it.
    pub normal: String,
    name: Option<&'a str>,
    understood: bool,
}

impl<'a> Mail<'a> {
    /// Reads parameters as an e-mail, if they are one.
    pub fn of(params: &'a Json) -> Option<Self> {
        let members = params.as_object()?;
        let text = |key: &str| params.get(key).and_then(Json::as_str);
        if !members.iter().any(|(key, _)| key == "to") {
            return None;
        }
        if text("subject").is_none() && text("body").is_none() {
            return None;
        }
        let mut mail = Mail {
            recipients: Vec::new(),
            subject: text("subject"),
            body: text("body"),
            others: Vec::new(),
        };
        for (key, label) in ENVELOPE {
            if let Some(found) = params.get(key).and_then(mailboxes) {
                mail.recipients.push((label, found));
            }
        }
        for (key, value) in members {
            let envelope = ENVELOPE.iter().any(|(name, _)| name == key);
            let own_row = match envelope {
                true => mailboxes(value).is_some(),
                false => ["subject", "body"].contains(&key.as_str()) && value.as_str().is_some(),
            };
            if !own_row {
                mail.others.push((key, value));
            }
        }
        Some(mail)
    }
}

/// The mailboxes of a text or of a list of texts. Anything else is shown as it is, among the parameters.
fn mailboxes(value: &Json) -> Option<Vec<Mailbox<'_>>> {
    match value {
        Json::String(text) => Some(split(text).into_iter().map(Mailbox::read).collect()),
        Json::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Json::as_str).collect();
            let each = texts?.into_iter().flat_map(split).map(Mailbox::read);
            Some(each.collect::<Vec<_>>()).filter(|found| !found.is_empty())
        }
        _ => None,
    }
}

/// Splits where the gate does; a text that it takes for one recipient, or reads another way, stays whole.
fn split(text: &str) -> Vec<&str> {
    let mut quoted = false;
    let mut parts: Vec<&str> = text
        .split(|char| {
            quoted ^= char == '"';
            !quoted && matches!(char, ',' | ';')
        })
        .collect();
    parts.retain(|part| !part.trim_matches(' ').is_empty());
    let read = parts.iter().map(|part| Recipient::parse(part));
    match read.eq(parse_list(text)) && !parts.is_empty() {
        true => parts,
        false => vec![text],
    }
}

impl<'a> Mailbox<'a> {
    /// Address first, whatever name stands before it.
    fn read(written: &'a str) -> Self {
        let text = written.trim_matches(' ');
        let recipient = Recipient::parse(text);
        let understood = recipient.kind() != Kind::Unparsable;
        let named = text
            .strip_suffix('>')
            .and_then(|rest| rest.rsplit_once('<'));
        let (address, name) = match named {
            Some((name, address)) if understood => (address, Some(name.trim_matches(' '))),
            _ => (text, None),
        };
        Self {
            written,
            address: Untrusted::from(address),
            normal: recipient.normal().to_owned(),
            name: name.filter(|name| !name.is_empty()),
            understood,
        }
    }

    /// Why the name before the address isn't whom it goes to, if it is another address.
    pub fn disguise(&self) -> Option<String> {
        let name = self.name?.trim_matches(['"', '\'', ' ']);
        let other = Recipient::parse(name);
        let another = other.kind() == Kind::Email && other.normal() != self.normal;
        another.then(|| {
            let goes = self.address.plain_line();
            format!("{goes} is named like another address, {}", safe(name))
        })
    }

    /// What stands behind the address: which of how many it is, what its host is to a mailer, and the name
    /// that was written with it.
    pub fn note(&self, place: usize, count: usize) -> Option<Untrusted> {
        let mut notes = Vec::new();
        if count > 1 {
            notes.push(format!("{place} of {count}"));
        }
        if !self.understood {
            notes.push("can't be read as a recipient".to_owned());
        } else if !self.address.raw_for_execution().is_ascii() {
            notes.push(format!("is {}", self.normal));
        }
        notes.extend(self.name.map(|name| format!("“{name}”")));
        (!notes.is_empty()).then(|| Untrusted::from(notes.join("  ")))
    }
}
