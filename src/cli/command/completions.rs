//! `signoff completions`: what a shell needs to complete the command line.

use clap_complete::Shell;

use super::Exit;
use crate::cli;
use crate::cli::failure::Failure;
use crate::cli::out;

/// Print completions for a shell.
///
/// Where they belong depends on the shell: see its manual.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

const EXAMPLE: &str = "\
Examples:
  signoff completions bash > ~/.local/share/bash-completion/completions/signoff
  signoff completions fish > ~/.config/fish/completions/signoff.fish";

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut cli::program(), "signoff", &mut script);
    out::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}
