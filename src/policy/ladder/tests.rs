//! What holds for every question, whatever the workspace.

mod any;
mod conditions;
mod properties;

use super::*;
use crate::policy::fixtures::{Case, NOW};

fn judge(case: &Case) -> Judgement {
    judge_under(case, &Policy::default())
}

fn judge_under(case: &Case, policy: &Policy) -> Judgement {
    evaluate(&case.question(), policy, &case.workspace, NOW)
}

fn answers(judgement: &Judgement) -> Vec<Answer> {
    judgement.trace.iter().map(|rung| rung.answer).collect()
}

#[test]
fn the_trace_stops_where_a_rung_answered() {
    use Answer::{Allow, Ask, Deny, NotAsked, Pass};

    let mut off = Case::new("email.send");
    off.agent.enabled = false;
    let denied = judge(&off);
    assert_eq!(denied.verdict.effect, Effect::Deny);
    assert_eq!(denied.verdict.rung, RungName::Off);
    let expected = [
        Deny, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked, NotAsked,
    ];
    assert_eq!(answers(&denied), expected);

    let read = judge(&Case::new("file.read"));
    assert_eq!(read.verdict.effect, Effect::Allow);
    assert_eq!(read.verdict.rule, Some(Untrusted::from("confirm_tools")));
    let expected = [Pass, Pass, Pass, Allow, NotAsked, NotAsked, NotAsked];
    assert_eq!(answers(&read), expected);

    let asked = judge(&Case::new("email.send"));
    assert_eq!(asked.verdict.rung, RungName::Ask);
    assert_eq!(asked.verdict.text.plain(), "email.send needs approval");
    let expected = [Pass, Pass, Pass, Pass, Pass, Ask, Pass];
    assert_eq!(answers(&asked), expected);
}

#[test]
fn an_own_opt_in_answers_after_ask_has_asked() {
    use Answer::{Allow, Ask, Pass};

    let judged = judge(&Case::new("email.send").opted_in("ana", OptInScope::Always, NOW));
    assert_eq!(judged.verdict.effect, Effect::Allow);
    assert_eq!(judged.verdict.rung, RungName::OwnOptIn);
    assert_eq!(judged.opt_in, Some(OptInScope::Always));
    assert_eq!(answers(&judged), [Pass, Pass, Pass, Pass, Pass, Ask, Allow]);
}

#[test]
fn what_needs_no_approval_has_no_use_for_an_opt_in() {
    let mut case = Case::new("email.send").opted_in("ana", OptInScope::Always, NOW);
    case.action.needs_approval = false;
    let judged = judge(&case);
    assert_eq!((judged.verdict.rung, judged.opt_in), (RungName::Ask, None));
    assert_eq!(judged.trace[6].answer, Answer::NotAsked);
}
