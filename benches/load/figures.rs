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

#[derive(Clone, Copy)]
enum Unit {
    Millis,
    Micros,
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
        self.add_times_in(Unit::Millis, name, times);
    }

    /// The same, of what takes far less.
    pub fn add_short_times(&mut self, name: &str, times: &mut [Duration]) {
        self.add_times_in(Unit::Micros, name, times);
    }

    fn add_times_in(&mut self, unit: Unit, name: &str, times: &mut [Duration]) {
        times.sort_unstable();
        for (percent, label) in [(50, "p50"), (99, "p99")] {
            let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            if let Some(took) = times.get(at) {
                let micros = took.as_secs_f64() * 1e6;
                match unit {
                    Unit::Millis => self.add(&format!("{name} {label}"), "ms", micros / 1e3),
                    Unit::Micros => self.add(&format!("{name} {label}"), "µs", micros),
                }
            }
        }
    }

    /// The samples of a figure, a round each.
    fn samples(&self, name: &str) -> &[f64] {
        let figure = self.0.iter().find(|figure| figure.name == name);
        figure.map_or(&[], |figure| &figure.samples)
    }

    /// An aim's values: its figure's own, or what they are of another figure's in the same rounds. What was
    /// measured once is compared with the median.
    fn values(&self, aim: &Aim) -> Vec<f64> {
        let ours = self.samples(aim.figure);
        let Some((floor, parts)) = aim.of else {
            return ours.to_vec();
        };
        let floors = self.samples(floor);
        match (floors.is_empty(), ours.len() == floors.len()) {
            (true, _) => Vec::new(),
            (false, true) => {
                let pairs = ours.iter().zip(floors);
                pairs.map(|(ours, floor)| ours / (floor / parts)).collect()
            }
            (false, false) => {
                let floor = median(floors) / parts;
                ours.iter().map(|ours| ours / floor).collect()
            }
        }
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
        writeln!(out, "\nWhat is aimed at, of what was measured:")?;
        for aim in &AIMS {
            let values = self.values(aim);
            if values.is_empty() {
                continue;
            }
            let (what, value) = match aim.of {
                Some((floor, 1.0)) => (format!("{}, of {floor}", aim.figure), median(&values)),
                Some((floor, parts)) => (
                    format!("{}, of {floor} / {parts}", aim.figure),
                    median(&values),
                ),
                None => (aim.figure.to_owned(), median(&values)),
            };
            let held = match aim.bound.holds(value) {
                true => "held",
                false => "missed",
            };
            writeln!(
                out,
                "{held:<7} {:>9}, aim {:<13} {what}",
                rounded(value),
                aim.bound.words()
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

/// What is aimed at: a figure, or so many parts of another one's value that it is.
struct Aim {
    figure: &'static str,
    of: Option<(&'static str, f64)>,
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Bound::AtLeast(least) => value >= least,
            Bound::AtMost(most) => value <= most,
        }
    }

    fn words(self) -> String {
        match self {
            Bound::AtLeast(least) => format!("{least} or more"),
            Bound::AtMost(most) => format!("{most} or less"),
        }
    }
}

const fn aim(figure: &'static str, bound: Bound) -> Aim {
    Aim {
        figure,
        of: None,
        bound,
    }
}

const fn share(figure: &'static str, of: &'static str, parts: f64, bound: Bound) -> Aim {
    Aim {
        figure,
        of: Some((of, parts)),
        bound,
    }
}

const AIMS: [Aim; 24] = [
    share(
        "SQLite, 64 agents: cycles",
        "trivial handler, 64 clients",
        3.0,
        Bound::AtLeast(0.2),
    ),
    share(
        "SQLite, 64 agents: decide to waiter p50",
        "SQLite, one-row commit p50",
        1.0,
        Bound::AtMost(34.0),
    ),
    share(
        "SQLite, 64 agents: decide to waiter p99",
        "SQLite, one-row commit p50",
        1.0,
        Bound::AtMost(110.0),
    ),
    share(
        "SQLite, 1 agent: ask p50",
        "SQLite, one-row commit p50",
        1.0,
        Bound::AtMost(3.5),
    ),
    share(
        "SQLite, 1 agent: decide to waiter p50",
        "SQLite, one-row commit p50",
        1.0,
        Bound::AtMost(3.5),
    ),
    share(
        "SQLite, 1 agent: ask p99",
        "SQLite, 1 agent: ask p50",
        1.0,
        Bound::AtMost(3.0),
    ),
    share(
        "SQLite, 1 agent: decide to waiter p99",
        "SQLite, 1 agent: decide to waiter p50",
        1.0,
        Bound::AtMost(3.0),
    ),
    share(
        "PostgreSQL, 64 agents: cycles",
        "PostgreSQL, plain inserts, 64 clients",
        2.0,
        Bound::AtLeast(0.5),
    ),
    share(
        "PostgreSQL, 64 agents: cycles",
        "PostgreSQL, a table with NOTIFY, 64 agents: cycles",
        1.0,
        Bound::AtLeast(2.0),
    ),
    aim("SQLite, just started: memory", Bound::AtMost(12.0)),
    aim("SQLite, after the load: memory", Bound::AtMost(20.0)),
    aim("SQLite, 10000 pending: memory for them", Bound::AtMost(2.6)),
    aim("SQLite, a connected waiter: memory", Bound::AtMost(12.0)),
    aim("evaluate() with 1000 rules p50", Bound::AtMost(100.0)),
    share(
        "SQLite, 100000 pending: first page p50",
        "SQLite, 1000 pending: first page p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, 1000000 pending: first page p50",
        "SQLite, 1000 pending: first page p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, full, 1 agent: ask p50",
        "SQLite, 1 agent: ask p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, full, 1 agent: decide to waiter p50",
        "SQLite, 1 agent: decide to waiter p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, full, 16 agents: ask p50",
        "SQLite, 16 agents: ask p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, full, 16 agents: decide to waiter p50",
        "SQLite, 16 agents: decide to waiter p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, full, 64 agents: ask p50",
        "SQLite, 64 agents: ask p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    share(
        "SQLite, full, 64 agents: decide to waiter p50",
        "SQLite, 64 agents: decide to waiter p50",
        1.0,
        Bound::AtMost(1.2),
    ),
    aim(
        "SQLite, 10000 deadlines within a minute: settled after p99",
        Bound::AtMost(1_000.0),
    ),
    aim(
        "PostgreSQL, 10000 deadlines within a minute: settled after p99",
        Bound::AtMost(1_000.0),
    ),
];

/// `1 agent`, `16 agents`.
pub fn named(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
