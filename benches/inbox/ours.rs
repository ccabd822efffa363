//! The inbox: started, moved in, left alone, told of what others decide, and in the midst of arrivals.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signoff::api::request::{Decide, Filter};
use signoff::client::Client;
use signoff::domain::review::{Remember, Word};
use tokio::runtime::Runtime;

use crate::Outcome;
use crate::figures::{self, Figures};
use crate::screen::Screen;
use crate::server::Gate;
use crate::text;

/// After that long it is told everything that it wanted to know.
const SETTLED: Duration = Duration::from_millis(300);
/// Keys that aren't counted.
const WARM: usize = 5;
/// Arrivals a second.
const RATE: u64 = 100;
/// Between two keys while requests arrive.
const GAP: Duration = Duration::from_millis(70);
/// How many are decided elsewhere.
const DECIDED: usize = 20;
/// The row that the focus is in has this beside it.
const FOCUS: &str = "▌";

fn open(program: &Path, gate: &Gate) -> Outcome<Screen> {
    let home = tempfile::tempdir()?;
    let program = program.to_str().ok_or("the program's path isn't text")?;
    let environment = [
        ("SIGNOFF_HOME", home.path().to_str().unwrap_or_default()),
        ("SIGNOFF_URL", gate.url.as_str()),
        ("SIGNOFF_TOKEN", gate.owner.as_str()),
    ];
    Screen::start(&[program], &environment)
}

/// One that shows a request, and how long that took.
fn opened(program: &Path, gate: &Gate) -> Outcome<(Screen, Duration)> {
    let mut screen = open(program, gate)?;
    let ready = screen.ready("a request", |shown| shown.contains("Hello number-"))?;
    screen.settle(SETTLED);
    Ok((screen, ready))
}

/// Keys down and up again, each with what was said about it.
fn walk(
    screen: &mut Screen,
    keys: usize,
    column: usize,
    name: &str,
    figures: &mut Figures,
) -> Outcome<()> {
    for _ in 0..WARM {
        screen.key("j")?;
    }
    let mut echoes = Vec::new();
    let before = screen.processor_time()?;
    for key in ["j", "k"] {
        for _ in 0..keys {
            let echo = screen.key(key)?.ok_or("a key that moves changed nothing")?;
            echoes.push(echo);
        }
    }
    figures.add_echoes(name, column, &echoes);
    if let (Some(before), Some(after)) = (before, screen.processor_time()?) {
        let each = (after - before).as_secs_f64() * 1e3 / echoes.len() as f64;
        figures.add(&format!("{name}: processor time"), "ms", column, each);
    }
    Ok(())
}

/// First useful screen, keys with the detail changing, memory after them.
pub fn moving(
    program: &Path,
    gate: &Gate,
    column: usize,
    keys: usize,
    figures: &mut Figures,
) -> Outcome<()> {
    let (mut screen, ready) = opened(program, gate)?;
    figures.add(figures::READY, "ms", column, ready.as_secs_f64() * 1e3);
    walk(&mut screen, keys, column, figures::KEY, figures)?;
    if let Some(memory) = screen.memory()? {
        figures.add(figures::MEMORY, "MiB", column, memory);
    }
    Ok(())
}

/// Keys with which nothing but the list changes, since what is focused reads the same everywhere.
pub fn list_only(program: &Path, gate: &Gate, keys: usize, figures: &mut Figures) -> Outcome<()> {
    let (mut screen, _) = opened(program, gate)?;
    walk(&mut screen, keys, figures::FEW, figures::LIST_KEY, figures)
}

/// Nobody does anything.
pub fn idle(
    program: &Path,
    gate: &Gate,
    column: usize,
    seconds: u64,
    figures: &mut Figures,
) -> Outcome<()> {
    let (mut screen, _) = opened(program, gate)?;
    // That somebody looks at it is told once, after a second.
    screen.rest(Duration::from_secs(2));
    let before = screen.processor_time()?;
    let (bytes, _) = screen.rest(Duration::from_secs(seconds));
    figures.add(figures::IDLE_BYTES, "B", column, bytes as f64);
    if let (Some(before), Some(after)) = (before, screen.processor_time()?) {
        let took = (after - before).as_secs_f64() * 1e3;
        figures.add(figures::IDLE_TIME, "ms", column, took);
    }
    Ok(())
}

/// What somebody decides elsewhere: from sending the decision until it is on this screen.
pub fn told(
    runtime: &Runtime,
    program: &Path,
    gate: &Gate,
    column: usize,
    figures: &mut Figures,
) -> Outcome<()> {
    let (mut screen, _) = opened(program, gate)?;
    let client = Client::new(&gate.url, &gate.owner)?;
    let filter = Filter {
        status: Some("pending".to_owned()),
        reviewer: Some("me".parse()?),
        limit: Some(u32::try_from(DECIDED)?),
        ..Filter::default()
    };
    let page = runtime.block_on(client.requests(&filter))?;
    let mut times = Vec::new();
    for request in page.items {
        // The one that is on the screen now, which the other inbox has on its own.
        let decide = Decide {
            decision: Word::Reject,
            digest: Some(request.digest),
            plan: request.review.as_ref().map(|review| review.plan),
            reason: Some("not now".into()),
            notify_agent: false,
            params: None,
            text: None,
            remember: Remember::Once,
        };
        let begun = Instant::now();
        let deciding = runtime.spawn({
            let client = client.clone();
            async move { client.decide(request.id, &decide).await }
        });
        let shown = screen.until("that it is rejected", |shown| {
            shown.contains("rejected by owner")
        })?;
        times.push(shown.saturating_duration_since(begun));
        runtime.block_on(deciding)??;
        screen.settle(SETTLED);
        screen.press("j")?;
        screen.until("the next request", |shown| {
            !shown.contains("rejected by owner")
        })?;
        screen.settle(SETTLED);
    }
    figures.add_times(figures::TOLD, column, &mut times);
    Ok(())
}

/// Requests arrive: how often it draws while nobody presses a key, and what keys take meanwhile.
pub fn arriving(
    runtime: &Runtime,
    program: &Path,
    gate: &Gate,
    column: usize,
    seconds: u64,
    figures: &mut Figures,
) -> Outcome<()> {
    let (mut screen, _) = opened(program, gate)?;
    // Between 40 ms of silence there may be none any more: here a key has been answered when the focus
    // is elsewhere, and the same is measured where it is quiet.
    let mut quiet = moves(&mut screen)?;
    figures.add_times(figures::QUIET_FOCUS, column, &mut quiet);
    let enough = AtomicBool::new(false);
    let time = Duration::from_secs(seconds);
    std::thread::scope(|scope| {
        let arrivals = scope.spawn(|| runtime.block_on(arrive(gate, &enough)));
        let measured = (|| {
            screen.rest(Duration::from_millis(500));
            let (_, frames) = screen.rest(time);
            let rate = frames as f64 / time.as_secs_f64();
            figures.add(figures::DRAWS, "/s", column, rate);
            let mut busy = moves(&mut screen)?;
            figures.add_times(figures::BUSY_FOCUS, column, &mut busy);
            Outcome::Ok(())
        })();
        enough.store(true, Ordering::Relaxed);
        let came = arrivals.join().map_err(|_| "nothing arrived")??;
        figures.add(figures::ARRIVED, "/s", column, came);
        measured
    })
}

/// Moves the focus, and says how long each move took to be seen.
fn moves(screen: &mut Screen) -> Outcome<Vec<Duration>> {
    let mut times = Vec::new();
    for key in ["j", "k"] {
        for _ in 0..40 {
            let before = screen.row_of(FOCUS);
            let pressed = screen.press(key)?;
            let seen = screen.until("the focus move", |shown| {
                let row = shown.lines().position(|line| line.contains(FOCUS));
                row.is_some() && row != before
            })?;
            times.push(seen.saturating_duration_since(pressed));
            screen.rest(GAP);
        }
    }
    Ok(times)
}

/// Has requests arrive until there have been enough, and says how many a second came.
async fn arrive(gate: &Gate, enough: &AtomicBool) -> Outcome<f64> {
    let mut asker = gate.asker().await?;
    let begun = Instant::now();
    let mut beat = tokio::time::interval(Duration::from_millis(1_000 / RATE));
    let mut count = 0_usize;
    while !enough.load(Ordering::Relaxed) {
        beat.tick().await;
        asker.ask(text::varied(gate.waiting + count)).await?;
        count += 1;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}
