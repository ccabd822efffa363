//! The reader. One pass over the text, refusing as early as it can; the depth limit bounds its recursion (and that of
//! everything that walks the result), the member limit what it allocates.

use std::collections::BTreeSet;

use super::{Json, JsonError, JsonErrorKind, Number, NumberError, number};

/// How much structure a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Arrays and objects within each other; `[]` is 1 deep.
    pub depth: usize,
    /// Members of objects and elements of arrays, all together.
    pub members: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            depth: 64,
            members: 10_000,
        }
    }
}

/// Reads the one JSON value that `bytes` is.
///
/// ```
/// use signoff::domain::json::{Limits, parse};
///
/// let params = parse(br#"{"to": ["ana@crm.example"], "copies": 2}"#, Limits::default()).unwrap();
/// assert_eq!(params.at("copies").unwrap().as_number().unwrap().as_i64(), Some(2));
///
/// let error = parse(br#"{"to": {"a": 1, "a": 2}}"#, Limits::default()).unwrap_err();
/// assert_eq!(error.pointer, "/to/a");
/// ```
pub fn parse(bytes: &[u8], limits: Limits) -> Result<Json, JsonError> {
    // What precedes a bad byte is read all the same: it tells in which value the byte is.
    let (text, whole) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, true),
        Err(_) => {
            let first = bytes.utf8_chunks().next();
            (first.map_or("", |chunk| chunk.valid()), false)
        }
    };
    let mut reader = Reader {
        text,
        at: 0,
        whole,
        members_left: limits.members,
        limits,
    };
    reader.document().map_err(|refusal| refusal.locate(text))
}

/// Objects up to this size look for a duplicate key by comparing; larger ones keep a set.
const FEW_MEMBERS: usize = 16;

struct Reader<'a> {
    /// What is to be read, up to the first byte that isn't UTF-8.
    text: &'a str,
    at: usize,
    /// Whether `text` is all that was sent.
    whole: bool,
    members_left: usize,
    limits: Limits,
}

/// A refusal on its way up: each level it leaves adds its key or index.
struct Refusal {
    kind: JsonErrorKind,
    at: usize,
    /// Innermost first.
    path: Vec<String>,
}

impl Refusal {
    fn within(mut self, step: impl ToString) -> Refusal {
        self.path.push(step.to_string());
        self
    }

    fn locate(self, text: &str) -> JsonError {
        let mut pointer = String::new();
        for step in self.path.iter().rev() {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        }
        let before = &text[..self.at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        JsonError {
            pointer,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            kind: self.kind,
        }
    }
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Json, Refusal> {
        if self.text.starts_with('\u{FEFF}') {
            return Err(self.refuse(JsonErrorKind::ByteOrderMark));
        }
        let value = self.value(0)?;
        self.skip_space();
        match self.peek() {
            Some(_) => Err(self.refuse(JsonErrorKind::TrailingText)),
            None if !self.whole => Err(self.refuse(JsonErrorKind::NotUtf8)),
            None => Ok(value),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(Json::String),
            Some(b'{') => self.object(self.deeper(depth)?),
            Some(b'[') => self.array(self.deeper(depth)?),
            Some(b'-' | b'0'..=b'9') => self.number().map(Json::Number),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, Refusal> {
        let rest = &self.text[self.at..];
        let words = [
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("null", Json::Null),
        ];
        for (word, value) in words {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        let not_finite = ["NaN", "Infinity"]
            .iter()
            .any(|word| rest.starts_with(word));
        Err(if not_finite {
            self.refuse(JsonErrorKind::NotFinite)
        } else {
            self.expected("a value")
        })
    }

    fn array(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            self.count_member()
                .map_err(|refusal| refusal.within(items.len()))?;
            let item = self
                .value(depth)
                .map_err(|refusal| refusal.within(items.len()))?;
            items.push(item);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, Refusal> {
        self.at += 1;
        let mut members = Vec::new();
        let mut many = BTreeSet::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            let key_at = self.at;
            self.count_member()?;
            let key = self.key()?;
            if !is_new(&key, &members, &mut many) {
                return Err(Refusal {
                    at: key_at,
                    ..self.refuse(JsonErrorKind::DuplicateKey).within(key)
                });
            }
            match self.value(depth) {
                Ok(value) => members.push((key, value)),
                Err(refusal) => return Err(refusal.within(key)),
            }
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    /// A key and the colon after it.
    fn key(&mut self) -> Result<String, Refusal> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let key = self.string()?;
        self.skip_space();
        if self.eat(b':') {
            Ok(key)
        } else {
            Err(self.expected("`:` after the key").within(key))
        }
    }

    fn string(&mut self) -> Result<String, Refusal> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.text[self.at..];
            let special = rest
                .bytes()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
            let plain = special.unwrap_or(rest.len());
            text.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(0) => return Err(self.refuse(JsonErrorKind::Nul)),
                Some(control) => return Err(self.refuse(JsonErrorKind::ControlCharacter(control))),
                None => return Err(self.end()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Refusal> {
        let Some(&letter) = self.text.as_bytes().get(self.at + 1) else {
            return Err(self.end());
        };
        let plain = match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode_escape(),
            _ => return Err(self.refuse(JsonErrorKind::UnknownEscape)),
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\uXXXX`, or two of them that are one character.
    fn unicode_escape(&mut self) -> Result<char, Refusal> {
        let first = self
            .code_unit(self.at)
            .ok_or_else(|| self.refuse(JsonErrorKind::UnknownEscape))?;
        let second = if matches!(first, 0xD800..=0xDBFF) {
            self.code_unit(self.at + 6)
        } else {
            None
        };
        let mut decoded = char::decode_utf16([first].into_iter().chain(second));
        match decoded.next() {
            Some(Ok('\0')) => Err(self.refuse(JsonErrorKind::Nul)),
            Some(Ok(character)) => {
                self.at += 6 * character.len_utf16();
                Ok(character)
            }
            _ => Err(self.refuse(JsonErrorKind::LoneSurrogate)),
        }
    }

    /// The code unit that `\uXXXX` at `at` stands for.
    fn code_unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0_u16, |unit, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(unit << 4 | u16::try_from(digit).ok()?)
        })
    }

    fn number(&mut self) -> Result<Number, Refusal> {
        let rest = &self.text[self.at..];
        let len = number::scan(rest.as_bytes()).unwrap_or(0);
        let runs_on = rest
            .as_bytes()
            .get(len)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
        if len == 0 && rest.starts_with("-Infinity") {
            return Err(self.refuse(JsonErrorKind::NotFinite));
        }
        if len == 0 || runs_on {
            return Err(self.refuse(NumberError::Malformed.into()));
        }
        let number = Number::parse(&rest[..len]).map_err(|error| self.refuse(error.into()))?;
        self.at += len;
        Ok(number)
    }

    fn deeper(&self, depth: usize) -> Result<usize, Refusal> {
        if depth < self.limits.depth {
            Ok(depth + 1)
        } else {
            Err(self.refuse(JsonErrorKind::TooDeep(self.limits.depth)))
        }
    }

    fn count_member(&mut self) -> Result<(), Refusal> {
        let left = self.members_left.checked_sub(1);
        self.members_left =
            left.ok_or_else(|| self.refuse(JsonErrorKind::TooManyMembers(self.limits.members)))?;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest
            .iter()
            .take_while(|byte| b" \t\n\r".contains(byte))
            .count();
    }

    fn refuse(&self, kind: JsonErrorKind) -> Refusal {
        Refusal {
            kind,
            at: self.at,
            path: Vec::new(),
        }
    }

    fn expected(&self, what: &'static str) -> Refusal {
        if self.at < self.text.len() {
            self.refuse(JsonErrorKind::Expected(what))
        } else {
            self.end()
        }
    }

    /// The text is over too early: at its end or at a byte that isn't text.
    fn end(&self) -> Refusal {
        let kind = if self.whole {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::NotUtf8
        };
        Refusal {
            at: self.text.len(),
            ..self.refuse(kind)
        }
    }
}

/// Whether `key` isn't among `members` yet. `many` holds the keys from the time that comparing would be slow.
fn is_new(key: &str, members: &[(String, Json)], many: &mut BTreeSet<String>) -> bool {
    if members.len() < FEW_MEMBERS {
        return members.iter().all(|(name, _)| name != key);
    }
    if many.is_empty() {
        many.extend(members.iter().map(|(name, _)| name.clone()));
    }
    many.insert(key.to_owned())
}
