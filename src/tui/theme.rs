//! Colours by role. Views name roles; only the theme files name colours. What a role means is always
//! said by a glyph or a word as well, so the mono theme loses nothing.

use ratatui::style::{Color, Modifier, Style};
use serde::{Deserialize, Deserializer, de};

use crate::domain::risk::Risk;

/// How many colours the terminal shows. Found by the caller from its settings and the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    Truecolor,
    #[default]
    Sixteen,
    Mono,
}

/// Which palette truecolor terminals get.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Palette {
    #[default]
    CalmDark,
    CalmLight,
    ColourBlind,
    ColourBlindLight,
}

/// Which signs the inbox draws with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GlyphSet {
    #[default]
    Unicode,
    /// For fonts and locales where the others are missing or two columns wide.
    Ascii,
}

/// What each role looks like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    text: Look,
    dim: Look,
    rule: Look,
    accent: Look,
    focused: Look,
    critical: Look,
    high: Look,
    medium: Look,
    low: Look,
    good: Look,
    bad: Look,
    warning: Look,
    title: Look,
    key: Look,
    mark: Look,
    quiet: Look,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Look {
    #[serde(deserialize_with = "color")]
    fg: Option<Color>,
    #[serde(deserialize_with = "color")]
    bg: Option<Color>,
    bold: bool,
    dim: bool,
    reverse: bool,
}

fn color<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Color>, D::Error> {
    let text = String::deserialize(from)?;
    text.parse()
        .map(Some)
        .map_err(|_| de::Error::custom(format!("“{text}” is not a colour")))
}

impl Look {
    fn style(self) -> Style {
        let mut modifiers = Modifier::empty();
        modifiers.set(Modifier::BOLD, self.bold);
        modifiers.set(Modifier::DIM, self.dim);
        modifiers.set(Modifier::REVERSED, self.reverse);
        let mut style = Style::new().add_modifier(modifiers);
        style.fg = self.fg;
        style.bg = self.bg;
        style
    }
}

/// The look of the inbox: styles by role, and glyphs.
#[derive(Debug, Clone)]
pub struct Theme {
    roles: Roles,
    pub glyphs: &'static Glyphs,
}

impl Theme {
    /// The theme for a terminal.
    pub fn new(palette: Palette, depth: Depth, glyphs: GlyphSet) -> Self {
        let file = match (depth, palette) {
            (Depth::Mono, _) => include_str!("../../assets/themes/mono.toml"),
            (Depth::Sixteen, _) => include_str!("../../assets/themes/sixteen.toml"),
            (Depth::Truecolor, Palette::CalmDark) => {
                include_str!("../../assets/themes/calm-dark.toml")
            }
            (Depth::Truecolor, Palette::CalmLight) => {
                include_str!("../../assets/themes/calm-light.toml")
            }
            (Depth::Truecolor, Palette::ColourBlind) => {
                include_str!("../../assets/themes/colour-blind.toml")
            }
            (Depth::Truecolor, Palette::ColourBlindLight) => {
                include_str!("../../assets/themes/colour-blind-light.toml")
            }
        };
        Self {
            roles: toml::from_str(file).expect("the shipped themes are good, a test reads them"),
            glyphs: match (glyphs, depth) {
                (GlyphSet::Ascii, _) => &ASCII,
                (GlyphSet::Unicode, Depth::Mono) => &MONO,
                (GlyphSet::Unicode, _) => &UNICODE,
            },
        }
    }

    pub fn text(&self) -> Style {
        self.roles.text.style()
    }

    /// Who asked, when, and other things that stand back.
    pub fn dim(&self) -> Style {
        self.roles.dim.style()
    }

    /// Hairlines and gutters.
    pub fn rule(&self) -> Style {
        self.roles.rule.style()
    }

    /// The bar beside what is focused, and the active tab; nothing else.
    pub fn accent(&self) -> Style {
        self.roles.accent.style()
    }

    /// Laid under the focused row.
    pub fn focused(&self) -> Style {
        self.roles.focused.style()
    }

    pub fn title(&self) -> Style {
        self.roles.title.style()
    }

    /// A key in the footer.
    pub fn key(&self) -> Style {
        self.roles.key.style()
    }

    pub fn good(&self) -> Style {
        self.roles.good.style()
    }

    pub fn bad(&self) -> Style {
        self.roles.bad.style()
    }

    pub fn warning(&self) -> Style {
        self.roles.warning.style()
    }

    /// What stands for a hidden character of an agent's.
    pub fn mark(&self) -> Style {
        self.roles.mark.style()
    }

    /// What stands for an ordinary character that can't be shown as it is.
    pub fn quiet(&self) -> Style {
        self.roles.quiet.style()
    }

    pub fn risk(&self, risk: Risk) -> Style {
        match risk {
            Risk::Critical => self.roles.critical.style(),
            Risk::High => self.roles.high.style(),
            Risk::Medium => self.roles.medium.style(),
            Risk::Low => self.roles.low.style(),
        }
    }
}

/// The signs of the inbox's own. Each is one column wide but for those of risk, which are padded to two.
#[derive(Debug)]
pub struct Glyphs {
    pub rule: &'static str,
    /// The hairline under the active tab.
    pub heavy: &'static str,
    pub column: &'static str,
    pub tee_down: &'static str,
    pub tee_up: &'static str,
    /// Beside the focused row.
    pub bar: &'static str,
    /// Before every row of content. Nothing of an agent's is ever drawn in its column.
    pub gutter: &'static str,
    pub live: &'static str,
    pub reconnecting: &'static str,
    pub warning: &'static str,
    pub approved: &'static str,
    pub rejected: &'static str,
    pub expired: &'static str,
    pub cancelled: &'static str,
    pub dot: &'static str,
    /// Stands where there is nothing to say.
    pub none: &'static str,
    pub up: &'static str,
    pub down: &'static str,
    /// Between what was and what will be.
    pub arrow: &'static str,
    pub risks: [&'static str; 4],
    /// A dot of a large digit.
    pub block: &'static str,
    /// From little to all there is.
    pub bars: [&'static str; 8],
}

impl Glyphs {
    pub fn risk(&self, risk: Risk) -> &'static str {
        match risk {
            Risk::Low => self.risks[0],
            Risk::Medium => self.risks[1],
            Risk::High => self.risks[2],
            Risk::Critical => self.risks[3],
        }
    }
}

const UNICODE: Glyphs = Glyphs {
    rule: "─",
    heavy: "━",
    column: "│",
    tee_down: "┬",
    tee_up: "┴",
    bar: "▌",
    gutter: "▏",
    live: "●",
    reconnecting: "◐",
    warning: "⚠",
    approved: "✓",
    rejected: "✗",
    expired: "◌",
    cancelled: "⊘",
    dot: "·",
    none: "–",
    up: "↑",
    down: "↓",
    arrow: "→",
    risks: [" ·", " ◆", " ▲", "▲▲"],
    block: "█",
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
};

/// Without colour the shapes of risk have to tell the levels apart alone.
const MONO: Glyphs = Glyphs {
    risks: [" .", " !", "!!", "!#"],
    ..UNICODE
};

const ASCII: Glyphs = Glyphs {
    rule: "-",
    heavy: "=",
    column: "|",
    tee_down: "+",
    tee_up: "+",
    bar: ">",
    gutter: "|",
    live: "*",
    reconnecting: "~",
    warning: "!",
    approved: "+",
    rejected: "x",
    expired: "o",
    cancelled: "/",
    dot: "-",
    none: "-",
    up: "^",
    down: "v",
    arrow: ">",
    risks: [" .", " !", "!!", "!#"],
    block: "#",
    bars: ["_", ".", ":", "-", "=", "+", "*", "#"],
};

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    const PALETTES: [Palette; 4] = [
        Palette::CalmDark,
        Palette::CalmLight,
        Palette::ColourBlind,
        Palette::ColourBlindLight,
    ];

    /// What terminals usually have behind the text: the background is theirs, and never painted.
    const fn backgrounds(palette: Palette) -> [Color; 3] {
        match palette {
            Palette::CalmDark | Palette::ColourBlind => [
                Color::Rgb(0, 0, 0),
                Color::Rgb(0x14, 0x17, 0x1a),
                Color::Rgb(0x1e, 0x1e, 0x1e),
            ],
            Palette::CalmLight | Palette::ColourBlindLight => [
                Color::Rgb(0xff, 0xff, 0xff),
                Color::Rgb(0xfa, 0xfa, 0xfa),
                Color::Rgb(0xf6, 0xf5, 0xf4),
            ],
        }
    }

    /// The relative luminance of WCAG 2.
    fn luminance(color: Color) -> f64 {
        let Color::Rgb(red, green, blue) = color else {
            panic!("{color} is no truecolor")
        };
        let linear = |part: u8| match f64::from(part) / 255.0 {
            low if low <= 0.04045 => low / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// The contrast that WCAG 2 asks of text, on the terminal's background and on the focused row. Hairlines
    /// are no text, and only have to be there.
    #[test]
    fn every_text_can_be_read_on_every_background() {
        assert!((contrast(Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255)) - 21.0).abs() < 0.01);
        for palette in PALETTES {
            let roles = Theme::new(palette, Depth::Truecolor, GlyphSet::Unicode).roles;
            let focused = roles.focused.bg.expect("a focused row has a colour");
            let mut behind = backgrounds(palette).to_vec();
            behind.push(focused);
            for (name, look) in [
                ("text", roles.text),
                ("dim", roles.dim),
                ("accent", roles.accent),
                ("critical", roles.critical),
                ("high", roles.high),
                ("medium", roles.medium),
                ("low", roles.low),
                ("good", roles.good),
                ("bad", roles.bad),
                ("warning", roles.warning),
                ("title", roles.title),
                ("key", roles.key),
                ("quiet", roles.quiet),
                ("mark", roles.mark),
            ] {
                let text = look.fg.expect("a text has a colour");
                for back in look.bg.map_or_else(|| behind.clone(), |own| vec![own]) {
                    let ratio = contrast(text, back);
                    assert!(ratio >= 4.5, "{palette:?}: {name} on {back} has {ratio:.2}");
                }
            }
            let rule = roles.rule.fg.expect("a hairline has a colour");
            let mark = roles.mark.bg.expect("a mark has a background");
            for back in behind {
                assert!(
                    contrast(rule, back) >= 1.25,
                    "{palette:?}: hairlines on {back}"
                );
                assert!(contrast(mark, back) >= 3.0, "{palette:?}: marks on {back}");
            }
        }
    }

    #[test]
    fn every_theme_reads_and_mono_has_no_colour() {
        for depth in [Depth::Truecolor, Depth::Sixteen, Depth::Mono] {
            for palette in PALETTES {
                Theme::new(palette, depth, GlyphSet::Unicode);
            }
        }
        let mono = Theme::new(Palette::CalmDark, Depth::Mono, GlyphSet::Unicode);
        for style in [mono.focused(), mono.mark(), mono.warning(), mono.title()] {
            assert_eq!((style.fg, style.bg), (None, None));
            assert!(!style.add_modifier.is_empty());
        }
    }

    #[test]
    fn glyphs_take_the_columns_they_are_drawn_in() {
        for glyphs in [&UNICODE, &MONO, &ASCII] {
            for risk in Risk::ALL {
                assert_eq!(glyphs.risk(risk).width(), 2, "{risk:?}");
            }
            for glyph in [
                glyphs.rule,
                glyphs.heavy,
                glyphs.column,
                glyphs.bar,
                glyphs.gutter,
                glyphs.live,
                glyphs.warning,
                glyphs.approved,
                glyphs.rejected,
                glyphs.up,
            ] {
                assert_eq!(glyph.width(), 1, "{glyph}");
            }
        }
    }
}
