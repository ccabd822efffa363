//! What is said of arguments that weren't understood: what is wrong, as clap says it, then an example of the
//! command that was meant, and where the rest is said.

use clap::Command;

use crate::domain::untrusted::Untrusted;

/// What clap says at the end, which names no command.
const FURTHER: &str = "For more information, try '--help'.";
/// Flags that come before a command with a value of theirs.
const WITH_VALUE: [&str; 3] = ["--home", "--url", "--color"];

/// All of it, for a terminal.
pub fn told(error: &clap::Error, program: &Command, arguments: &[String]) -> String {
    // It repeats arguments, and those may be an agent's words.
    let told = Untrusted::from(error.to_string()).plain();
    let told = told.trim_end();
    let told = told.strip_suffix(FURTHER).unwrap_or(told).trim_end();
    format!("{told}\n\n{}", further(program, arguments))
}

/// The next step.
fn further(program: &Command, arguments: &[String]) -> String {
    let (command, name) = meant(program, arguments);
    let help = format!("{name} --help");
    if command.get_name() == program.get_name() {
        return format!("hint: `{help}` lists every command, with examples");
    }
    match example(command, &name) {
        Some(example) => format!("example: {example}\n\nhint: `{help}` says everything about it"),
        None => format!("hint: `{help}` says how it is used"),
    }
}

/// The innermost command that the arguments name, and how it is called.
fn meant<'a>(program: &'a Command, arguments: &[String]) -> (&'a Command, String) {
    let mut command = program;
    let mut name = program.get_name().to_owned();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if WITH_VALUE.contains(&word.as_str()) {
            words.next();
        } else if let Some(found) = command.find_subcommand(word) {
            command = found;
            name = format!("{name} {}", found.get_name());
        }
    }
    (command, name)
}

/// The first line of its manual that shows how it is called.
fn example(command: &Command, name: &str) -> Option<String> {
    let manual = command.get_after_long_help()?.to_string();
    let called = format!("{name} ");
    let mut lines = manual.lines().map(str::trim);
    // One that goes on in the next line is none by itself.
    let line = lines.find(|line| line.starts_with(&called) && !line.ends_with('\\'))?;
    Some(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::program;

    fn told_of(line: &str) -> String {
        let program = program();
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let all = std::iter::once("signoff".to_owned()).chain(arguments.clone());
        let error = program.clone().try_get_matches_from(all).unwrap_err();
        told(&error, &program, &arguments)
    }

    #[test]
    fn every_command_that_is_used_wrongly_says_how_it_is_used() {
        let program = program();
        let mut paths = Vec::new();
        for command in program.get_subcommands() {
            let name = command.get_name().to_owned();
            let parts = command.get_subcommands().map(|part| part.get_name());
            paths.extend(parts.map(|part| format!("{name} {part}")));
            paths.push(name);
        }
        for path in paths {
            let told = told_of(&format!("{path} --no-such-flag"));
            assert!(!told.contains(FURTHER), "{told}");
            let name = format!("signoff {path}");
            assert!(
                told.contains(&format!("hint: `{name} --help` says")),
                "{told}"
            );
            let (command, _) = meant(
                &program,
                &path.split(' ').map(str::to_owned).collect::<Vec<_>>(),
            );
            if example(command, &name).is_some() {
                assert!(told.contains(&format!("example: {name} ")), "{told}");
            }
        }
    }

    #[test]
    fn the_next_step_follows_what_is_wrong() {
        let told = told_of("--home list snooze");
        assert!(told.contains("<ID>"), "{told}");
        assert!(
            told.ends_with(
                "\n\nexample: signoff snooze gem0xd --for 2h\n\n\
                 hint: `signoff snooze --help` says everything about it"
            ),
            "{told}"
        );
        let told = told_of("lst");
        assert!(told.contains("'list'"), "{told}");
        assert!(
            told.ends_with("hint: `signoff --help` lists every command, with examples"),
            "{told}"
        );
        let told = told_of("snooze a --until \u{1b}[2J");
        assert!(!told.contains('\u{1b}'), "{told:?}");
    }
}
