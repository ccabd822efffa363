//! What was measured: one row a figure, one column a program, and the aims.

use std::io::Write as _;
use std::time::Duration;

use crate::Outcome;
use crate::screen::Echo;

/// The columns.
pub const FEW: usize = 0;
pub const MANY: usize = 1;
pub const NEOMUTT: usize = 2;
pub const TIG: usize = 3;
pub const GITUI: usize = 4;
const COLUMNS: [&str; 5] = ["few", "many", "neomutt", "tig", "gitui"];

/// The rows.
pub const READY: &str = "first useful screen";
pub const KEY: &str = "key, list and detail";
pub const LIST_KEY: &str = "key, only the list";
pub const MEMORY: &str = "memory after the keys";
pub const IDLE_BYTES: &str = "left alone: bytes";
pub const IDLE_TIME: &str = "left alone: processor time";
pub const TOLD: &str = "decided elsewhere, until shown";
pub const QUIET_FOCUS: &str = "quiet: key until the focus is seen elsewhere";
pub const BUSY_FOCUS: &str = "arrivals: key until the focus is seen elsewhere";
pub const DRAWS: &str = "arrivals: draws";
pub const ARRIVED: &str = "arrivals: requests";

struct Figure {
    name: String,
    unit: &'static str,
    /// Of each column, a sample of each round.
    samples: [Vec<f64>; COLUMNS.len()],
}

#[derive(Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// Adds this round's sample of a figure.
    pub fn add(&mut self, name: &str, unit: &'static str, column: usize, sample: f64) {
        let at = self.0.iter().position(|figure| figure.name == name);
        let at = at.unwrap_or_else(|| {
            self.0.push(Figure {
                name: name.to_owned(),
                unit,
                samples: Default::default(),
            });
            self.0.len() - 1
        });
        self.0[at].samples[column].push(sample);
    }

    /// Adds the 50th and the 99th percentile of these times.
    pub fn add_times(&mut self, name: &str, column: usize, times: &mut [Duration]) {
        times.sort_unstable();
        for percent in [50, 99] {
            let at = (times.len().saturating_sub(1) * percent + 50) / 100;
            if let Some(took) = times.get(at) {
                let name = format!("{name}, p{percent}");
                self.add(&name, "ms", column, took.as_secs_f64() * 1e3);
            }
        }
    }

    /// Adds what was said about keys.
    pub fn add_echoes(&mut self, name: &str, column: usize, echoes: &[Echo]) {
        let mut times: Vec<Duration> = echoes.iter().map(|echo| echo.last).collect();
        self.add_times(&format!("{name}: last byte"), column, &mut times);
        let bytes: usize = echoes.iter().map(|echo| echo.bytes).sum();
        let mean = bytes as f64 / echoes.len().max(1) as f64;
        self.add(&format!("{name}: mean bytes"), "B", column, mean);
    }

    fn median(&self, name: &str, column: usize) -> Option<f64> {
        let figure = self.0.iter().find(|figure| figure.name == name)?;
        median(&figure.samples[column])
    }

    /// Prints the medians, and then the aims.
    pub fn print(&self, unoptimised: bool) -> Outcome<()> {
        let mut out = std::io::stdout().lock();
        if unoptimised {
            writeln!(
                out,
                "not optimised: the inbox is far slower than it will be"
            )?;
        }
        write!(out, "{:<58}", "")?;
        for column in COLUMNS {
            write!(out, "{column:>10}")?;
        }
        writeln!(out)?;
        for figure in &self.0 {
            write!(out, "{:<58}", format!("{}, {}", figure.name, figure.unit))?;
            for samples in &figure.samples {
                let shown = median(samples).map_or_else(|| "–".to_owned(), rounded);
                write!(out, "{shown:>10}")?;
            }
            writeln!(out)?;
        }
        writeln!(
            out,
            "\naims, with many waiting unless another column is named"
        )?;
        for aim in AIMS {
            self.print_aim(aim, &mut out)?;
        }
        Ok(())
    }

    fn print_aim(&self, aim: &Aim, out: &mut impl std::io::Write) -> Outcome<()> {
        let value = self.median(aim.figure, aim.column);
        let whole = match aim.of {
            None => Some(1.0),
            Some((figure, column)) => self.median(figure, column),
        };
        let (value, verdict) = match (value, whole) {
            (Some(value), Some(whole)) => {
                let share = value / whole;
                let met = if share <= aim.most { "met" } else { "MISSED" };
                (rounded(share), met)
            }
            _ => ("–".to_owned(), "not measured"),
        };
        let most = rounded(aim.most);
        writeln!(out, "  {:<74} {value:>9} ≤ {most:<6} {verdict}", aim.says)?;
        Ok(())
    }
}

/// A figure that is to be at most so much, or so many times another one.
struct Aim {
    says: &'static str,
    figure: &'static str,
    column: usize,
    of: Option<(&'static str, usize)>,
    most: f64,
}

const LAST_50: &str = "key, list and detail: last byte, p50";
const LAST_99: &str = "key, list and detail: last byte, p99";
const MEAN_BYTES: &str = "key, list and detail: mean bytes";
const QUIET_50: &str = "quiet: key until the focus is seen elsewhere, p50";
const BUSY_50: &str = "arrivals: key until the focus is seen elsewhere, p50";

const AIMS: &[Aim] = &[
    Aim {
        says: "first useful screen, of gitui's",
        figure: READY,
        column: MANY,
        of: Some((READY, GITUI)),
        most: 1.0,
    },
    Aim {
        says: "first useful screen, ms (gitui's where this was first measured)",
        figure: READY,
        column: MANY,
        of: None,
        most: 61.0,
    },
    Aim {
        says: "first useful screen with few waiting, ms",
        figure: READY,
        column: FEW,
        of: None,
        most: 20.0,
    },
    Aim {
        says: "key to last byte p50, of neomutt's",
        figure: LAST_50,
        column: MANY,
        of: Some((LAST_50, NEOMUTT)),
        most: 0.35,
    },
    Aim {
        says: "key to last byte p99, of its own p50",
        figure: LAST_99,
        column: MANY,
        of: Some((LAST_50, MANY)),
        most: 3.0,
    },
    Aim {
        says: "key to last byte p50, of that with few waiting",
        figure: LAST_50,
        column: MANY,
        of: Some((LAST_50, FEW)),
        most: 1.1,
    },
    Aim {
        says: "mean bytes per key with the detail changing, of neomutt's",
        figure: MEAN_BYTES,
        column: MANY,
        of: Some((MEAN_BYTES, NEOMUTT)),
        most: 0.6,
    },
    Aim {
        says: "mean bytes per key when only the list moves, B",
        figure: "key, only the list: mean bytes",
        column: FEW,
        of: None,
        most: 330.0,
    },
    Aim {
        says: "memory, MiB",
        figure: MEMORY,
        column: MANY,
        of: None,
        most: 22.0,
    },
    Aim {
        says: "left alone: bytes",
        figure: IDLE_BYTES,
        column: MANY,
        of: None,
        most: 0.0,
    },
    Aim {
        says: "left alone: processor time, ms",
        figure: IDLE_TIME,
        column: MANY,
        of: None,
        most: 1.0,
    },
    Aim {
        says: "draws a second with 100 requests a second arriving",
        figure: DRAWS,
        column: MANY,
        of: None,
        most: 30.0,
    },
    Aim {
        says: "key until the focus is seen, with arrivals, of that without",
        figure: BUSY_50,
        column: MANY,
        of: Some((QUIET_50, MANY)),
        most: 1.5,
    },
    Aim {
        says: "decided elsewhere, until shown here, p50, ms",
        figure: "decided elsewhere, until shown, p50",
        column: MANY,
        of: None,
        most: 17.0,
    },
];

fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

fn rounded(number: f64) -> String {
    match number {
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}
