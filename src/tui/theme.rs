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

    #[test]
    fn every_theme_reads_and_mono_has_no_colour() {
        for depth in [Depth::Truecolor, Depth::Sixteen, Depth::Mono] {
            for palette in [Palette::CalmDark, Palette::CalmLight, Palette::ColourBlind] {
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
