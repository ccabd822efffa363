//! How a person wants to be told. The inbox always tells; everything else only who asked for it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::untrusted::safe;

/// What reaches a person outside the inbox, and when nothing should.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notifications {
    pub email: bool,
    pub slack: bool,
    /// When only what is critical gets through.
    pub quiet: Option<Quiet>,
}

/// Hours of every day, from one to just before another; over midnight when `to` is the earlier one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    pub from: Hour,
    pub to: Hour,
    pub zone: Zone,
}

/// A time of day, to the minute: `HH:MM`, from `00:00` to `23:59`.
///
/// ```
/// use signoff::domain::people::Hour;
///
/// assert_eq!("07:30".parse::<Hour>().unwrap().to_string(), "07:30");
/// assert!("7:30".parse::<Hour>().is_err());
/// assert!("24:00".parse::<Hour>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Hour {
    /// Minutes since the day began.
    minutes: u16,
}

/// A time zone by its name in the IANA database. Whether there is such a zone, this type can't know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(String);

impl Zone {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that is no time of day, or can't be the name of a zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadHour {
    #[error("“{}” is not a time of day like 07:30, from 00:00 to 23:59", safe(.0))]
    Hour(String),
    #[error("“{}” is not a time zone like Europe/Berlin", safe(.0))]
    Zone(String),
}

impl fmt::Display for Hour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

impl FromStr for Hour {
    type Err = BadHour;

    fn from_str(text: &str) -> Result<Self, BadHour> {
        let two_digits = |part: &str, most: u16| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            let number: u16 = part.parse().ok().filter(|_| digits)?;
            (number <= most).then_some(number)
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some(two_digits(hour, 23)? * 60 + two_digits(minute, 59)?))
            .map(|minutes| Self { minutes })
            .ok_or_else(|| BadHour::Hour(text.to_owned()))
    }
}

impl From<Hour> for String {
    fn from(hour: Hour) -> String {
        hour.to_string()
    }
}

impl TryFrom<String> for Hour {
    type Error = BadHour;

    fn try_from(text: String) -> Result<Self, BadHour> {
        text.parse()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Zone {
    type Err = BadHour;

    fn from_str(text: &str) -> Result<Self, BadHour> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+');
        let part = |part: &str| !part.is_empty() && part.bytes().all(fits);
        match text.len() <= 64 && text.split('/').all(part) {
            true => Ok(Self(text.to_owned())),
            false => Err(BadHour::Zone(text.to_owned())),
        }
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> String {
        zone.0
    }
}

impl TryFrom<String> for Zone {
    type Error = BadHour;

    fn try_from(text: String) -> Result<Self, BadHour> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_strictly_and_written_as_they_were_read() {
        for good in ["00:00", "07:05", "23:59"] {
            assert_eq!(good.parse::<Hour>().unwrap().to_string(), good);
        }
        for bad in [
            "", "7:30", "07:60", "24:00", "07:30:00", "+7:30", "0730", " 07:30",
        ] {
            assert!(bad.parse::<Hour>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_can_be_no_zone_is_refused_without_looking_it_up() {
        for good in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ] {
            assert!(good.parse::<Zone>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../UTC",
            "Europe/",
            "Europe Berlin",
            "a\u{1b}[2J",
        ] {
            assert!(bad.parse::<Zone>().is_err(), "{bad}");
        }
    }
}
