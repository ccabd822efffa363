//! How the inbox feels: what a person waits for, and what goes over the line, with 1,000 and with 100,000
//! requests waiting. A real gate on loopback, the real program in a pseudo-terminal, and beside it, in the
//! same run and on the same texts, other programs that show a list and what is focused in it.
//!
//!     cargo bench --bench inbox
//!
//! A key's time is that from writing it to the terminal until the last byte before 40 ms of silence. Machines
//! differ, and so does one from minute to minute: only figures of one run can be compared. Every round
//! starts everything anew; what is printed is the median of the rounds.

mod figures;
mod ours;
mod peers;
mod process;
mod screen;
mod server;
mod text;
#[path = "../load/wire.rs"]
mod wire;

use std::error::Error;
use std::io::Write as _;

use clap::Parser;
use figures::Figures;
use server::Gate;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Parser)]
struct Args {
    /// How often everything is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How many keys are pressed in each direction.
    #[arg(long, default_value_t = 110)]
    keys: usize,
    /// How long an inbox is left alone, and how long requests arrive.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many requests wait where few do.
    #[arg(long, default_value_t = 1_000)]
    few: usize,
    /// How many requests wait where many do.
    #[arg(long, default_value_t = 100_000)]
    many: usize,
    /// Measures no other programs.
    #[arg(long)]
    alone: bool,
    /// Measures this program instead of the one that was built.
    #[arg(long, value_name = "FILE")]
    program: Option<std::path::PathBuf>,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Outcome<()> {
    let args = Args::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    let mut figures = Figures::default();
    let program = args.program.clone();
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_signoff").into());
    say("filling the gates")?;
    let few = runtime.block_on(Gate::start(args.few, text::varied))?;
    let many = runtime.block_on(Gate::start(args.many, text::varied))?;
    let alike = runtime.block_on(Gate::start(args.few, text::alike))?;
    let peers = match args.alone {
        true => peers::Peers::default(),
        false => peers::Peers::find(args.many)?,
    };
    for round in 1..=args.rounds.max(1) {
        say(&format!("round {round}"))?;
        for (column, gate) in [(figures::FEW, &few), (figures::MANY, &many)] {
            ours::moving(&program, gate, column, args.keys, &mut figures)?;
        }
        ours::list_only(&program, &alike, args.keys, &mut figures)?;
        peers.measure(args.keys, &mut figures)?;
        for (column, gate) in [(figures::FEW, &few), (figures::MANY, &many)] {
            ours::idle(&program, gate, column, args.seconds, &mut figures)?;
            ours::told(&runtime, &program, gate, column, &mut figures)?;
        }
        for (column, gate) in [(figures::FEW, &few), (figures::MANY, &many)] {
            ours::arriving(&runtime, &program, gate, column, args.seconds, &mut figures)?;
        }
    }
    figures.print(cfg!(debug_assertions))
}

/// Tells whoever waits for the figures how far they are.
fn say(what: &str) -> Outcome<()> {
    Ok(writeln!(std::io::stderr(), "{what} …")?)
}
