//! The pictures in the README, from a real run: `cargo build && cargo run --example pictures` starts the
//! inbox that was built in a terminal of its own on a temporary home, has a few agents ask, presses the keys
//! that a reviewer would press, and writes what is on the screen to `assets/*.svg`.

#[path = "../tests/support/pty.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod pty;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use signoff::client::Client;

use pty::Terminal;

const CELL: (f32, f32) = (8.4, 18.0);
const MARGIN: f32 = 18.0;
const BACKGROUND: &str = "#14171a";
const TEXT: &str = "#d6dade";

type Outcome<T> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let program = std::env::current_exe()?;
    let program = program
        .ancestors()
        .nth(2)
        .map(|target| target.join("signoff"));
    let program = program
        .filter(|path| path.exists())
        .ok_or("build the binary first: cargo build")?;
    let home = tempfile::tempdir()?;
    let start = |size| Terminal::start(&program, home.path(), &[], size, "truecolor");

    let mut wide = start((120, 36));
    wide.wait_for("Nothing waits");
    feed(home.path()).await?;
    wide.wait_for("Pending 8");
    // What came in while nothing waited may stand above the cursor; a reviewer goes to the top, then down.
    wide.send("g");
    wide.wait_for("1 of 8");
    wide.insist("j", "Hi Jane");
    draw(&wide, "pending-120x36")?;

    let mut narrow = start((80, 24));
    narrow.wait_for("systemctl restart web");
    narrow.insist("j", "Hi Jane");
    draw(&narrow, "pending-80x24")?;
    wide.send("2");
    wide.wait_for("Decided by");
    draw(&wide, "history-120x36")?;
    wide.send("3");
    wide.wait_for("browser.visit");
    // The last page of actions has the one that was unlocked.
    wide.send("G");
    wide.wait_for("slack.send_message");
    draw(&wide, "settings-120x36")?;
    Ok(())
}

/// Has a small company's agents ask.
async fn feed(home: &Path) -> Outcome<()> {
    let read = |name: &str| -> Outcome<String> {
        Ok(std::fs::read_to_string(home.join(name))?.trim().to_owned())
    };
    let owner = Client::new(&read("gate.url")?, &read("token")?)?;
    for (agent, asks) in company() {
        let new = json!({"id": agent, "owners": ["owner"]});
        owner.add_agent(&serde_json::from_value(new)?).await?;
        let token = owner
            .add_token(&serde_json::from_value(json!({"agent": agent}))?)
            .await?;
        let client = Client::new(
            owner.address(),
            &token.token.ok_or("a new token has its secret")?,
        )?;
        for (number, mut ask) in asks.into_iter().enumerate() {
            ask["on_behalf_of"] = json!("owner");
            let asked = client
                .ask(
                    &serde_json::from_str(&ask.to_string())?,
                    &format!("{agent}-{number}"),
                )
                .await?;
            decide_some(&owner, agent, number, &asked).await?;
        }
    }
    let unlock = json!({"auto_approval_allowed": true});
    owner
        .change_action(
            &"slack.send_message".parse()?,
            &serde_json::from_value(unlock)?,
        )
        .await?;
    owner
        .choose(
            &"slack.send_message".parse()?,
            &serde_json::from_value(json!({"mode": "always"}))?,
        )
        .await?;
    Ok(())
}

/// Settles what the history is to show.
async fn decide_some(
    owner: &Client,
    agent: &str,
    number: usize,
    asked: &signoff::api::request::Request,
) -> Outcome<()> {
    let decision = match (agent, number) {
        ("support", 0) | ("outreach", 1) => json!({"decision": "approve", "digest": asked.digest}),
        ("outreach", 2) => {
            json!({"decision": "reject", "reason": "Wrong list. Send it to the buyer only."})
        }
        _ => return Ok(()),
    };
    owner
        .decide(asked.id, &serde_json::from_value(decision)?)
        .await?;
    Ok(())
}

fn company() -> Vec<(&'static str, Vec<Value>)> {
    let email = |to: Value, subject: &str, body: &str| json!({"action": "email.send", "trigger": "schedule", "params": {"to": to, "subject": subject, "body": body}});
    let renewal = "Hi Jane,\n\nThank you for the call on Tuesday. As agreed, here is the quote for the 2027 term. \
        The price per seat stays at EUR 38, and the 12 % discount for the first year is included.\n\n\
        The offer is valid until 31 January. Reply to this message and we will send the contract.\n\nBest regards\nOutreach";
    let mut quote = email(
        json!(["jane.doe@acme.example", "legal@acme.example"]),
        "Renewal quote for 2027",
        renewal,
    );
    quote["title"] = json!("Follow up with Acme about the renewal");
    quote["reason"] =
        json!("Their contract ends on 30 November and nobody has answered since the 3rd.");
    vec![
        (
            "outreach",
            vec![
                quote,
                email(
                    json!("omar@globex.example"),
                    "Kick-off agenda",
                    "Hi Omar,\n\nhere is the agenda for Monday.",
                ),
                email(
                    json!(["all@initech.example"]),
                    "Price list",
                    "Hello everybody,\n\nour new prices.",
                ),
            ],
        ),
        (
            "support",
            vec![
                json!({"action": "record.update", "params": {"table": "tickets", "id": "T-5520", "set": {"state": "resolved"}}}),
                email(
                    json!("ben@northwind.example"),
                    "Re: Missing invoice for March",
                    "Hi Ben,\n\nyou find it attached.",
                ),
                json!({"action": "record.update", "params": {"table": "tickets", "id": "T-5521", "set": {"state": "resolved"}}}),
            ],
        ),
        (
            "finance",
            vec![json!({
                "action": "payment.send", "trigger": "chat", "conversation": "refund-88213",
                "params": {"to": "DE02 1203 0000 0000 2020 51", "amount": "4120.00", "currency": "EUR", "reference": "Refund, order 88213"},
                "reason": "The customer sent the goods back on Friday.",
            })],
        ),
        (
            "deploy",
            vec![
                json!({"action": "shell.run", "waiting": true, "params": {"command": "systemctl restart web && curl -fsS http://localhost/healthz"}}),
                json!({"action": "slack.send_message", "params": {"channel": "#launch", "text": "1.4.2 is live"}}),
                json!({"action": "user.delete", "params": {"id": "contractor-17"}}),
            ],
        ),
        (
            "social",
            vec![
                json!({"action": "social.post", "params": {"network": "fediverse", "text": "We are hiring."}}),
            ],
        ),
    ]
}

fn draw(terminal: &Terminal, name: &str) -> Outcome<()> {
    settle(terminal);
    let picture = terminal.look(svg);
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "assets", &format!("{name}.svg")]
        .iter()
        .collect();
    std::fs::write(path, picture)?;
    Ok(())
}

/// Waits until nothing has changed on the screen for a moment, so that a picture isn't of half a frame.
fn settle(terminal: &Terminal) {
    let mut last = terminal.screen();
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_millis(400) {
        std::thread::sleep(Duration::from_millis(40));
        let now = terminal.screen();
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
}

fn svg(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let width = f32::from(cols) * CELL.0 + 2.0 * MARGIN;
    let height = f32::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    );
    for row in 0..rows {
        let mut col = 0;
        while col < cols {
            col = draw_run(&mut svg, screen, row, col);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws the cells from this one on that look alike, and gives the column after them.
fn draw_run(svg: &mut String, screen: &vt100::Screen, row: u16, first: u16) -> u16 {
    let cols = screen.size().1.get();
    let style = style(screen, row, first);
    let mut text = String::new();
    let mut col = first;
    while col < cols && self::style(screen, row, col) == style {
        let contents = screen.cell(row, col).map_or("", vt100::Cell::contents);
        text.push_str(if contents.is_empty() { " " } else { contents });
        col += 1;
    }
    let (x, y) = (
        MARGIN + f32::from(first) * CELL.0,
        MARGIN + f32::from(row) * CELL.1,
    );
    let wide = f32::from(col - first) * CELL.0;
    if let Some(background) = &style.background {
        writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{:.1}\" fill=\"{background}\"/>", CELL.1)
            .expect("a string takes everything");
    }
    if !text.trim().is_empty() {
        let weight = if style.bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{}\"{weight} textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{}</text>",
            y + 13.5,
            style.text,
            text.replace('&', "&amp;").replace('<', "&lt;")
        )
        .expect("a string takes everything");
    }
    col
}

#[derive(PartialEq)]
struct Style {
    text: String,
    background: Option<String>,
    bold: bool,
}

fn style(screen: &vt100::Screen, row: u16, col: u16) -> Style {
    let Some(cell) = screen.cell(row, col) else {
        return Style {
            text: TEXT.to_owned(),
            background: None,
            bold: false,
        };
    };
    let colour = |colour| match colour {
        vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        _ => None,
    };
    let (text, background) = (colour(cell.fgcolor()), colour(cell.bgcolor()));
    Style {
        text: text.unwrap_or_else(|| TEXT.to_owned()),
        background,
        bold: cell.bold(),
    }
}
