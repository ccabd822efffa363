//! `signoff man`: manual pages, made from what the program knows of itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::Exit;
use crate::cli;
use crate::cli::failure::Failure;
use crate::cli::new_file::{shown, unwritten};
use crate::cli::out;

/// Print the manual page, or write one for each command into a directory.
///
/// In a directory there is signoff.1 for the whole and one like signoff-policy-apply.1 for each command; a
/// page that is there already is replaced.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLE)]
pub struct Args {
    /// Where to write the pages; it is made if need be
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Examples:
  signoff man ~/.local/share/man/man1 && man signoff-request
  signoff man | man -l -";

pub fn run(args: &Args) -> Result<Exit, Failure> {
    let mut program = cli::program();
    program.build();
    let Some(directory) = &args.directory else {
        let page = page(&program).map_err(|error| Failure::because("could not write", &error))?;
        out::print_bytes(&page)?;
        return Ok(Exit::Ok);
    };
    fs::create_dir_all(directory).map_err(|error| unwritten(directory, &error))?;
    let written = write(&program, directory)?;
    out::note(&format!("{written} pages in {}", shown(directory)));
    Ok(Exit::Ok)
}

fn page(command: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

/// Writes the page of a command and those of the commands below it.
fn write(command: &clap::Command, directory: &Path) -> Result<usize, Failure> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = directory.join(format!("{name}.1"));
    page(command)
        .and_then(|page| fs::write(&path, page))
        .map_err(|error| unwritten(&path, &error))?;
    let below = command.get_subcommands().filter(|part| !part.is_hide_set());
    let below = below.filter(|part| part.get_name() != "help");
    below
        .map(|part| write(part, directory))
        .sum::<Result<usize, _>>()
        .map(|count| count + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_example() {
        let directory = tempfile::tempdir().unwrap();
        let mut program = cli::program();
        program.build();
        let count = write(&program, directory.path()).unwrap();
        let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
        assert!(read("signoff.1").contains("signoff\\-request"));
        assert!(read("signoff-request.1").contains("mail.json"));
        assert!(read("signoff-policy-apply.1").contains("rollback"));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), count);
    }
}
