//! Which computer an address on the web leads to. What is read in more than one way by those who follow
//! it isn't read here: it is said to be so.

use crate::domain::recipient::a_label;

/// The host, in words for the row of the address.
pub fn host(url: &str) -> String {
    read(url).unwrap_or_else(|| "can't be read as an address: look at it closely".to_owned())
}

fn read(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let known = ["http", "https", "ws", "wss"].contains(&scheme.to_ascii_lowercase().as_str());
    // What stands here ends up on one side or the other, depending on who reads it.
    let strange = |char: char| char.is_whitespace() || char.is_control() || char == '\\';
    if !known || rest.contains(strange) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    if host.is_empty() || host.contains('%') {
        return None;
    }
    let mut words = format!("goes to {host}");
    if !host.is_ascii() {
        words.push_str(&format!(", which is {}", a_label(host)?));
    }
    if user.is_some() {
        words.push_str("; what stands before @ is no host");
    }
    if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("ws") {
        words.push_str("; not encrypted");
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn the_host_is_where_it_leads() {
        for (url, words) in [
            ("https://acme.example/a@b?x=1", "goes to acme.example"),
            ("https://acme.example:8443#@x", "goes to acme.example:8443"),
            ("http://acme.example", "goes to acme.example; not encrypted"),
            (
                "https://bank.example@evil.example/pay",
                "goes to evil.example; what stands before @ is no host",
            ),
        ] {
            assert_eq!(host(url), words, "{url}");
        }
        let disguised = host("https://аcme.example/");
        assert!(disguised.contains("which is xn--"), "{disguised}");
        for unclear in [
            "javascript:alert(1)",
            "https:///x",
            "https://a.example\\@evil.example",
            "https://%65vil.example",
            "https://a.example\t.evil.example",
            "acme.example",
        ] {
            assert!(host(unclear).starts_with("can't be read"), "{unclear}");
        }
    }
}
