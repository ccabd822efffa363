//! Identifiers. Things the gate creates carry a prefixed UUIDv7 (`req_01k…`, sortable by age); people,
//! agents, groups and teams are named by whoever makes them; actions have dotted names.
//! Invariant: a value of one of these types has passed its check, so it is safe to show anywhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use uuid::Uuid;

use super::short::Short;

/// Crockford's alphabet in lower case: no `i l o u`, so an id can be read over a telephone.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 26 digits of five bits hold 128 bits, with two to spare at the front.
const DIGITS: usize = 26;

/// Every kind of id has a prefix as long as this.
const PREFIX: usize = 4;

fn encode(prefix: &str, mut bits: u128) -> Short<{ PREFIX + DIGITS }> {
    let mut text = [0; PREFIX + DIGITS];
    let (before, digits) = text.split_at_mut(PREFIX);
    before.copy_from_slice(prefix.as_bytes());
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[bits as usize & 31];
        bits >>= 5;
    }
    Short::from(text)
}

/// The number that these digits write; nothing if one is no digit or they are too much for 128 bits.
fn decode(digits: &str) -> Option<u128> {
    digits.bytes().try_fold(0_u128, |bits, byte| {
        let digit = ALPHABET.iter().position(|&known| known == byte)?;
        (bits >> 123 == 0).then_some(bits << 5 | digit as u128)
    })
}

/// Why a text is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{}” is not {what}: {rule}", crate::domain::untrusted::safe(.text))]
pub struct BadId {
    text: String,
    what: &'static str,
    rule: &'static str,
}

macro_rules! unique_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// The text every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids made later sort after it.
            pub fn generate() -> Self {
                Self(Uuid::now_v7().into_bytes())
            }

            /// The first and the last id that begin with this text, prefix included.
            pub fn range(beginning: &str) -> Option<(Self, Self)> {
                let given = beginning.strip_prefix($prefix)?;
                let open = 5 * DIGITS.checked_sub(given.len())? as u32;
                let lowest = match decode(given)? {
                    0 => 0,
                    bits => bits.checked_mul(1_u128.checked_shl(open)?)?,
                };
                let rest = u128::MAX.checked_shr(128_u32.saturating_sub(open)).unwrap_or(0);
                let id = |bits: u128| Self(bits.to_be_bytes());
                Some((id(lowest), id(lowest | rest)))
            }

            /// The bytes, in the order in which ids sort.
            pub fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The id with these bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            fn text(&self) -> Short<{ PREFIX + DIGITS }> {
                encode($prefix, u128::from_be_bytes(self.0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(&self.text())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($prefix)
                    .filter(|digits| digits.len() == DIGITS)
                    .and_then(decode)
                    .map(|bits| Self(bits.to_be_bytes()))
                    .ok_or_else(|| BadId {
                        text: text.to_owned(),
                        what: $what,
                        rule: concat!("it starts with ", $prefix, " and has 26 characters after that"),
                    })
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }
    };
}

macro_rules! named_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:path, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                if $check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(BadId { text: text.to_owned(), what: $what, rule: $rule })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }
    };
}

unique_id!(
    /// One agent wanting one action.
    RequestId, "req_", "a request id"
);
unique_id!(
    /// A bearer token, never the secret itself.
    TokenId, "tok_", "a token id"
);
unique_id!(
    /// An outcome waiting for an agent to take it.
    NoticeId, "ntc_", "a notice id"
);

const NAME_RULE: &str =
    "ids are 1 to 63 characters of a-z 0-9 _ . - and start with a letter or digit";
const ACTION_RULE: &str = "actions are like email.send: lower-case words joined by dots, of a-z 0-9 _ -, at most 128 characters";
const PATTERN_RULE: &str =
    "like email.send or email.*: a-z 0-9 _ - . and * for any characters, at most 128 characters";
const INTEGRATION_RULE: &str = "integrations are one lower-case word of a-z 0-9 _ -";

named_id!(
    /// A person, by id; display names decide nothing.
    PersonId, "a person's id", is_name, NAME_RULE
);
named_id!(
    /// An agent, by id.
    AgentId, "an agent's id", is_name, NAME_RULE
);
named_id!(
    /// A worker, by id: it runs what others asked for.
    WorkerId, "a worker's id", is_name, NAME_RULE
);
named_id!(
    /// A team, by id.
    TeamId, "a team's id", is_name, NAME_RULE
);
named_id!(
    /// A group, by id.
    GroupId, "a group's id", is_name, NAME_RULE
);
named_id!(
    /// What an agent wants to do: `email.send`.
    ActionName, "an action", is_action, ACTION_RULE
);
named_id!(
    /// Actions that a token is for: one by its name, or many with `*` for any characters.
    ActionPattern, "an action or a pattern of actions", is_action_pattern, PATTERN_RULE
);
named_id!(
    /// Where an action lives: the part before its first dot.
    IntegrationName, "an integration", is_integration, INTEGRATION_RULE
);

impl ActionName {
    /// The integration that this action belongs to.
    pub fn integration(&self) -> IntegrationName {
        let end = self.0.find('.').unwrap_or(self.0.len());
        IntegrationName(self.0[..end].to_owned())
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= 63
        && bytes.next().is_some_and(first)
        && bytes.all(|b| first(b) || matches!(b, b'_' | b'.' | b'-'))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_word_byte)
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-')
}

fn is_integration(text: &str) -> bool {
    text.len() <= 128 && is_word(text) && text.as_bytes()[0].is_ascii_lowercase()
}

fn is_action(text: &str) -> bool {
    match text.split_once('.') {
        Some((integration, rest)) => {
            text.len() <= 128 && is_integration(integration) && rest.split('.').all(is_word)
        }
        None => false,
    }
}

fn is_action_pattern(text: &str) -> bool {
    let fits = |b: u8| is_word_byte(b) || matches!(b, b'.' | b'*');
    is_action(text) || (text.contains('*') && text.len() <= 128 && text.bytes().all(fits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_id_is_its_prefix_and_the_digits_of_its_number(bits: u128) {
            let digit = |place| ALPHABET[(bits >> (5 * place)) as usize & 31] as char;
            let digits: String = (0..DIGITS).rev().map(digit).collect();
            let id = RequestId::from_bytes(bits.to_be_bytes());
            prop_assert_eq!(id.to_string(), format!("req_{digits}"));
            prop_assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"req_{digits}\""));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn ids_of_requests_sort_by_age_and_survive_a_round_trip() {
        let older = RequestId::generate();
        let newer = RequestId::generate();
        assert!(older < newer);
        assert!(older.to_string() < newer.to_string());
        assert_eq!(older.to_string().parse(), Ok(older));
        assert_eq!(older.to_string().len(), "req_".len() + 26);
        assert!(
            "req_8zzzzzzzzzzzzzzzzzzzzzzzzz"
                .parse::<RequestId>()
                .is_err()
        );
    }

    #[test]
    fn a_beginning_names_the_range_of_ids_that_have_it() {
        let id = RequestId::generate();
        let text = id.to_string();
        for length in ["req_".len(), 8, 20, text.len()] {
            let (first, last) = RequestId::range(&text[..length]).unwrap();
            assert!(first <= id && id <= last, "{length}");
        }
        assert_eq!(RequestId::range(&text), Some((id, id)));
        let (first, last) = RequestId::range("req_").unwrap();
        assert_eq!((first.as_bytes(), last.as_bytes()), (&[0; 16], &[0xff; 16]));
        for bad in ["", "01k", "req_il", "req_8zz", &format!("{text}0")] {
            assert_eq!(RequestId::range(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let token = TokenId::generate().to_string();
        let refused = token.parse::<RequestId>().unwrap_err().to_string();
        assert!(refused.contains("is not a request id"), "{refused}");
    }

    #[test]
    fn action_names_follow_their_grammar() {
        for good in ["email.send", "mcp.files.read_file", "a.b", "x-1.2"] {
            assert!(good.parse::<ActionName>().is_ok(), "{good}");
        }
        for bad in [
            "email",
            "Email.send",
            "email.",
            ".send",
            "email..send",
            "1a.b",
            "email.sénd",
            "",
        ] {
            assert!(bad.parse::<ActionName>().is_err(), "{bad}");
        }
        assert!(
            format!("a.{}", "b".repeat(127))
                .parse::<ActionName>()
                .is_err()
        );
    }

    #[test]
    fn patterns_of_actions_are_names_or_have_a_star() {
        for good in ["email.send", "email.*", "*", "mcp.*.read_*"] {
            assert!(good.parse::<ActionPattern>().is_ok(), "{good}");
        }
        for bad in ["", "email", "Email.*", "email.* ", "a/*", &"*".repeat(129)] {
            assert!(bad.parse::<ActionPattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn names_follow_their_grammar() {
        for good in ["ana", "0x", "a.b-c_d"] {
            assert!(good.parse::<PersonId>().is_ok(), "{good}");
        }
        for bad in ["", "-ana", "Ana", "ana ", "a\u{202e}b", &"a".repeat(64)] {
            assert!(bad.parse::<PersonId>().is_err(), "{bad}");
        }
    }
}
