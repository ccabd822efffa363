//! What finding a verdict takes, by how many rules there are: they are spread over 100 actions, and of those
//! about the action the last one answers, so that every condition before it is evaluated.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use signoff::domain::id::{ActionName, AgentId, PersonId};
use signoff::domain::json::{Json, Limits, parse};
use signoff::domain::people::{Agent, Notifications, Person, Role, UserRef};
use signoff::domain::recipient::found_in;
use signoff::domain::request::{Kind, Trigger};
use signoff::domain::time::At;
use signoff::domain::untrusted::Untrusted;
use signoff::domain::verdict::RungName;
use signoff::domain::workspace::Workspace;
use signoff::policy::catalogue::Catalogue;
use signoff::policy::document::Policy;
use signoff::policy::ladder::{Question, Recipients, evaluate};

use crate::Outcome;
use crate::figures::Figures;

const ACTIONS: usize = 100;
const RULES: [usize; 3] = [10, 1_000, 10_000];
/// How many evaluations are one sample.
const AT_ONCE: u32 = 16;

pub fn measure(time: Duration, figures: &mut Figures) -> Outcome<()> {
    for rules in RULES {
        let policy = Policy::parse(&document(rules), 1)?;
        let mut took = samples(&policy, time)?;
        figures.add_short_times(&format!("evaluate() with {rules} rules"), &mut took);
    }
    Ok(())
}

fn samples(policy: &Policy, time: Duration) -> Outcome<Vec<Duration>> {
    let action: ActionName = action(0).parse()?;
    let catalogue = Catalogue::shipped();
    let (agent, owner) = (agent()?, owner()?);
    let params = br#"{"to": ["pat@partner.example"], "subject": "Your renewal", "amount": 120}"#;
    let params: Json = parse(params, Limits::default()).map_err(|error| error.to_string())?;
    let found = found_in(&params, &["to"]);
    let recipients = Recipients {
        normal: found.normal(),
        found,
        claimed: false,
    };
    let learnt = catalogue.learn(&action);
    let integration = catalogue.learn_integration(&action.integration());
    let mut workspace = Workspace::default();
    workspace.people.insert(owner.id.clone(), owner.clone());
    let question = Question {
        agent: &agent,
        action: &learnt,
        integration: &integration,
        kind: Kind::ToolCall,
        on_behalf_of: Some(&owner),
        conversation: None,
        node: None,
        trigger: Trigger::Api,
        resource: None,
        recipients: &recipients,
        params: &params,
        context: None,
        risk: learnt.default_risk,
        owner_contested: false,
        tool_doubt: None,
    };
    let now = At::from_millis(1_780_000_000_000);
    let judged = evaluate(&question, policy, &workspace, now);
    if judged.verdict.rung != RungName::Ask || judged.verdict.rule.is_none() {
        return Err(format!("a rule should have answered, not {:?}", judged.verdict).into());
    }
    let begun = Instant::now();
    let mut took = Vec::new();
    while begun.elapsed() < time {
        let at = Instant::now();
        for _ in 0..AT_ONCE {
            black_box(evaluate(black_box(&question), policy, &workspace, now));
        }
        took.push(at.elapsed() / AT_ONCE);
    }
    Ok(took)
}

fn action(number: usize) -> String {
    format!("load.act{number}")
}

fn document(rules: usize) -> String {
    let mut text = String::new();
    for number in 0..rules {
        // Of those about one action, the last matches.
        let last = number + ACTIONS >= rules;
        let least = if last { 1 } else { 1_000 + number };
        writeln!(
            text,
            "[[rule]]\nname = \"{number}\"\neffect = \"ask\"\naction = \"{}\"\nwhen = \"params.amount > {least}\"",
            action(number % ACTIONS)
        )
        .expect("writing to a string can't fail");
    }
    text
}

fn agent() -> Outcome<Agent> {
    Ok(Agent {
        id: "outreach".parse::<AgentId>()?,
        name: Untrusted::from("Outreach"),
        owners: vec!["owner".parse::<PersonId>()?],
        users: vec![UserRef::Everybody],
        team: None,
        enabled: true,
    })
}

fn owner() -> Outcome<Person> {
    Ok(Person {
        id: "owner".parse::<PersonId>()?,
        name: Untrusted::from("Owner"),
        email: None,
        role: Role::Owner,
        manager: None,
        groups: Vec::new(),
        team: None,
        active: true,
        away: None,
        notifications: Notifications::default(),
    })
}
