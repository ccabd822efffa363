//! Cuts text into the smallest things that can be shown: a cluster that is safe as it is, a blank, or
//! something that needs a mark. No character of the text is skipped, and each unit's width is the same
//! whether it is counted per cluster (as the screen buffer does) or per character (as many terminals do).

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::chars::{class, is_blank, is_emoji, is_joined_script, is_unruly};

/// Combining marks shown on one base; a pile of them paints over the lines above and below.
const MARKS_PER_BASE: usize = 4;

/// Syllables of Indic scripts are clusters several columns wide; anything wider is a trick.
const WIDEST_CLUSTER: usize = 8;

/// More bytes than a tame cluster can have.
const LONGEST_CLUSTER: usize = (WIDEST_CLUSTER + 1) * (1 + MARKS_PER_BASE) * 4;

/// What emoji sequences and some scripts are spelled with, although nobody sees it.
const ZWNJ: char = '\u{200C}';
const ZWJ: char = '\u{200D}';
const KEYCAP: &str = "\u{FE0F}\u{20E3}";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit<'a> {
    /// One cluster, shown as it is.
    Text { text: &'a str, width: usize },
    /// One of the blanks of ordinary writing, or `'\n'` for a line end (LF or CRLF).
    Blank(char),
    /// The blanks of a run beyond those that are shown.
    MoreBlanks(usize),
    /// A joiner or selector in its ordinary place, or the seam where a cluster was taken apart.
    Joint,
    /// The digit, `#` or `*` of a keycap emoji.
    Keycap(char),
    /// The region of a flag emoji, in tag characters.
    Flag(&'a str),
    /// A character that is named instead of shown.
    Named(char),
    /// A run of tag characters that stand for ASCII.
    Tags(&'a str),
    /// Combining marks with nothing to combine with.
    Loose(&'a str),
    /// The combining marks of a cluster beyond those that are shown.
    MoreMarks(usize),
}

/// The units of a text. Each step looks no further than the unit it returns.
#[derive(Debug, Clone)]
pub(super) struct Units<'a> {
    rest: &'a str,
    /// The character before `rest`.
    before: Option<char>,
    /// What follows the unit returned last, although it has no text of its own.
    next: Option<Unit<'a>>,
    blanks: usize,
    most_blanks: usize,
}

impl<'a> Units<'a> {
    /// Of every run of blanks only `most_blanks` are shown, the others are counted, so that nothing
    /// can be pushed out of sight.
    pub(super) fn new(text: &'a str, most_blanks: usize) -> Self {
        Units {
            rest: text,
            before: None,
            next: None,
            blanks: 0,
            most_blanks,
        }
    }

    /// The text not yet cut.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.before = taken.chars().next_back().or(self.before);
        self.rest = rest;
        taken
    }

    fn blank(&mut self, blank: char, bytes: usize) -> Unit<'a> {
        self.take(bytes);
        self.blanks += 1;
        if self.blanks <= self.most_blanks {
            return Unit::Blank(blank);
        }
        let mut more = 1;
        while let Some((_, bytes)) = leading_blank(self.rest) {
            self.take(bytes);
            more += 1;
        }
        Unit::MoreBlanks(more)
    }

    /// A character that may not be shown; tells its harmless uses from the others.
    fn special(&mut self, c: char) -> Unit<'a> {
        let before = self.before;
        let tags = self
            .rest
            .find(|c| tag(c).is_none())
            .unwrap_or(self.rest.len());
        if tags > 0 {
            let run = self.take(tags);
            if before == Some('\u{1F3F4}') && is_region(run) && self.rest.starts_with('\u{E007F}') {
                self.take('\u{E007F}'.len_utf8());
                return Unit::Flag(run);
            }
            return Unit::Tags(run);
        }
        self.take(c.len_utf8());
        let after = self.rest.chars().next();
        let both = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
        let ordinary = match c {
            '\u{FE0E}' | '\u{FE0F}' => before.is_some_and(is_emoji),
            ZWJ if before == Some('\u{FE0F}') => after.is_some_and(is_emoji),
            ZWJ => both(is_emoji) || both(is_joined_script),
            ZWNJ => both(is_joined_script),
            _ => false,
        };
        if ordinary {
            Unit::Joint
        } else {
            Unit::Named(c)
        }
    }

    /// As much of a cluster as is tame; the marks piled on it are counted, and what else belongs to it
    /// begins a unit of its own after a seam.
    fn cluster(&mut self, first: char) -> Unit<'a> {
        if matches!(first, '0'..='9' | '#' | '*') && self.rest[1..].starts_with(KEYCAP) {
            self.take(1 + KEYCAP.len());
            return Unit::Keycap(first);
        }
        if is_mark(first) {
            let marks = self
                .rest
                .chars()
                .take_while(|&c| is_mark(c))
                .take(MARKS_PER_BASE);
            let loose = self.take(marks.map(char::len_utf8).sum());
            self.next = self.more_marks();
            return Unit::Loose(loose);
        }
        if char_width(first) == 0 {
            self.take(first.len_utf8());
            return Unit::Named(first);
        }
        let cluster = first_cluster(self.rest);
        // Half of a flag is a letter in one column or in two.
        if is_half_flag(first) && cluster.len() == first.len_utf8() {
            self.take(first.len_utf8());
            return Unit::Named(first);
        }
        let Some((bytes, width)) = tame_beginning(cluster) else {
            self.take(first.len_utf8());
            return Unit::Named(first);
        };
        let text = self.take(bytes);
        if bytes < cluster.len() {
            self.next = self.more_marks().or(Some(Unit::Joint));
        }
        Unit::Text { text, width }
    }

    fn more_marks(&mut self) -> Option<Unit<'a>> {
        let (count, bytes) = self
            .rest
            .chars()
            .take_while(|&c| is_mark(c))
            .fold((0, 0), |(count, bytes), c| {
                (count + 1, bytes + c.len_utf8())
            });
        self.take(bytes);
        (count > 0).then_some(Unit::MoreMarks(count))
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Unit<'a>;

    fn next(&mut self) -> Option<Unit<'a>> {
        if let Some(unit) = self.next.take() {
            return Some(unit);
        }
        if let Some((blank, bytes)) = leading_blank(self.rest) {
            return Some(self.blank(blank, bytes));
        }
        self.blanks = 0;
        if let [b'!'..=b'~', rest @ ..] = self.rest.as_bytes()
            && rest.first().is_none_or(u8::is_ascii)
        {
            return Some(Unit::Text {
                text: self.take(1),
                width: 1,
            });
        }
        let first = self.rest.chars().next()?;
        Some(if is_special(first) {
            self.special(first)
        } else {
            self.cluster(first)
        })
    }
}

fn leading_blank(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\r\n") {
        return Some(('\n', 2));
    }
    let first = text.chars().next().filter(|&c| c == '\n' || is_blank(c))?;
    Some((first, first.len_utf8()))
}

fn is_special(c: char) -> bool {
    class(c).is_some() || is_unruly(c)
}

/// The ASCII character a tag character stands for.
pub(super) fn tag(c: char) -> Option<char> {
    matches!(c, '\u{E0020}'..='\u{E007E}')
        .then(|| char::from_u32(u32::from(c) - 0xE0000))
        .flatten()
}

/// Regions of flags are a few letters and digits; whatever is longer is a message.
fn is_region(tags: &str) -> bool {
    let region = || tags.chars().filter_map(tag);
    region().count() <= 6 && region().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// The longest beginning of a cluster that can be shown as it is, in bytes and columns: every way of
/// counting its columns gives the same, and no base carries more marks than it should.
fn tame_beginning(cluster: &str) -> Option<(usize, usize)> {
    let (mut sum, mut marks, mut tame) = (0, 0, None);
    for (at, c) in cluster.char_indices() {
        let width = char_width(c);
        marks = if width == 0 { marks + 1 } else { 0 };
        sum += width;
        if width > 2 || sum > WIDEST_CLUSTER || marks > MARKS_PER_BASE {
            break;
        }
        let end = at + c.len_utf8();
        if cluster[..end].width() == sum {
            tame = Some((end, sum));
        }
    }
    tame
}

/// The first cluster, up to a character that has to stand apart. A cluster of no end is looked at only
/// as far as is needed to see that it isn't tame.
fn first_cluster(text: &str) -> &str {
    let beginning = &text[..text.floor_char_boundary(LONGEST_CLUSTER)];
    let cluster = beginning.graphemes(true).next().unwrap_or_default();
    let mut apart = cluster
        .char_indices()
        .skip(1)
        .filter(|&(_, c)| is_special(c) || is_blank(c));
    &cluster[..apart.next().map_or(cluster.len(), |(at, _)| at)]
}

fn is_half_flag(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Whether a character is drawn over the letter before it.
fn is_mark(c: char) -> bool {
    let joins = |pair: String| pair.graphemes(true).nth(1).is_none();
    char_width(c) == 0 && !is_special(c) && joins(format!("a{c}"))
}

/// A line as the agent ended it, or the place of a run of blank ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HardLine<'a> {
    Text(&'a str),
    Blank(usize),
}

/// Blank lines in a row that are shown; a longer run becomes one counted line, so that nobody has to
/// page through ten thousand of them to find a command.
const BLANK_LINES: usize = 3;

/// Splits at LF and CRLF. A CR elsewhere stays in its line, where it gets a mark.
pub(super) fn hard_lines(text: &str) -> impl Iterator<Item = HardLine<'_>> {
    let ends = |line: &str| {
        line.strip_suffix("\r\n")
            .or(line.strip_suffix('\n'))
            .map_or(line.len(), str::len)
    };
    let mut lines = text
        .split_inclusive('\n')
        .map(move |line| &line[..ends(line)]);
    let blank_line = |line: &&str| line.chars().all(is_blank);
    std::iter::from_fn(move || {
        let run = lines.clone().take_while(blank_line).count();
        if run > BLANK_LINES {
            lines.nth(run - 1);
            return Some(HardLine::Blank(run));
        }
        lines.next().map(HardLine::Text)
    })
}
