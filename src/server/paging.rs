//! Lists that are kept in memory, a page at a time: by key, so that a page is found without counting.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Bound;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::Rejection;
use crate::api::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use crate::store::Cursor;

/// Which page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    #[schemars(range(min = 1, max = MAX_LIMIT))]
    limit: Option<u32>,
    cursor: Option<String>,
}

impl Paging {
    /// This page of what is kept under these keys.
    pub(super) fn of<K, V, T>(
        &self,
        all: &BTreeMap<K, V>,
        view: impl Fn(&V) -> T,
    ) -> Result<Page<T>, Rejection>
    where
        K: Ord + Display + FromStr,
    {
        let limit = limit(self.limit)?;
        let after = match &self.cursor {
            None => Bound::Unbounded,
            Some(cursor) => Bound::Excluded(key::<K>(cursor)?),
        };
        let mut rest = all.range::<K, _>((after, Bound::Unbounded));
        let page: Vec<(&K, &V)> = rest.by_ref().take(limit as usize).collect();
        let last = page.last().filter(|_| rest.next().is_some());
        Ok(Page {
            next_cursor: last.map(|(key, _)| Cursor(key.to_string().into_bytes()).to_text()),
            items: page.iter().map(|(_, value)| view(value)).collect(),
            total: None,
            put_off: None,
            found: None,
        })
    }
}

/// How many items a page has.
pub(super) fn limit(asked: Option<u32>) -> Result<u32, Rejection> {
    let limit = asked.unwrap_or(DEFAULT_LIMIT);
    match (1..=MAX_LIMIT).contains(&limit) {
        true => Ok(limit),
        false => Err(Rejection::invalid("/limit", format!("1 to {MAX_LIMIT}"))),
    }
}

fn key<K: FromStr>(cursor: &str) -> Result<K, Rejection> {
    let bytes = Cursor::from_text(cursor).ok();
    let text = bytes.and_then(|cursor| String::from_utf8(cursor.0).ok());
    text.and_then(|text| text.parse().ok()).ok_or_else(|| {
        Rejection::invalid(
            "/cursor",
            "that is not a cursor of this list; use the next_cursor of the page before",
        )
    })
}
