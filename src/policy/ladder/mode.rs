//! Rung 4, *mode*: how free the agent is, or the node of it that asks. In `confirm_tools` what has no effect goes
//! through.

use std::cmp::Reverse;

use super::Question;
use super::answer::RungAnswer;
use crate::domain::request::Kind;
use crate::policy::catalogue::Catalogue;
use crate::policy::document::{Mode, ModeSection, Policy};
use crate::policy::glob::Glob;

/// The mode that holds for a question, and the sections that say so.
#[derive(Debug, Clone)]
pub(super) struct Freedom<'a> {
    pub(super) mode: Mode,
    /// Equally specific ones with this mode; none where it is the workspace's.
    sections: Vec<&'a ModeSection>,
}

impl<'a> Freedom<'a> {
    /// The most specific section that matches; of equally specific ones the stricter.
    pub(super) fn of(question: &Question, policy: &'a Policy) -> Self {
        let mut matching: Vec<_> = sections(question, policy).collect();
        matching.sort_by_key(|section| (Reverse(specificity(section)), leniency(section.mode)));
        let Some(first) = matching.first().copied() else {
            return Self {
                mode: policy.mode,
                sections: Vec::new(),
            };
        };
        let alike = |section: &&ModeSection| {
            section.mode == first.mode && specificity(section) == specificity(first)
        };
        Self {
            mode: first.mode,
            sections: matching.into_iter().filter(alike).collect(),
        }
    }

    /// What sentences call it.
    pub(super) fn name(&self) -> String {
        match self.sections.first() {
            Some(section) => section_name(section),
            None => format!("mode {} of the workspace", self.mode.word()),
        }
    }

    /// Whether every section that says so lets this action run without asking.
    fn approves(&self, action: &str) -> bool {
        let lists = |section: &&ModeSection| {
            let mut listed = section.approved_tools.iter();
            listed.any(|glob| glob.matches(action))
        };
        !self.sections.is_empty() && self.sections.iter().all(lists)
    }
}

/// The sections that match, in the order written. Which node it is that asks is the agent's claim.
pub(super) fn sections<'a>(
    question: &Question,
    policy: &'a Policy,
) -> impl Iterator<Item = &'a ModeSection> {
    let (agent, node) = (question.agent.id.as_str(), question.node);
    policy.modes.iter().filter(move |section| {
        let agent_fits = section
            .agent
            .as_ref()
            .is_none_or(|glob| glob.matches(agent));
        let node_fits = |glob: &Glob| node.is_some_and(|node| glob.matches(node));
        agent_fits && section.node.as_ref().is_none_or(node_fits)
    })
}

/// A section as sentences name it.
pub(super) fn section_name(section: &ModeSection) -> String {
    let mut name = format!("mode {}", section.mode.word());
    let agent = section.agent.as_ref().map(|glob| ("agent", glob));
    let node = section.node.as_ref().map(|glob| ("node", glob));
    for (index, (noun, glob)) in agent.into_iter().chain(node).enumerate() {
        let before = if index == 0 { " of " } else { ", " };
        name.push_str(&format!("{before}{noun} {}", glob.as_str()));
    }
    name
}

/// The larger, the more specific: has a node, the longer text before its first wildcard, then the agent likewise.
fn specificity(section: &ModeSection) -> [(bool, usize); 2] {
    [&section.node, &section.agent].map(|glob| match glob {
        Some(glob) => (true, glob.literal_prefix().chars().count()),
        None => (false, 0),
    })
}

/// The strictest first.
const fn leniency(mode: Mode) -> u8 {
    match mode {
        Mode::Blocking => 0,
        Mode::ConfirmTools => 1,
        Mode::Audit => 2,
        Mode::Disabled => 3,
    }
}

/// In audit mode it answers as `confirm_tools` would; what becomes of that is the ladder's business.
pub(super) fn answer(question: &Question, freedom: &Freedom) -> RungAnswer {
    match freedom.mode {
        Mode::Disabled => RungAnswer::allow(format!("{} lets everything through", freedom.name()))
            .by(freedom.mode.word()),
        Mode::Blocking => RungAnswer::pass(format!("{} holds everything back", freedom.name())),
        Mode::ConfirmTools | Mode::Audit => confirm_tools(question, freedom),
    }
}

fn confirm_tools(question: &Question, freedom: &Freedom) -> RungAnswer {
    let action = question.action;
    let name = &action.name;
    let allow = |text| RungAnswer::allow(text).by(Mode::ConfirmTools.word());
    if question.kind == Kind::Step && Catalogue::shipped().is_step(name) {
        allow(format!("{name} is a step and has no effect outside"))
    } else if action.read_only && !action.needs_approval {
        allow(format!("{name} only reads and needs no approval"))
    } else if freedom.approves(name.as_str()) && question.doubt().is_none() {
        allow(format!(
            "{} lists {name} as an approved tool",
            freedom.name()
        ))
    } else if action.read_only {
        RungAnswer::pass(format!("{name} only reads, but needs approval"))
    } else {
        RungAnswer::pass(format!("{name} has an effect"))
    }
}

#[cfg(test)]
mod tests;
