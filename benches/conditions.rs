//! How long conditions that were written to hold up the gate take to be read, and to be evaluated over
//! parameters as large as conditions look at. Prints the slowest, and fails if one takes more than 50 ms.
//!
//!     cargo bench --bench conditions

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use signoff::domain::json::{Json, Limits, parse};
use signoff::domain::request::Trigger;
use signoff::domain::risk::Risk;
use signoff::domain::time::At;
use signoff::policy::condition::{Condition, Facts, Scene};

/// Nothing holds up the gate for longer.
const MOST: Duration = Duration::from_millis(50);
/// How often each is tried; the fastest counts, since the rest is other programs' doing.
const TRIES: usize = 5;
const SHOWN: usize = 12;

/// What would keep an evaluator busy, or end the process.
fn hostile() -> Vec<String> {
    let joined = |part: &str, with: &str, count: usize| vec![part; count].join(with);
    let nested = |open: &str, close: &str, depth: usize| {
        format!("{}true{}", open.repeat(depth), close.repeat(depth))
    };
    let numbers = joined("1", ",", 100);
    let mut texts = vec![
        format!("{} > 0", joined("1", "+", 1_500)),
        format!("{}true", "!".repeat(1_000)),
        format!("params{} == 1", ".a".repeat(500)),
        "(".repeat(100_000),
        nested("[1,2].all(x, ", ")", 24),
        format!("[{numbers}].all(a, [{numbers}].all(b, [{numbers}].all(c, true)))"),
        format!("['a']{} == []", ".map(x, x + x)".repeat(24)),
        "params.s.matches('(a{1000}){1000}')".to_owned(),
        format!(r"params.s.matches(r'{}')", r"(\w\d\pL)*".repeat(40)),
        format!("'{}' == 'a'", "a".repeat(10_000_000)),
        "params.s.matches('(a|b)*a(a|b){300}c')".to_owned(),
        "params.n.all(x, params.s.matches('[ab]*a[ab]{20}c') || true)".to_owned(),
        "params.n.map(x, params.s + params.s) == []".to_owned(),
        "recipients.map(r, r + r).map(r, r + r).map(r, r + r).map(r, r + r) == []".to_owned(),
        // Let in, and as much work as may be.
        "params == params".to_owned(),
        "params.a.all(x, x in params.b)".to_owned(),
        "params.o.all(x, x.amount < 1000 && x.name.startsWith('n'))".to_owned(),
        "params.s.matches('[ab]*a[ab]{20}c')".to_owned(),
        r"recipients.all(r, r.matches(r'^\w+@crm\.example$'))".to_owned(),
        "params.m.all(k, params.m[k] >= 0)".to_owned(),
    ];
    texts.extend(
        (4..=48)
            .step_by(4)
            .map(|depth| nested("(true && ", ")", depth)),
    );
    texts.extend(
        (8..=40)
            .step_by(8)
            .map(|count| joined("params.a == params.b", " || ", count)),
    );
    texts.extend((2..=12).map(|count| format!("{} == ''", joined("params.s", "+", count))));
    texts
}

fn large_params() -> Json {
    let list = |count: usize, item: &dyn Fn(usize) -> String| {
        (0..count).map(item).collect::<Vec<_>>().join(",")
    };
    let text = format!(
        r#"{{"a": [{0}], "b": [{0}], "s": "{1}", "n": [{2}], "o": [{3}], "m": {{{4}}}}}"#,
        list(300, &|n| format!("\"{n:0>20}\"")),
        "ab".repeat(8_000),
        list(999, &|n| n.to_string()),
        list(200, &|n| format!(r#"{{"amount": {n}, "name": "n{n}"}}"#)),
        list(300, &|n| format!("\"k{n}\": {n}")),
    );
    parse(text.as_bytes(), Limits::default()).expect("it is JSON")
}

fn main() -> ExitCode {
    let params = large_params();
    let recipients: Vec<String> = (0..1_000)
        .map(|n| format!("person{n}@crm.example"))
        .collect();
    let scene = Scene::of(Facts {
        action: "email.send",
        agent: "outreach",
        user: Some("ana"),
        resource: None,
        recipients: &recipients,
        params: &params,
        context: None,
        risk: Risk::Low,
        trigger: Trigger::Api,
        now: At::from_millis(1_764_063_000_000),
    });
    let mut took: Vec<(Duration, &str, String)> = hostile()
        .into_iter()
        .map(|text| {
            let (took, what) = (0..TRIES)
                .map(|_| once(&text, &scene))
                .min()
                .expect("tried");
            (took, what, text)
        })
        .collect();
    took.sort_unstable_by(|one, other| other.cmp(one));
    let mut out = std::io::stdout().lock();
    for (took, what, text) in took.iter().take(SHOWN) {
        let start: String = text.chars().take(60).collect();
        let written = writeln!(
            out,
            "{:>9.3} ms  {what:<9}  {start}",
            took.as_secs_f64() * 1e3
        );
        written.expect("somebody reads this");
    }
    match took[0].0 <= MOST {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// How long it takes to read a text and, if it is let in, to evaluate it.
fn once(text: &str, scene: &Scene<'_>) -> (Duration, &'static str) {
    let begun = Instant::now();
    let said = Condition::parse(text).map(|condition| condition.holds_in(scene));
    let what = match said {
        Err(_) => "refused",
        Ok(Err(_)) => "given up",
        Ok(Ok(_)) => "told",
    };
    (begun.elapsed(), what)
}
