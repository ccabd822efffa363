//! Times and counts in words, and when those words will next be others.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::review::Remember;
use crate::domain::time::{At, Span, TOMORROW, tomorrow};
use crate::domain::untrusted::Untrusted;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A unit, its letter, its word, and the least that is said in it.
type Unit = (i64, &'static str, &'static str, i64);

/// Each begins where the one before would be rounded up to it.
const UNITS: [Unit; 4] = [
    (SECOND, "s", "s", 0),
    (MINUTE, "m", "min", MINUTE - SECOND / 2),
    (HOUR, "h", "h", HOUR - MINUTE / 2),
    (DAY, "d", "d", 2 * DAY - HOUR / 2),
];

/// The largest unit that says enough: seconds under a minute, minutes under an hour, hours under two days.
fn unit(millis: i64) -> Unit {
    let reached = UNITS.into_iter().rev().find(|(.., from)| millis >= *from);
    reached.unwrap_or(UNITS[0])
}

/// A time that is left, in the nearest whole number of its unit.
fn nearest(left: Span) -> (i64, Unit) {
    let unit = unit(left.millis());
    ((left.millis() + unit.0 / 2) / unit.0, unit)
}

/// `41m` that are left, for a column.
pub fn short(left: Span) -> String {
    let (count, (_, letter, ..)) = nearest(left);
    format!("{count}{letter}")
}

/// `41 min` that have passed, no more than have.
pub fn passed(passed: Span) -> String {
    let (unit, word) = passed_unit(passed);
    format!("{} {word}", passed.millis().max(0) / unit)
}

/// `41 min` that are left, for a sentence.
pub fn long(left: Span) -> String {
    let (count, (_, _, word, _)) = nearest(left);
    format!("{count} {word}")
}

/// How long the words for a time that is left stay true.
pub fn until_less(left: Span) -> Span {
    let millis = left.millis();
    let (unit, .., from) = unit(millis);
    let in_unit = (millis + unit / 2) % unit;
    Span::from_millis(in_unit.min(millis - from) + 1)
}

/// The same for a time that has passed, of which only what is complete is said.
fn passed_unit(passed: Span) -> (i64, &'static str) {
    let millis = passed.millis();
    match millis {
        ..MINUTE => (SECOND, "s"),
        MINUTE..HOUR => (MINUTE, "min"),
        _ if millis < 2 * DAY => (HOUR, "h"),
        _ => (DAY, "d"),
    }
}

/// `2 min ago`; the first minute is one word, so that nothing ticks for it.
pub fn ago(passed: Span) -> String {
    let (unit, word) = passed_unit(passed);
    match passed.millis() {
        ..MINUTE => "just now".to_owned(),
        millis => format!("{} {word} ago", millis / unit),
    }
}

/// How long those words stay true.
pub fn until_older(passed: Span) -> Span {
    match passed.millis() {
        millis @ ..MINUTE => Span::from_millis(MINUTE - millis),
        _ => until_more(passed),
    }
}

/// How long a time that has passed stays the same in whole numbers of its unit.
pub fn until_more(passed: Span) -> Span {
    let (unit, _) = passed_unit(passed);
    Span::from_millis(unit - passed.millis() % unit)
}

/// `14:02`, as the clock on the reader's wall has it.
pub fn clock(at: At, zone: &TimeZone) -> String {
    written(at, zone, "%H:%M")
}

/// `14:02:11`.
pub fn seconds(at: At, zone: &TimeZone) -> String {
    written(at, zone, "%H:%M:%S")
}

/// `20 Nov`.
pub fn day(at: At, zone: &TimeZone) -> String {
    written(at, zone, "%-d %b")
}

/// In few columns: the clock for what happened today, the day for what is older, the month of another
/// year.
pub fn when(at: At, now: At, zone: &TimeZone) -> String {
    if written(at, zone, "%F") == written(now, zone, "%F") {
        clock(at, zone)
    } else if written(at, zone, "%Y") == written(now, zone, "%Y") {
        day(at, zone)
    } else {
        written(at, zone, "%Y-%m")
    }
}

/// `3m 10s`: how long something took.
pub fn took(span: Span) -> String {
    let secs = span.millis() / SECOND;
    if secs == 0 {
        return "at once".to_owned();
    }
    let (mins, hours, days) = (secs / 60, secs / 3_600, secs / 86_400);
    match (days, hours) {
        (0, 0) => format!("{mins}m {:02}s", secs % 60),
        (0, _) => format!("{hours}h {:02}m", mins % 60),
        _ => format!("{days}d {:02}h", hours % 24),
    }
}

/// `20 Nov 14:02`.
pub fn moment(at: At, zone: &TimeZone) -> String {
    written(at, zone, "%-d %b %H:%M")
}

fn written(at: At, zone: &TimeZone, format: &str) -> String {
    match Timestamp::from_millisecond(at.millis()) {
        Ok(timestamp) => timestamp
            .to_zoned(zone.clone())
            .strftime(format)
            .to_string(),
        Err(_) => at.to_string(),
    }
}

/// Said of a length of time that isn't one.
pub const HOW_LONG: &str = "how long? write it like 15m, 4h or 2d, or tomorrow";

/// Until when somebody puts something off, as they typed it.
pub fn until(typed: &str, now: At, zone: &TimeZone) -> Option<At> {
    match typed.trim() {
        TOMORROW => tomorrow(now, zone),
        typed => {
            let span = typed.parse::<Span>().ok();
            let span = span.filter(|span| span.millis() > 0)?;
            Some(now.plus(span))
        }
    }
}

/// A reason, unless it is blank.
pub fn said(reason: Option<&Untrusted>) -> Option<&Untrusted> {
    reason.filter(|reason| !reason.plain_line().trim().is_empty())
}

/// Said of an approval that goes on holding.
pub fn and_from_now_on(remember: Remember) -> &'static str {
    match remember {
        Remember::Once => "",
        Remember::Conversation => ", and in this conversation from now on without asking",
        Remember::Always => ", and from now on without asking",
    }
}

/// `1 line`, `5 lines`, `18,402 lines`.
pub fn count(n: usize, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        grouped(n as u64),
        if n == 1 { "" } else { "s" }
    )
}

/// `18,402`
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_the_unit_that_says_enough() {
        for (secs, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3569, "59m"),
            (3570, "1h"),
            (3600, "1h"),
            (43_199, "12h"),
            (86_400, "24h"),
            (172_800, "2d"),
        ] {
            assert_eq!(short(Span::from_secs(secs)), text);
        }
        assert_eq!(long(Span::from_secs(120)), "2 min");
    }

    #[test]
    fn words_change_when_they_say_they_do() {
        for millis in [
            1_000,
            59_999,
            60_000,
            61_500,
            3_600_000,
            90_000_000,
            200_000_000,
        ] {
            let left = Span::from_millis(millis);
            let wait = until_less(left).millis();
            assert_ne!(
                short(left),
                short(Span::from_millis(millis - wait)),
                "{millis}"
            );
            assert_eq!(
                short(left),
                short(Span::from_millis(millis - wait + 1)),
                "{millis}"
            );
        }
        for millis in [60_000, 61_500, 3_599_999, 90_000_000, 200_000_000] {
            let passed = Span::from_millis(millis);
            let wait = until_older(passed).millis();
            assert_ne!(
                ago(passed),
                ago(Span::from_millis(millis + wait)),
                "{millis}"
            );
            assert_eq!(
                ago(passed),
                ago(Span::from_millis(millis + wait - 1)),
                "{millis}"
            );
        }
    }

    #[test]
    fn a_moment_is_said_as_shortly_as_it_stays_clear() {
        let now: At = "2026-11-20T14:30:00Z".parse().unwrap();
        for (at, text) in [
            ("2026-11-20T00:00:01Z", "00:00"),
            ("2026-11-19T23:59:59Z", "19 Nov"),
            ("2025-12-31T12:00:00Z", "2025-12"),
        ] {
            assert_eq!(when(at.parse().unwrap(), now, &TimeZone::UTC), text);
        }
    }

    #[test]
    fn what_something_took_is_said_in_two_units() {
        for (secs, text) in [
            (0, "at once"),
            (1, "0m 01s"),
            (190, "3m 10s"),
            (3_599, "59m 59s"),
            (7_500, "2h 05m"),
            (90_000, "1d 01h"),
        ] {
            assert_eq!(took(Span::from_secs(secs)), text);
        }
    }

    #[test]
    fn a_blank_reason_is_none() {
        let reason = Untrusted::from("wrong list");
        assert_eq!(said(Some(&reason)), Some(&reason));
        assert_eq!(said(Some(&Untrusted::from(" "))), None);
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(grouped(18_402), "18,402");
        assert_eq!(grouped(999), "999");
        assert_eq!(count(1, "line"), "1 line");
    }
}
