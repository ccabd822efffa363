//! Words that are spelled with letters which only look like those of other words: `pаypal` with a Cyrillic а,
//! `dısable` with a dotless ı, `сору` without one Latin letter.
//!
//! What is harmless is what people write. Languages that are written without blanks put Latin words right beside
//! their own, science uses Greek, dictionaries the letters of phonetics, and Turkish has the dotless ı (`turkic`
//! says where that one is at home). The shapes are those of UTS #39, as far as a reader would fall for them.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use unicode_width::UnicodeWidthChar;

use super::chars::{Script, script};
use super::turkic::{DOTLESS, Turkic};

/// Units (mℓ) and formulas (ln𝑥) are no longer, in letters; words that somebody would disguise are.
const LONGEST_FORMULA: usize = 3;

/// The words of a text that deceive, each once.
#[derive(Debug, Default)]
pub(super) struct Disguises {
    /// Letters of several alphabets in one word.
    pub mixed: BTreeSet<String>,
    /// Letters that look like those of ASCII, although all are of one alphabet.
    pub look_alike: BTreeSet<String>,
    /// These letters.
    pub letters: BTreeSet<char>,
}

pub(super) fn disguises(text: &str) -> Disguises {
    let mut found = Disguises::default();
    if text.is_ascii() {
        return found;
    }
    let turkic = Turkic::of(text);
    let mut whole = Vec::new();
    for line in text.lines().filter(|line| !line.is_ascii()) {
        let home = LazyCell::new(|| turkic.line(line));
        let phonetic = words(line).any(tells_of_phonetics);
        let latin = words(line).any(str::is_ascii);
        for word in words(line).filter(|word| !word.is_ascii()) {
            if mixes_scripts(word, phonetic) {
                found.mixed.insert(word.to_owned());
                continue;
            }
            let long = word.chars().count() > LONGEST_FORMULA;
            let foreign = LazyCell::new(|| !home.knows(word));
            let alike = |c: &char| match *c {
                DOTLESS => *foreign,
                c => is_odd_latin(c) && !phonetic || is_dressed(c) && long,
            };
            let letters: BTreeSet<char> = word.chars().filter(alike).collect();
            if !letters.is_empty() && word.contains(|c: char| c.is_ascii_alphabetic()) {
                found.look_alike.insert(word.to_owned());
                found.letters.extend(letters);
            } else if latin {
                whole.extend(costume(word).map(|of| (of, word)));
            }
        }
    }
    if !whole.is_empty() {
        let telling = telling(text);
        whole.retain(|(of, _)| !telling.contains(of));
        for (_, word) in whole {
            found.look_alike.insert(word.to_owned());
            found.letters.extend(word.chars());
        }
    }
    found
}

/// Runs of letters, with the marks on them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic() && c.width() != Some(0))
        .filter(|word| !word.is_empty())
}

/// Latin beside an alphabet that shares its shapes, or a letter of whatever script that stands for a Latin one.
fn mixes_scripts(word: &str, phonetic: bool) -> bool {
    let has = |wanted| word.chars().any(|c| script(c) == Some(wanted));
    if has(Script::Cyrillic) && has(Script::Greek) {
        return true;
    }
    let latin = |c: char| script(c) == Some(Script::Latin);
    if !word.chars().any(latin) {
        return false;
    }
    has(Script::Cyrillic)
        || word.chars().any(is_neighbour)
        || greek_in_latin(word)
        || enclosed(word)
        || !phonetic && word.contains(['ɑ', 'ɡ'])
}

/// Greek among Latin that isn't the Greek of science: kΩ, μm, Δt; TNFα and αSMA; hν, ρgh.
fn greek_in_latin(word: &str) -> bool {
    let word = word.trim_end_matches('α');
    let upper_next = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase());
    let word = word
        .strip_prefix('α')
        .filter(|rest| upper_next(rest))
        .unwrap_or(word);
    let formula =
        word == "ρgh" || word.chars().count() == 2 && word.contains(['ρ', 'ν', 'α', 'κ', 'χ']);
    !formula && word.chars().any(is_greek_look_alike)
}

fn is_greek_look_alike(c: char) -> bool {
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϳαικνορυχϲ".contains(c)
}

/// Letters like Latin ones in scripts that never share a word with Latin: Armenian, Cherokee, Lisu and Coptic by
/// their shapes, those of syllabics, runes and dead alphabets altogether.
fn is_neighbour(c: char) -> bool {
    is_armenian_look_alike(c)
        || matches!(u32::from(c),
            0x13A0..=0x13FF | 0x1400..=0x167F | 0x16A0..=0x16FF | 0x2C80..=0x2CFF | 0x2D30..=0x2D7F
            | 0xA4D0..=0xA4FF | 0xAB70..=0xABBF | 0x10280..=0x1031F | 0x10400..=0x104FF | 0x118A0..=0x118FF
            | 0x16F00..=0x16F9F)
}

fn is_armenian_look_alike(c: char) -> bool {
    "ՕՍՏԼօոսհցզյքա".contains(c)
}

/// Letters of other scripts that stand for a Latin one where Latin is on both sides of them.
fn enclosed(word: &str) -> bool {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let mut before = None;
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        if "סוןחטاهەہھഠଠဝㅣㅇ丨".contains(c) && latin(before) && latin(chars.peek().copied())
        {
            return true;
        }
        before = Some(c);
    }
    false
}

/// Letters in another dress: of mathematics, full width, in circles, Roman numerals. Alone they are what they are.
fn is_dressed(c: char) -> bool {
    matches!(u32::from(c), 0x210A..=0x2113 | 0x2119..=0x211D | 0x2124 | 0x2128 | 0x212A | 0x212C..=0x2134
        | 0x2170..=0x217F | 0x24B6..=0x24E9 | 0xFF21..=0xFF3A | 0xFF41..=0xFF5A | 0x1D400..=0x1D6A5
        | 0x1F130..=0x1F189)
}

/// Latin letters of phonetics and of rare alphabets that look like ASCII ones.
fn is_odd_latin(c: char) -> bool {
    "ȷſƖǀƄƅƽɩɪʏʟɴʀʙɢʜꜰꜱꞮꞁᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢ".contains(c)
}

/// Whether a word has letters of phonetics, or of an African alphabet made of them, that look like no other.
fn tells_of_phonetics(word: &str) -> bool {
    let letter = |c: char| {
        matches!(
            u32::from(c),
            0x14B | 0x186 | 0x18E | 0x190 | 0x250..=0x2AF | 0x2C8 | 0x2CC | 0x2D0
        ) && !is_odd_latin(c)
            && !matches!(c, 'ɑ' | 'ɡ')
    };
    word.chars().any(letter)
}

/// Alphabets in which whole words look like Latin ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alphabet {
    Cyrillic,
    Greek,
    Armenian,
    Cherokee,
    Lisu,
    Coptic,
}

fn alphabet(c: char) -> Option<Alphabet> {
    match u32::from(c) {
        0x530..=0x58F => Some(Alphabet::Armenian),
        0x13A0..=0x13FF | 0xAB70..=0xABBF => Some(Alphabet::Cherokee),
        0x2C80..=0x2CFF => Some(Alphabet::Coptic),
        0xA4D0..=0xA4FF => Some(Alphabet::Lisu),
        _ => match script(c)? {
            Script::Cyrillic => Some(Alphabet::Cyrillic),
            Script::Greek => Some(Alphabet::Greek),
            Script::Latin => None,
        },
    }
}

/// Whether a letter of an [`Alphabet`] passes for a Latin one.
fn is_like_latin(c: char) -> bool {
    match c {
        'А' | 'В' | 'Е' | 'Ѕ' | 'І' | 'Ј' | 'К' | 'М' | 'Н' | 'О' | 'Р' | 'С' | 'Т' | 'У' | 'Х'
        | 'Ѵ' | 'Ү' | 'Ԍ' | 'Ԛ' | 'Ԝ' | 'Ӏ' | 'а' | 'е' | 'о' | 'р' | 'с' | 'у' | 'х' | 'ѕ'
        | 'і' | 'ј' | 'ԁ' | 'ԛ' | 'ԝ' | 'һ' | 'ӏ' | 'ѵ' | 'ү' => true,
        // The whole of Lisu is made of Latin capitals, upright and turned; these are the upright ones.
        'ꓐ' | 'ꓑ' | 'ꓓ' | 'ꓔ' | 'ꓖ' | 'ꓗ' | 'ꓙ' | 'ꓚ' | 'ꓜ' | 'ꓝ' | 'ꓟ' | 'ꓠ' | 'ꓡ' | 'ꓢ' | 'ꓣ'
        | 'ꓦ' | 'ꓧ' | 'ꓪ' | 'ꓫ' | 'ꓬ' | 'ꓮ' | 'ꓰ' | 'ꓲ' | 'ꓳ' | 'ꓴ' => true,
        'Ꭰ' | 'Ꭱ' | 'Ꭲ' | 'Ꭵ' | 'Ꭹ' | 'Ꭺ' | 'Ꭻ' | 'Ꭼ' | 'Ꮃ' | 'Ꮇ' | 'Ꮋ' | 'Ꮍ' | 'Ꮐ' | 'Ꮒ' | 'Ꮓ'
        | 'Ꮟ' | 'Ꮢ' | 'Ꮤ' | 'Ꮥ' | 'Ꮩ' | 'Ꮪ' | 'Ꮮ' | 'Ꮯ' | 'Ꮲ' | 'Ꮶ' | 'Ꮷ' | 'Ᏻ' | 'Ᏼ' => {
            true
        }
        'Ⲁ' | 'Ⲃ' | 'Ⲉ' | 'Ⲏ' | 'Ⲓ' | 'Ⲕ' | 'Ⲙ' | 'Ⲛ' | 'Ⲟ' | 'Ⲣ' | 'Ⲥ' | 'Ⲧ' | 'Ⲩ' | 'Ⲭ' | 'ⲟ'
        | 'ⲣ' | 'ⲥ' | 'ⲭ' => true,
        _ => is_greek_look_alike(c) || is_armenian_look_alike(c),
    }
}

/// The alphabet of a word that consists of letters like Latin ones. A single Greek letter is a quantity.
fn costume(word: &str) -> Option<Alphabet> {
    let of = alphabet(word.chars().next()?)?;
    let all = word
        .chars()
        .all(|c| alphabet(c) == Some(of) && is_like_latin(c));
    let alone = of == Alphabet::Greek && word.chars().nth(1).is_none();
    (all && !alone).then_some(of)
}

/// The alphabets that a text is really written in: letters of theirs look like no Latin ones.
fn telling(text: &str) -> BTreeSet<Alphabet> {
    text.chars()
        .filter(|&c| c.is_alphabetic() && !is_like_latin(c))
        .filter_map(alphabet)
        .collect()
}

#[cfg(test)]
mod tests;
