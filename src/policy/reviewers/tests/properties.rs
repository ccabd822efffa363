//! What holds for any plan in any workspace.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::domain::people::Role;
use crate::domain::review::OptInScope;
use crate::domain::risk::Risk;

const PEOPLE: [&str; 8] = ["ana", "ben", "dana", "fay", "gus", "lee", "max", "omar"];
const RESOLVERS: [&str; 12] = [
    "requester",
    "user:ben",
    "user:omar",
    "manager",
    "role:admin",
    "role:member",
    "group:finance",
    "agent_owner",
    "record_owner",
    "agent:triage",
    "agent:outreach",
    "auto_after:10m",
];

fn person() -> impl Strategy<Value = &'static str> {
    select(&PEOPLE[..])
}

/// What may become of people while a request waits.
fn change() -> impl Strategy<Value = (&'static str, u8, &'static str)> {
    (person(), 0..4_u8, person())
}

fn apply(case: &mut Case, (who, what, other): (&'static str, u8, &'static str)) {
    match what {
        0 => case.deactivate(&[who]),
        1 => case.away(who, Some(other)),
        2 => case.away(who, None),
        _ => case.person(who).role = Role::Member,
    }
}

prop_compose! {
    fn any_case()(
        agent in select(&["outreach", "reporter", "triage"][..]),
        user in of(person()),
        owner in of(person()),
        risk in select(&Risk::ALL[..]),
        contested in proptest::bool::weighted(0.1),
        changes in vec(change(), 0..5),
    ) -> Case {
        let mut case = Case::new("record.update").by(agent).on("deal", owner).at_risk(risk);
        case.on_behalf_of = user.map(|user| case.workspace.people[&id(user)].clone());
        case.owner_contested = contested;
        for change in changes {
            apply(&mut case, change);
        }
        case
    }
}

prop_compose! {
    fn any_review()(
        resolver in select(&RESOLVERS[..]),
        fallbacks in vec(select(&RESOLVERS[..]), 0..3),
        approvals in 0..4_u32,
        separate: bool,
        agent_max_risk in select(&Risk::ALL[..]),
    ) -> Review {
        Review { approvals, separate, agent_max_risk, ..with_fallbacks(resolver, &fallbacks) }
    }
}

/// Everything outside of the document that lets through what somebody would be asked about.
fn relax(case: &mut Case, unlocked: bool) {
    case.action.auto_approval_allowed = unlocked;
    case.action.needs_approval = false;
    let action = case.action.clone();
    case.workspace.actions.insert(action.name.clone(), action);
    let choices = case.workspace.opt_ins.entry(case.action.name.clone());
    let choices = choices.or_default();
    for person in PEOPLE {
        choices.insert((id(person), OptInScope::Always), NOW);
    }
    case.workspace.patterns.clear();
}

fn everybody() -> impl Iterator<Item = Reviewer> {
    let agents = ["agent:outreach", "agent:reporter", "agent:triage"];
    PEOPLE.into_iter().chain(agents).map(voter)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    /// 01 §Who reviews: an empty or broken reviewer list never approves.
    #[test]
    fn a_plan_either_has_enough_people_or_nobody_and_says_so(case in any_case(), review in any_review()) {
        let plan = plan_of(&case, &review);
        prop_assert!(plan.needed >= 1);
        prop_assert_eq!(plan.stages.iter().filter(|stage| stage.resolver == Resolver::WORKSPACE_ADMINS).count() >= 1, true);
        let matter = matter(&case, &[]);
        let stuck = is_stranded(&plan, &[], &matter, &case.workspace, NOW);
        prop_assert_eq!(undecidable(&plan).is_some(), stuck);
        if stuck {
            prop_assert!(plan.reviewers().is_empty());
            prop_assert_eq!(plan.delay(), None);
            prop_assert_eq!(plan.opened as usize, plan.stages.len());
        } else {
            let before = plan.stages.iter().take(plan.opened as usize - 1);
            prop_assert!(before.clone().all(|stage| stage.skipped.is_some()), "the first that can decide");
        }
        if plan.delay().is_some() {
            prop_assert!(case.risk < Risk::High && plan.needed == 1 && !plan.separate);
        }
    }

    /// 01 §Separation, §Agents as reviewers, §Delegation, whatever happens after it was asked.
    #[test]
    fn whoever_may_vote_may_rightly(
        case in any_case(), review in any_review(), later in vec(change(), 0..4), editor in of(person()),
    ) {
        let mut plan = plan_of(&case, &review);
        plan.opened = count(plan.stages.len());
        let mut case = case;
        for change in later {
            apply(&mut case, change);
        }
        let editors: Vec<PersonId> = editor.map(id).into_iter().collect();
        let matter = matter(&case, &editors);
        let watchers = watchers(&plan, &matter, &case.workspace, NOW);
        let owners = &case.agent.owners;
        let is_one_of_them = |person: &PersonId| {
            matter.on_behalf_of == Some(person) || owners.contains(person) || editors.contains(person)
        };
        for who in everybody() {
            let Ok(seat) = place(&plan, &who, &matter, &case.workspace, NOW) else {
                prop_assert!(who.person().is_none_or(|person| !watchers.contains(person)));
                continue;
            };
            match &who {
                Reviewer::Person(person) => {
                    prop_assert!(watchers.contains(person));
                    prop_assert!(case.workspace.role(person).is_some());
                    let voices = [Some(person), seat.stands_for.as_ref()];
                    prop_assert!(!plan.separate || !voices.into_iter().flatten().any(is_one_of_them));
                    if let Some(absent) = &seat.stands_for {
                        let away = case.workspace.people[absent].away_at(NOW).unwrap();
                        prop_assert_eq!(away.delegate.as_ref(), Some(person));
                        prop_assert!(plan.asks(&Reviewer::Person(absent.clone())));
                    } else {
                        prop_assert!(plan.asks(&who));
                    }
                }
                Reviewer::Agent(agent) => {
                    prop_assert!(*agent != case.agent.id && plan.needed == 1);
                    prop_assert!(case.risk <= plan.agent_max_risk.min(Risk::Medium));
                }
            }
        }
    }

    /// 01 §States.15: whoever changes a rule, a pattern or an unlock can't thereby approve their own pending request. What
    /// is no rule of the plan's bears on nobody's seat; and the plan that an edit brings under later rules seats nobody
    /// whose request it is, and needs as many others as before.
    #[test]
    fn later_rules_seat_nobody_in_their_own_review(
        case in any_case(), review in any_review(), rules in any_review(), unlocked: bool, later in vec(change(), 0..4),
    ) {
        let before = plan_of(&case, &review);
        let mut case = case;
        for change in later {
            apply(&mut case, change);
        }
        let seats = |plan: &Plan, case: &Case| -> Vec<bool> {
            let matter = matter(case, &[]);
            let sits = |who: Reviewer| place(plan, &who, &matter, &case.workspace, NOW).is_ok();
            everybody().map(sits).collect()
        };
        let sat = seats(&before, &case);
        relax(&mut case, unlocked);
        prop_assert_eq!(&seats(&before, &case), &sat);

        let after = Plan { policy_version: before.policy_version + 1, ..plan_of(&case, &rules) };
        let Some(after) = replacement(&before, &after) else {
            return Ok(());
        };
        prop_assert!(after.needed >= before.needed);
        let own = |who: &Reviewer| {
            let person = who.person();
            person.is_some_and(|person| case.on_behalf_of.as_ref().is_some_and(|user| user.id == *person) || case.agent.owners.contains(person))
        };
        for (who, sits) in everybody().zip(seats(&after, &case)) {
            prop_assert!(!(sits && own(&who)), "{who}, whose own it is");
        }
        prop_assert!(before.excluded.iter().all(|person| after.excluded.contains(person)));
    }

    /// 01 §Edit: a plan never has to replace itself, unless nobody can decide under it.
    #[test]
    fn no_plan_is_stricter_than_itself(case in any_case(), review in any_review()) {
        let plan = plan_of(&case, &review);
        let replaced = replacement(&plan, &plan);
        prop_assert_eq!(replaced, plan.reviewers().is_empty().then_some(plan));
    }
}
