//! Keys of one's own, as they stand in the file. What they mean, and whether they may, the inbox knows; here
//! is kept where each of them stands.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// For each action that is named, its keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Keys(BTreeMap<Spanned<String>, List>);

/// A list that says what it should be when it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct List(Vec<Spanned<String>>);

impl Keys {
    /// The actions with their keys.
    pub fn bindings(&self) -> impl ExactSizeIterator<Item = (&str, Vec<&str>)> {
        self.0.iter().map(|(action, keys)| {
            let keys = keys.0.iter().map(|key| key.get_ref().as_str());
            (action.get_ref().as_str(), keys.collect())
        })
    }

    /// Where the n-th action stands, or one of its keys.
    pub fn span(&self, place: usize, key: Option<usize>) -> Range<usize> {
        let binding = self.0.iter().nth(place);
        let span = binding.and_then(|(action, keys)| match key {
            Some(key) => keys.0.get(key).map(Spanned::span),
            None => Some(action.span()),
        });
        span.unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct OfKeys;

        impl<'de> Visitor<'de> for OfKeys {
            type Value = List;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of keys, like [\"x\", \"ctrl-x\"], or [] for none")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = seq.next_element()? {
                    keys.push(key);
                }
                Ok(List(keys))
            }
        }

        from.deserialize_seq(OfKeys)
    }
}
