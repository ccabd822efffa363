//! Signs that a request is graver than its action is as a rule. Together they raise the risk by one level.

use crate::domain::id::ActionName;
use crate::domain::json::Json;
use crate::domain::recipient::{Kind, Recipient};
use crate::domain::untrusted::Untrusted;
use crate::policy::ladder::{Question, Recipients};

/// Words of an action's last part that say that something is gone afterwards.
const DESTRUCTIVE: [&str; 10] = [
    "delete",
    "remove",
    "drop",
    "destroy",
    "purge",
    "wipe",
    "erase",
    "truncate",
    "uninstall",
    "rm",
];

/// Where a tool says of itself that it destroys.
const HINTS: [&str; 2] = [
    "tool.annotations.destructiveHint",
    "annotations.destructiveHint",
];

/// A sentence for each sign.
pub(super) fn of(question: &Question, first_time: &[String]) -> Vec<String> {
    let recipients = question.recipients;
    [
        first_contact(first_time),
        several(recipients),
        destructive(question),
        suspicious(question),
        question.unseen(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn first_contact(first_time: &[String]) -> Option<String> {
    match first_time {
        [] => None,
        [_] => Some("never written to this recipient before".to_owned()),
        more => Some(format!(
            "never written to {} of the recipients before",
            more.len()
        )),
    }
}

fn several(recipients: &Recipients) -> Option<String> {
    let count = recipients.normal.len();
    (count > 1).then(|| format!("reaches {count} recipients"))
}

fn destructive(question: &Question) -> Option<String> {
    let name = &question.action.name;
    let hinted = HINTS.iter().any(|place| {
        let hint = question.context.and_then(|context| context.at(place));
        // Whatever isn't a plain no may be a yes.
        !matches!(hint, None | Some(Json::Null | Json::Bool(false)))
    });
    if sounds_destructive(name) {
        Some(format!("{name} sounds as if something is gone afterwards"))
    } else {
        hinted.then(|| "the tool says of itself that it destroys".to_owned())
    }
}

fn sounds_destructive(action: &ActionName) -> bool {
    let last = action.as_str().rsplit('.').next().unwrap_or_default();
    let mut words = last.split(['_', '-']);
    words.any(|word| DESTRUCTIVE.contains(&word))
}

/// Hidden characters, mixed alphabets, or a text that isn't understood at all.
fn suspicious(question: &Question) -> Option<String> {
    let recipients = question.recipients;
    let as_sent = as_sent(question);
    let texts = as_sent
        .iter()
        .copied()
        .chain(recipients.normal.iter().map(String::as_str));
    let mut found = texts.filter_map(|text| {
        let summary = Untrusted::from(text).report().summary();
        (!summary.is_empty()).then(|| summary.join(", "))
    });
    if let Some(what) = found.next() {
        return Some(format!("suspicious characters in a recipient: {what}"));
    }
    let parsed = recipients.normal.iter().map(|text| Recipient::parse(text));
    let unread = |recipient: &Recipient| recipient.kind() == Kind::Unparsable;
    let mut all = recipients.found.recipients.iter().cloned().chain(parsed);
    all.any(|recipient| unread(&recipient))
        .then(|| "a recipient can't be read".to_owned())
}

/// The recipients as the parameters write them: an address in normal form no longer shows which alphabet its host was
/// written in.
fn as_sent<'a>(question: &Question<'a>) -> Vec<&'a str> {
    let places = &question.action.recipient_params;
    let values = places.iter().filter_map(|place| question.params.at(place));
    let texts = values.flat_map(|value| match value {
        Json::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    });
    texts.filter_map(Json::as_str).collect()
}
