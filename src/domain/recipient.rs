//! Recipients: who an action reaches, in the one form they are compared in.
//!
//! An allow-list is only as good as this reading, so it is narrow: a text that a mailer could read another way, or that
//! shows another way than it is, is [`Kind::Unparsable`], which no list contains. Nothing is dropped: what can't be
//! parsed stays as it was sent.

mod host;

use std::collections::BTreeSet;

use super::json::{Json, canonical};

pub use host::a_label;

/// What a recipient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `local@host`, lower-case, the host as A-labels. A local part beyond ASCII stays as it is.
    Email,
    /// `+` and digits.
    Phone,
    /// Any other plain name: a channel, an account number, a payee. Compares as it is.
    Handle,
    /// What isn't understood; it counts as outside of everything.
    Unparsable,
}

/// One recipient of an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient {
    kind: Kind,
    normal: String,
}

impl Recipient {
    /// Reads one recipient; `Name <ana@crm.example>` is `ana@crm.example`.
    ///
    /// ```
    /// use signoff::domain::recipient::{Kind, Recipient};
    ///
    /// assert_eq!(Recipient::parse("\"Ana, CFO\" <Ana@CRM.example>").normal(), "ana@crm.example");
    /// assert_eq!(Recipient::parse("+44 20 7946 0000").normal(), "+442079460000");
    /// assert_eq!(Recipient::parse("ana@crm.example@evil.example").kind(), Kind::Unparsable);
    /// ```
    pub fn parse(text: &str) -> Recipient {
        let read = if text.contains(is_unclear) || has_encoded_word(text) {
            None
        } else {
            read(text.trim_matches(' '))
        };
        let (kind, normal) = read.unwrap_or_else(|| (Kind::Unparsable, text.to_owned()));
        Recipient { kind, normal }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The form in which recipients are compared.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The mailbox that some mailer would take a text for that isn't understood: without what can't be seen, the
    /// name before it, and the dot of the root. It is on no list; what forbids looks at it as well.
    ///
    /// ```
    /// use signoff::domain::recipient::Recipient;
    ///
    /// let odd = Recipient::parse("Pat <X@EVIL.example.>");
    /// assert_eq!(odd.perhaps().as_deref(), Some("x@evil.example"));
    /// ```
    pub fn perhaps(&self) -> Option<String> {
        if self.kind != Kind::Unparsable {
            return None;
        }
        let seen = |character: &char| !is_unclear(*character) && !"<>\"' ,;".contains(*character);
        let text = match self.normal.rfind('<') {
            Some(begin) => &self.normal[begin..],
            None => self.normal.as_str(),
        };
        let text: String = text.chars().filter(seen).collect();
        let (local, host) = text.rsplit_once('@')?;
        let host = host.replace(['\u{3002}', '\u{FF0E}', '\u{FF61}'], ".");
        let host = a_label(host.trim_matches('.'))?;
        Some(format!("{}@{host}", local.to_lowercase()))
    }

    /// What stands where a recipient should, but isn't a text.
    fn not_a_text(value: &Json) -> Recipient {
        let normal = String::from_utf8_lossy(&canonical(value)).into_owned();
        Recipient {
            kind: Kind::Unparsable,
            normal,
        }
    }
}

/// Reads a text that may name several recipients, with commas or semicolons between them. One within a quoted name
/// doesn't separate, and nothing between two is nobody.
pub fn parse_list(text: &str) -> Vec<Recipient> {
    if text.contains(is_unclear) {
        return vec![Recipient::parse(text)];
    }
    let mut quotes = Quotes::default();
    text.split(|character| quotes.outside(character) && matches!(character, ',' | ';'))
        .filter(|item| !item.trim_matches(' ').is_empty())
        .map(Recipient::parse)
        .collect()
}

/// The normal forms of `recipients`: distinct and in byte order.
pub fn normalise<'a>(recipients: impl IntoIterator<Item = &'a Recipient>) -> Vec<String> {
    let distinct: BTreeSet<&str> = recipients.into_iter().map(Recipient::normal).collect();
    distinct.into_iter().map(str::to_owned).collect()
}

/// The recipients that parameters name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// In the order of the places, then as sent; one named twice is here twice.
    pub recipients: Vec<Recipient>,
}

impl Found {
    /// The normal forms: distinct and in byte order.
    pub fn normal(&self) -> Vec<String> {
        normalise(&self.recipients)
    }

    /// Whether every recipient was understood.
    pub fn all_parsed(&self) -> bool {
        self.recipients
            .iter()
            .all(|recipient| recipient.kind != Kind::Unparsable)
    }
}

/// The recipients at `places` of `params`: dotted paths through objects, each to a text or a list of texts.
///
/// A place that is absent or null names nobody; anything else there is unparsable, as is whatever stands in the way of
/// a path.
pub fn found_in(params: &Json, places: &[&str]) -> Found {
    let mut recipients = Vec::new();
    for place in places {
        match resolve(params, place) {
            Ok(Json::Null) => {}
            Ok(Json::Array(items)) => items.iter().for_each(|item| push(item, &mut recipients)),
            Ok(value) => push(value, &mut recipients),
            Err(in_the_way) => recipients.push(Recipient::not_a_text(in_the_way)),
        }
    }
    Found { recipients }
}

fn push(value: &Json, recipients: &mut Vec<Recipient>) {
    match value {
        Json::String(text) => recipients.extend(parse_list(text)),
        other => recipients.push(Recipient::not_a_text(other)),
    }
}

/// The value at `place`, null when it is absent, or the value on the way there that isn't an object.
fn resolve<'a>(params: &'a Json, place: &str) -> Result<&'a Json, &'a Json> {
    place.split('.').try_fold(params, |value, key| match value {
        Json::Object(_) => Ok(value.get(key).unwrap_or(&Json::Null)),
        Json::Null => Ok(value),
        in_the_way => Err(in_the_way),
    })
}

/// The kind and the normal form of a text without unclear characters, or none when it isn't understood.
fn read(text: &str) -> Option<(Kind, String)> {
    if let Some(named) = text.strip_suffix('>') {
        let (name, address) = named.rsplit_once('<')?;
        return if is_display_name(name) {
            email(address)
        } else {
            None
        };
    }
    match text.find('@') {
        Some(1..) => email(text),
        _ if text.starts_with('+') => phone(text),
        _ => handle(text),
    }
}

/// A name before an address: anything in quotes, and outside them nothing that could begin another address.
fn is_display_name(name: &str) -> bool {
    let mut quotes = Quotes::default();
    let plain = name
        .chars()
        .all(|character| !quotes.outside(character) || !"<>@,;:\\".contains(character));
    plain && !quotes.open
}

fn email(address: &str) -> Option<(Kind, String)> {
    const LONGEST_LOCAL: usize = 64;
    let (local, host) = address.split_once('@')?;
    let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
    // A mailer's command line would take a leading hyphen for an option.
    if local.is_empty() || local.len() > LONGEST_LOCAL || dots || local.starts_with('-') {
        return None;
    }
    if !local.chars().all(may_be_in_local_part) {
        return None;
    }
    let local = if local.is_ascii() {
        local.to_ascii_lowercase()
    } else {
        local.to_owned()
    };
    let host = a_label(host)?;
    Some((Kind::Email, [local.as_str(), "@", &host].concat()))
}

/// What an address needs no quotes for, without what some mailers route by, expand or run: ``! % * | $ ` ``.
fn may_be_in_local_part(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || "#&'+-./=?^_{}~".contains(character)
        || !character.is_ascii()
}

fn phone(text: &str) -> Option<(Kind, String)> {
    const DIGITS: std::ops::RangeInclusive<usize> = 5..=15;
    let written = text.strip_prefix('+')?;
    // Some dial the zero in `+44 (0)20`, some leave it out.
    let ambiguous = written.contains("(0)");
    let plain = written
        .chars()
        .all(|character| character.is_ascii_digit() || " -./()".contains(character));
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let callable = DIGITS.contains(&digits.len()) && !digits.starts_with('0');
    (plain && callable && !ambiguous).then(|| (Kind::Phone, format!("+{digits}")))
}

/// A plain name: nothing that a list, an address, a value or a pattern is written with, so that it never equals one.
fn handle(text: &str) -> Option<(Kind, String)> {
    let (mentioned, name) = text
        .strip_prefix('@')
        .map_or((false, text), |name| (true, name));
    let like_a_domain = mentioned && name.contains('.');
    let plain = !name.contains(|character| "@,;<>\"\\{}[]*".contains(character));
    (plain && !name.is_empty() && !like_a_domain).then(|| (Kind::Handle, text.to_owned()))
}

/// Follows quoted strings through a text.
#[derive(Default)]
struct Quotes {
    open: bool,
    escaped: bool,
}

impl Quotes {
    /// Takes the next character and tells whether it is outside quotes; the quotes themselves aren't.
    fn outside(&mut self, character: char) -> bool {
        if !self.open {
            self.open = character == '"';
            return !self.open;
        }
        let escaped = std::mem::take(&mut self.escaped);
        match character {
            '\\' if !escaped => self.escaped = true,
            '"' if !escaped => self.open = false,
            _ => {}
        }
        false
    }
}

/// Whether a text holds something like `=?utf-8?q?…?=`, which a mailer decodes to another text.
fn has_encoded_word(text: &str) -> bool {
    text.split_once("=?")
        .is_some_and(|(_, rest)| rest.contains("?="))
}

/// What must not occur in a recipient: the reader of the screen and the reader of the bytes would see different ones.
fn is_unclear(character: char) -> bool {
    match character.is_ascii() {
        true => character.is_ascii_control(),
        false => is_hidden(character) || character.is_whitespace(),
    }
}

/// Control characters and those without a shape of their own: direction marks, zero-width characters, fillers,
/// variation selectors and tags.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests;
