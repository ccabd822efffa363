//! How fast the real gate is, and how fast it could be where it runs: what the disk, the plain stores and a
//! trivial handler under the same client do in the same run, and then whole cycles over HTTP: an agent
//! asks, a person decides, and the agent that waits has the answer.
//!
//!     cargo bench --bench load -- --postgres 'postgres://…/an_empty_database'
//!
//! `--only` measures a part of it, `--pending 1000000` looks at the first page of a queue that long, and
//! `--decided 1000000` at a gate that has decided that many; both are filled over HTTP, which takes minutes.
//!
//! Machines differ, and so does one from minute to minute: only figures of one run can be compared. Every
//! round measures everything once; what is printed is the median, with each round beside it, and then what is
//! aimed at and whether it is held.

mod by_hand;
mod cycles;
mod deadlines;
mod figures;
mod floors;
mod ladder;
mod server;
mod trivial;
mod wire;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use figures::Figures;
use signoff::store::Database;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many agents are at it at once.
const CROWDS: [usize; 3] = [1, 16, 64];
/// How many requests wait in a gate that is full.
const FULL: usize = 10_000;

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The disk, the plain stores and the trivial handler.
    Floors,
    /// Whole cycles.
    Cycles,
    /// Finding a verdict.
    Ladder,
    /// The memory of callers that wait.
    Waiters,
    /// Whole cycles again, with 10,000 requests pending and as many decided as --decided says.
    Full,
    /// The first page of the inbox.
    Pages,
    /// 10,000 deadlines within a minute.
    Deadlines,
}

#[derive(Parser)]
struct Args {
    /// Measures on this PostgreSQL as well; the database has to be an empty one.
    #[arg(long, value_name = "URL", env = "SIGNOFF_DATABASE")]
    postgres: Option<Database>,
    /// How often everything is measured.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each measurement goes on.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// How many requests wait in the end, when the first page of the inbox is asked for.
    #[arg(long, default_value_t = 100_000)]
    pending: usize,
    /// How many requests are decided before whole cycles are measured once more.
    #[arg(long, default_value_t = 10_000)]
    decided: usize,
    /// How many callers wait at once when their memory is measured.
    #[arg(long, default_value_t = 2_000)]
    waiters: usize,
    /// Measures this program instead of the one that was built.
    #[arg(long, value_name = "PATH")]
    program: Option<PathBuf>,
    /// Measures only this, once or more; else everything.
    #[arg(long, value_name = "PART")]
    only: Vec<Part>,
    /// Serves the trivial handler, for a run that is measuring.
    #[arg(long, hide = true)]
    trivial: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Outcome<()> {
    let args = Args::parse();
    if args.trivial {
        return trivial::serve().await;
    }
    let postgres = match &args.postgres {
        None => None,
        Some(Database::Postgres(_)) => args.postgres.as_ref().map(ToString::to_string),
        Some(Database::Sqlite(_)) => return Err("--postgres takes a postgres:// address".into()),
    };
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let time = Duration::from_secs(args.seconds.max(1));
    let mut figures = Figures::default();
    let program = args.program.clone();
    let program = program.unwrap_or_else(|| env!("CARGO_BIN_EXE_signoff").into());
    let sqlite = cycles::Scene::new(&program, None).await?;
    sqlite.fresh("SQLite", &mut figures);
    let shared = match &postgres {
        Some(url) => Some(cycles::Scene::new(&program, Some(url)).await?),
        None => None,
    };
    if let Some(scene) = &shared {
        scene.fresh("PostgreSQL", &mut figures);
    }
    for _ in 0..args.rounds.max(1) {
        if wanted(Part::Floors) {
            floors::disk(time, &mut figures)?;
            trivial::measure(time, &mut figures).await?;
        }
        if wanted(Part::Cycles) {
            sqlite.measure("SQLite", time, &mut figures).await?;
        }
        if wanted(Part::Ladder) {
            ladder::measure(time, &mut figures)?;
        }
        let (Some(scene), Some(url)) = (&shared, &postgres) else {
            continue;
        };
        if wanted(Part::Floors) {
            floors::postgres(url, time, &mut figures).await?;
            by_hand::measure(url, time, &mut figures).await?;
        }
        if wanted(Part::Cycles) {
            scene.measure("PostgreSQL", time, &mut figures).await?;
        }
    }
    sqlite.memory("SQLite, after the load: memory", &mut figures);
    if wanted(Part::Waiters) {
        sqlite.waiters(args.waiters, &mut figures).await?;
    }
    if wanted(Part::Full) {
        sqlite.fill(FULL, args.decided).await?;
        sqlite.measure("SQLite, full", time, &mut figures).await?;
    }
    if wanted(Part::Pages) {
        let steps = [1_000, 10_000, 100_000, 1_000_000];
        let steps = steps.into_iter().filter(|step| *step < args.pending);
        for pending in steps.chain([args.pending]) {
            sqlite.pages(pending, time, &mut figures).await?;
        }
    }
    if wanted(Part::Deadlines) {
        let fresh = cycles::Scene::new(&program, None).await?;
        deadlines::measure(&fresh, "SQLite", &mut figures).await?;
        if let Some(scene) = &shared {
            deadlines::measure(scene, "PostgreSQL", &mut figures).await?;
        }
    }
    figures.print(cfg!(debug_assertions))
}
