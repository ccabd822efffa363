//! The command line: arguments in, an exit code out. One file per command in `command`; around them
//! what they share. Nothing else in the crate depends on this.

mod args;
mod asking;
mod changes;
mod checkup;
mod command;
mod context;
mod detail;
mod editor;
mod exit;
mod failure;
mod feed;
mod filters;
mod fit;
mod gate;
mod help;
mod inbox;
mod ladder;
mod lock;
mod log_key_file;
mod look;
mod near;
mod new_file;
mod out;
mod own_keys;
mod patience;
mod private_file;
mod program;
mod proof;
mod question;
#[cfg(test)]
mod sample;
mod serving;
mod session;
mod short_id;
mod table;
mod token_file;
mod trial;
mod usage;
mod waiting;
mod words;

use std::io;
use std::pin::Pin;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};
use tokio::runtime::{Builder, Runtime};

use command::Command;
use context::{Context, Environment, Global};
use exit::Exit;
use failure::Failure;

/// One terminal inbox for everything AI agents want to do.
///
/// Agents ask; policy answers what it can; a person answers the rest, here. Then the action runs once,
/// with exactly the parameters that the person saw.
///
/// Without a command this opens the inbox. The gate that agents ask starts by itself, on this machine,
/// with whichever command is first.
#[derive(Parser)]
#[command(name = "signoff", version, max_term_width = 100, after_long_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    global: Global,

    /// Open the inbox on a sample: a made-up company on a gate of its own, which leaves nothing behind
    #[arg(long)]
    sample: bool,

    /// Open the inbox as lines to read and to type, for people who have it read out
    #[arg(long)]
    plain: bool,

    /// Write down everything that the inbox receives, for whoever looks for a fault in it
    #[arg(long, hide = true, value_name = "FILE")]
    record: Option<std::path::PathBuf>,

    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "\
Examples:
  signoff                       opens the inbox
  signoff --sample              shows it with a small company's agents at work
  signoff request --action email.send --params @mail.json --wait && ./send mail.json
                                asks, waits, and goes on when somebody said yes
  signoff list --json           what is waiting, for a script";

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    let parsed = program().try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(told) if told.use_stderr() => {
            let arguments: Vec<String> = std::env::args_os()
                .skip(1)
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect();
            out::note(&usage::told(&told, &program(), &arguments));
            return Exit::Usage.into();
        }
        Err(told) => {
            let _nobody_listens = told.print();
            return Exit::Ok.into();
        }
    };
    match run(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if let Some(report) = failure.report() {
                out::note(report.trim_end());
            }
            failure.exit().into()
        }
    }
}

/// The command line as it is parsed, explained and completed.
fn program() -> clap::Command {
    help::grouped(Cli::command())
}

fn run(cli: Cli) -> Result<Exit, Failure> {
    if cli.sample && (cli.command.is_some() || cli.global.url.is_some()) {
        return Err(
            Failure::usage("--sample opens the inbox on a gate of its own")
                .hint("it goes with no command and with no --url"),
        );
    }
    let environment = Environment::read()?;
    let context = match &cli.command {
        Some(Command::Doctor(_)) => Context::without_settings(&cli.global, environment)?,
        None | Some(Command::Watch(_)) => Context::with_keys(&cli.global, environment)?,
        Some(_) => Context::new(&cli.global, environment)?,
    };
    // An inbox at a gate that was named never becomes one, unless it is the sample's.
    let serves = match cli.command {
        None => cli.sample || context.url.is_none(),
        Some(Command::Serve(_)) => true,
        Some(_) => false,
    };
    let runtime =
        runtime(serves).map_err(|error| Failure::because("could not start the runtime", &error))?;
    // In a box without its type: else all of it is compiled anew for each way in which a runtime polls.
    let work: Pin<Box<dyn Future<Output = Result<Exit, Failure>>>> = Box::pin(async {
        match cli.command {
            Some(command) => command.run(context).await,
            None if cli.sample => inbox::run_sample(&context, cli.plain).await,
            None => {
                let (plain, record) = (cli.plain, cli.record.as_deref());
                inbox::run(context, inbox::Manner { plain, record }).await
            }
        }
    });
    runtime.block_on(work)
}

/// What serves others for long gets two threads, everything else does with one.
fn runtime(serves: bool) -> io::Result<Runtime> {
    let mut builder = if serves {
        Builder::new_multi_thread()
    } else {
        Builder::new_current_thread()
    };
    if serves {
        builder.worker_threads(2);
    }
    builder.enable_all().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        program().debug_assert();
    }

    fn refused(arguments: &[&str]) -> String {
        let arguments = std::iter::once(&"signoff").chain(arguments);
        match Cli::try_parse_from(arguments) {
            Ok(_) => panic!("the arguments were understood"),
            Err(told) => {
                assert!(told.use_stderr());
                told.to_string()
            }
        }
    }

    #[test]
    fn a_token_is_made_for_one_holder_however_it_is_printed() {
        for arguments in [&["tokens", "add"][..], &["tokens", "add", "--json"]] {
            let told = refused(arguments);
            assert!(
                told.contains("<--person <ID>|--agent <ID>|--worker <NAME>>"),
                "{told}"
            );
        }
        refused(&["tokens", "add", "--person", "ana", "--agent", "outreach"]);
        refused(&["tokens", "add", "--worker", "mailer"]);
        refused(&[
            "tokens",
            "add",
            "--agent",
            "outreach",
            "--action",
            "email.send",
        ]);
    }

    #[test]
    fn a_reason_says_something_and_agents_name_requests_by_their_whole_id() {
        let told = refused(&["reject", "01k3f", "--reason", " "]);
        assert!(told.contains("it says nothing"), "{told}");
        for command in ["wait", "cancel", "start", "report"] {
            let told = refused(&[command, "01k3f"]);
            assert!(told.contains("need the whole id"), "{told}");
        }
    }

    #[test]
    fn every_command_has_a_manual_with_an_example() {
        for command in program().get_subcommands() {
            let name = command.get_name();
            let long = command.get_long_about().map(ToString::to_string);
            assert!(long.is_some_and(|text| text.len() > 60), "{name}");
            let after = command.get_after_long_help().map(ToString::to_string);
            assert!(
                after.is_some_and(|text| text.contains("signoff ")),
                "{name}"
            );
            for part in command.get_subcommands() {
                // A list takes nothing; the example of its command shows it.
                let called = format!("signoff {name} {} ", part.get_name());
                let after = part.get_after_long_help().map(ToString::to_string);
                assert!(
                    part.get_name() == "list" || after.is_some_and(|text| text.contains(&called)),
                    "{called}"
                );
            }
        }
    }

    /// The words of a line as a shell would split it, where nothing but single quotes is special.
    fn shell_words(line: &str) -> Vec<String> {
        let mut words = Vec::new();
        for (at, part) in line.split('\'').enumerate() {
            match at % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        words
    }

    #[test]
    fn the_first_request_of_the_readme_is_one_that_the_program_understands() {
        let readme = include_str!("../../README.md");
        let first_screens = readme.lines().take(60);
        let mut commands = first_screens.filter(|line| line.starts_with("cargo "));
        assert_eq!(commands.next(), Some("cargo run"));
        let request = commands.next().unwrap();
        let arguments = request.strip_prefix("cargo run --quiet --").unwrap();
        let words = std::iter::once("signoff".to_owned()).chain(shell_words(arguments));
        assert!(Cli::try_parse_from(words).is_ok(), "{request}");
        assert_eq!(commands.next(), Some("cargo test"));
    }

    #[test]
    fn the_key_table_of_the_readme_is_that_of_the_program() {
        let readme = include_str!("../../README.md");
        let (_, rest) = readme.split_once("<!-- keys -->\n").unwrap();
        let (table, _) = rest.split_once("<!-- /keys -->").unwrap();
        let current = crate::tui::readme_table();
        assert!(table == current, "put this between the markers:\n{current}");
    }
}
