//! Time as the gate keeps it: whole milliseconds, always passed in, never read here.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

use super::short::{Short, put_decimal};

/// Typed for the next morning.
pub const TOMORROW: &str = "tomorrow";
const MORNING: i8 = 9;

/// Nine o'clock of the next day, by the reader's clock.
pub fn tomorrow(now: At, zone: &TimeZone) -> Option<At> {
    let now = Timestamp::from_millisecond(now.millis()).ok()?;
    let day = now.to_zoned(zone.clone()).date().tomorrow().ok()?;
    let morning = day.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(At::from_millis(morning.timestamp().as_millisecond()))
}

/// A moment, in milliseconds since 1970; RFC 3339 in UTC on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At(i64);

impl At {
    /// The moment that many milliseconds after 1970 began.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 began.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment, that much later.
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// How long after `earlier` this is; nothing if it is before.
    pub const fn since(self, earlier: At) -> Span {
        let millis = self.0.saturating_sub(earlier.0);
        Span(if millis < 0 { 0 } else { millis })
    }

    /// Its text, where the year has four digits.
    fn usual_text(self) -> Option<Short<24>> {
        let at = Timestamp::from_millisecond(self.0).ok()?;
        let at = Offset::UTC.to_datetime(at);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put_decimal(u32::try_from(at.year()).ok()?, &mut text[..4]);
        for (place, part) in [
            (5, at.month()),
            (8, at.day()),
            (11, at.hour()),
            (14, at.minute()),
            (17, at.second()),
        ] {
            put_decimal(u32::from(part.unsigned_abs()), &mut text[place..place + 2]);
        }
        put_decimal(
            u32::from(at.millisecond().unsigned_abs()),
            &mut text[20..23],
        );
        Some(Short::from(text))
    }

    /// The text of any other moment, and of one that no calendar has.
    fn unusual_text(self) -> String {
        match Timestamp::from_millisecond(self.0) {
            Ok(at) => format!("{at:.3}"),
            Err(_) => format!("{} ms", self.0),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.usual_text() {
            Some(text) => f.write_str(&text),
            None => f.write_str(&self.unusual_text()),
        }
    }
}

impl FromStr for At {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        text.parse::<Timestamp>()
            .map(|at| Self(at.as_millisecond()))
            .map_err(|_| BadTime("a time like 2026-11-30T09:00:00Z"))
    }
}

impl Serialize for At {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.usual_text() {
            Some(text) => out.serialize_str(&text),
            None => out.serialize_str(&self.unusual_text()),
        }
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A length of time; `90s`, `10m`, `4h`, `2d` on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// That many milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// That many seconds.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs * 1000)
    }

    /// That many hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours * 3_600_000)
    }

    /// Its length in milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }
}

const UNITS: [(&str, i64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

impl FromStr for Span {
    type Err = BadTime;

    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = BadTime("a length of time like 90s, 10m, 4h or 2d");
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        let (count, unit) = text.split_at(end);
        let unit = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, ms)| *ms);
        match (count.parse::<i64>(), unit) {
            (Ok(count), Some(unit)) => count.checked_mul(unit).map(Self).ok_or(bad),
            _ => Err(bad),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, ms) = UNITS
            .iter()
            .rev()
            .find(|(_, ms)| self.0 != 0 && self.0 % ms == 0)
            .unwrap_or(&UNITS[1]);
        write!(f, "{}{unit}", self.0 / ms)
    }
}

impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is neither a moment nor a length of time; says what would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct BadTime(&'static str);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_moment_reads_as_the_calendar_has_it(
            millis in prop_oneof![
                // This century, all that a calendar has, and what none has.
                946_684_800_000..4_102_444_800_000_i64,
                Timestamp::MIN.as_millisecond()..=Timestamp::MAX.as_millisecond(),
                any::<i64>(),
            ],
        ) {
            let text = match Timestamp::from_millisecond(millis) {
                Ok(at) => format!("{at:.3}"),
                Err(_) => format!("{millis} ms"),
            };
            let at = At::from_millis(millis);
            prop_assert_eq!(at.to_string(), text.as_str());
            prop_assert_eq!(serde_json::to_string(&at).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn tomorrow_is_the_next_morning() {
        let now: At = "2026-11-20T23:59:00Z".parse().unwrap();
        let morning: At = "2026-11-21T09:00:00Z".parse().unwrap();
        assert_eq!(tomorrow(now, &TimeZone::UTC), Some(morning));
    }

    #[test]
    fn moments_are_rfc_3339_in_utc_with_milliseconds() {
        let at: At = "2026-11-20T10:00:00+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-20T09:00:00.000Z");
        assert_eq!(at.to_string().parse(), Ok(at));
        assert!("yesterday".parse::<At>().is_err());
    }

    #[test]
    fn spans_read_and_print_with_their_largest_whole_unit() {
        for (text, ms, printed) in [
            ("90s", 90_000, "90s"),
            ("60m", 3_600_000, "1h"),
            ("24h", 86_400_000, "1d"),
            ("0s", 0, "0s"),
            ("150ms", 150, "150ms"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.millis(), span.to_string().as_str()), (ms, printed));
        }
        for bad in [
            "",
            "h",
            "4",
            "4 h",
            "-4h",
            "4w",
            "99999999999999999999d",
            "9223372036854775807d",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
