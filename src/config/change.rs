//! Changing one value of `config.toml` in place: comments, order and blanks stay as somebody wrote them.
//!
//! Invariant: what is written says what the file said before, but for that one value; where that can't be
//! brought about, nothing is written.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use toml::Table;
use toml::de::DeTable;

/// Why a value wasn't changed. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("{} can't be read", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    #[error("{} can't be written", .0.display())]
    Unwritten(PathBuf, #[source] io::Error),
    #[error("{} is wrong elsewhere; `signoff doctor` says where", .0.display())]
    Wrong(PathBuf),
    #[error("{} has no place for it; write there yourself: [{section}] {key} = \"{value}\"", .path.display())]
    NoPlace {
        path: PathBuf,
        section: String,
        key: String,
        value: String,
    },
}

/// Gives a key of a section this text as its value. A file that isn't there is made.
pub fn set(path: &Path, section: &str, key: &str, value: &str) -> Result<(), ChangeError> {
    // Where the file is a link, what it leads to is changed, and the link stays.
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let before = match fs::read_to_string(&real) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(ChangeError::Unreadable(path.to_owned(), error)),
    };
    let wanted = wanted(&before, section, key, value);
    let wanted = wanted.ok_or_else(|| ChangeError::Wrong(path.to_owned()))?;
    let after = [
        in_place(&before, section, key, value),
        Some(under_heading(&before, section, key, value)),
    ];
    let good = |text: &String| text.parse::<Table>().is_ok_and(|table| table == wanted);
    let after = after.into_iter().flatten().find(good);
    let after = after.ok_or_else(|| ChangeError::NoPlace {
        path: path.to_owned(),
        section: section.to_owned(),
        key: key.to_owned(),
        value: value.to_owned(),
    })?;
    write(&real, &after).map_err(|error| ChangeError::Unwritten(path.to_owned(), error))
}

/// What the file is to say.
fn wanted(text: &str, section: &str, key: &str, value: &str) -> Option<Table> {
    let mut table: Table = text.parse().ok()?;
    let of = table
        .entry(section)
        .or_insert_with(|| Table::new().into())
        .as_table_mut()?;
    of.insert(key.to_owned(), value.into());
    Some(table)
}

/// The text with the value that is there replaced.
fn in_place(text: &str, section: &str, key: &str, value: &str) -> Option<String> {
    let document = DeTable::parse(text).ok()?.into_inner();
    let there = document
        .get(section)?
        .get_ref()
        .as_table()?
        .get(key)?
        .span();
    let (before, after) = (text.get(..there.start)?, text.get(there.end..)?);
    Some(format!("{before}\"{value}\"{after}"))
}

/// The text with a line more, right under the heading of the section, or with both at its end.
fn under_heading(text: &str, section: &str, key: &str, value: &str) -> String {
    let line = format!("{key} = \"{value}\"\n");
    let heading = format!("[{section}]");
    let mut at = 0;
    for row in text.split_inclusive('\n') {
        at += row.len();
        let bare = row.split('#').next().unwrap_or_default();
        if bare.split_whitespace().collect::<String>() == heading {
            let gap = if row.ends_with('\n') { "" } else { "\n" };
            return format!("{}{gap}{line}{}", &text[..at], &text[at..]);
        }
    }
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    format!("{text}{gap}{heading}\n{line}")
}

/// All of it or nothing: a new file takes the place of the old one, with its permissions.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mode = match fs::metadata(path) {
        Ok(metadata) => metadata.permissions().mode() & 0o7777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0o600,
        Err(error) => return Err(error),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let new = folder.join(name);
    let written = (|| {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    if written.is_err() {
        // What is left of it is of no use to anybody.
        drop(fs::remove_file(&new));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(before: &str) -> Result<String, ChangeError> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        fs::write(&path, before).unwrap();
        let set = set(&path, "tui", "theme", "mono");
        let after = fs::read_to_string(&path).unwrap();
        assert_eq!(
            fs::read_dir(home.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
        match set {
            Ok(()) => Ok(after),
            Err(error) => {
                assert_eq!(after, before, "nothing is changed");
                Err(error)
            }
        }
    }

    #[test]
    fn one_value_changes_and_everything_else_stays_as_it_was_written() {
        for (before, after) in [
            (
                "# mine\n[tui]\ntheme   = 'calm-dark' # at night\nglyphs = \"ascii\"\n",
                "# mine\n[tui]\ntheme   = \"mono\" # at night\nglyphs = \"ascii\"\n",
            ),
            (
                "tui = { theme = \"auto\" }\n",
                "tui = { theme = \"mono\" }\n",
            ),
            ("tui.theme = \"auto\"", "tui.theme = \"mono\""),
            (
                "[ tui ] # look\n\nmouse = false\n[server]\nhosts = []\n",
                "[ tui ] # look\ntheme = \"mono\"\n\nmouse = false\n[server]\nhosts = []\n",
            ),
            ("[tui]", "[tui]\ntheme = \"mono\"\n"),
            ("", "[tui]\ntheme = \"mono\"\n"),
            (
                "# nothing yet",
                "# nothing yet\n\n[tui]\ntheme = \"mono\"\n",
            ),
            (
                "[tui.keys]\nundo = []\n",
                "[tui.keys]\nundo = []\n\n[tui]\ntheme = \"mono\"\n",
            ),
        ] {
            assert_eq!(changed(before).unwrap(), after, "{before}");
        }
    }

    #[test]
    fn where_it_has_no_place_or_the_file_is_wrong_nothing_is_written() {
        for before in [
            "tui = { mouse = false }\n",
            "note = \"\"\"\n[tui]\n\"\"\"\ntui.mouse = true\n",
        ] {
            let told = changed(before).unwrap_err().to_string();
            assert!(
                told.contains("write there yourself: [tui] theme = \"mono\""),
                "{told}"
            );
        }
        for before in ["[tui\n", "tui = 3\n"] {
            let told = changed(before).unwrap_err().to_string();
            assert!(told.contains("wrong elsewhere"), "{told}");
        }
    }

    #[test]
    fn a_link_and_permissions_stay_and_a_new_file_is_for_its_owner() {
        let home = tempfile::tempdir().unwrap();
        let (real, link) = (
            home.path().join("dotfiles.toml"),
            home.path().join("config.toml"),
        );
        fs::write(&real, "").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        set(&link, "tui", "glyphs", "ascii").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::read_to_string(&real).unwrap(),
            "[tui]\nglyphs = \"ascii\"\n"
        );
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o777,
            0o640
        );
        let new = home.path().join("none/config.toml");
        set(&new, "tui", "theme", "mono").unwrap();
        assert_eq!(
            fs::metadata(&new).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
