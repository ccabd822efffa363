//! Who is asked about a request, who has said what so far, what happens if nobody says anything; and what
//! a reviewer changed of it.

use std::collections::BTreeSet;

use crate::api::request::{DecisionRecord, Request, Review};
use crate::domain::json::{Json, canonical};
use crate::domain::raw::RawJson;
use crate::domain::review::Resolver;
use crate::domain::untrusted::Untrusted;
use crate::tui::state::words;

use super::write::Writer;
use super::{Block, Tone};

impl Writer<'_> {
    /// The plan as it stands, where there is more to it than one person who is asked.
    pub(super) fn review(&mut self, request: &Request) {
        let Some(review) = request
            .review
            .as_ref()
            .filter(|_| !request.status.decided())
        else {
            return;
        };
        if let Some(nobody) = &review.undecidable {
            self.field("Nobody", nobody.clone(), Tone::Content);
        }
        if review.needed > 1 || review.reviewers.len() > 1 || review.stages.len() > 2 {
            self.ours("Asked", asked(review));
        }
        for (index, vote) in request.decisions.iter().enumerate() {
            let label = if index == 0 { "Votes" } else { "" };
            let at = words::clock(vote.at, self.zone());
            self.put(Block::Field {
                label,
                value: Untrusted::from(format!("{} at {at}", voted(vote))),
                aside: words::said(vote.reason.as_ref()).cloned(),
                tone: Tone::Content,
            });
        }
        if let Some(at) = review.approves_at {
            let at = words::moment(at, self.zone());
            self.ours(
                "By itself",
                format!("approved on {at} unless somebody rejects it"),
            );
        }
        if let Some(at) = review.fallback_at {
            let next = review
                .stages
                .iter()
                .find(|stage| !stage.open && stage.skipped.is_none());
            let whom =
                next.map_or_else(|| "nobody else".to_owned(), |stage| named(&stage.resolver));
            let at = words::moment(at, self.zone());
            self.ours("Then", format!("{whom} as well, from {at} on"));
        }
        if let Some(claim) = &request.claim {
            self.ours(
                "Taken on",
                format!("by {}; others may still decide", claim.by),
            );
        }
        if !request.looking.is_empty() {
            let people: Vec<String> = request.looking.iter().map(ToString::to_string).collect();
            self.ours("Open at", people.join(", "));
        }
    }

    /// What was asked and what is in force, member by member, where a reviewer changed it.
    pub(super) fn edit(&mut self, request: &Request) {
        let Some(original) = &request.original else {
            return;
        };
        let by = request.edited_by.last();
        let by = by.map_or_else(String::new, |by| format!("by {by}"));
        self.heading("Changed", by);
        let tree = |raw: Option<&RawJson>| raw.and_then(|raw| raw.tree().ok());
        let (before, after) = (
            tree(original.params.as_ref()),
            tree(request.params.as_ref()),
        );
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        for key in keys(&before, &after) {
            let (old, new) = (member(&before, &key), member(&after, &key));
            if old.map(canonical) != new.map(canonical) {
                self.change("- ", &key, old);
                self.change("+ ", &key, new);
            }
        }
    }

    fn change(&mut self, sign: &str, key: &str, value: Option<&Json>) {
        let Some(value) = value else {
            return;
        };
        let text = Untrusted::from(value.to_text());
        self.say(&text);
        self.put(Block::Member {
            key: Untrusted::from(format!("{sign}{key}")),
            value: text,
            quoted: false,
        });
    }
}

fn asked(review: &Review) -> String {
    let people: Vec<String> = review.reviewers.iter().map(ToString::to_string).collect();
    let whom = match people.is_empty() {
        true => "nobody".to_owned(),
        false => people.join(", "),
    };
    let apart = match review.separate {
        true => "; not those on whose behalf it happens",
        false => "",
    };
    match review.needed {
        1 => format!("{whom}{apart}"),
        needed => format!("{needed} of {whom}{apart}; {} so far", review.given),
    }
}

fn voted(vote: &DecisionRecord) -> String {
    let stands_for = vote.stands_for.as_ref();
    let stands_for = stands_for.map_or_else(String::new, |absent| format!(" for {absent}"));
    let void = match vote.counts {
        true => "",
        false => ", void since it was changed",
    };
    format!("{}{stands_for} {}{void}", vote.by, vote.decision.past())
}

fn named(resolver: &Resolver) -> String {
    match resolver {
        Resolver::Person(person) => person.to_string(),
        other => other.to_string(),
    }
}

/// The members of both, those of the first in their order, then what the second adds. Anything that is no
/// object is one member without a name.
fn keys(before: &Json, after: &Json) -> Vec<String> {
    let of = |value: &Json| -> Vec<String> {
        let members = value.as_object();
        members.map_or_else(
            || vec![String::new()],
            |members| members.iter().map(|(key, _)| key.clone()).collect(),
        )
    };
    let mut seen = BTreeSet::new();
    let mut keys = of(before);
    keys.extend(of(after));
    keys.retain(|key| seen.insert(key.clone()));
    keys
}

fn member<'a>(value: &'a Json, key: &str) -> Option<&'a Json> {
    match (value.as_object(), key) {
        (Some(_), key) => value.get(key),
        (None, "") => Some(value),
        (None, _) => None,
    }
}
