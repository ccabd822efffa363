//! What could reach somebody past the recipients that the policy looks at: a line break in a header, which carries a
//! header of its own, and a recipient in a place that the action doesn't name. A mailer may read either, so neither
//! goes through without a person. What names are given such places nobody knows, so a mailbox counts wherever it is.

use crate::domain::json::Json;
use crate::domain::people::Action;
use crate::domain::recipient::{Found, Kind, parse_list};

use super::excerpt::beginning;

/// Parameters that become the header of a message, folded; recipients are headers as well.
const HEADERS: [&str; 11] = [
    "subject",
    "from",
    "fromname",
    "fromemail",
    "sender",
    "replyto",
    "replytoname",
    "returnpath",
    "inreplyto",
    "messageid",
    "listunsubscribe",
];

/// Parameters that name recipients, or hold whole headers in which they stand, folded.
const RECIPIENTS: [&str; 38] = [
    "to",
    "cc",
    "bcc",
    "recipient",
    "recipients",
    "rcpt",
    "rcptto",
    "rcpts",
    "torecipients",
    "ccrecipients",
    "bccrecipients",
    "additionalrecipients",
    "recipientemail",
    "recipientemails",
    "toaddress",
    "toaddresses",
    "ccaddress",
    "ccaddresses",
    "bccaddress",
    "bccaddresses",
    "toemail",
    "toemails",
    "ccemail",
    "ccemails",
    "bccemail",
    "bccemails",
    "emailto",
    "mailto",
    "sendto",
    "resentto",
    "resentcc",
    "resentbcc",
    "envelope",
    "header",
    "headers",
    "destination",
    "destinations",
    "personalizations",
];

/// Parameters that are content, or name somebody whom nothing is sent to, folded, besides headers.
const CONTENT: [&str; 13] = [
    "body",
    "text",
    "html",
    "signature",
    "name",
    "filename",
    "cid",
    "contentid",
    "id",
    "references",
    "url",
    "path",
    "key",
];

/// Parameters that hold a whole message with its headers, folded.
const WHOLE: [&str; 7] = [
    "mime",
    "raw",
    "rawmessage",
    "message",
    "eml",
    "rfc822",
    "source",
];

/// The most characters of a parameter's name in a sentence.
const NAME_CHARS: usize = 60;

/// The places where the policy looks for recipients, as the action names them.
struct Places<'a> {
    exact: Vec<Vec<&'a str>>,
    /// The same, folded.
    folded: Vec<Vec<String>>,
}

impl<'a> Places<'a> {
    fn of(action: &'a Action) -> Self {
        let places = action.recipient_params.iter();
        let exact: Vec<Vec<&str>> = places.map(|place| place.split('.').collect()).collect();
        let fold_each = |place: &Vec<&str>| place.iter().map(|key| fold(key)).collect();
        Self {
            folded: exact.iter().map(fold_each).collect(),
            exact,
        }
    }

    /// Whether one of them is where mail has its recipients.
    fn are_of_mail(&self) -> bool {
        let mut last = self.folded.iter().filter_map(|place| place.last());
        last.any(|key| RECIPIENTS.contains(&key.as_str()))
    }
}

/// Why the recipients that were found at the action's places may not be all, if that is so. Only an action that has
/// such places is looked at: no list lets another one through. Where it goes to a channel, `to` is a parameter like any
/// other.
pub(super) fn doubt(action: &Action, params: &Json, found: &Found) -> Option<String> {
    let places = Places::of(action);
    if places.exact.is_empty() {
        return None;
    }
    let mail = places.are_of_mail();
    let named = parameters(params).find_map(|parameter| parameter.doubt(&places, mail));
    named.or_else(|| {
        let mut reached = found.recipients.iter();
        let by_mail = reached.any(|one| one.kind() == Kind::Email);
        let found = by_mail.then(|| elsewhere(params, &mut Vec::new(), &places.exact))?;
        found.map(|path| format!("names a mailbox where the policy doesn't look: {path}"))
    })
}

/// The parameter, at whatever depth, that is a mailbox or has one for a name, or is a whole message with recipients of
/// its own; but for those that are looked at, that are content, or that say whom it is from.
fn elsewhere<'a>(value: &'a Json, path: &mut Vec<&'a str>, places: &[Vec<&str>]) -> Option<String> {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
        Json::String(text) => {
            let mut near = path.iter().rev().take(2).map(|key| fold(key));
            let last = near.next().unwrap_or_default();
            let known = |key: &str| HEADERS.contains(&key) || CONTENT.contains(&key);
            let content = known(&last) || near.any(|key| HEADERS.contains(&key.as_str()));
            let whole = WHOLE.contains(&last.as_str()) && has_recipient_headers(text);
            (whole || !content && !places.contains(path) && is_mailbox(text)).then(|| shown(path))
        }
        Json::Array(items) => items.iter().find_map(|item| elsewhere(item, path, places)),
        Json::Object(members) => members.iter().find_map(|(key, value)| {
            path.push(key);
            let found = match is_mailbox(key) {
                true => Some(shown(path)),
                false => elsewhere(value, path, places),
            };
            path.pop();
            found
        }),
    }
}

fn is_mailbox(text: &str) -> bool {
    // Nothing longer is a few of them, and texts of no end are not read for it.
    const LONGEST: usize = 4_096;
    let each = |text: &str| parse_list(text).iter().all(|one| one.kind() == Kind::Email);
    text.len() <= LONGEST && text.contains('@') && each(text)
}

/// Whether a text has a line that begins like the header of a recipient.
fn has_recipient_headers(text: &str) -> bool {
    let mut headers = text.lines().filter_map(|line| line.split_once(':'));
    headers.any(|(name, _)| RECIPIENTS.contains(&fold(name).as_str()))
}

/// A parameter at the top or one level below it.
struct Parameter<'a> {
    path: Vec<&'a str>,
    /// It stands in a list, where no place leads.
    listed: bool,
    value: &'a Json,
}

fn parameters(params: &Json) -> impl Iterator<Item = Parameter<'_>> {
    let top = params.as_object().unwrap_or_default().iter();
    top.flat_map(|(key, value)| {
        let itself = Parameter {
            path: vec![key],
            listed: false,
            value,
        };
        std::iter::once(itself).chain(below(key, value))
    })
}

fn below<'a>(parent: &'a str, value: &'a Json) -> impl Iterator<Item = Parameter<'a>> {
    let (listed, items) = match value {
        Json::Array(items) => (true, items.as_slice()),
        one => (false, std::slice::from_ref(one)),
    };
    let members = items.iter().filter_map(Json::as_object).flatten();
    members.map(move |(key, value)| Parameter {
        path: vec![parent, key],
        listed,
        value,
    })
}

impl Parameter<'_> {
    fn doubt(&self, places: &Places<'_>, mail: bool) -> Option<String> {
        let seen = !self.listed && places.exact.contains(&self.path);
        let folded: Vec<String> = self.path.iter().map(|key| fold(key)).collect();
        let word = folded.last().map_or("", String::as_str);
        // A key is a place but for how it is spelled.
        let alike = places.folded.contains(&folded);
        let recipients = alike || (mail && RECIPIENTS.contains(&word));
        let name = || shown(&self.path);
        if (seen || recipients || HEADERS.contains(&word)) && breaks(self.value) {
            Some(format!(
                "a line break in {}, which could carry further headers",
                name()
            ))
        } else if recipients && !seen && names_somebody(self.value) {
            Some(format!(
                "names a recipient where the policy doesn't look: {}",
                name()
            ))
        } else {
            None
        }
    }
}

/// A parameter as sentences name it, in characters that can be seen.
fn shown(path: &[&str]) -> String {
    let path = path.join(".");
    match beginning(&path, NAME_CHARS) {
        (name, false) => name.escape_debug().to_string(),
        (name, true) => format!("{}…", name.escape_debug()),
    }
}

/// A key without what mailers and their libraries don't tell apart: case, spaces, dashes, underscores, an index.
fn fold(key: &str) -> String {
    if key.is_ascii() {
        let mut letters = key.to_ascii_lowercase();
        letters.retain(|character| character.is_ascii_alphabetic());
        return letters;
    }
    let letters = key.chars().filter(|character| character.is_alphabetic());
    letters.flat_map(char::to_lowercase).collect()
}

fn names_somebody(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(_) => false,
        Json::Number(_) => true,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(items) => items.iter().any(names_somebody),
        Json::Object(members) => members.iter().any(|(_, value)| names_somebody(value)),
    }
}

/// Whether a text in it has what some mailer takes for the end of a line.
fn breaks(value: &Json) -> bool {
    let ends = |text: &str| {
        text.contains([
            '\r', '\n', '\0', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}',
        ])
    };
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
        Json::String(text) => ends(text),
        Json::Array(items) => items.iter().any(breaks),
        Json::Object(members) => members
            .iter()
            .any(|(key, value)| ends(key) || breaks(value)),
    }
}

#[cfg(test)]
mod tests;
