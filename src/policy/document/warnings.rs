//! What makes sense in a policy but should be known before it is saved.

use std::cmp::Reverse;

use super::place::{Kind, Place};
use super::{Allowed, Mode, Policy, Review, Rule, Says, Scope, Terms};
use crate::domain::review::Resolver;
use crate::domain::untrusted::safe;
use crate::domain::workspace::Workspace;
use crate::policy::catalogue::Catalogue;
use crate::policy::condition::Condition;
use crate::policy::glob::Glob;

/// Something that whoever saves a policy should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub place: Place,
    /// Safe to print.
    pub text: String,
}

/// So many rules are held against those after them.
const MOST_COMPARED: usize = 500;

struct Noting<'a> {
    policy: &'a Policy,
    workspace: &'a Workspace,
    warnings: Vec<Warning>,
}

impl Policy {
    /// What should be known about it, in the order in which it stands in its document.
    pub fn warnings(&self, workspace: &Workspace) -> Vec<Warning> {
        let mut noting = Noting {
            policy: self,
            workspace,
            warnings: Vec::new(),
        };
        if let Mode::Disabled | Mode::Audit = self.mode {
            let text = format!(
                "mode {} lets everything through that no deny rule, block or locked rule holds back",
                self.mode.word()
            );
            noting.note(None, 0, "mode", text);
        }
        noting.modes();
        noting.capabilities();
        noting.rules();
        noting.patterns();
        noting.risks();
        noting.warnings.sort_by_key(|warning| warning.place);
        noting.warnings
    }
}

impl Noting<'_> {
    fn note(&mut self, kind: Option<Kind>, number: usize, key: &str, text: String) {
        let place = self.policy.places.of(kind, number, key);
        self.warnings.push(Warning { place, text });
    }

    fn modes(&mut self) {
        for (number, section) in self.policy.modes.iter().enumerate() {
            self.agent(Kind::Mode, number, section.agent.as_ref());
            for (key, globs) in [
                ("approved_tools", &section.approved_tools),
                ("blocked_tools", &section.blocked_tools),
            ] {
                for glob in globs {
                    self.action(Kind::Mode, number, key, Some(glob));
                }
            }
            if let Mode::Disabled | Mode::Audit = section.mode {
                let text = format!("mode {} lets everything through here", section.mode.word());
                self.note(Some(Kind::Mode), number, "mode", text);
            }
            let Some(node) = &section.node else {
                continue;
            };
            let outside = self.mode_outside(section.agent.as_ref());
            if freedom(section.mode) > freedom(outside) {
                let text = format!(
                    "node {} is freer ({}) than its agent ({}), and which node asks is the agent's own word: an \
                     agent is as free as its freest node, unless its token is bound to others",
                    safe(node.as_str()),
                    section.mode.word(),
                    outside.word()
                );
                self.note(Some(Kind::Mode), number, "node", text);
            }
        }
    }

    /// The strictest mode that holds for any of these agents where no section for a node speaks.
    fn mode_outside(&self, agents: Option<&Glob>) -> Mode {
        let general = self
            .policy
            .modes
            .iter()
            .filter(|section| section.node.is_none());
        // Sections about all of these agents: the most specific counts, of equally specific ones the stricter.
        let about_all = general.clone().filter_map(|section| {
            let (of, agents) = (section.agent.as_ref()?, agents?);
            let specific = of.literal_prefix().chars().count();
            of.matches(agents.as_str()).then_some((specific, section))
        });
        let most_specific = about_all
            .max_by_key(|(specific, section)| (*specific, Reverse(freedom(section.mode))))
            .map_or(self.policy.mode, |(_, section)| section.mode);
        // And those about some of them.
        let about_some = general.filter(|section| match (&section.agent, agents) {
            (Some(of), Some(agents)) => agents.matches(of.as_str()),
            (_, None) => true,
            (None, Some(_)) => false,
        });
        about_some
            .map(|section| section.mode)
            .chain([most_specific])
            .min_by_key(|mode| freedom(*mode))
            .unwrap_or(most_specific)
    }

    fn capabilities(&mut self) {
        for (number, capability) in self.policy.capabilities.iter().enumerate() {
            self.agent(Kind::Capability, number, Some(&capability.agent));
            self.action(Kind::Capability, number, "action", Some(&capability.action));
            let Terms::Recipients { allowed, .. } = &capability.terms else {
                continue;
            };
            for entry in allowed {
                if let Allowed::DomainAndBelow(domain) = entry
                    && !domain.contains('.')
                {
                    let text = format!("*.{domain} covers everybody below that top-level domain");
                    self.note(Some(Kind::Capability), number, "recipients", text);
                }
            }
        }
    }

    fn rules(&mut self) {
        let policy = self.policy;
        let mut whole: Vec<&Rule> = Vec::new();
        for (number, rule) in policy.rules.iter().enumerate() {
            self.scope(Kind::Rule, number, &rule.scope);
            if let Says::Ask { review, .. } = &rule.says {
                self.review(number, review);
            }
            let answers_first = |earlier: &&&Rule| {
                rank(earlier) <= rank(rule) && covers(&earlier.scope, &rule.scope)
            };
            if let Some(earlier) = whole.iter().find(answers_first) {
                let text = format!(
                    "the rule “{}” before it answers for everything that this one is about",
                    earlier.name.plain_line()
                );
                self.note(Some(Kind::Rule), number, "name", text);
            }
            if rule.scope.when.is_none() && whole.len() < MOST_COMPARED {
                whole.push(rule);
            }
        }
    }

    fn review(&mut self, number: usize, review: &Review) {
        if let Resolver::AutoAfter(delay) = review.resolver {
            let text =
                format!("what nobody rejects within {delay} is approved without anybody looking");
            self.note(Some(Kind::Rule), number, "resolver", text);
        }
        let named = std::iter::once((&review.resolver, "resolver"));
        for (resolver, key) in named.chain(review.fallbacks.iter().map(|one| (one, "fallbacks"))) {
            if let Some(text) = self.nobody_such(resolver) {
                self.note(Some(Kind::Rule), number, key, text);
            }
        }
    }

    fn nobody_such(&self, resolver: &Resolver) -> Option<String> {
        let workspace = self.workspace;
        match resolver {
            Resolver::Person(id) if workspace.role(id).is_none() => {
                Some(format!("there is no active person “{id}”"))
            }
            Resolver::Group(id) if !workspace.groups.contains_key(id) => {
                Some(format!("there is no group “{id}”"))
            }
            Resolver::Agent(id) if !workspace.agents.contains_key(id) => {
                Some(format!("there is no agent “{id}”"))
            }
            _ => None,
        }
    }

    fn patterns(&mut self) {
        for (number, trusted) in self.policy.trusted.iter().enumerate() {
            self.scope(Kind::Trusted, number, &trusted.scope);
            let believes = trusted.scope.when.as_ref();
            if believes.is_some_and(|when| when.looks_at_context()) {
                let text = "it lets through by `context`, which is what the agent says about itself: it \
                            believes the agent";
                self.note(Some(Kind::Trusted), number, "when", text.to_owned());
            }
        }
    }

    fn risks(&mut self) {
        for (number, risk) in self.policy.risks.iter().enumerate() {
            self.scope(Kind::Risk, number, &risk.scope);
        }
    }

    fn scope(&mut self, kind: Kind, number: usize, scope: &Scope) {
        self.agent(kind, number, scope.agent.as_ref());
        self.action(kind, number, "action", scope.action.as_ref());
        for misspelt in scope.when.iter().flat_map(Condition::misspelt_recipients) {
            let text = format!(
                "no address is ever written “{}”: they are compared in lower case, with hosts in ASCII; where one is \
                 meant, write “{}”",
                safe(&misspelt.text),
                safe(&misspelt.better)
            );
            self.note(Some(kind), number, "when", text);
        }
    }

    fn agent(&mut self, kind: Kind, number: usize, glob: Option<&Glob>) {
        let mut agents = self.workspace.agents.keys();
        if let Some(glob) = glob
            && !agents.any(|agent| glob.matches(agent.as_str()))
        {
            let text = format!("there is no agent “{}”", safe(glob.as_str()));
            self.note(Some(kind), number, "agent", text);
        }
    }

    /// An action that nobody has asked for yet may still come.
    fn action(&mut self, kind: Kind, number: usize, key: &str, glob: Option<&Glob>) {
        let Some(glob) = glob else {
            return;
        };
        let mut known = self.workspace.actions.keys();
        let mut shipped = Catalogue::shipped().actions();
        if !known.any(|action| glob.matches(action.as_str()))
            && !shipped.any(|action| glob.matches(action.name.as_str()))
        {
            let text = format!(
                "no action is known that “{}” describes; is it misspelt?",
                safe(glob.as_str())
            );
            self.note(Some(kind), number, key, text);
        }
    }
}

/// Where in the ladder a rule is asked: what denies, then what is locked, then the rest.
const fn rank(rule: &Rule) -> u8 {
    match rule.says {
        Says::Deny => 0,
        Says::Ask { locked: true, .. } => 1,
        Says::Ask { locked: false, .. } => 2,
    }
}

/// The larger, the more goes through.
const fn freedom(mode: Mode) -> u8 {
    match mode {
        Mode::Blocking => 0,
        Mode::ConfirmTools => 1,
        Mode::Audit => 2,
        Mode::Disabled => 3,
    }
}

/// Whether a scope without a condition takes in all of another; looked at letter by letter, so it may
/// miss some.
fn covers(all: &Scope, other: &Scope) -> bool {
    let takes_in = |all: &Option<Glob>, other: &Option<Glob>| match (all, other) {
        (None, _) => true,
        (Some(all), Some(other)) => all.matches(other.as_str()),
        (Some(all), None) => all.as_str() == "*",
    };
    all.when.is_none()
        && (all.category.is_none() || all.category == other.category)
        && (all.resource.is_none() || all.resource == other.resource)
        && takes_in(&all.action, &other.action)
        && takes_in(&all.agent, &other.agent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::catalogue::Catalogue;
    use crate::policy::fixtures::workspace;

    fn told(text: &str) -> Vec<String> {
        let policy = Policy::parse(text, 1).unwrap();
        let mut workspace = workspace();
        for action in Catalogue::shipped().actions() {
            workspace.actions.insert(action.name.clone(), action);
        }
        let warnings = policy.warnings(&workspace);
        let line = |warning: &Warning| format!("{}: {}", warning.place.line, warning.text);
        warnings.iter().map(line).collect()
    }

    #[test]
    fn a_policy_that_says_what_it_means_warns_of_nothing() {
        let policy = "[[rule]]\nname = \"Mail\"\neffect = \"ask\"\nresolver = \"user:ana\"\n\
                      [[rule]]\nname = \"Shell\"\neffect = \"deny\"\nagent = \"outreach\"\n";
        assert_eq!(told(policy), Vec::<String>::new());
    }

    /// 01 §Claims: `policy check` says so for every section that frees a node beyond its agent.
    #[test]
    fn a_node_that_is_freer_than_its_agent_is_said() {
        let policy = "[[mode]]\nagent = \"outreach\"\nmode = \"blocking\"\n\
                      [[mode]]\nagent = \"outreach\"\nnode = \"free/*\"\nmode = \"confirm_tools\"\n\
                      [[mode]]\nagent = \"outreach\"\nnode = \"held/*\"\nmode = \"blocking\"\n";
        let told = told(policy);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0]
                .starts_with("6: node free/* is freer (confirm_tools) than its agent (blocking)")
        );
    }

    /// 01 §Claims: `policy check` warns that a condition that lets through on `context` believes the agent.
    #[test]
    fn a_pattern_that_believes_the_agent_is_said() {
        let policy = "[[trusted]]\nname = \"Small\"\nagent = \"outreach\"\naction = \"email.send\"\n\
                      when = \"context.records < 10\"\n";
        let told = told(policy);
        assert!(
            told[0].starts_with("5: it lets through by `context`"),
            "{told:?}"
        );
    }

    /// A rule that never holds denies nothing.
    #[test]
    fn recipients_that_are_never_written_so_are_said() {
        let policy = "[[rule]]\nname = \"Evil\"\neffect = \"deny\"\naction = \"email.send\"\n\
                      when = \"recipients.exists(r, r.endsWith('@EVIL.example'))\"\n";
        let told = told(policy);
        assert_eq!(
            told,
            [
                "5: no address is ever written “@EVIL.example”: they are compared in lower case, with hosts in ASCII; \
                 where one is meant, write “@evil.example”"
            ]
        );
    }

    #[test]
    fn names_that_lead_nowhere_are_said_with_their_places() {
        let policy = "[[rule]]\nname = \"A\"\neffect = \"ask\"\nagent = \"outraech\"\naction = \"mail.*\"\n\
                      resolver = \"user:nobody\"\nfallbacks = [\"group:none\", \"agent:none\"]\n";
        assert_eq!(
            told(policy),
            [
                "4: there is no agent “outraech”",
                "5: no action is known that “mail.*” describes; is it misspelt?",
                "6: there is no active person “nobody”",
                "7: there is no group “none”",
                "7: there is no agent “none”",
            ]
        );
    }

    #[test]
    fn what_goes_through_unseen_and_what_is_never_reached_is_said() {
        let policy = "[defaults]\nmode = \"disabled\"\n\
                      [[rule]]\nname = \"All\"\neffect = \"ask\"\nresolver = \"auto_after:10m\"\n\
                      [[rule]]\nname = \"Late\"\neffect = \"ask\"\naction = \"email.send\"\n";
        let told = told(policy);
        assert!(told[0].starts_with("2: mode disabled"), "{told:?}");
        assert!(
            told[1].starts_with("6: what nobody rejects within 10m"),
            "{told:?}"
        );
        assert!(
            told[2].starts_with("8: the rule “All” before it"),
            "{told:?}"
        );
    }

    #[test]
    fn a_rule_is_covered_only_by_what_is_asked_before_it() {
        let rule = |name: &str, effect: &str, rest: &str| {
            format!("[[rule]]\nname = \"{name}\"\neffect = \"{effect}\"\n{rest}\n")
        };
        let mail = "action = \"email.send\"";
        let covered = |first: String, second: String| !told(&(first + &second)).is_empty();
        assert!(covered(rule("a", "deny", ""), rule("b", "ask", mail)));
        assert!(covered(rule("a", "deny", ""), rule("b", "deny", mail)));
        assert!(!covered(rule("a", "ask", ""), rule("b", "deny", mail)));
        let locked = format!("{mail}\nlocked = true");
        assert!(!covered(rule("a", "ask", ""), rule("b", "ask", &locked)));
        assert!(covered(
            rule("a", "ask", "locked = true"),
            rule("b", "ask", mail)
        ));
        assert!(!covered(
            rule("a", "ask", "when = \"true\""),
            rule("b", "ask", mail)
        ));
        assert!(!covered(
            rule("a", "ask", "action = \"sms.send\""),
            rule("b", "ask", mail)
        ));
    }

    /// 01 §Claims: a section that frees a node beyond any of the agents that may name it.
    #[test]
    fn a_node_is_held_against_the_strictest_of_its_agents() {
        let freed = |general: &str, section: &str| {
            let policy = format!(
                "{general}[[mode]]\nnode = \"free/*\"\nmode = \"confirm_tools\"\n{section}"
            );
            told(&policy).iter().any(|text| text.contains("is freer"))
        };
        let held = |agent: &str| format!("[[mode]]\nagent = \"{agent}\"\nmode = \"blocking\"\n");
        assert!(!freed("", ""));
        assert!(freed(&held("outreach"), ""), "any agent may name the node");
        assert!(freed(&held("outreach"), "agent = \"out*\"\n"));
        assert!(freed(&held("out*"), "agent = \"outreach\"\n"));
        assert!(!freed(&held("reporter"), "agent = \"outreach\"\n"));
        assert!(freed(
            &format!(
                "{}[[mode]]\nagent = \"*\"\nmode = \"disabled\"\n",
                held("out*")
            ),
            "agent = \"outreach\"\n"
        ));
    }

    #[test]
    fn tools_and_top_level_domains_are_looked_at() {
        let policy = "[[mode]]\nagent = \"outreach\"\nmode = \"blocking\"\nblocked_tools = [\"shel.*\"]\n\
                      [[capability]]\nagent = \"outreach\"\naction = \"email.send\"\n\
                      recipients = [\"*.example\"]\ninside = \"send\"\n";
        assert_eq!(
            told(policy),
            [
                "4: no action is known that “shel.*” describes; is it misspelt?",
                "8: *.example covers everybody below that top-level domain",
            ]
        );
    }
}
