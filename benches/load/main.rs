//! How fast the real gate is, and how fast it could be where it runs: what the disk, the plain stores and a
//! trivial handler under the same client do in the same run, and then whole cycles over HTTP: an agent
//! asks, a person decides, and the agent that waits has the answer.
//!
//!     cargo bench --bench load -- --postgres 'postgres://…/an_empty_database'
//!
//! Machines differ, and so does one from minute to minute: only figures of one run can be compared. Every
//! round measures everything once; what is printed is the median, with each round beside it.

mod by_hand;
mod cycles;
mod figures;
mod floors;
mod server;
mod trivial;
mod wire;

use std::error::Error;
use std::time::Duration;

use clap::Parser;
use figures::Figures;
use signoff::store::Database;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How many agents are at it at once.
const CROWDS: [usize; 3] = [1, 16, 64];

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
    let time = Duration::from_secs(args.seconds.max(1));
    let mut figures = Figures::default();
    let sqlite = cycles::Scene::new(None).await?;
    sqlite.memory("SQLite, nothing asked yet: memory", &mut figures);
    let shared = match &postgres {
        Some(url) => Some(cycles::Scene::new(Some(url)).await?),
        None => None,
    };
    for _ in 0..args.rounds.max(1) {
        floors::disk(time, &mut figures)?;
        trivial::measure(time, &mut figures).await?;
        sqlite.measure("SQLite", time, &mut figures).await?;
        if let (Some(scene), Some(url)) = (&shared, &postgres) {
            floors::postgres(url, time, &mut figures).await?;
            by_hand::measure(url, time, &mut figures).await?;
            scene.measure("PostgreSQL", time, &mut figures).await?;
        }
        figures::ratios(&mut figures);
    }
    sqlite.memory("SQLite, after the load: memory", &mut figures);
    for pending in [1_000.min(args.pending), args.pending] {
        sqlite.pages(pending, time, &mut figures).await?;
    }
    figures.print(cfg!(debug_assertions))
}
