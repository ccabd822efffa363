//! Host names in the form they are compared in: lower case, labels beyond ASCII as A-labels (RFC 3492 punycode).
//!
//! Lower-casing goes character by character; nothing else of IDNA's mapping is done: no normalisation to NFC, no
//! folding of full-width letters. A host written another way is therefore another host here, never the same one.

use super::is_hidden;

const LONGEST_HOST: usize = 253;
const LONGEST_LABEL: usize = 63;

/// `host` with every label lower-case and in ASCII, or none when it isn't a host name.
///
/// ```
/// use signoff::domain::recipient::a_label;
///
/// assert_eq!(a_label("Bücher.Example").as_deref(), Some("xn--bcher-kva.example"));
/// assert_eq!(a_label("two words.example"), None);
/// ```
pub fn a_label(host: &str) -> Option<String> {
    let mut encoded = String::with_capacity(host.len());
    for (index, label) in host.split('.').enumerate() {
        if index > 0 {
            encoded.push('.');
        }
        push_label(label, &mut encoded)?;
        if encoded.len() > LONGEST_HOST {
            return None;
        }
    }
    Some(encoded)
}

fn push_label(label: &str, encoded: &mut String) -> Option<()> {
    // Four bytes make a character, so nothing longer can be a label; this also bounds the encoding's quadratic time.
    if label.len() > 4 * LONGEST_LABEL {
        return None;
    }
    if label.is_ascii() {
        return push_ascii_label(label, encoded);
    }
    let lower: Vec<char> = label.chars().flat_map(char::to_lowercase).collect();
    let edges = [lower.first()?, lower.last()?];
    if edges.contains(&&'-') || !lower.iter().all(|&character| may_be_in_label(character)) {
        return None;
    }
    let start = encoded.len();
    if lower.iter().all(char::is_ascii) {
        encoded.extend(lower);
    } else if lower.starts_with(&['x', 'n', '-', '-']) {
        return None;
    } else {
        encoded.push_str("xn--");
        push_punycode(&lower, encoded)?;
    }
    (encoded.len() - start <= LONGEST_LABEL).then_some(())
}

/// What nearly every label is: no character of it becomes several, and none is encoded.
fn push_ascii_label(label: &str, encoded: &mut String) -> Option<()> {
    let start = encoded.len();
    encoded.push_str(label);
    let lower = &mut encoded[start..];
    lower.make_ascii_lowercase();
    let edges = [*lower.as_bytes().first()?, *lower.as_bytes().last()?];
    let plain = lower.bytes().map(char::from).all(may_be_in_label);
    (plain && !edges.contains(&b'-') && lower.len() <= LONGEST_LABEL).then_some(())
}

/// Letters, digits and hyphens, and beyond ASCII whatever can be seen and isn't another way to write a dot.
fn may_be_in_label(character: char) -> bool {
    match character {
        'a'..='z' | '0'..='9' | '-' => true,
        '\u{3002}' | '\u{FF0E}' | '\u{FF61}' => false,
        other => !other.is_ascii() && !other.is_whitespace() && !is_hidden(other),
    }
}

/// RFC 3492, section 6.3, with its parameters for host names.
fn push_punycode(label: &[char], out: &mut String) -> Option<()> {
    const FIRST_BEYOND_ASCII: u32 = 0x80;
    const INITIAL_BIAS: u32 = 72;
    let basic = label.iter().filter(|character| character.is_ascii());
    out.extend(basic.clone());
    let basic = u32::try_from(basic.count()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let total = u32::try_from(label.len()).ok()?;
    let (mut next, mut delta, mut bias, mut handled) =
        (FIRST_BEYOND_ASCII, 0_u32, INITIAL_BIAS, basic);
    while handled < total {
        let smallest = label
            .iter()
            .map(|&c| u32::from(c))
            .filter(|&code| code >= next)
            .min()?;
        delta = (smallest - next)
            .checked_mul(handled + 1)?
            .checked_add(delta)?;
        next = smallest;
        for code in label.iter().map(|&c| u32::from(c)) {
            if code < next {
                delta = delta.checked_add(1)?;
            }
            if code == next {
                push_delta(delta, bias, out);
                bias = adapted(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        next += 1;
    }
    Some(())
}

const BASE: u32 = 36;
const LOWEST_THRESHOLD: u32 = 1;
const HIGHEST_THRESHOLD: u32 = 26;

/// A number of variable length, least digit first.
fn push_delta(delta: u32, bias: u32, out: &mut String) {
    let mut rest = delta;
    let mut weight = BASE;
    loop {
        let threshold = weight
            .saturating_sub(bias)
            .clamp(LOWEST_THRESHOLD, HIGHEST_THRESHOLD);
        if rest < threshold {
            break;
        }
        let span = BASE - threshold;
        out.push(digit(threshold + (rest - threshold) % span));
        rest = (rest - threshold) / span;
        weight += BASE;
    }
    out.push(digit(rest));
}

fn digit(value: u32) -> char {
    const DIGITS: &[u8; BASE as usize] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    char::from(DIGITS[value as usize])
}

fn adapted(delta: u32, handled: u32, first: bool) -> u32 {
    const SKEW: u32 = 38;
    const DAMP: u32 = 700;
    const SPAN: u32 = BASE - LOWEST_THRESHOLD;
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / handled;
    let mut steps = 0;
    while delta > SPAN * HIGHEST_THRESHOLD / 2 {
        delta /= SPAN;
        steps += BASE;
    }
    steps + (SPAN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn punycode(text: &str) -> String {
        let mut out = String::new();
        push_punycode(&text.chars().collect::<Vec<_>>(), &mut out).unwrap();
        out
    }

    #[test]
    fn punycode_follows_rfc_3492() {
        for (text, encoded) in [
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
            (
                "почемужеонинеговорятпорусски",
                "b1abfaaepdrnnbgefbadotcwatmq2g4l",
            ),
            (
                "tạisaohọkhôngthểchỉnóitiếngviệt",
                "tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g",
            ),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
            ("そのスピードで", "d9juau41awczczp"),
            ("bücher", "bcher-kva"),
        ] {
            assert_eq!(punycode(text), encoded);
        }
    }

    #[test]
    fn hosts_compare_without_case_and_in_ascii() {
        for (host, expected) in [
            ("CRM.example", "crm.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("XN--Bcher-KVA.example", "xn--bcher-kva.example"),
            ("раураl.example", "xn--l-7sba6dbr.example"),
            ("\u{212A}elvin.example", "kelvin.example"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            assert_eq!(a_label(host).as_deref(), Some(expected), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for host in [
            "",
            ".",
            "a..b",
            ".a",
            "a.",
            "-a.example",
            "a-.example",
            "a b.example",
            "a_b.example",
            "a\u{a0}b.example",
            "a\u{200B}b.example",
            "good.example\u{3002}evil",
            "xn--é.example",
            "[127.0.0.1]",
            "a\u{0}.example",
            "\u{202E}a.example",
            "a/b",
            "a:25",
            "*.example",
        ] {
            assert_eq!(a_label(host), None, "{host:?}");
        }
        let label = |length: usize| "a".repeat(length);
        assert!(a_label(&label(63)).is_some());
        assert_eq!(a_label(&label(64)), None);
        assert!(a_label(&[label(63), label(63), label(63), label(61)].join(".")).is_some());
        assert_eq!(
            a_label(&[label(63), label(63), label(63), label(62)].join(".")),
            None
        );
        assert_eq!(a_label(&"ü".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn an_ascii_label_is_read_by_the_same_rules(label in "[a-zA-Z0-9.-]{0,4}|[\0-\x7F]{0,70}") {
            let lower = label.to_lowercase();
            let length = (1..=LONGEST_LABEL).contains(&lower.len());
            let plain = lower.chars().all(may_be_in_label);
            let fits = length && plain && !lower.starts_with('-') && !lower.ends_with('-');
            let mut pushed = "www.".to_owned();
            let read = push_label(&label, &mut pushed).map(|()| pushed);
            prop_assert_eq!(read, fits.then(|| format!("www.{lower}")));
        }

        #[test]
        fn a_host_in_ascii_stays(host in r"[a-zA-Zäß\u{0}-\u{10FFFF}.-]{0,12}") {
            if let Some(encoded) = a_label(&host) {
                prop_assert!(encoded.is_ascii());
                prop_assert_eq!(a_label(&encoded), Some(encoded));
            }
        }

        #[test]
        fn different_labels_stay_different(a in "[a-zß-öø-ÿа-я]{1,8}", b in "[a-zß-öø-ÿа-я]{1,8}") {
            prop_assert_eq!(a == b, a_label(&a) == a_label(&b));
        }
    }
}
