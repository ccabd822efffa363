//! Parameters of the kinds that people decide about most, each with what counts about it first: a command,
//! a payment, a change of a record, a request over HTTP, a page that is visited, a post, a file, a message.
//!
//! Invariant: what isn't shown in a row or a text of its own, word for word, stays among the parameters.

use crate::domain::id::ActionName;
use crate::domain::json::Json;

use super::params::{quoted, scalar};
use super::url;

/// Parameters as one of the kinds.
#[derive(Default)]
pub struct Typed<'a> {
    pub rows: Vec<Entry>,
    /// What is to be read line by line, with its title.
    pub texts: Vec<(&'static str, &'a str)>,
    /// What stood there before, and what will.
    pub change: Option<(&'a Json, &'a Json)>,
    /// Every other parameter, in the order they were sent.
    pub others: Vec<(&'a str, &'a Json)>,
    shown: Vec<&'a str>,
}

/// A row: a label of ours, a value of the agent's, and what we say of it.
pub struct Entry {
    pub label: &'static str,
    pub value: String,
    pub note: Option<String>,
}

/// Where a kind finds what it shows; of several names the first that is there.
struct Shape {
    rows: &'static [(&'static str, &'static [&'static str])],
    texts: &'static [(&'static str, &'static [&'static str])],
}

const SHELL: Shape = Shape {
    rows: &[
        ("Command", &["command", "cmd", "argv"]),
        ("In", &["cwd", "workdir", "working_directory", "directory"]),
        ("As user", &["user"]),
        ("On", &["host", "server"]),
    ],
    texts: &[("Script", &["script"]), ("Input", &["stdin", "input"])],
};
const PAYMENT: Shape = Shape {
    rows: &[
        ("Amount", &["amount"]),
        ("Currency", &["currency"]),
        ("Payee", &["payee", "to", "beneficiary", "recipient"]),
        ("Account", &["iban", "account", "card"]),
        ("Order", &["order", "order_id", "invoice"]),
        (
            "Reference",
            &["reference", "memo", "purpose", "description", "note"],
        ),
    ],
    texts: &[],
};
const HTTP: Shape = Shape {
    rows: &[("Method", &["method"]), ("URL", &["url"])],
    texts: &[("Body", &["body"])],
};
const VISIT: Shape = Shape {
    rows: &[
        ("URL", &["url"]),
        ("Does", &["action", "instruction", "task", "goal"]),
    ],
    texts: &[("Types", &["text", "input"])],
};
const POST: Shape = Shape {
    rows: &[
        ("On", &["platform", "network", "site"]),
        ("Account", &["account", "profile", "handle"]),
        ("At", &["scheduled_at", "publish_at"]),
    ],
    texts: &[("Post", &["text", "body", "content", "message", "caption"])],
};
const FILE: Shape = Shape {
    rows: &[("File", &["path", "file_path", "file"])],
    texts: &[("Content", &["content", "contents", "text"])],
};
const RECORD: Shape = Shape {
    rows: &[
        ("Type", &["type", "object", "table", "entity", "model"]),
        ("Record", &["id", "record", "record_id"]),
    ],
    texts: &[],
};
const CALL: Shape = Shape {
    rows: &[("Number", &["to", "phone", "number"])],
    texts: &[("Says", &["script", "say", "message", "text"])],
};
const MESSAGE: Shape = Shape {
    rows: &[("Channel", &["channel"])],
    texts: &[("Message", &["text", "message", "body"])],
};

/// What stood there before, and what will, by the names that are used together.
const CHANGES: [(&str, &str); 7] = [
    ("before", "after"),
    ("old", "new"),
    ("from", "to"),
    ("current", "proposed"),
    ("old_string", "new_string"),
    ("old_text", "new_text"),
    ("oldText", "newText"),
];

impl<'a> Typed<'a> {
    /// Reads parameters as one of the kinds, if they are of any.
    pub fn of(action: &ActionName, params: &'a Json) -> Option<Self> {
        let members = params.as_object()?;
        let shape = shape(action.as_str(), params)?;
        let mut typed = Self::default();
        for (label, names) in shape.rows {
            if let Some((name, value)) = first(params, names) {
                typed.row(label, name, value);
            }
        }
        for (title, names) in shape.texts {
            if let Some((name, Json::String(text))) = first(params, names) {
                typed.shown.push(name);
                typed.texts.push((title, text));
            }
        }
        typed.change = changed(params);
        if typed.rows.is_empty() && typed.texts.is_empty() && typed.change.is_none() {
            return None;
        }
        let others = members
            .iter()
            .filter(|(key, _)| !typed.shown.contains(&key.as_str()));
        typed.others = others.map(|(key, value)| (key.as_str(), value)).collect();
        Some(typed)
    }

    fn row(&mut self, label: &'static str, name: &'a str, value: &'a Json) {
        match value {
            // Where it ends and how it is broken into lines is to be seen.
            Json::String(text) if text.contains('\n') => self.texts.push((label, text)),
            Json::String(text) => {
                let note = (name == "url").then(|| url::host(text));
                self.rows.push(Entry {
                    label,
                    value: plainly(text),
                    note,
                });
            }
            // One row for each word: a blank within one isn't taken for the end of it.
            Json::Array(words) if label == "Command" => {
                let Some(texts) = words.iter().map(Json::as_str).collect::<Option<Vec<_>>>() else {
                    return;
                };
                for (index, text) in texts.into_iter().enumerate() {
                    self.rows.push(Entry {
                        label: if index == 0 { label } else { "" },
                        value: quoted(text),
                        note: None,
                    });
                }
            }
            Json::Array(_) | Json::Object(_) | Json::Null => return,
            value => self.rows.push(Entry {
                label,
                value: scalar(value),
                note: None,
            }),
        }
        self.shown.push(name);
    }
}

/// A text that would look like another, or like nothing, without quotation marks has them.
fn plainly(text: &str) -> String {
    match text.is_empty() || text.trim() != text {
        true => quoted(text),
        false => text.to_owned(),
    }
}

/// By the name of the action where it says what it is, else by what the parameters have.
fn shape(action: &str, params: &Json) -> Option<&'static Shape> {
    let says = |words: &[&str]| {
        action
            .split(['.', '_', '-'])
            .any(|word| words.contains(&word))
    };
    let has = |name: &str| params.get(name).is_some_and(|value| *value != Json::Null);
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let is_text = |name: &str| {
        params
            .get(name)
            .is_some_and(|value| value.as_str().is_some())
    };
    Some(match () {
        () if says(&["shell", "bash", "exec", "terminal"]) => &SHELL,
        () if any(&["command", "cmd", "argv"]) => &SHELL,
        () if says(&["payment", "pay", "refund", "transfer"]) => &PAYMENT,
        () if has("amount") && any(&["payee", "iban", "currency", "to", "card"]) => &PAYMENT,
        () if is_text("url") && (says(&["http", "webhook"]) || has("method")) => &HTTP,
        () if is_text("url") => &VISIT,
        () if says(&["social"]) || any(&["platform", "network"]) => &POST,
        () if says(&["phone", "call", "voice"]) => &CALL,
        () if says(&["file"]) || any(&["file_path"]) => &FILE,
        () if changed(params).is_some() || says(&["record", "crm"]) => &RECORD,
        () if says(&["slack", "sms", "chat", "message"]) => &MESSAGE,
        () => return None,
    })
}

fn first<'a>(params: &'a Json, names: &[&str]) -> Option<(&'a str, &'a Json)> {
    let member = |name: &&str| {
        let mut members = params.as_object()?.iter();
        let (key, value) = members.find(|(key, _)| key == name)?;
        (*value != Json::Null).then_some((key.as_str(), value))
    };
    names.iter().find_map(member)
}

/// Both sides of a change; a pair of plain addresses is none.
fn changed(params: &Json) -> Option<(&Json, &Json)> {
    CHANGES.iter().find_map(|(was, is)| {
        let (was, is) = (params.get(was)?, params.get(is)?);
        let objects = was.as_object().is_some() && is.as_object().is_some();
        let texts = was.as_str().is_some() && is.as_str().is_some();
        let named = params.get("from").is_none();
        (objects || texts && named).then_some((was, is))
    })
}
