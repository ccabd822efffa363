//! Where single values stand in a text of JSON, so that one can be replaced and everything around it stays as
//! it is, byte for byte.

use std::ops::Range;

use super::{Json, Limits, parse};

/// A value that has no others in it, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// How it is reached: `card.number`, `to[1]`.
    pub path: String,
    pub value: Json,
    /// Its bytes in the text.
    pub bytes: Range<usize>,
}

/// Every single value of a text that [`parse()`] lets in, in their order; none of one that it doesn't.
pub fn places(text: &str) -> Vec<Placed> {
    if parse(text.as_bytes(), Limits::default()).is_err() {
        return Vec::new();
    }
    let mut walk = Walk {
        text,
        at: 0,
        found: Vec::new(),
    };
    walk.value(String::new());
    walk.found
}

struct Walk<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Placed>,
}

impl Walk<'_> {
    fn value(&mut self, path: String) {
        self.skip_blanks();
        match self.next() {
            Some(b'{') => self.object(&path),
            Some(b'[') => self.array(&path),
            _ => {
                let bytes = self.single();
                if let Some(value) = self.read(&bytes) {
                    self.found.push(Placed { path, value, bytes });
                }
            }
        }
    }

    fn object(&mut self, path: &str) {
        self.at += 1;
        while !self.ends(b'}') {
            let key = self.single();
            let key = match self.read(&key) {
                Some(Json::String(key)) => key,
                _ => return,
            };
            let dot = if path.is_empty() { "" } else { "." };
            // The colon.
            self.skip_blanks();
            self.at += 1;
            self.value(format!("{path}{dot}{key}"));
        }
    }

    fn array(&mut self, path: &str) {
        self.at += 1;
        let mut index = 0;
        while !self.ends(b']') {
            self.value(format!("{path}[{index}]"));
            index += 1;
        }
    }

    /// Goes over what stands between members; says whether that was the end of them.
    fn ends(&mut self, end: u8) -> bool {
        self.skip_blanks();
        if self.next() == Some(b',') {
            self.at += 1;
            self.skip_blanks();
        }
        let ends = self.next().is_none_or(|byte| byte == end);
        if ends {
            self.at += 1;
        }
        ends
    }

    /// Goes over a string, a number or a word.
    fn single(&mut self) -> Range<usize> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        let length = match rest.first() {
            Some(b'"') => {
                let mut escaped = false;
                let end = rest[1..].iter().position(|byte| {
                    let ends = *byte == b'"' && !escaped;
                    escaped = *byte == b'\\' && !escaped;
                    ends
                });
                end.map_or(rest.len(), |end| end + 2)
            }
            _ => {
                let ends = |byte: &u8| b",]}: \t\r\n".contains(byte);
                rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        self.at = start + length;
        start..self.at
    }

    fn read(&self, bytes: &Range<usize>) -> Option<Json> {
        let text = self.text.get(bytes.clone())?;
        parse(text.as_bytes(), Limits::default()).ok()
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.next().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, &str)> {
        let found = places(text).into_iter();
        found
            .map(|placed| (placed.path, &text[placed.bytes]))
            .collect()
    }

    #[test]
    fn every_single_value_is_found_where_it_stands() {
        let text = "{ \"a\" : 1.10,\n\"b\":[ true , \"x,]\\\"}\" , [], {\"\": null} ],\"é\\u0065\": \"\\\\\"}";
        let expected = [
            ("a", "1.10"),
            ("b[0]", "true"),
            ("b[1]", "\"x,]\\\"}\""),
            ("b[3].", "null"),
            ("ée", "\"\\\\\""),
        ];
        let expected: Vec<(String, &str)> = expected
            .into_iter()
            .map(|(path, value)| (path.to_owned(), value))
            .collect();
        assert_eq!(told(text), expected);
        assert_eq!(told(" 12 "), [(String::new(), "12")]);
        assert_eq!(told("{}"), []);
        assert_eq!(told("{\"a\": 1"), [], "what isn't let in has none");
    }

    proptest::proptest! {
        #[test]
        fn the_values_are_those_of_the_tree(value in super::super::tests::any_json()) {
            let text = value.to_text();
            let mut leaves = Vec::new();
            gather(&value, &mut leaves);
            let found: Vec<Json> = places(&text).into_iter().map(|placed| placed.value).collect();
            proptest::prop_assert_eq!(found, leaves);
        }
    }

    fn gather(value: &Json, into: &mut Vec<Json>) {
        match value {
            Json::Array(items) => items.iter().for_each(|item| gather(item, into)),
            Json::Object(members) => members.iter().for_each(|(_, value)| gather(value, into)),
            single => into.push(single.clone()),
        }
    }
}
