//! What the requests say: an e-mail each, as long as such are, no two of them alike; or all of them alike,
//! so that nothing but the list changes from one to the next.

use std::fmt::Write as _;

const WORDS: [&str; 48] = [
    "account", "agreed", "answer", "attached", "before", "call", "change", "check", "contract",
    "date", "delivery", "discount", "draft", "early", "figures", "final", "friday", "group",
    "invoice", "January", "large", "later", "letter", "list", "meeting", "month", "new", "next",
    "notes", "offer", "office", "open", "order", "plan", "price", "project", "quarter", "quote",
    "renewal", "report", "review", "seats", "sales", "team", "terms", "today", "visit", "week",
];
const NAMES: [&str; 12] = [
    "ada", "ben", "cleo", "dana", "emil", "fay", "gus", "hana", "ivo", "jane", "kim", "lee",
];
const PLACES: [&str; 8] = [
    "acme",
    "globex",
    "hooli",
    "initech",
    "northwind",
    "partner",
    "umbrella",
    "vandelay",
];
const PARAGRAPHS: usize = 5;
const WIDTH: usize = 70;

/// One e-mail.
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// In lines of up to 70 characters.
    pub body: String,
}

/// The n-th of many different ones.
pub fn varied(n: usize) -> Mail {
    let mut dice = Dice(n as u64 + 1);
    let to = format!("{}.{n}@{}.example", dice.of(&NAMES), dice.of(&PLACES));
    let words = |dice: &mut Dice, count: usize| {
        let words: Vec<&str> = (0..count).map(|_| dice.of(&WORDS)).collect();
        words.join(" ")
    };
    let subject = words(&mut dice, 6);
    let mut body = format!("{},\n", first_words(n));
    for _ in 0..PARAGRAPHS {
        let count = 14 + dice.below(14);
        let paragraph = words(&mut dice, count);
        write!(body, "\n{}.\n", wrapped(&paragraph)).expect("writing to a string can't fail");
    }
    Mail { to, subject, body }
}

/// The same one, whichever is asked for.
pub fn alike(_: usize) -> Mail {
    varied(0)
}

/// How the n-th begins; nothing else on a screen reads like that.
pub fn first_words(n: usize) -> String {
    format!("Hello number-{n}-of-them")
}

fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        if column + word.len() > WIDTH {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
        }
        out.push_str(word);
        column += word.len() + 1;
    }
    out
}

/// The same throws for everybody who begins with the same number.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap_or_default()
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len())]
    }
}
