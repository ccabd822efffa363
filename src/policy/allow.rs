//! Allow-lists: whom a capability lets an agent reach. A recipient that isn't understood is on none.

use std::str::FromStr;

use super::document::Allowed;
use crate::domain::recipient::{Kind, Recipient, a_label};
use crate::domain::untrusted::Untrusted;

/// The fewest digits of a phone prefix, and the most: a whole number has up to 15.
const PREFIX_DIGITS: std::ops::RangeInclusive<usize> = 1..=15;

impl Allowed {
    /// Whether a recipient is one that the entry means.
    ///
    /// ```
    /// use signoff::domain::recipient::Recipient;
    /// use signoff::policy::document::Allowed;
    ///
    /// let ours: Allowed = "*.ourco.example".parse().unwrap();
    /// assert!(ours.covers(&Recipient::parse("Ana <ana@mail.OURCO.example>")));
    /// assert!(!ours.covers(&Recipient::parse("ana@notourco.example")));
    /// ```
    pub fn covers(&self, recipient: &Recipient) -> bool {
        let host = || {
            let (_, host) = recipient.normal().rsplit_once('@')?;
            (recipient.kind() == Kind::Email).then_some(host)
        };
        match self {
            Allowed::Domain(domain) => host() == Some(domain),
            Allowed::DomainAndBelow(domain) => {
                host().is_some_and(|host| is_or_is_below(host, domain))
            }
            Allowed::One(one) => recipient.kind() != Kind::Unparsable && recipient == one,
            Allowed::PhonePrefix(prefix) => {
                recipient.kind() == Kind::Phone && recipient.normal().starts_with(prefix)
            }
        }
    }
}

fn is_or_is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// A text that is no entry of an allow-list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "“{}” is none of @domain.example, *.domain.example, name@domain.example, a number like +442079460000, \
     numbers like +4420*, or a plain name",
    .0.plain_line()
)]
pub struct UnknownRecipient(Untrusted);

impl FromStr for Allowed {
    type Err = UnknownRecipient;

    fn from_str(text: &str) -> Result<Self, UnknownRecipient> {
        read(text).ok_or_else(|| UnknownRecipient(Untrusted::from(text)))
    }
}

fn read(text: &str) -> Option<Allowed> {
    if let Some(host) = text.strip_prefix("*.") {
        return a_label(host).map(Allowed::DomainAndBelow);
    }
    if let Some(number) = text
        .strip_prefix('+')
        .and_then(|number| number.strip_suffix('*'))
    {
        let plain = number
            .chars()
            .all(|c| c.is_ascii_digit() || " -./".contains(c));
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        let callable = PREFIX_DIGITS.contains(&digits.len()) && !digits.starts_with('0');
        return (plain && callable).then(|| Allowed::PhonePrefix(format!("+{digits}")));
    }
    let one = Recipient::parse(text);
    match (one.kind(), text.strip_prefix('@')) {
        (Kind::Unparsable, Some(host)) => a_label(host).map(Allowed::Domain),
        (Kind::Unparsable, None) => None,
        (_, _) => Some(Allowed::One(one)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn covers(entry: &str, recipient: &str) -> bool {
        let entry: Allowed = entry.parse().unwrap();
        entry.covers(&Recipient::parse(recipient))
    }

    #[test]
    fn an_entry_covers_what_it_says() {
        for (entry, recipient, inside) in [
            ("@customers.example", "Pat <PAT@Customers.Example>", true),
            ("@CUSTOMERS.example", "pat@customers.example", true),
            ("@customers.example", "pat@mail.customers.example", false),
            ("@customers.example", "pat@notcustomers.example", false),
            ("@customers.example", "customers.example", false),
            ("*.ourco.example", "ana@ourco.example", true),
            ("*.ourco.example", "ana@a.b.ourco.example", true),
            ("*.ourco.example", "ana@notourco.example", false),
            ("*.ourco.example", "ana@ourco.example.evil.example", false),
            ("*.bücher.example", "ana@mail.xn--bcher-kva.example", true),
            ("@bücher.example", "ana@BÜCHER.example", true),
            ("pat@partner.example", "Pat@Partner.example", true),
            ("Pat <pat@partner.example>", "pat@partner.example", true),
            ("pat@partner.example", "pat.x@partner.example", false),
            ("+4420*", "+44 20 7946 0000", true),
            ("+44 20*", "+44 (20) 7946-0000", true),
            ("+4420*", "+442179460000", false),
            ("+4420*", "020 7946 0000", false),
            ("+4420*", "+4420@customers.example", false),
            ("+442079460000", "+44 20 7946 0000", true),
            ("#launch", "#launch", true),
            ("#launch", "#Launch", false),
        ] {
            assert_eq!(covers(entry, recipient), inside, "{entry} {recipient}");
        }
    }

    #[test]
    fn what_is_not_understood_is_outside_of_everything() {
        for entry in [
            "@customers.example",
            "*.example",
            "pat@customers.example",
            "+44*",
            "#launch",
        ] {
            for recipient in [
                "pat@customers.example@evil.example",
                "pat@customers.example\u{200B}",
                "@customers.example",
                "*.example",
                "+44*",
                "",
            ] {
                assert!(!covers(entry, recipient), "{entry} {recipient}");
            }
        }
    }

    #[test]
    fn an_entry_that_is_not_understood_is_refused() {
        for entry in [
            "",
            " ",
            "*",
            "@",
            "*.",
            "*@customers.example",
            "customers.*",
            "@customers..example",
            "*.*.example",
            "+*",
            "+0*",
            "+44**",
            "+44x*",
            "44*",
            "a@b@c",
            "@a b.example",
            "a\u{200B}",
            "[1]",
            "*.customers.example ",
            "+1234567890123456*",
        ] {
            let read = entry.parse::<Allowed>();
            assert!(read.is_err(), "{entry:?} is {read:?}");
        }
        let refused = "\u{1b}[2J@@".parse::<Allowed>().unwrap_err().to_string();
        assert!(!refused.contains('\u{1b}'), "{refused}");
    }

    fn label() -> impl Strategy<Value = String> {
        "[a-z0-9äöü]{1,8}"
    }

    fn host() -> impl Strategy<Value = String> {
        proptest::collection::vec(label(), 1..4).prop_map(|labels| labels.join("."))
    }

    proptest! {
        #[test]
        fn a_domain_is_exactly_that_and_a_star_also_what_is_below(
            domain in host(), below in label(), local in "[a-z]{1,8}", upper in any::<bool>(),
        ) {
            let domain = format!("{domain}.example");
            let written = if upper { domain.to_uppercase() } else { domain.clone() };
            let exactly: Allowed = format!("@{written}").parse().unwrap();
            let and_below: Allowed = format!("*.{written}").parse().unwrap();
            let at = |host: &str| Recipient::parse(&format!("{local}@{host}"));

            prop_assert!(exactly.covers(&at(&domain)) && and_below.covers(&at(&domain)));
            let deeper = at(&format!("{below}.{domain}"));
            prop_assert!(!exactly.covers(&deeper) && and_below.covers(&deeper));
            let other = at(&format!("{below}{domain}"));
            prop_assert!(!exactly.covers(&other) && !and_below.covers(&other));
        }

        #[test]
        fn a_prefix_covers_the_numbers_that_begin_so(number in "[1-9][0-9]{6,12}", cut in 1_usize..7) {
            let prefix: Allowed = format!("+{}*", &number[..cut]).parse().unwrap();
            let international = Recipient::parse(&format!("+{number}"));
            prop_assert!(prefix.covers(&international));
            prop_assert!(!prefix.covers(&Recipient::parse(&number)));
            let other = if number.starts_with('9') { '1' } else { '9' };
            let different = format!("+{other}{}", &number[1..]);
            prop_assert!(!prefix.covers(&Recipient::parse(&different)));
        }

        #[test]
        fn an_entry_for_one_covers_that_one(text in ".{0,20}") {
            let recipient = Recipient::parse(&text);
            if let Ok(entry @ Allowed::One(_)) = text.parse::<Allowed>() {
                prop_assert!(entry.covers(&recipient));
            }
            for entry in ["@customers.example", "*.example", "+44*"] {
                let entry: Allowed = entry.parse().unwrap();
                let covered = entry.covers(&recipient);
                prop_assert!(!covered || matches!(recipient.kind(), Kind::Email | Kind::Phone));
            }
        }
    }
}
