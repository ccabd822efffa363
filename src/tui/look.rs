//! How the inbox looks on one person's terminal, as they chose it. What that means there, and where the
//! choice is kept, the caller knows.

use std::fmt;

use super::theme::{Depth, GlyphSet, Palette};

/// The colours that can be chosen, by the names that the settings have for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    #[default]
    Auto,
    CalmDark,
    CalmLight,
    ColourBlind,
    ColourBlindLight,
    Sixteen,
    Mono,
}

impl Colours {
    pub const ALL: [Colours; 7] = [
        Colours::Auto,
        Colours::CalmDark,
        Colours::CalmLight,
        Colours::ColourBlind,
        Colours::ColourBlindLight,
        Colours::Sixteen,
        Colours::Mono,
    ];

    /// How `config.toml` writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Colours::Auto => "auto",
            Colours::CalmDark => "calm-dark",
            Colours::CalmLight => "calm-light",
            Colours::ColourBlind => "colour-blind",
            Colours::ColourBlindLight => "colour-blind-light",
            Colours::Sixteen => "sixteen",
            Colours::Mono => "mono",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Colours::Auto => "As the terminal says",
            Colours::CalmDark => "Dark",
            Colours::CalmLight => "Light",
            Colours::ColourBlind => "Dark, without red and green",
            Colours::ColourBlindLight => "Light, without red and green",
            Colours::Sixteen => "Sixteen colours",
            Colours::Mono => "No colours",
        }
    }

    pub const fn help(self) -> &'static str {
        match self {
            Colours::Auto => {
                "Dark with as many colours as the terminal says it has; none where NO_COLOR is set."
            }
            Colours::CalmDark => "For a dark background, on a terminal with all colours.",
            Colours::CalmLight => "For a light background, on a terminal with all colours.",
            Colours::ColourBlind => "Blue is good and orange is not, on a dark background.",
            Colours::ColourBlindLight => "Blue is good and orange is not, on a light background.",
            Colours::Sixteen => "The terminal's own sixteen, as it defines them.",
            Colours::Mono => {
                "Reverse, bold and dim; what a colour would say is said by a sign and a word."
            }
        }
    }
}

/// The signs that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    #[default]
    Auto,
    Unicode,
    Ascii,
}

impl Signs {
    pub const ALL: [Signs; 3] = [Signs::Auto, Signs::Unicode, Signs::Ascii];

    pub const fn word(self) -> &'static str {
        match self {
            Signs::Auto => "auto",
            Signs::Unicode => "unicode",
            Signs::Ascii => "ascii",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Signs::Auto => "As the locale says",
            Signs::Unicode => "Unicode",
            Signs::Ascii => "ASCII",
        }
    }

    pub const fn help(self) -> &'static str {
        match self {
            Signs::Auto => {
                "ASCII where the locale isn't UTF-8, or is one that draws signs two columns wide."
            }
            Signs::Unicode => "Lines, bars and marks as they are meant.",
            Signs::Ascii => "For fonts that have no others, or draw them too wide.",
        }
    }
}

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    pub colours: Colours,
    pub signs: Signs,
}

/// The settings of one person's terminal.
pub trait Appearance: fmt::Debug + Send + Sync {
    /// What is chosen when the inbox is opened.
    fn chosen(&self) -> Look;

    /// What that is on this terminal.
    fn on_terminal(&self, look: Look) -> (Palette, Depth, GlyphSet);

    /// Keeps it for the next time, and says where; or why it couldn't.
    fn keep(&self, look: Look) -> Result<String, String>;
}
