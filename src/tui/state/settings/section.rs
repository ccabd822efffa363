//! The pages of the Settings screen, and the menu that leads to them.

use crate::domain::people::Role;

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Section {
    #[default]
    AutoApproval,
    Notifications,
    Away,
    Integrations,
    Rules,
    Patterns,
    Agents,
    Modes,
    People,
    Tokens,
    Audit,
    Appearance,
    Keys,
}

/// Whose pages they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Yours,
    Workspace,
    Terminal,
}

impl Group {
    pub const fn title(self) -> &'static str {
        match self {
            Group::Yours => "Yours",
            Group::Workspace => "Workspace",
            Group::Terminal => "This terminal",
        }
    }
}

impl Section {
    pub const ALL: [Section; 13] = [
        Section::AutoApproval,
        Section::Notifications,
        Section::Away,
        Section::Integrations,
        Section::Rules,
        Section::Patterns,
        Section::Agents,
        Section::Modes,
        Section::People,
        Section::Tokens,
        Section::Audit,
        Section::Appearance,
        Section::Keys,
    ];

    pub const fn title(self) -> &'static str {
        match self {
            Section::AutoApproval => "Auto-approval",
            Section::Notifications => "Notifications",
            Section::Away => "Away and delegate",
            Section::Integrations => "Integrations",
            Section::Rules => "Rules",
            Section::Patterns => "Trusted patterns",
            Section::Agents => "Agents",
            Section::Modes => "Modes and timeouts",
            Section::People => "People, groups, teams",
            Section::Tokens => "Tokens",
            Section::Audit => "Audit",
            Section::Appearance => "Appearance",
            Section::Keys => "Keys",
        }
    }

    /// What the page is about.
    pub const fn says(self) -> &'static str {
        match self {
            Section::AutoApproval => "what may go through without you looking at it first",
            Section::Notifications => "how you are told of what waits for you",
            Section::Away => "who answers for you while you are not there",
            Section::Integrations => "what agents can act through",
            Section::Rules => "what is asked about and what is refused, the first that matches",
            Section::Patterns => "what goes through by itself, within bounds",
            Section::Agents => "the programs that act, and for whom",
            Section::Modes => "how much is asked about, and how long it waits",
            Section::People => "who decides, and who is with whom",
            Section::Tokens => "what people, agents and workers speak with",
            Section::Audit => "the log, and what proves it",
            Section::Appearance => "how this inbox looks on your terminal",
            Section::Keys => "what the keys of this inbox do",
        }
    }

    pub const fn group(self) -> Group {
        match self {
            Section::AutoApproval | Section::Notifications | Section::Away => Group::Yours,
            Section::Appearance | Section::Keys => Group::Terminal,
            _ => Group::Workspace,
        }
    }

    /// The least that has to be seen of the workspace to see the page at all.
    pub fn why_not_seen(self, role: Option<Role>) -> Option<&'static str> {
        let role = role.unwrap_or_default();
        match self {
            Section::Tokens | Section::Patterns if !role.manages() => {
                Some("only admins and owners see them")
            }
            Section::Audit if !role.sees_everything() => {
                Some("only managers, admins and owners see the whole log")
            }
            _ => None,
        }
    }

    /// Whether what stands there comes from the policy document.
    pub const fn is_policy(self) -> bool {
        matches!(
            self,
            Section::Rules | Section::Patterns | Section::Agents | Section::Modes
        )
    }

    /// The pages that lie so many further.
    pub fn step(self, by: isize) -> Self {
        let at = self as usize;
        let to = at.saturating_add_signed(by).min(Self::ALL.len() - 1);
        Self::ALL[to]
    }

    /// Whether this kind of event may have changed what the page shows.
    pub fn is_about(self, kind: &str) -> bool {
        let nouns: &[&str] = match self {
            Section::AutoApproval | Section::Appearance | Section::Keys => &[],
            Section::Notifications | Section::Away => &["person."],
            Section::Integrations => &["integration.", "action."],
            Section::Rules | Section::Modes => &["policy."],
            Section::Patterns => &["policy.", "pattern.", "request.allowed", "tool."],
            Section::Agents => &["agent.", "policy.", "request."],
            Section::People => &["person.", "team.", "group."],
            Section::Tokens => &["token.", "person.", "agent."],
            Section::Audit => &[""],
        };
        nouns.iter().any(|noun| kind.starts_with(noun))
    }
}

/// Which side of the screen has the keys. Where there is room for one only, it is the one that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Menu,
    Page,
}

/// A row of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuRow {
    Blank,
    Group(Group),
    Section(Section),
}

/// The menu from top to bottom.
pub fn menu() -> Vec<MenuRow> {
    let mut rows = Vec::new();
    let mut group = None;
    for section in Section::ALL {
        if group != Some(section.group()) {
            if group.is_some() {
                rows.push(MenuRow::Blank);
            }
            group = Some(section.group());
            rows.push(MenuRow::Group(section.group()));
        }
        rows.push(MenuRow::Section(section));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_menu_has_every_page_once_under_its_group() {
        let rows = menu();
        for (place, section) in Section::ALL.into_iter().enumerate() {
            assert_eq!(section as usize, place);
            let of_it = rows.iter().filter(|row| **row == MenuRow::Section(section));
            assert_eq!(of_it.count(), 1);
        }
        let groups = rows.iter().filter(|row| matches!(row, MenuRow::Group(_)));
        assert_eq!(groups.count(), 3);
    }

    #[test]
    fn steps_end_at_the_ends() {
        assert_eq!(Section::AutoApproval.step(-1), Section::AutoApproval);
        assert_eq!(Section::AutoApproval.step(2), Section::Away);
        assert_eq!(Section::Rules.step(isize::MAX), Section::Keys);
    }
}
