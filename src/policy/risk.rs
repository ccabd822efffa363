//! How much harm a request could do: the action's default, raised by what speaks for more.
//! Invariant: nothing that an agent says makes it less, and signals alone never make it critical.

mod signals;

use super::excerpt::beginning;
use super::ladder::Question;
use super::ladder::fit::{Fit, fit, sight};
use crate::domain::risk::{Assessment, Declared, Risk};
use crate::domain::time::At;
use crate::domain::untrusted::Untrusted;
use crate::policy::document::Policy;

/// How much of an agent's own reason is kept beside the level.
const REASON_CHARS: usize = 300;

/// The risk of what is asked, of which the agent says `declared`. It is assessed before the ladder: the risk that the
/// question holds isn't looked at. `first_time` are those of its recipients to whom nothing was allowed or approved
/// before.
pub fn assess(
    question: &Question,
    declared: Option<&Declared>,
    first_time: &[String],
    policy: &Policy,
    now: At,
) -> Assessment {
    let default = question.action.default_risk;
    let declared = declared.filter(|declared| declared.level > default);
    let said = declared.map_or(default, |declared| declared.level);
    let question = Question {
        risk: said,
        ..*question
    };
    let mut reasons: Vec<Untrusted> = declared.map(agents_reason).into_iter().collect();

    let mut ruled = said;
    for (level, reason) in by_rules(&question, policy, now) {
        ruled = ruled.max(level);
        reasons.push(reason);
    }
    let signals = signals::of(&question, first_time);
    let level = match signals.is_empty() {
        true => ruled,
        false => raised(ruled),
    };
    reasons.extend(signals.into_iter().map(Untrusted::from));
    Assessment { level, reasons }
}

/// The rules that speak for more than the action's default. One that can't be evaluated counts.
fn by_rules<'a>(
    question: &'a Question<'a>,
    policy: &'a Policy,
    now: At,
) -> impl Iterator<Item = (Risk, Untrusted)> + 'a {
    let graver = |level: Risk| level > question.action.default_risk;
    let sight = sight(question, now);
    let rules = policy.risks.iter().filter(move |rule| graver(rule.level));
    rules.filter_map(move |rule| {
        let fit = fit(&rule.scope, question, &sight);
        let doubt = matches!(fit, Fit::CannotTell(_));
        let clause = fit.restricting()?;
        let reason = match doubt {
            false => rule.reason.clone(),
            true => Untrusted::from(format!("{}, {clause}", rule.reason.raw_for_execution())),
        };
        Some((rule.level, reason))
    })
}

/// One level more, but not critical.
const fn raised(level: Risk) -> Risk {
    match level {
        Risk::Low => Risk::Medium,
        Risk::Medium | Risk::High => Risk::High,
        Risk::Critical => Risk::Critical,
    }
}

fn agents_reason(declared: &Declared) -> Untrusted {
    let said = declared.reason.as_ref().map(|r| r.raw_for_execution());
    Untrusted::from(match said.map(|said| beginning(said, REASON_CHARS)) {
        Some((said, false)) => format!("the agent says: {said}"),
        Some((said, true)) => format!("the agent says: {said}…"),
        None => format!("the agent says that the risk is {}", declared.level.word()),
    })
}

#[cfg(test)]
mod tests;
