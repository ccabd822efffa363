//! The operator's view, drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::json;

use super::feed::{Alarm, Sight};
use super::{Look, Watch, view};
use crate::domain::time::At;
use crate::tui::theme::Theme;
use crate::tui::{Depth, GlyphSet, Palette};

const NOW: &str = "2026-11-20T14:02:00Z";

fn sights() -> [Sight; 2] {
    let hours = (0..24).map(|back| {
        let decisions = [3, 0, 12, 7][back % 4];
        json!({"from": NOW, "decisions": decisions, "median_seconds": 41})
    });
    let hours: Vec<_> = hours.collect();
    let stats = json!({
        "at": NOW,
        "waiting": {"low": 21, "medium": 14, "high": 2, "critical": 1,
            "oldest": "2026-11-20T09:40:00Z", "expiring": 3},
        "decided": {"since": "2026-11-19T14:02:00Z", "total": 132, "median_seconds": 41, "hours": hours},
    });
    let alarm = json!({"headline": "email to all@initech.example: Pri\u{202e}ces", "agent": "sales-bot",
        "risk": {"level": "high", "reasons": []}});
    let alarm: Alarm = serde_json::from_value(alarm).unwrap();
    let at = "2026-11-20T14:00:00Z".parse().unwrap();
    [
        Sight::Stats(Box::new(serde_json::from_value(stats).unwrap())),
        Sight::Asked(at, alarm),
    ]
}

fn drawn(watch: &Watch, depth: Depth, glyphs: GlyphSet, size: (u16, u16)) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let theme = Theme::new(Palette::CalmDark, depth, glyphs);
    let now: At = NOW.parse().unwrap();
    let look = Look {
        theme: &theme,
        clock: || NOW.parse().unwrap(),
        back: size.1 == 24,
        sample: size.0 == 40,
    };
    view::draw(watch, now, &look, buffer.area, &mut buffer);
    buffer
}

fn text(buffer: &Buffer) -> String {
    let rows = buffer.content.chunks(usize::from(buffer.area.width));
    let rows = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
    let rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
    rows.join("\n")
}

#[test]
fn what_is_grave_rings_and_colours_the_number() {
    let mut watch = Watch::default();
    let [stats, alarm] = sights();
    assert!(!watch.take(stats), "figures are quiet");
    assert!(watch.take(alarm));
    let dark = drawn(&watch, Depth::Truecolor, GlyphSet::Unicode, (80, 24));
    let critical = Theme::new(Palette::CalmDark, Depth::Truecolor, GlyphSet::Unicode);
    let critical = critical.risk(crate::domain::risk::Risk::Critical);
    assert_eq!(dark[(2, 2)].symbol(), "█");
    assert_eq!(Some(dark[(2, 2)].fg), critical.fg);
    watch.take(Sight::Lost("it went away".to_owned()));
    let lost = text(&drawn(&watch, Depth::Mono, GlyphSet::Unicode, (80, 24)));
    assert!(
        lost.contains("not connected") && lost.contains("it went away"),
        "{lost}"
    );
}

#[test]
fn what_took_no_second_was_decided_at_once() {
    let mut watch = Watch::default();
    let [stats, _] = sights();
    let Sight::Stats(mut stats) = stats else {
        panic!("figures come first");
    };
    stats.decided.median_seconds = Some(0);
    watch.take(Sight::Stats(stats));
    for (size, words) in [
        ((80, 24), "half of them at once"),
        ((40, 12), "half at once"),
    ] {
        let screen = text(&drawn(&watch, Depth::Mono, GlyphSet::Unicode, size));
        assert!(screen.contains(words), "{screen}");
    }
}

#[test]
fn it_fits_every_screen() {
    let mut watch = Watch::default();
    for sight in sights() {
        watch.take(sight);
    }
    for size in [(120, 36), (80, 24), (40, 12)] {
        for (name, depth, glyphs) in [
            ("dark", Depth::Truecolor, GlyphSet::Unicode),
            ("mono", Depth::Mono, GlyphSet::Unicode),
            ("ascii", Depth::Mono, GlyphSet::Ascii),
        ] {
            let name = format!("{name}_{}x{}", size.0, size.1);
            insta::assert_snapshot!(name, text(&drawn(&watch, depth, glyphs, size)));
        }
    }
    for width in 1..50 {
        for height in 1..25 {
            drawn(&watch, Depth::Mono, GlyphSet::Unicode, (width, height));
        }
    }
    let empty = text(&drawn(
        &Watch::default(),
        Depth::Mono,
        GlyphSet::Unicode,
        (80, 24),
    ));
    assert!(empty.contains("asking the gate"), "{empty}");
}
