//! What the disk and the plain stores do with nothing of ours on top.

use std::io::Write as _;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use rusqlite::Connection;
use tokio_postgres::{Client, NoTls};

use crate::Outcome;
use crate::figures::Figures;

/// Rows of one commit, where they are grouped.
const GROUP: usize = 64;
const CLIENTS: usize = 64;
/// About as much as an entry of the log.
const ROW: [u8; 512] = [7; 512];

/// Does this over and over, and says how long each time took.
fn repeat(time: Duration, mut once: impl FnMut() -> Outcome<()>) -> Outcome<Vec<Duration>> {
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < time {
        let at = Instant::now();
        once()?;
        times.push(at.elapsed());
    }
    Ok(times)
}

fn per_second(count: usize, begun: Instant) -> f64 {
    count as f64 / begun.elapsed().as_secs_f64()
}

/// fdatasync, and SQLite with one row a commit and with many.
pub fn disk(time: Duration, figures: &mut Figures) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let mut file = std::fs::File::create(directory.path().join("file"))?;
    let begun = Instant::now();
    let times = repeat(time, || {
        file.write_all(&[7; 4096])?;
        Ok(file.sync_data()?)
    })?;
    figures.add("fdatasync of 4 KiB", "/s", per_second(times.len(), begun));

    let database = Connection::open(directory.path().join("plain.db"))?;
    database.pragma_update(None, "journal_mode", "wal")?;
    database.pragma_update(None, "synchronous", "full")?;
    database.execute_batch("CREATE TABLE plain (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")?;
    let mut insert = database.prepare("INSERT INTO plain (body) VALUES (?)")?;
    let begun = Instant::now();
    let mut times = repeat(time, || {
        insert.execute([&ROW[..]])?;
        Ok(())
    })?;
    figures.add(
        "SQLite, one-row commits",
        "/s",
        per_second(times.len(), begun),
    );
    figures.add_times("SQLite, one-row commit", &mut times);
    let begun = Instant::now();
    let times = repeat(time, || {
        database.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..GROUP {
            insert.execute([&ROW[..]])?;
        }
        Ok(database.execute_batch("COMMIT")?)
    })?;
    let rows = per_second(times.len() * GROUP, begun);
    figures.add("SQLite, rows, 64 a commit", "/s", rows);
    Ok(())
}

/// PostgreSQL with one row a commit: by one client, and by many, whose commits it groups itself.
pub async fn postgres(url: &str, time: Duration, figures: &mut Figures) -> Outcome<()> {
    let maker = connect(url).await?;
    maker
        .batch_execute(
            "DROP TABLE IF EXISTS public.signoff_plain; \
             CREATE TABLE public.signoff_plain (id bigserial PRIMARY KEY, body bytea NOT NULL)",
        )
        .await?;
    for (clients, name) in [
        (1, "PostgreSQL, plain inserts, 1 client"),
        (CLIENTS, "PostgreSQL, plain inserts, 64 clients"),
    ] {
        let connections = try_join_all((0..clients).map(|_| connect(url))).await?;
        let begun = Instant::now();
        let until = begun + time;
        let inserting = connections
            .into_iter()
            .map(|client| tokio::spawn(insert_until(client, until)));
        let mut rows = 0;
        for counted in try_join_all(inserting).await? {
            rows += counted?;
        }
        figures.add(name, "/s", per_second(rows, begun));
    }
    maker
        .batch_execute("DROP TABLE public.signoff_plain")
        .await?;
    Ok(())
}

/// A connection, which is kept up until its client is dropped.
pub async fn connect(url: &str) -> Outcome<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // Ends with the client; what goes wrong before that, the client's calls say.
    tokio::spawn(connection);
    Ok(client)
}

async fn insert_until(client: Client, until: Instant) -> Outcome<usize> {
    let insert = client
        .prepare("INSERT INTO public.signoff_plain (body) VALUES ($1)")
        .await?;
    let mut rows = 0;
    while Instant::now() < until {
        client.execute(&insert, &[&&ROW[..]]).await?;
        rows += 1;
    }
    Ok(rows)
}
