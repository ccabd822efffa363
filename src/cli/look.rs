//! How the inbox looks on this terminal: what the settings say, else what the environment gives away.

use crate::config::{self, Glyphs};
use crate::tui::{Depth, GlyphSet, Palette};

/// What the environment says about the terminal.
#[derive(Debug, Clone, Default)]
pub struct Terminal {
    pub no_color: bool,
    pub colorterm: Option<String>,
    pub term: Option<String>,
    /// The locale that decides about characters.
    pub locale: Option<String>,
}

/// Languages whose terminals often draw ambiguous signs two columns wide.
const WIDE: [&str; 3] = ["ja", "ko", "zh"];

impl Terminal {
    /// The palette, and how many colours to use of it.
    pub fn colours(&self, theme: config::Theme) -> (Palette, Depth) {
        match theme {
            config::Theme::Auto => (Palette::CalmDark, self.depth()),
            config::Theme::CalmDark => (Palette::CalmDark, Depth::Truecolor),
            config::Theme::CalmLight => (Palette::CalmLight, Depth::Truecolor),
            config::Theme::ColourBlind => (Palette::ColourBlind, Depth::Truecolor),
            config::Theme::Sixteen => (Palette::CalmDark, Depth::Sixteen),
            config::Theme::Mono => (Palette::CalmDark, Depth::Mono),
        }
    }

    fn depth(&self) -> Depth {
        let says = |value: &Option<String>, words: &[&str]| {
            let value = value.as_deref().unwrap_or_default();
            words.contains(&value)
        };
        if self.no_color || says(&self.term, &["dumb"]) {
            Depth::Mono
        } else if says(&self.colorterm, &["truecolor", "24bit"]) {
            Depth::Truecolor
        } else {
            Depth::Sixteen
        }
    }

    /// The signs to draw with.
    pub fn glyphs(&self, glyphs: Glyphs) -> GlyphSet {
        match glyphs {
            Glyphs::Unicode => GlyphSet::Unicode,
            Glyphs::Ascii => GlyphSet::Ascii,
            Glyphs::Auto if self.shows_unicode() => GlyphSet::Unicode,
            Glyphs::Auto => GlyphSet::Ascii,
        }
    }

    /// A locale that nobody set says nothing against it.
    fn shows_unicode(&self) -> bool {
        self.locale.as_deref().is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            let wide = WIDE.iter().any(|language| locale.starts_with(language));
            (locale.contains("utf-8") || locale.contains("utf8")) && !wide
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(no_color: bool, colorterm: &str, term: &str, locale: &str) -> Terminal {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Terminal {
            no_color,
            colorterm: text(colorterm),
            term: text(term),
            locale: text(locale),
        }
    }

    #[test]
    fn colours_follow_the_settings_then_no_color_then_the_terminal() {
        let rich = terminal(false, "truecolor", "xterm-256color", "");
        let ssh = terminal(false, "", "xterm-256color", "");
        let plain = terminal(true, "truecolor", "xterm-256color", "");
        let dumb = terminal(false, "truecolor", "dumb", "");
        let auto = |terminal: &Terminal| terminal.colours(config::Theme::Auto).1;
        assert_eq!(auto(&rich), Depth::Truecolor);
        assert_eq!(auto(&ssh), Depth::Sixteen);
        assert_eq!(auto(&plain), Depth::Mono);
        assert_eq!(auto(&dumb), Depth::Mono);
        assert_eq!(
            plain.colours(config::Theme::CalmLight),
            (Palette::CalmLight, Depth::Truecolor)
        );
        assert_eq!(rich.colours(config::Theme::Mono).1, Depth::Mono);
    }

    #[test]
    fn glyphs_follow_the_settings_then_the_locale() {
        let auto = |locale: &str| terminal(false, "", "", locale).glyphs(Glyphs::Auto);
        assert_eq!(auto(""), GlyphSet::Unicode);
        assert_eq!(auto("en_GB.UTF-8"), GlyphSet::Unicode);
        assert_eq!(auto("C.utf8"), GlyphSet::Unicode);
        assert_eq!(auto("C"), GlyphSet::Ascii);
        assert_eq!(auto("de_DE.ISO-8859-1"), GlyphSet::Ascii);
        assert_eq!(auto("ja_JP.UTF-8"), GlyphSet::Ascii);
        let japanese = terminal(false, "", "", "ja_JP.UTF-8");
        assert_eq!(japanese.glyphs(Glyphs::Unicode), GlyphSet::Unicode);
    }
}
