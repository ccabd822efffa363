//! The program: what the library's command line does, as a process.

use std::process::ExitCode;

fn main() -> ExitCode {
    signoff::cli::main()
}
