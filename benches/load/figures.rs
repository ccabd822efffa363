//! What was measured, in the order it was measured in.

use std::io::Write as _;
use std::time::Duration;

use crate::Outcome;

/// One figure, with a sample of each round.
struct Figure {
    name: String,
    unit: &'static str,
    samples: Vec<f64>,
}

#[derive(Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// Adds this round's sample of a figure.
    pub fn add(&mut self, name: &str, unit: &'static str, sample: f64) {
        match self.0.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => figure.samples.push(sample),
            None => self.0.push(Figure {
                name: name.to_owned(),
                unit,
                samples: vec![sample],
            }),
        }
    }

    /// Adds the 50th and the 99th percentile of these times.
    pub fn add_times(&mut self, name: &str, times: &mut [Duration]) {
        times.sort_unstable();
        for (percent, label) in [(50, "p50"), (99, "p99")] {
            let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            if let Some(took) = times.get(at) {
                self.add(&format!("{name} {label}"), "ms", took.as_secs_f64() * 1e3);
            }
        }
    }

    /// The sample of the round that is under way.
    fn latest(&self, name: &str) -> Option<f64> {
        let figure = self.0.iter().find(|figure| figure.name == name)?;
        figure.samples.last().copied()
    }

    /// Prints each figure's median, and every sample of it.
    pub fn print(&self, unoptimised: bool) -> Outcome<()> {
        let mut out = std::io::stdout().lock();
        if unoptimised {
            writeln!(
                out,
                "not optimised: the gate and the trivial handler are far slower than they will be"
            )?;
        }
        for figure in &self.0 {
            let samples: Vec<String> = figure.samples.iter().copied().map(rounded).collect();
            writeln!(
                out,
                "{:<74} {:>9} {:<4} ({})",
                figure.name,
                rounded(median(&figure.samples)),
                figure.unit,
                samples.join(", ")
            )?;
        }
        Ok(())
    }
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn rounded(number: f64) -> String {
    match number {
        ..10.0 => format!("{number:.3}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// What share of the possible was reached, each in this very round.
pub fn ratios(figures: &mut Figures) {
    let aims = [
        (
            "SQLite, 64 agents: cycles",
            "trivial handler, 64 clients",
            3.0,
            "aim: 0.2 or more, of trivial / 3",
        ),
        (
            "SQLite, 1 agent: ask p50",
            "SQLite, one-row commit p50",
            1.0,
            "aim: 3.5 or less, of a commit",
        ),
        (
            "SQLite, 1 agent: decide to waiter p50",
            "SQLite, one-row commit p50",
            1.0,
            "aim: 3.5 or less, of a commit",
        ),
        (
            "SQLite, 1 agent: ask p99",
            "SQLite, 1 agent: ask p50",
            1.0,
            "aim: 3 or less, of its p50",
        ),
        (
            "SQLite, 1 agent: decide to waiter p99",
            "SQLite, 1 agent: decide to waiter p50",
            1.0,
            "aim: 3 or less, of its p50",
        ),
        (
            "PostgreSQL, 64 agents: cycles",
            "PostgreSQL, plain inserts, 64 clients",
            2.0,
            "aim: 0.5 or more, of inserts / 2",
        ),
        (
            "PostgreSQL, 64 agents: cycles",
            "PostgreSQL, a table with NOTIFY, 64 agents: cycles",
            1.0,
            "aim: 2 or more, of a table with NOTIFY",
        ),
    ];
    for (ours, floor, parts, aim) in aims {
        if let (Some(ours_now), Some(floor_now)) = (figures.latest(ours), figures.latest(floor)) {
            let ratio = ours_now / (floor_now / parts);
            figures.add(&format!("{ours} ({aim})"), "x", ratio);
        }
    }
}

/// `1 agent`, `16 agents`.
pub fn named(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
