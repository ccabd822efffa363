//! The settings with what they say about keys, checked before anything is done.

use std::path::Path;

use crate::config::{Config, ConfigError, Keys, Misfit};
use crate::tui::{Binding, Keymap};

/// What `config.toml` says, and the keys of the inbox that follow from it.
pub fn read(path: &Path) -> Result<(Config, Keymap), ConfigError> {
    Config::read(path, |config| keymap(&config.tui.keys))
}

fn keymap(keys: &Keys) -> Result<Keymap, Misfit> {
    let own = keys.bindings();
    let own: Vec<Binding<'_>> = own.map(|(action, keys)| Binding { action, keys }).collect();
    Keymap::with(&own).map_err(|bad| Misfit {
        span: keys.span(bad.place, bad.key),
        why: bad.why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let told = read(&path).unwrap_err().to_string();
        told.replace(&path.display().to_string(), "config.toml")
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let told = refused("[tui.keys]\ndown = [\"n\"]\naprove = [\"x\"]\n");
        assert!(
            told.starts_with("config.toml, line 3, column 1: “aprove” is nothing that a key does; did you mean approve?"),
            "{told}"
        );
        assert!(told.ends_with("3 | aprove = [\"x\"]\n  | ^^^^^^"), "{told}");
        let told = refused("[tui.keys]\napprove = [\"x\", \"enter\"]\n");
        assert!(
            told.starts_with("config.toml, line 2, column 17: “enter” can't be the key of approve"),
            "{told}"
        );
        let told = refused("[tui]\nkeys = { approve = \"x\" }\n");
        assert!(told.contains("line 2, column 20"), "{told}");
        assert!(told.contains("expected a list of keys, like"), "{told}");
    }

    #[test]
    fn a_file_without_keys_has_the_shipped_ones() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        assert_eq!(read(&path).unwrap().0, Config::default());
        std::fs::write(&path, "[tui.keys]\nundo = []\n").unwrap();
        assert!(read(&path).is_ok());
    }
}
