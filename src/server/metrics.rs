//! Figures for Prometheus, in its text format: what the gate counts, what waits, and the calls.

use std::fmt::Write;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use schemars::json_schema;

use super::Shared;
use super::auth::Scraper;
use super::openapi::{Gives, Schemas, Sketch};
use super::problem::Rejection;
use crate::gate::metrics::{BATCH_BOUNDS, COMMIT_BOUNDS, Counter, Gauge, Histogram};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the server counts besides what the gate does.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// By method, route and class of status.
    pub(super) calls: Counter<3>,
    pub(super) streams: Arc<Gauge>,
    pub(super) waits: Arc<Gauge>,
}

pub(super) async fn metrics(State(shared): State<Shared>, _: Scraper) -> Result<Page, Rejection> {
    let mut page = Page::default();
    let gate = shared.gate.metrics();
    let effects = ["effect"];
    page.counter(
        "signoff_asks_total",
        "Requests by verdict.",
        effects,
        &gate.asks,
    );
    let help = "Settled requests by decision.";
    page.counter(
        "signoff_decisions_total",
        help,
        ["decision"],
        &gate.decisions,
    );
    let help = "Requests that were found undecided past their deadline.";
    page.counter("signoff_overdue_total", help, [], &gate.overdue);
    page.histogram(
        "signoff_commit_batch_size",
        "Changes in one commit.",
        1,
        &BATCH_BOUNDS,
        &gate.batch,
    );
    let help = "How long one commit took.";
    page.histogram(
        "signoff_commit_seconds",
        help,
        1_000_000,
        &COMMIT_BOUNDS,
        &gate.commit,
    );
    let waiting = shared.gate.waiting().await?;
    page.head("signoff_pending", "Requests that wait, by risk.", "gauge");
    for (risk, count) in [
        ("low", waiting.low),
        ("medium", waiting.medium),
        ("high", waiting.high),
        ("critical", waiting.critical),
    ] {
        page.line("signoff_pending", &[("risk", risk)], count);
    }
    let age = waiting
        .oldest
        .map_or(0, |oldest| shared.gate.now().since(oldest).millis());
    page.gauge(
        "signoff_pending_oldest_seconds",
        "How long the oldest has waited.",
        seconds(age),
    );
    page.gauge(
        "signoff_log_position",
        "The last position of the log.",
        shared.gate.head().await?,
    );
    let help = "Calls by method, route and class of status.";
    let labels = ["method", "route", "status"];
    page.counter(
        "signoff_http_requests_total",
        help,
        labels,
        &shared.calls.calls,
    );
    page.gauge(
        "signoff_streams",
        "Open streams of events.",
        shared.calls.streams.now(),
    );
    page.gauge(
        "signoff_waits",
        "Calls that wait for a decision.",
        shared.calls.waits.now(),
    );
    Ok(page)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an age in seconds needs no more"
)]
fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

/// A page in the text format.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    fn head(&mut self, name: &str, help: &str, kind: &str) {
        self.push(format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<_> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        match labels.is_empty() {
            true => self.push(format_args!("{name} {value}\n")),
            false => self.push(format_args!("{name}{{{}}} {value}\n", labels.join(","))),
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, help, "gauge");
        self.line(name, &[], value);
    }

    fn counter<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; N],
        counter: &Counter<N>,
    ) {
        self.head(name, help, "counter");
        let all = counter.all();
        if N == 0 && all.is_empty() {
            self.line(name, &[], 0);
        }
        for (values, count) in all {
            let labels: Vec<_> = labels.into_iter().zip(values).collect();
            self.line(name, &labels, count);
        }
    }

    /// `unit` is how many of what was counted make one of what is shown.
    fn histogram<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        unit: u32,
        bounds: &[u64; N],
        histogram: &Histogram<N>,
    ) {
        self.head(name, help, "histogram");
        let (count, sum, below) = histogram.now();
        let shown = |value: u64| Decimal { value, unit };
        for (bound, below) in bounds.iter().zip(below) {
            let bound = shown(*bound).to_string();
            self.line(&format!("{name}_bucket"), &[("le", &bound)], below);
        }
        self.line(&format!("{name}_bucket"), &[("le", "+Inf")], count);
        self.line(&format!("{name}_sum"), &[], shown(sum));
        self.line(&format!("{name}_count"), &[], count);
    }

    fn push(&mut self, text: std::fmt::Arguments<'_>) {
        self.0.write_fmt(text).expect("a string takes everything");
    }
}

/// A whole number of small units, shown in the unit that they make.
struct Decimal {
    value: u64,
    unit: u32,
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = u64::from(self.unit);
        match self.unit {
            1 => write!(f, "{}", self.value),
            _ => write!(f, "{}.{:06}", self.value / unit, self.value % unit),
        }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, TEXT)], self.0).into_response()
    }
}

impl Gives for Page {
    fn describe(sketch: &mut Sketch, _: &mut Schemas) {
        sketch.answers(
            200,
            "text/plain",
            json_schema!({"type": "string"}).to_value(),
        );
    }
}
