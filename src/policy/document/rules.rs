//! The rules, found by action and agent without looking at all of them.

use std::collections::BTreeMap;

use super::Rule;
use crate::policy::glob::Glob;

/// The rules, in the order written, found by action and agent.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    all: Vec<Rule>,
    /// The numbers of the rules, by what their globs for action and agent begin with.
    by_beginning: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

impl Rules {
    /// These rules, in this order.
    pub fn new(all: Vec<Rule>) -> Self {
        let mut by_beginning: BTreeMap<String, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        let beginning = |glob: &Option<Glob>| {
            let beginning = glob.as_ref().map(Glob::literal_prefix);
            beginning.unwrap_or_default().to_owned()
        };
        for (number, rule) in all.iter().enumerate() {
            let by_agent = by_beginning
                .entry(beginning(&rule.scope.action))
                .or_default();
            let numbers = by_agent.entry(beginning(&rule.scope.agent)).or_default();
            numbers.push(number);
        }
        Self { all, by_beginning }
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.all.iter()
    }

    /// Those whose globs for action and agent fit, in the order written. What else their scope asks is
    /// not looked at.
    pub fn about<'a>(&'a self, action: &'a str, agent: &'a str) -> impl Iterator<Item = &'a Rule> {
        let fits =
            |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        self.candidates(action, agent)
            .into_iter()
            .map(|number| &self.all[number])
            .filter(move |rule| fits(&rule.scope.action, action) && fits(&rule.scope.agent, agent))
    }

    /// The numbers of those whose globs begin like the action and the agent, in the order written.
    fn candidates(&self, action: &str, agent: &str) -> Vec<usize> {
        let by_action = beginnings(action).filter_map(|text| self.by_beginning.get(text));
        let mut numbers: Vec<usize> = by_action
            .flat_map(|by_agent| beginnings(agent).filter_map(|text| by_agent.get(text)))
            .flatten()
            .copied()
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Every text that this one begins with, itself and nothing included.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.char_indices().map(|(at, _)| at);
    ends.chain([text.len()]).map(|end| &text[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::untrusted::Untrusted;
    use crate::policy::document::{Says, Scope};

    fn rule(name: String, action: Option<String>, agent: Option<String>) -> Rule {
        Rule {
            name: Untrusted::from(name),
            scope: Scope {
                action: action.map(Glob::new),
                agent: agent.map(Glob::new),
                ..Scope::default()
            },
            says: Says::Deny,
        }
    }

    fn names<'a>(rules: impl Iterator<Item = &'a Rule>) -> Vec<String> {
        rules.map(|rule| rule.name.plain_line()).collect()
    }

    #[test]
    fn a_thousand_rules_cost_little_more_than_ten() {
        let mut all: Vec<Rule> = (0..1000)
            .map(|n| rule(format!("{n}"), Some(format!("crm{}.update", n % 100)), None))
            .collect();
        all.insert(
            500,
            rule("everything".to_owned(), Some("*.update".to_owned()), None),
        );
        let rules = Rules::new(all);
        // `crm1` begins like `crm17`, but no glob stops there.
        assert_eq!(rules.candidates("crm17.update", "outreach").len(), 11);
        let found = names(rules.about("crm17.update", "outreach"));
        assert_eq!(found.len(), 11);
        assert_eq!(found[..6], ["17", "117", "217", "317", "417", "everything"]);

        let by_agent =
            (0..1000).map(|n| rule(format!("{n}"), None, Some(format!("agent-{}", n % 100))));
        let rules = Rules::new(by_agent.collect());
        assert_eq!(rules.candidates("email.send", "agent-42").len(), 10 + 10);
        assert_eq!(rules.about("email.send", "agent-42").count(), 10);
    }

    proptest! {
        #[test]
        fn it_finds_what_looking_at_all_of_them_would(
            globs in proptest::collection::vec(
                (proptest::option::of("[ab*]{0,3}"), proptest::option::of("[ab*]{0,3}")), 0..20,
            ),
            action in "[ab]{0,4}", agent in "[ab]{0,4}",
        ) {
            let all: Vec<Rule> = globs
                .into_iter()
                .enumerate()
                .map(|(n, (action, agent))| rule(n.to_string(), action, agent))
                .collect();
            let rules = Rules::new(all);
            let fits = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|g| g.matches(text));
            let expected = names(rules.iter().filter(|rule| {
                fits(&rule.scope.action, &action) && fits(&rule.scope.agent, &agent)
            }));
            prop_assert_eq!(names(rules.about(&action, &agent)), expected);
        }
    }
}
