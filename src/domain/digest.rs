//! The digest: what a reviewer saw, what was approved and what is executed are the same when their digests are.
//!
//! It covers the meaning of a request, not its spelling: key order, white space and the way a number is written don't
//! change it; anything that changes what would be executed does.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use super::json::{Json, Sink, write_canonical, write_string};
use super::short::Short;

const PREFIX: &str = "sha256:";

/// A SHA-256 digest, written `sha256:` and 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// A text that isn't a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a digest; write `sha256:` and 64 lower-case hex digits, as the request shows it")]
pub struct DigestError;

impl Digest {
    /// The digest of bytes as they are.
    pub fn of_bytes(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of a request: over the canonical JSON of `{action, agent, params, recipients, resource}`.
    ///
    /// `recipients` are normalised, distinct and sorted, as [`normalise`](super::recipient::normalise) returns them;
    /// `resource` is [`Json::Null`] when there is none.
    pub fn of_request(
        action: &str,
        agent: &str,
        params: &Json,
        recipients: &[String],
        resource: &Json,
    ) -> Digest {
        debug_assert!(
            recipients.is_sorted_by(|a, b| a < b),
            "recipients are distinct and sorted"
        );
        debug_assert!(
            matches!(resource, Json::Null | Json::Object(_)),
            "a resource is an object"
        );
        // The names below are in canonical order already.
        let mut hasher = Hasher(Sha256::new());
        hasher.put(b"{\"action\":");
        write_string(action, &mut hasher);
        hasher.put(b",\"agent\":");
        write_string(agent, &mut hasher);
        hasher.put(b",\"params\":");
        write_canonical(params, &mut hasher);
        hasher.put(b",\"recipients\":[");
        for (index, recipient) in recipients.iter().enumerate() {
            if index > 0 {
                hasher.put(b",");
            }
            write_string(recipient, &mut hasher);
        }
        hasher.put(b"],\"resource\":");
        write_canonical(resource, &mut hasher);
        hasher.put(b"}");
        Digest(hasher.0.finalize().into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn text(&self) -> Short<{ PREFIX.len() + 64 }> {
        let mut text = [0; PREFIX.len() + 64];
        let (before, hex) = text.split_at_mut(PREFIX.len());
        before.copy_from_slice(PREFIX.as_bytes());
        data_encoding::HEXLOWER.encode_mut(&self.0, hex);
        Short::from(text)
    }
}

struct Hasher(Sha256);

impl Sink for Hasher {
    fn put(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let hex = text.strip_prefix(PREFIX).ok_or(DigestError)?;
        let bytes = data_encoding::HEXLOWER
            .decode(hex.as_bytes())
            .map_err(|_| DigestError)?;
        Ok(Digest(bytes.try_into().map_err(|_| DigestError)?))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::json::tests::{any_json, rewritten};
    use crate::domain::json::{Limits, canonical, parse};

    fn json(text: &str) -> Json {
        parse(text.as_bytes(), Limits::default()).unwrap()
    }

    /// As the semantics describe it, without the shortcut of streaming.
    fn described(
        action: &str,
        agent: &str,
        params: &Json,
        recipients: &[String],
        resource: &Json,
    ) -> Digest {
        let text = |text: &str| Json::String(text.to_owned());
        let recipients = recipients.iter().map(|recipient| text(recipient)).collect();
        Digest::of_bytes(&canonical(&Json::Object(vec![
            ("resource".to_owned(), resource.clone()),
            ("recipients".to_owned(), Json::Array(recipients)),
            ("params".to_owned(), params.clone()),
            ("agent".to_owned(), text(agent)),
            ("action".to_owned(), text(action)),
        ])))
    }

    #[test]
    fn a_digest_is_written_one_way() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let digest = Digest::of_bytes(b"");
        assert_eq!(digest.to_string(), empty);
        assert_eq!(empty.parse(), Ok(digest));
        assert_eq!(
            serde_json::to_string(&digest).unwrap(),
            format!("\"{empty}\"")
        );
        assert_eq!(
            serde_json::from_str::<Digest>(&format!("\"{empty}\"")).unwrap(),
            digest
        );

        let hex = empty.strip_prefix("sha256:").unwrap();
        for wrong in [
            "",
            "sha256:",
            hex,
            &empty.to_uppercase(),
            &format!("sha256:{}", hex.to_uppercase()),
            &format!("{empty}00"),
            &format!(" {empty}"),
            &format!("{empty}\n"),
            &empty[..70],
            &format!("sha512:{hex}"),
            &format!("sha256:g{}", &hex[1..]),
        ] {
            assert_eq!(wrong.parse::<Digest>(), Err(DigestError), "{wrong:?}");
        }
    }

    #[test]
    fn a_request_has_the_digest_of_its_canonical_text() {
        let params = json(r#"{"to": ["ana@crm.example"], "subject": "Grüße \n", "copies": 1.0}"#);
        let recipients = ["ana@crm.example".to_owned(), "ben@crm.example".to_owned()];
        let resource = json(r#"{"type": "deal", "id": "D-1", "owner": "ben"}"#);
        let text = r#"{"action":"email.send","agent":"outreach","params":{"copies":1,"subject":"Grüße \n","to":["ana@crm.example"]},"recipients":["ana@crm.example","ben@crm.example"],"resource":{"id":"D-1","owner":"ben","type":"deal"}}"#;
        assert_eq!(
            Digest::of_request("email.send", "outreach", &params, &recipients, &resource),
            Digest::of_bytes(text.as_bytes())
        );
        let text = r#"{"action":"x.y","agent":"a","params":null,"recipients":[],"resource":null}"#;
        assert_eq!(
            Digest::of_request("x.y", "a", &Json::Null, &[], &Json::Null),
            Digest::of_bytes(text.as_bytes())
        );
    }

    fn recipients() -> impl Strategy<Value = Vec<String>> {
        proptest::collection::btree_set("[a-z\"\\\\é@]{1,6}", 0..4).prop_map(Vec::from_iter)
    }

    /// Every way to change a value in one place, or none where it has no place.
    fn changed(value: &Json, place: usize) -> Json {
        match value {
            Json::Null => Json::Bool(false),
            Json::Bool(value) => Json::Bool(!value),
            Json::Number(number) => Json::String(number.as_written().to_owned()),
            Json::String(text) => Json::String(format!("{text}\u{200B}")),
            Json::Array(items) if items.is_empty() => Json::Array(vec![Json::Null]),
            Json::Array(items) => {
                let mut items = items.clone();
                let place = place % items.len();
                items[place] = changed(&items[place], place);
                Json::Array(items)
            }
            Json::Object(members) if members.is_empty() => Json::Null,
            Json::Object(members) => {
                let mut members = members.clone();
                let index = place % members.len();
                if place.is_multiple_of(2) {
                    members[index].1 = changed(&members[index].1, place / 2);
                } else {
                    members.remove(index);
                }
                Json::Object(members)
            }
        }
    }

    proptest! {
        #[test]
        fn streaming_changes_nothing(
            action in ".{0,8}", agent in ".{0,8}", params in any_json(), recipients in recipients(), owned: bool,
        ) {
            let resource = if owned { json(r#"{"type":"deal","id":"D-1","owner":"ben"}"#) } else { Json::Null };
            prop_assert_eq!(
                Digest::of_request(&action, &agent, &params, &recipients, &resource),
                described(&action, &agent, &params, &recipients, &resource)
            );
        }

        #[test]
        fn spelling_does_not_matter(params in any_json()) {
            let digest = |params: &Json| Digest::of_request("a.b", "c", params, &[], &Json::Null);
            prop_assert_eq!(digest(&rewritten(&params)), digest(&params));
        }

        #[test]
        fn any_other_change_does(params in any_json(), recipients in recipients(), place in 0_usize..64) {
            let digest = Digest::of_request("a.b", "c", &params, &recipients, &Json::Null);
            let mut others = recipients.clone();
            others.push("\u{10FFFF}".to_owned());
            let resource = json(r#"{"type":"deal","id":"D-1"}"#);
            for other in [
                Digest::of_request("a.bc", "c", &params, &recipients, &Json::Null),
                Digest::of_request("a.b", "cc", &params, &recipients, &Json::Null),
                Digest::of_request("a.b", "c", &changed(&params, place), &recipients, &Json::Null),
                Digest::of_request("a.b", "c", &params, &others, &Json::Null),
                Digest::of_request("a.b", "c", &params, &recipients, &resource),
            ] {
                prop_assert_ne!(other, digest);
            }
        }

        #[test]
        fn a_digest_reads_back(bytes in any::<[u8; 32]>()) {
            let digest = Digest(bytes);
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(digest.to_string(), format!("sha256:{hex}"));
            prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        }
    }
}
