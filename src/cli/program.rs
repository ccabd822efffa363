//! What to type in another terminal so that it runs this program, in this home.

use std::path::Path;

use directories::BaseDirs;

use super::context::Context;

/// The beginning of a command line to paste: everything before the command's name.
pub fn typed(context: &Context) -> String {
    let mut words = vec![name(
        std::env::var_os("CARGO_PKG_NAME").is_some_and(|name| name == env!("CARGO_PKG_NAME")),
        std::env::args().next(),
        std::env::current_exe().ok().as_deref(),
    )];
    if let Some(home) = &context.home_named {
        words.push(format!("--home {}", quoted(&home.display().to_string())));
    }
    if let Some(url) = &context.url {
        words.push(format!("--url {}", quoted(url)));
    }
    words.join(" ")
}

/// The file with the agent's token as a shell names it, if it is there.
pub fn agent_token(context: &Context) -> Option<String> {
    let path = context.home.agent_token();
    let own = BaseDirs::new();
    let own = own.as_ref().map(BaseDirs::home_dir);
    path.exists().then(|| shortened(&path, own))
}

/// A path, from one's own directory on where it lies there.
fn shortened(path: &Path, own: Option<&Path>) -> String {
    match own.and_then(|own| path.strip_prefix(own).ok()) {
        Some(rest) => format!("~/{}", quoted(&rest.display().to_string())),
        None => quoted(&path.display().to_string()),
    }
}

/// As it was started: by cargo, by a name that the shell finds, or else by its place.
fn name(by_cargo: bool, typed: Option<String>, place: Option<&Path>) -> String {
    match (typed, place) {
        _ if by_cargo => "cargo run --quiet --".to_owned(),
        (Some(typed), Some(place)) if typed.contains('/') => quoted(&place.display().to_string()),
        (Some(typed), _) => quoted(&typed),
        (None, _) => "signoff".to_owned(),
    }
}

/// One word to a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:=@%,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_as_it_was_started() {
        let place = Some(Path::new("/srv/my tools/signoff"));
        let name = |by_cargo, typed: &str| name(by_cargo, Some(typed.to_owned()), place);
        assert_eq!(name(true, "target/debug/signoff"), "cargo run --quiet --");
        assert_eq!(name(false, "signoff"), "signoff");
        assert_eq!(name(false, "./signoff"), "'/srv/my tools/signoff'");
    }

    #[test]
    fn a_path_begins_where_its_owner_is_at_home() {
        let shortened = |path: &str| shortened(Path::new(path), Some(Path::new("/home/ana")));
        assert_eq!(shortened("/home/ana/.signoff/token"), "~/.signoff/token");
        assert_eq!(shortened("/home/ana/my data/token"), "~/'my data/token'");
        assert_eq!(shortened("/home/anabel/token"), "/home/anabel/token");
    }

    #[test]
    fn a_shell_takes_what_is_quoted_for_one_word() {
        assert_eq!(quoted("/home/ana/.signoff"), "/home/ana/.signoff");
        assert_eq!(quoted("it's; here"), "'it'\\''s; here'");
        assert_eq!(quoted(""), "''");
    }
}
