//! What is typed behind `/`: words, and keys with a value: `refund agent:billing-bot risk:high`. A word
//! with a colon that is no key of ours is a word, as in `Re: your order`.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as DeError, StrDeserializer};

use crate::api::request::{Filter, Request};
use crate::domain::id::{ActionName, AgentId, PersonId};
use crate::domain::lifecycle::Status;
use crate::domain::request::Trigger;
use crate::domain::risk::Risk;
use crate::domain::time::{At, Span};

/// As many words, and as long ones, as the gate looks for.
const MOST_WORDS: usize = 8;
const LONGEST_WORD: usize = 64;
/// All that may stand behind `put:`.
const OFF: &str = "off";

/// What a value may be asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Agent,
    Action,
    /// Who decided.
    By,
    Risk,
    /// When it was decided.
    Decided,
    Status,
    /// On whose behalf.
    For,
    /// To whom.
    To,
    Rule,
    Trigger,
    /// `put:off`: what was put off, in place of what waits.
    Put,
}

/// What a line is read against: the keys that make sense of the list, and what a day is here.
pub struct Ground<'a> {
    pub keys: &'static [Key],
    pub now: At,
    pub zone: &'a TimeZone,
}

impl Key {
    /// What may be asked of what waits.
    pub const WAITING: &'static [Key] = &[
        Key::Agent,
        Key::Action,
        Key::Risk,
        Key::For,
        Key::To,
        Key::Rule,
        Key::Trigger,
        Key::Put,
    ];

    /// What may be asked of what is over.
    pub const OVER: &'static [Key] = &[
        Key::Agent,
        Key::Action,
        Key::By,
        Key::Risk,
        Key::Decided,
        Key::Status,
        Key::Rule,
        Key::For,
        Key::To,
        Key::Trigger,
    ];

    /// As it is typed, with its colon.
    pub const fn word(self) -> &'static str {
        match self {
            Key::Agent => "agent:",
            Key::Action => "action:",
            Key::By => "by:",
            Key::Risk => "risk:",
            Key::Decided => "decided:",
            Key::Status => "status:",
            Key::For => "for:",
            Key::To => "to:",
            Key::Rule => "rule:",
            Key::Trigger => "trigger:",
            Key::Put => "put:",
        }
    }

    /// Whether a term is one with a key, or may be once it is typed to its end.
    fn may_become(term: &str, keys: &[Key]) -> bool {
        let of = |key: &Key| term.starts_with(key.word()) || key.word().starts_with(term);
        keys.iter().any(of)
    }

    fn of<'a>(term: &'a str, keys: &[Key]) -> Option<(Key, &'a str)> {
        let with = |key: &Key| term.strip_prefix(key.word()).map(|value| (*key, value));
        keys.iter().find_map(with)
    }
}

/// What a list is narrowed to; nothing when it is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    agent: Option<AgentId>,
    action: Option<ActionName>,
    risk: Option<Risk>,
    decided_by: Option<PersonId>,
    decided: Option<Days>,
    status: Option<String>,
    on_behalf_of: Option<PersonId>,
    recipient: Option<String>,
    rule: Option<String>,
    trigger: Option<Trigger>,
    put_off: Option<bool>,
    words: Vec<String>,
}

/// From when on, and before when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Days {
    since: At,
    until: Option<At>,
}

/// Why a query can't be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    #[error("{}what? there is nothing behind the colon", .0.word())]
    Empty(Key),
    #[error("{}{value} can't be: it takes {takes}", .key.word())]
    Value {
        key: Key,
        value: String,
        takes: &'static str,
    },
    #[error("{} stands there twice: a request has one", .0.word())]
    Twice(Key),
    #[error("that is more than {MOST_WORDS} words of {LONGEST_WORD} letters each")]
    TooLong,
}

impl Query {
    /// Reads what was typed. While somebody is `typing`, a key whose value may still be going on says
    /// nothing yet: half a name would find nothing.
    pub fn parse(text: &str, typing: bool, ground: &Ground<'_>) -> Result<Self, BadQuery> {
        let terms: Vec<String> = terms(text).collect();
        let open = typing && !text.ends_with(char::is_whitespace);
        let mut query = Self::default();
        for (index, term) in terms.iter().enumerate() {
            let last = open && index + 1 == terms.len();
            match Key::of(term, ground.keys) {
                _ if last && Key::may_become(term, ground.keys) => {}
                Some((key, value)) => query.set(key, value, ground)?,
                None => query.word(term)?,
            }
        }
        Ok(query)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks for what was put off.
    pub fn is_put_off(&self) -> bool {
        self.put_off.is_some()
    }

    /// The same question with this asked as well.
    pub fn narrow(&self, filter: Filter) -> Filter {
        Filter {
            agent: self.agent.clone(),
            action: self.action.clone(),
            risk: self.risk,
            requested_by: self.on_behalf_of.clone(),
            decided_by: self.decided_by.clone(),
            decided_since: self.decided.map(|days| days.since),
            decided_until: self.decided.and_then(|days| days.until),
            status: self.status.clone().or(filter.status),
            recipient: self.recipient.clone(),
            rule: self.rule.clone(),
            trigger: self.trigger,
            put_off: self.put_off,
            q: (!self.words.is_empty()).then(|| self.words.join(" ")),
            ..filter
        }
    }

    fn word(&mut self, term: &str) -> Result<(), BadQuery> {
        // A phrase is looked for word by word, as the gate does.
        for word in term.split_whitespace() {
            if self.words.len() == MOST_WORDS || word.len() > LONGEST_WORD {
                return Err(BadQuery::TooLong);
            }
            self.words.push(word.to_owned());
        }
        Ok(())
    }

    fn set(&mut self, key: Key, value: &str, ground: &Ground<'_>) -> Result<(), BadQuery> {
        if value.is_empty() {
            return Err(BadQuery::Empty(key));
        }
        match key {
            Key::Agent => once(&mut self.agent, key, name(key, value)?),
            Key::Action => once(&mut self.action, key, name(key, value)?),
            Key::By => once(&mut self.decided_by, key, name(key, value)?),
            Key::Decided => {
                let takes = "today, yesterday, a length of time like 7d, or a day like 2026-12-01";
                let days = days(value, ground).ok_or_else(|| bad(key, value, takes))?;
                once(&mut self.decided, key, days)
            }
            Key::Status => {
                let takes = "how it ended, as the list shows it, or several joined by commas";
                let known = |word: &str| over().any(|status| status == word);
                match value.split(',').all(known) {
                    true => once(&mut self.status, key, value.to_owned()),
                    false => Err(bad(key, value, takes)),
                }
            }
            Key::For => once(&mut self.on_behalf_of, key, name(key, value)?),
            Key::To => once(&mut self.recipient, key, value.to_owned()),
            Key::Rule => once(&mut self.rule, key, value.to_owned()),
            Key::Risk => {
                let level = Risk::ALL.into_iter().find(|risk| risk.word() == value);
                let takes = "low, medium, high or critical";
                once(
                    &mut self.risk,
                    key,
                    level.ok_or_else(|| bad(key, value, takes))?,
                )
            }
            Key::Trigger => {
                let word: StrDeserializer<'_, DeError> = value.into_deserializer();
                let takes = "chat, schedule, email, webhook, voice or api";
                let trigger = Trigger::deserialize(word).map_err(|_| bad(key, value, takes))?;
                once(&mut self.trigger, key, trigger)
            }
            Key::Put if value == OFF => once(&mut self.put_off, key, true),
            Key::Put => Err(bad(key, value, OFF)),
        }
    }
}

fn once<T>(slot: &mut Option<T>, key: Key, value: T) -> Result<(), BadQuery> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(BadQuery::Twice(key)),
    }
}

fn name<T: FromStr>(key: Key, value: &str) -> Result<T, BadQuery> {
    let takes = "a name as the list shows it";
    value.parse().map_err(|_| bad(key, value, takes))
}

fn bad(key: Key, value: &str, takes: &'static str) -> BadQuery {
    BadQuery::Value {
        key,
        value: value.to_owned(),
        takes,
    }
}

/// The days that a word means.
fn days(word: &str, ground: &Ground<'_>) -> Option<Days> {
    let begins = |date: Date| {
        let begins = date.to_zoned(ground.zone.clone()).ok()?;
        Some(At::from_millis(begins.timestamp().as_millisecond()))
    };
    let now = Timestamp::from_millisecond(ground.now.millis()).ok()?;
    let today = now.to_zoned(ground.zone.clone()).date();
    let date = match word {
        "today" => today,
        "yesterday" => today.yesterday().ok()?,
        word => match word.parse::<Span>() {
            Ok(ago) => {
                let since = At::from_millis(ground.now.millis().checked_sub(ago.millis())?);
                return Some(Days { since, until: None });
            }
            // Only a whole day as people write it: the parser takes more than that.
            Err(_) if word.len() == "2026-12-01".len() => word.parse().ok()?,
            Err(_) => return None,
        },
    };
    let until = date.checked_add(1.day()).ok().and_then(begins);
    Some(Days {
        since: begins(date)?,
        until,
    })
}

/// The words for how something ended.
fn over() -> impl Iterator<Item = &'static str> {
    let over = Status::ALL.iter().filter(|status| status.decided());
    over.map(|status| status.word())
}

/// Terms are parted by blanks, but for those between quotation marks, which go.
fn terms(text: &str) -> impl Iterator<Item = String> {
    let mut quoted = false;
    let parts = text.split(move |char: char| {
        quoted ^= char == '"';
        char.is_whitespace() && !quoted
    });
    parts
        .map(|part| part.replace('"', ""))
        .filter(|part| !part.is_empty())
}

/// The text with its last term completed as far as only one thing can be meant: to a key, or to one of
/// the values that the rows have. Nothing when there is nothing to add.
pub fn complete(text: &str, keys: &[Key], rows: &[Request]) -> Option<String> {
    let meant = choices(text, keys, rows);
    let (first, last) = (meant.first()?, meant.last()?);
    // What the first and the last in order share, all share.
    let shared: String = first
        .chars()
        .zip(last.chars())
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one)
        .collect();
    let whole = meant.len() == 1 && !shared.ends_with(':');
    let end = if whole { " " } else { "" };
    let completed = format!("{}{shared}{end}", &text[..last_term(text)]);
    (completed != text).then_some(completed)
}

/// What the last term may be going to be, in order.
pub fn choices(text: &str, keys: &[Key], rows: &[Request]) -> Vec<String> {
    let term = &text[last_term(text)..];
    let candidates: Vec<String> = match Key::of(term, keys) {
        Some((key, _)) => {
            let with_key = |value: String| format!("{}{value}", key.word());
            values(key, rows).into_iter().map(with_key).collect()
        }
        None => keys.iter().map(|key| key.word().to_owned()).collect(),
    };
    let mut meant: Vec<String> = candidates
        .into_iter()
        .filter(|candidate| candidate.starts_with(term) && !term.is_empty())
        .collect();
    meant.sort();
    meant.dedup();
    meant
}

fn last_term(text: &str) -> usize {
    let blank = text.char_indices().rfind(|(_, char)| char.is_whitespace());
    blank.map_or(0, |(at, char)| at + char.len_utf8())
}

/// The values of a key that can be known without asking the gate. Recipients and rules may hold anything,
/// and are typed.
fn values(key: Key, rows: &[Request]) -> Vec<String> {
    let each = |of: fn(&Request) -> Option<String>| rows.iter().filter_map(of).collect();
    match key {
        Key::Agent => each(|row| Some(row.agent.to_string())),
        Key::Action => each(|row| Some(row.action.to_string())),
        Key::By => {
            let voters = rows.iter().flat_map(|row| &row.decisions);
            let people = voters.filter_map(|vote| vote.by.person());
            let people = people.map(ToString::to_string);
            people.chain(["me".to_owned()]).collect()
        }
        Key::Decided => ["today", "yesterday", "7d", "30d"]
            .map(str::to_owned)
            .to_vec(),
        Key::Status => over().map(str::to_owned).collect(),
        Key::For => each(|row| row.on_behalf_of.as_ref().map(ToString::to_string)),
        Key::Risk => Risk::ALL.map(|risk| risk.word().to_owned()).to_vec(),
        Key::Trigger => ["chat", "schedule", "email", "webhook", "voice", "api"]
            .map(str::to_owned)
            .to_vec(),
        Key::Put => vec![OFF.to_owned()],
        Key::To | Key::Rule => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample::{decided, queue};

    /// What waits, or what is over, read shortly after midnight in Berlin.
    fn ground<'a>(keys: &'static [Key], zone: &'a TimeZone) -> Ground<'a> {
        let now = "2026-11-20T23:30:00Z".parse().unwrap();
        Ground { keys, now, zone }
    }

    fn read(text: &str, typing: bool, keys: &'static [Key]) -> Result<Query, BadQuery> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        Query::parse(text, typing, &ground(keys, &zone))
    }

    fn filter(text: &str) -> Filter {
        read(text, false, Key::WAITING)
            .unwrap()
            .narrow(Filter::default())
    }

    #[test]
    fn keys_and_words_become_one_question() {
        let asked =
            filter("refund agent:billing-bot risk:high rule:\"Outbound e-mail\" to:a@b.example");
        assert_eq!(asked.q.as_deref(), Some("refund"));
        assert_eq!(asked.agent, Some("billing-bot".parse().unwrap()));
        assert_eq!(asked.risk, Some(Risk::High));
        assert_eq!(asked.rule.as_deref(), Some("Outbound e-mail"));
        assert_eq!(asked.recipient.as_deref(), Some("a@b.example"));
        let asked = filter("Re: your https://acme.example trigger:voice for:me action:email.send");
        assert_eq!(asked.q.as_deref(), Some("Re: your https://acme.example"));
        assert_eq!(asked.trigger, Some(Trigger::Voice));
        assert_eq!(asked.requested_by, Some("me".parse().unwrap()));
        assert_eq!(asked.action, Some("email.send".parse().unwrap()));
        assert_eq!(asked.put_off, None);
        assert_eq!(filter("put:off refund").put_off, Some(true));
        assert!(read(" \t ", false, Key::WAITING).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        let why = |text: &str| read(text, false, Key::WAITING).unwrap_err().to_string();
        assert_eq!(
            why("agent:"),
            "agent:what? there is nothing behind the colon"
        );
        assert_eq!(
            why("risk:huge"),
            "risk:huge can't be: it takes low, medium, high or critical"
        );
        assert!(why("trigger:cron").ends_with("webhook, voice or api"));
        assert_eq!(why("put:on"), "put:on can't be: it takes off");
        assert!(why("agent:!").ends_with("a name as the list shows it"));
        assert_eq!(
            why("risk:low risk:high"),
            "risk: stands there twice: a request has one"
        );
        assert!(why("1 2 3 4 5 6 7 8 9").starts_with("that is more than 8 words"));
        assert!(why(&"x".repeat(65)).starts_with("that is more than 8 words"));
    }

    #[test]
    fn half_a_value_asks_nothing_while_it_is_typed() {
        let typing = |text: &str| read(text, true, Key::WAITING).unwrap();
        assert_eq!(typing("refund agent:bil"), typing("refund"));
        assert_eq!(typing("refund risk:"), typing("refund"));
        assert_eq!(typing("refund ris"), typing("refund"));
        assert_ne!(typing("refund agent:bil "), typing("refund"));
        assert_ne!(typing("refu"), typing("refund"), "words narrow at once");
    }

    #[test]
    fn tab_completes_what_can_only_be_meant() {
        let rows = queue();
        let complete = |text: &str| complete(text, Key::WAITING, &rows);
        assert_eq!(complete("ag").as_deref(), Some("agent:"));
        assert_eq!(complete("agent:b").as_deref(), Some("agent:billing-bot "));
        assert_eq!(complete("x risk:cr").as_deref(), Some("x risk:critical "));
        assert_eq!(complete("t"), None, "to: and trigger:");
        assert_eq!(complete("action:s").as_deref(), None, "slack and shell");
        assert_eq!(complete("action:sh").as_deref(), Some("action:shell.exec "));
        assert_eq!(complete("nothing"), None);
        assert_eq!(complete(""), None);
    }

    #[test]
    fn what_is_over_may_be_asked_by_who_decided_when_and_how_it_ended() {
        let asked = |text: &str| {
            let filter = Filter {
                status: Some("all of it".to_owned()),
                ..Filter::default()
            };
            read(text, false, Key::OVER).unwrap().narrow(filter)
        };
        let days = |text: &str| {
            let asked = asked(text);
            let said = |at: Option<At>| at.map(|at| at.to_string());
            (said(asked.decided_since), said(asked.decided_until))
        };
        let (since, until) = days("decided:today");
        assert_eq!(since.as_deref(), Some("2026-11-20T23:00:00.000Z"));
        assert_eq!(until.as_deref(), Some("2026-11-21T23:00:00.000Z"));
        assert_eq!(days("decided:yesterday").1, since);
        assert_eq!(days("decided:2026-11-21"), days("decided:today"));
        let week = (Some("2026-11-13T23:30:00.000Z".to_owned()), None);
        assert_eq!(days("decided:7d"), week);
        let both = asked("by:me status:rejected,expired price");
        assert_eq!(both.decided_by, Some("me".parse().unwrap()));
        assert_eq!(both.status.as_deref(), Some("rejected,expired"));
        assert_eq!(asked("price").status.as_deref(), Some("all of it"));
        for bad in [
            "decided:soon",
            "decided:2026-13-01",
            "decided:9999999999999999d",
            "status:pending",
            "status:rejected,",
            "by:!",
        ] {
            let told = read(bad, false, Key::OVER).unwrap_err().to_string();
            assert!(told.contains("it takes"), "{told}");
        }
        let waiting = read("by:me", false, Key::WAITING).unwrap();
        let words = waiting.narrow(Filter::default()).q;
        assert_eq!(
            words.as_deref(),
            Some("by:me"),
            "what waits was decided by nobody"
        );
    }

    #[test]
    fn what_several_things_could_be_is_told() {
        let rows = decided();
        let choices = |text: &str| choices(text, Key::OVER, &rows);
        assert_eq!(choices("price de"), ["decided:"]);
        assert_eq!(choices("by:o"), ["by:omar"]);
        assert_eq!(choices("decided:").len(), 4);
        assert_eq!(choices("a\u{2003}r"), ["risk:", "rule:"]);
        assert!(choices("status:e").contains(&"status:expired".to_owned()));
    }
}
