//! How the values of flags are read. What is wrong is said before anything is sent.

use std::io::Read;
use std::path::Path;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::words;
use crate::domain::id::RequestId;
use crate::domain::json::{Limits, parse};
use crate::domain::raw::RawJson;
use crate::domain::request::Resource;
use crate::domain::time::{At, BadTime, Span, TOMORROW, tomorrow};
use crate::domain::untrusted::{Untrusted, safe};

/// One of these words, each of which is the wire's word for a `T`.
pub fn word<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| serde_json::from_value::<T>(word.into()))
}

/// A value by the wire's word for it; what is no such word is told which there are.
pub fn wire<T: DeserializeOwned>(word: &str) -> Result<T, serde_json::Error> {
    serde_json::from_value(word.into())
}

/// Whether something holds: `yes` or `no`.
pub fn yes_or_no() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["yes", "no"]).map(|word| word == "yes")
}

/// What a change says of a value that may be absent: the value, its absence, or nothing.
pub fn cleared<T>(value: Option<T>, none: bool) -> Option<Option<T>> {
    match none {
        true => Some(None),
        false => value.map(Some),
    }
}

/// What a change says of a list: all of it, that it is empty, or nothing.
pub fn listed<T>(values: Vec<T>, none: bool) -> Option<Vec<T>> {
    (none || !values.is_empty()).then_some(values)
}

/// A moment: RFC 3339, or a date for when that day begins here.
pub fn moment(text: &str) -> Result<At, String> {
    moment_in(text, jiff::tz::TimeZone::system())
}

/// A moment to which something is put off: a day, a time, or the next morning.
pub fn moment_to_come(text: &str) -> Result<At, String> {
    to_come(text, words::now(), &jiff::tz::TimeZone::system())
}

fn to_come(text: &str, now: At, zone: &jiff::tz::TimeZone) -> Result<At, String> {
    match text {
        TOMORROW => tomorrow(now, zone).ok_or_else(|| "no day follows this one".to_owned()),
        text => moment_in(text, zone.clone()).map_err(|told| format!("{told}, or tomorrow")),
    }
}

fn moment_in(text: &str, zone: jiff::tz::TimeZone) -> Result<At, String> {
    let begins = |date: jiff::civil::Date| date.to_zoned(zone).ok();
    let day = text
        .parse::<jiff::civil::Date>()
        .ok()
        .filter(|_| text.len() == "2026-12-01".len());
    match day.and_then(begins) {
        Some(begins) => Ok(At::from_millis(begins.timestamp().as_millisecond())),
        None => text.parse().map_err(|_| {
            "expected a day like 2026-12-01, or a time like 2026-12-01T09:00:00Z".to_owned()
        }),
    }
}

/// A moment that has been: a day, a time, or how long ago.
pub fn past(text: &str) -> Result<At, String> {
    match text.parse::<Span>() {
        Ok(ago) => Ok(before(words::now(), ago)),
        Err(_) => moment(text).map_err(|told| format!("{told}, or how long ago, like 30d")),
    }
}

fn before(now: At, ago: Span) -> At {
    At::from_millis(now.millis().saturating_sub(ago.millis()))
}

/// A text that says something.
pub fn words(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it says nothing"),
        _ => Ok(text.to_owned()),
    }
}

/// A request as an agent names it.
pub fn whole_id(text: &str) -> Result<RequestId, String> {
    text.parse().map_err(|_| {
        format!(
            "an agent's commands need the whole id, as `signoff request` printed it: {}… with 26 \
             characters after the _",
            RequestId::PREFIX
        )
    })
}

/// A length of time, as `--timeout` takes it.
pub fn duration(text: &str) -> Result<Duration, BadTime> {
    let span: Span = text.parse()?;
    Ok(Duration::from_millis(span.millis().unsigned_abs()))
}

/// A thing that an action is about: `TYPE:ID`.
pub fn resource(text: &str) -> Result<Resource, String> {
    match text.split_once(':') {
        Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Ok(Resource {
            kind: Untrusted::from(kind),
            id: Untrusted::from(id),
            owner: None,
        }),
        _ => Err("expected TYPE:ID, like deal:D-4411".to_owned()),
    }
}

/// JSON as it was given: the text itself, `@FILE`, or `@-` for standard input. It is checked as strictly
/// as the gate checks it, and not changed.
pub fn json(flag: &str, value: &str) -> Result<RawJson, Failure> {
    let (place, bytes) = match value.strip_prefix('@') {
        None => (flag.to_owned(), value.as_bytes().to_vec()),
        Some("-") => ("standard input".to_owned(), read_stdin()?),
        Some(path) => (safe(path), read_file(flag, path)?),
    };
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("{place} is not acceptable JSON: {error}")).hint(format!(
            "{flag} takes JSON, @FILE, or @- for standard input"
        ))
    };
    parse(&bytes, Limits::default()).map_err(|error| wrong(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| wrong(&error))?;
    RawJson::from_text(text).map_err(|error| wrong(&error))
}

fn read_stdin() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::usage(format!(
            "could not read standard input: {error}"
        ))),
    }
}

fn read_file(flag: &str, path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(Path::new(path)).map_err(|error| {
        Failure::usage(format!("could not read {}: {error}", safe(path)))
            .hint(format!("{flag} @FILE reads JSON from a file"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    #[test]
    fn json_is_handed_on_byte_for_byte_wherever_it_comes_from() {
        let text = "{\"b\": 1.10,\n \"a\":1E+5}";
        assert_eq!(json("--params", text).unwrap().text(), text);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("params.json");
        std::fs::write(&path, text).unwrap();
        let from_file = json("--params", &format!("@{}", path.display())).unwrap();
        assert_eq!(from_file.text(), text);
    }

    #[test]
    fn what_is_not_acceptable_is_refused_with_line_and_column() {
        for (text, expected) in [
            ("{\"a\":1,\n\"a\":2}", "line 2, column 1"),
            ("{\"a\":9007199254740993}", "line 1, column 6"),
            ("{\"to\": ana}", "line 1, column 8"),
        ] {
            let failure = json("--params", text).unwrap_err();
            assert_eq!(failure.exit(), Exit::Usage);
            let report = failure.report().unwrap();
            assert!(
                report.contains("--params is not acceptable JSON"),
                "{report}"
            );
            assert!(report.contains(expected), "{report}");
            assert!(report.contains("\n\nhint: --params takes JSON"), "{report}");
        }
        let report = json("--params", "@/nowhere.json").unwrap_err().report();
        assert!(report.unwrap().contains("could not read /nowhere.json"));
    }

    #[test]
    fn a_day_is_the_moment_when_it_begins_here() {
        let berlin = || jiff::tz::TimeZone::fixed(jiff::tz::offset(1));
        let moment = |text: &str| moment_in(text, berlin());
        let begins: At = "2026-11-30T23:00:00Z".parse().unwrap();
        assert_eq!(moment("2026-12-01"), Ok(begins));
        assert_eq!(moment("2026-12-01T00:00:00+01:00"), Ok(begins));
        for bad in ["", "tomorrow", "2026-13-01", "2026-12-01T09:00", "20261201"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_to_come_may_be_tomorrow() {
        let now: At = "2026-12-01T09:30:00Z".parse().unwrap();
        let utc = jiff::tz::TimeZone::UTC;
        let morning: At = "2026-12-02T09:00:00Z".parse().unwrap();
        assert_eq!(to_come("tomorrow", now, &utc), Ok(morning));
        let day: At = "2026-12-05T00:00:00Z".parse().unwrap();
        assert_eq!(to_come("2026-12-05", now, &utc), Ok(day));
        assert!(
            to_come("soon", now, &utc)
                .unwrap_err()
                .ends_with("or tomorrow")
        );
    }

    #[test]
    fn how_long_ago_counts_back_from_now() {
        let now: At = "2026-12-01T09:00:00Z".parse().unwrap();
        let day = "1d".parse().unwrap();
        assert_eq!(before(now, day).to_string(), "2026-11-30T09:00:00.000Z");
        assert!(past("30d").unwrap() < words::now());
        let told = past("last week").unwrap_err();
        assert!(
            told.contains("2026-12-01") && told.contains("30d"),
            "{told}"
        );
    }

    #[test]
    fn resources_need_both_halves() {
        let deal = resource("deal:D:44").unwrap();
        assert_eq!(deal.kind.raw_for_execution(), "deal");
        assert_eq!(deal.id.raw_for_execution(), "D:44");
        for bad in ["deal", "deal:", ":D-44", ""] {
            assert!(resource(bad).is_err(), "{bad}");
        }
    }
}
