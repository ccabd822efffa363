//! How the inbox looks on this terminal: what the settings say, else what the environment gives away.

use std::path::PathBuf;

use super::failure::causes;
use super::new_file::shown;
use crate::config::{self, Glyphs};
use crate::tui::{Appearance, Colours, Depth, GlyphSet, Look, Palette, Signs};

/// Whether there are colours, as a flag says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum When {
    /// As the settings and the terminal say
    #[default]
    Auto,
    /// Also where NO_COLOR is set
    Always,
    /// None at all
    Never,
}

/// What flags and the environment say about the terminal.
#[derive(Debug, Clone, Default)]
pub struct Terminal {
    pub when: When,
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
        let (palette, depth) = match theme {
            config::Theme::Auto => (Palette::CalmDark, self.depth()),
            config::Theme::CalmDark => (Palette::CalmDark, Depth::Truecolor),
            config::Theme::CalmLight => (Palette::CalmLight, Depth::Truecolor),
            config::Theme::ColourBlind => (Palette::ColourBlind, Depth::Truecolor),
            config::Theme::ColourBlindLight => (Palette::ColourBlindLight, Depth::Truecolor),
            config::Theme::Sixteen => (Palette::CalmDark, Depth::Sixteen),
            config::Theme::Mono => (Palette::CalmDark, Depth::Mono),
        };
        match (self.when, depth) {
            (When::Never, _) => (palette, Depth::Mono),
            (When::Always, Depth::Mono) => (palette, self.shows()),
            (When::Auto | When::Always, depth) => (palette, depth),
        }
    }

    fn depth(&self) -> Depth {
        match self.no_color || self.term.as_deref() == Some("dumb") {
            true => Depth::Mono,
            false => self.shows(),
        }
    }

    /// How many colours it says it has; over ssh it says nothing.
    fn shows(&self) -> Depth {
        match self.colorterm.as_deref() {
            Some("truecolor" | "24bit") => Depth::Truecolor,
            _ => Depth::Sixteen,
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

/// The look of the inbox as one's own settings have it.
#[derive(Debug)]
pub struct OwnLook {
    pub terminal: Terminal,
    pub chosen: Look,
    /// The file where it is kept.
    pub settings: PathBuf,
}

impl OwnLook {
    /// What the settings say.
    pub fn of(terminal: Terminal, tui: &config::Tui, settings: PathBuf) -> Self {
        let colours = match tui.theme {
            config::Theme::Auto => Colours::Auto,
            config::Theme::CalmDark => Colours::CalmDark,
            config::Theme::CalmLight => Colours::CalmLight,
            config::Theme::ColourBlind => Colours::ColourBlind,
            config::Theme::ColourBlindLight => Colours::ColourBlindLight,
            config::Theme::Sixteen => Colours::Sixteen,
            config::Theme::Mono => Colours::Mono,
        };
        let signs = match tui.glyphs {
            Glyphs::Auto => Signs::Auto,
            Glyphs::Unicode => Signs::Unicode,
            Glyphs::Ascii => Signs::Ascii,
        };
        Self {
            terminal,
            chosen: Look { colours, signs },
            settings,
        }
    }
}

impl Appearance for OwnLook {
    fn chosen(&self) -> Look {
        self.chosen
    }

    /// A choice made in the inbox is newer than the flag with which it was started.
    fn on_terminal(&self, look: Look) -> (Palette, Depth, GlyphSet) {
        let theme = match look.colours {
            Colours::Auto => config::Theme::Auto,
            Colours::CalmDark => config::Theme::CalmDark,
            Colours::CalmLight => config::Theme::CalmLight,
            Colours::ColourBlind => config::Theme::ColourBlind,
            Colours::ColourBlindLight => config::Theme::ColourBlindLight,
            Colours::Sixteen => config::Theme::Sixteen,
            Colours::Mono => config::Theme::Mono,
        };
        let glyphs = match look.signs {
            Signs::Auto => Glyphs::Auto,
            Signs::Unicode => Glyphs::Unicode,
            Signs::Ascii => Glyphs::Ascii,
        };
        let terminal = match look.colours {
            Colours::Auto => self.terminal.clone(),
            _ => Terminal {
                when: When::Auto,
                ..self.terminal.clone()
            },
        };
        let (palette, depth) = terminal.colours(theme);
        obey(depth);
        (palette, depth, terminal.glyphs(glyphs))
    }

    /// Writes what is other than the file has it, and nothing else.
    fn keep(&self, look: Look) -> Result<String, String> {
        let kept = config::Config::read(&self.settings, |_| Ok(()));
        let (config, ()) = kept.map_err(|error| causes(&error))?;
        let had = Self::of(self.terminal.clone(), &config.tui, self.settings.clone()).chosen;
        let set = |key, word| {
            let set = config::set(&self.settings, "tui", key, word);
            set.map_err(|error| causes(&error))
        };
        if had.colours != look.colours {
            set("theme", look.colours.word())?;
        }
        if had.signs != look.signs {
            set("glyphs", look.signs.word())?;
        }
        Ok(shown(&self.settings))
    }
}

/// The settings win over NO_COLOR, which the terminal library would obey on its own.
pub fn obey(depth: Depth) {
    crossterm::style::force_color_output(depth != Depth::Mono);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(no_color: bool, colorterm: &str, term: &str, locale: &str) -> Terminal {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Terminal {
            when: When::Auto,
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
    fn the_flag_wins_over_settings_and_environment() {
        let with = |when, terminal| Terminal { when, ..terminal };
        let rich = || terminal(true, "truecolor", "xterm-256color", "");
        let never = with(When::Never, rich());
        let always = with(When::Always, rich());
        for theme in [config::Theme::Auto, config::Theme::CalmLight] {
            assert_eq!(never.colours(theme).1, Depth::Mono);
            assert_eq!(always.colours(theme).1, Depth::Truecolor);
        }
        assert_eq!(always.colours(config::Theme::Mono).1, Depth::Truecolor);
        let ssh = with(When::Always, terminal(true, "", "xterm", ""));
        assert_eq!(ssh.colours(config::Theme::Auto).1, Depth::Sixteen);
    }

    #[test]
    fn a_look_that_is_kept_is_the_one_the_settings_have_then() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        let own = |tui: &config::Tui| OwnLook::of(Terminal::default(), tui, path.clone());
        let first = own(&config::Tui::default());
        for colours in Colours::ALL {
            for signs in Signs::ALL {
                let look = Look { colours, signs };
                first.keep(look).unwrap();
                let (config, ()) = config::Config::read(&path, |_| Ok(())).unwrap();
                assert_eq!(own(&config.tui).chosen(), look);
            }
        }
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
