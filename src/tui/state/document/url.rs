//! Which computer an address on the web leads to. What is read in more than one way by those who follow
//! it isn't read here: it is said to be so.

use std::net::Ipv4Addr;

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
    if let Some(address) = numeric(host)? {
        words.push_str(&format!(", which is {address}"));
    }
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

/// The address that a host stands for which is written as numbers, other than they are commonly written: browsers
/// and most libraries take decimal, octal and hexadecimal ones, and fewer than four. Nothing where it can't be read.
fn numeric(host: &str) -> Option<Option<Ipv4Addr>> {
    let name = host.split_once(':').map_or(host, |(name, _)| name);
    let parts: Vec<&str> = name.strip_suffix('.').unwrap_or(name).split('.').collect();
    let last = parts.last().copied().unwrap_or_default();
    let is_number = last.bytes().all(|b| b.is_ascii_digit()) || number(last).is_some();
    if last.is_empty() || !is_number {
        return Some(None);
    }
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| number(part)).collect();
    let (last, bytes) = numbers.as_deref()?.split_last()?;
    let room = 8 * (4_u32.checked_sub(u32::try_from(bytes.len()).ok()?)?);
    if room == 0 || u64::from(*last) >> room != 0 || bytes.iter().any(|byte| *byte > 0xFF) {
        return None;
    }
    let high = [24, 16, 8].into_iter().zip(bytes);
    let address = high.fold(*last, |address, (shift, byte)| address | byte << shift);
    let address = Ipv4Addr::from(address);
    Some(Some(address).filter(|address| address.to_string() != name))
}

/// A number as C writes it.
fn number(text: &str) -> Option<u32> {
    let lower = text.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some("") => Some(0),
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None if lower.len() > 1 && lower.starts_with('0') => u32::from_str_radix(&lower, 8).ok(),
        None => lower.parse().ok(),
    }
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
        for (written, address) in [
            ("2130706433", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("0177.0.0.01", "127.0.0.1"),
            ("169.254.43518", "169.254.169.254"),
            ("0xA9.0xFE.0xA9.0xFE:80", "169.254.169.254"),
        ] {
            let words = format!("goes to {written}, which is {address}");
            assert_eq!(host(&format!("https://{written}/")), words);
        }
        for plain in [
            "127.0.0.1",
            "10.0.0.1:8080",
            "a1.example",
            "1.example",
            "dead.beef",
            "[::1]:80",
        ] {
            assert_eq!(
                host(&format!("https://{plain}/")),
                format!("goes to {plain}")
            );
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
            "https://1.2.3.4.5/",
            "https://256.1.1.1/",
            "https://4294967296/",
            "https://08.1/",
        ] {
            assert!(host(unclear).starts_with("can't be read"), "{unclear}");
        }
    }
}
