//! Who has to say yes: how many, who has, who is asked next and when; and what reviewers changed.

use crate::api::request::{DecisionRecord, Request, Review, StageView};
use crate::domain::diff::{Change, LineChange, diff, lines};
use crate::domain::json::Json;
use crate::domain::raw::RawJson;
use crate::domain::review::{Reviewer, Word};
use crate::domain::untrusted::Untrusted;
use crate::tui::state::words;

use super::write::Writer;
use super::{Block, Tone};

impl Writer<'_> {
    /// The plan and how far it has got.
    pub(super) fn plan(&mut self, request: &Request) {
        let Some(review) = &request.review else {
            return;
        };
        if let Some(why) = &review.undecidable {
            self.warn(why.plain_line());
        }
        if !request.status.decided() && simply_asked(request).is_none() {
            self.asked_now(review);
        }
        if review.needed > 1 || review.separate {
            self.ours("Needs", needs(review));
        }
        if let Some(at) = request.approves_at() {
            let at = words::moment(at, self.zone());
            let words = format!("approved on {at}, unless somebody rejects it");
            self.ours("By itself", words);
        }
        if !request.status.decided() {
            self.votes(request);
            self.skipped(review);
        }
    }

    /// Who is asked, and who would be next.
    fn asked_now(&mut self, review: &Review) {
        let open = review.stages.iter().filter(|stage| stage.open);
        let mut asked: Vec<String> = open.map(staged).collect();
        if asked.is_empty() && !review.reviewers.is_empty() {
            asked.push(format!("{} ({})", all(&review.reviewers), review.resolver));
        }
        let whom = match asked.is_empty() {
            true => "nobody".to_owned(),
            false => asked.join("; "),
        };
        self.ours("Asks", whom);
        let waiting = |stage: &&StageView| !stage.open && stage.skipped.is_none();
        let Some(next) = review.stages.iter().find(waiting) else {
            return;
        };
        // Without a time it is asked only when nobody else is left, which is not worth a row.
        if let Some(at) = review.fallback_at {
            let at = words::moment(at, self.zone());
            self.ours("Then", format!("{} as well, from {at}", staged(next)));
        }
    }

    /// Who would have been asked, and why they aren't.
    fn skipped(&mut self, review: &Review) {
        let passed = review.stages.iter().filter_map(|stage| {
            let why = stage.skipped.as_ref()?;
            Some(format!("{}: {}", stage.resolver, why.raw_for_execution()))
        });
        let passed: Vec<String> = passed.collect();
        if !passed.is_empty() {
            self.ours("Skipped", passed.join("; "));
        }
    }

    /// Every vote so far, those that no longer count said to be void.
    pub(super) fn votes(&mut self, request: &Request) {
        for (index, vote) in request.decisions.iter().enumerate() {
            let label = if index == 0 { "Votes" } else { "" };
            let at = words::seconds(vote.at, self.zone());
            let who = voter(vote);
            let mut value = format!("{who} {} at {at}", vote.decision.past());
            if !vote.counts {
                value.push_str(&format!(", void: {}", void(request, vote)));
            }
            let reason = words::said(vote.reason.as_ref()).cloned();
            self.put(Block::Field {
                label,
                value: Untrusted::from(value),
                aside: reason,
                tone: match vote.counts {
                    true => Tone::Content,
                    false => Tone::Aside,
                },
            });
        }
    }

    /// What reviewers put in place of what was asked, field by field.
    pub(super) fn edited(&mut self, request: &Request) {
        let Some(original) = &request.original else {
            return;
        };
        if !request.status.decided() {
            let by = editors(request);
            self.warn(format!("{by} changed what was asked: see below"));
        }
        let by = editors(request);
        self.heading("Changed", format!("by {by}: - as asked, + in force"));
        self.changes(original.params.as_ref(), request.params.as_ref());
    }

    /// Every field that differs.
    pub(super) fn changes(&mut self, was: Option<&RawJson>, is: Option<&RawJson>) {
        let tree = |raw: Option<&RawJson>| raw.and_then(|raw| raw.tree().ok());
        let (Some(was), Some(is)) = (tree(was), tree(is)) else {
            return self.text("what was asked is not kept any more");
        };
        self.differences(&was, &is);
    }

    /// Every field in which two values differ.
    pub(super) fn differences(&mut self, was: &Json, is: &Json) {
        let changes = diff(was, is);
        if changes.is_empty() {
            return self.text("nothing: both mean the same");
        }
        for change in changes {
            self.change(&change);
        }
    }

    fn change(&mut self, change: &Change<'_>) {
        let path = match change.path.is_empty() {
            true => Untrusted::from("all of it"),
            false => change.path.clone(),
        };
        self.sign("", path, Tone::Aside);
        match (change.was, change.is) {
            (Some(Json::String(was)), Some(Json::String(is)))
                if was.contains('\n') || is.contains('\n') =>
            {
                self.changed_lines(&lines(was, is));
            }
            (was, is) => {
                for (sign, value, tone) in [("-", was, Tone::Aside), ("+", is, Tone::Content)] {
                    if let Some(value) = value {
                        self.sign(sign, Untrusted::from(in_one_text(value)), tone);
                    }
                }
            }
        }
    }

    /// The lines of a long text that differ, and how many don't.
    fn changed_lines(&mut self, change: &LineChange<'_>) {
        self.alike(change.before);
        for line in &change.was {
            self.sign("-", Untrusted::from(*line), Tone::Aside);
        }
        for line in &change.is {
            self.sign("+", Untrusted::from(*line), Tone::Content);
        }
        self.alike(change.after);
    }

    fn alike(&mut self, count: usize) {
        let words = match count {
            0 => return,
            1 => "1 line as it was".to_owned(),
            count => format!("{count} lines as they were"),
        };
        self.put(Block::Change {
            sign: "=",
            text: Untrusted::from(words),
            tone: Tone::Aside,
        });
    }

    fn sign(&mut self, sign: &'static str, text: Untrusted, tone: Tone) {
        self.say(&text);
        self.put(Block::Change { sign, text, tone });
    }
}

/// Who is asked, where there is no more to say than that.
pub(super) fn simply_asked(request: &Request) -> Option<Untrusted> {
    let review = request.review.as_ref()?;
    let open = review.stages.iter().filter(|stage| stage.open).count();
    let skipped = review.stages.iter().any(|stage| stage.skipped.is_some());
    let simple = open <= 1 && !skipped && review.fallback_at.is_none();
    let asked = !review.reviewers.is_empty() && !request.status.decided();
    (simple && asked).then(|| {
        let words = format!("asks {} ({})", all(&review.reviewers), review.resolver);
        Untrusted::from(words)
    })
}

fn needs(review: &Review) -> String {
    let (given, needed) = (review.given, review.needed);
    match (needed, review.separate) {
        (..=1, true) => "1 approval; self-review doesn't count".to_owned(),
        (..=1, false) => "1 approval".to_owned(),
        (_, true) => format!("{given} of {needed} approvals given; self-review doesn't count"),
        (_, false) => format!("{given} of {needed} approvals given, by different people"),
    }
}

fn editors(request: &Request) -> String {
    let by: Vec<String> = request.edited_by.iter().map(ToString::to_string).collect();
    match by.is_empty() {
        true => "somebody".to_owned(),
        false => by.join(", then "),
    }
}

fn staged(stage: &StageView) -> String {
    match stage.reviewers.is_empty() {
        true => stage.resolver.to_string(),
        false => format!("{} ({})", all(&stage.reviewers), stage.resolver),
    }
}

fn all(reviewers: &[Reviewer]) -> String {
    let names: Vec<String> = reviewers.iter().map(ToString::to_string).collect();
    match names.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `ben for ana`, where ben stood in for her.
pub fn voter(vote: &DecisionRecord) -> String {
    match &vote.stands_for {
        Some(absent) => format!("{} for {absent}", vote.by),
        None => vote.by.to_string(),
    }
}

fn void(request: &Request, vote: &DecisionRecord) -> &'static str {
    let plan = request.review.as_ref().map(|review| review.plan);
    match () {
        () if vote.digest != request.digest => "it was for other parameters",
        () if plan.is_some_and(|plan| plan != vote.plan) => "it was under another plan",
        () if vote.decision == Word::Approve => "it doesn't count here",
        () => "it doesn't count any more",
    }
}

/// Strings as JSON has them, so that a blank at the end can be seen.
fn in_one_text(value: &Json) -> String {
    match value {
        Json::Object(_) | Json::Array(_) => value.to_text(),
        scalar => super::params::scalar(scalar),
    }
}
