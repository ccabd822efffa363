//! What `signoff --help` shows first: every command under what one wants to do, with a line each.

use std::fmt::Write as _;

use clap::Command;

/// The commands under what they are for, in the order in which somebody meets them.
const GROUPS: [(&str, &[&str]); 5] = [
    (
        "Asking, as an agent",
        &["request", "wait", "cancel", "start", "report"],
    ),
    (
        "Deciding",
        &[
            "list",
            "show",
            "why",
            "approve",
            "reject",
            "respond",
            "undo",
            "claim",
            "release",
            "snooze",
            "notifications",
            "history",
            "retry",
            "settle",
        ],
    ),
    ("Work, as a worker", &["lease", "renew"]),
    (
        "Settings",
        &[
            "policy",
            "try",
            "patterns",
            "tools",
            "actions",
            "integrations",
            "prefs",
            "me",
            "people",
            "groups",
            "teams",
            "agents",
            "tokens",
        ],
    ),
    (
        "Running it",
        &[
            "serve",
            "doctor",
            "stats",
            "watch",
            "audit",
            "backup",
            "restore",
            "completions",
            "man",
        ],
    ),
];

/// The program with its commands in groups.
pub fn grouped(program: Command) -> Command {
    let commands = groups(&program);
    program.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{commands}\n\
         `signoff COMMAND --help` is the manual of a command.\n\nOptions:\n{{options}}{{after-help}}"
    ))
}

fn groups(program: &Command) -> String {
    let names = GROUPS.iter().flat_map(|(_, names)| names.iter());
    let widest = names.map(|name| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (heading, names) in GROUPS {
        let _infallible = writeln!(text, "{heading}:");
        for name in names {
            let command = program.find_subcommand(name);
            let about = command
                .and_then(Command::get_about)
                .map(ToString::to_string);
            let about = about.unwrap_or_default();
            let _infallible = writeln!(text, "  {name:<widest$}  {}", about.trim_end_matches('.'));
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_is_in_one_group_and_every_line_fits() {
        let program = Cli::command();
        let mut there: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        let mut named: Vec<&str> = GROUPS
            .iter()
            .flat_map(|(_, names)| names.to_vec())
            .collect();
        there.sort_unstable();
        named.sort_unstable();
        assert_eq!(named, there);
        for line in groups(&program).lines() {
            assert!(line.width() <= 100, "{line}");
        }
    }

    #[test]
    fn the_first_help_reads_like_a_manual() {
        let mut program = grouped(Cli::command()).term_width(100);
        let help = program.render_long_help().to_string();
        insta::assert_snapshot!(help);
    }
}
