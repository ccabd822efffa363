//! Where the dotless ı is at home: in Turkish, Azeri and their neighbours, and in the names that come from there.
//! Anywhere else it is an i in disguise.

use std::collections::HashSet;
use std::sync::LazyLock;

/// The letter.
pub(super) const DOTLESS: char = 'ı';

type Words = LazyLock<HashSet<&'static str>>;

fn words(text: &'static str) -> HashSet<&'static str> {
    text.split(' ').collect()
}

/// Words that nearly every Turkish or Azeri text has, none of which is English as well.
static TURKIC: Words = Words::new(|| {
    words(
        "ve bir bu için icin ile da de çok cok var yok kadar sonra daha gibi her merhaba sayın lütfen olarak \
    olan veya ama fakat ancak değil tarih saat fatura ödeme rapor tamam teklif evet hayır ben sen biz \
    siz onlar nasıl neden bugün yarın toplantı türk türkiye istanbul ankara və üçün salam hörmətli iyi \
    günler",
    )
});

/// Words that nearly every English text has, and those of commands, none of which is Turkish as well.
static ENGLISH: Words = Words::new(|| {
    words(
        "the of and to for is are what this that with you your please from by be not how we our will can has \
    have was it as or if dear hello regards best thanks password user file delete account payment \
    invoice system all new now send email approve click here my me i do did their there when which who \
    into out up about after before let see use policy https",
    )
});

/// What would pass for a Turkish word by its sound, and is an English or Latin one with a letter exchanged.
static EXCHANGED: Words = Words::new(|| {
    words(
        "admın afrıca anıta apı basıs bın bıt capıtal clı dıgıtal dır dısk fınal fıt gıt hıt hım hıs ıf ın \
    ınıt ıp ıs ıt jım kıt lında lımıt lınk lıst margın martın mıl mınımal mınt parıs pın pıp rısk sıgnal \
    sıgnın sılk sım sınk sıt tım tın vısa vısıt vısual vıtal zıp",
    )
});

/// Names whose parts don't sound alike, and loanwords.
static UNLIKE: Words = Words::new(|| words("balıkesir kırıkkale kızıldere sarıyer sıhhi tıbbi"));

/// What some family names end in, whatever the sound before it.
const FAMILY: &str = "soy";

/// How much a text looks Turkic, and how much English.
#[derive(Debug, Clone, Copy, Default)]
struct Evidence {
    turkic: usize,
    english: usize,
}

impl Evidence {
    fn of(text: &str) -> Self {
        let mut evidence = Evidence::default();
        for word in text
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| !word.is_empty())
        {
            let lower = word.to_lowercase();
            if ENGLISH.contains(lower.as_str()) {
                evidence.english += 1;
            } else if is_turkic(word, &lower) {
                evidence.turkic += 1;
            }
        }
        evidence
    }

    fn is_none(self) -> bool {
        self.turkic == 0 && self.english == 0
    }
}

/// By a letter that nobody else has, by what it is, or by being full of the dotless one.
fn is_turkic(word: &str, lower: &str) -> bool {
    word.contains(['ş', 'Ş', 'ğ', 'Ğ', 'ə', 'Ə', 'İ'])
        || TURKIC.contains(lower)
        || lower.matches(DOTLESS).count() > 1 && sounds(lower)
}

/// A text in which the letter may be at home.
pub(super) struct Turkic {
    whole: Evidence,
}

/// A line of it.
pub(super) struct Line {
    evidence: Evidence,
}

impl Turkic {
    /// Looks at the text only where the letter occurs in it.
    pub(super) fn of(text: &str) -> Self {
        let whole = if text.contains(DOTLESS) {
            Evidence::of(text)
        } else {
            Evidence::default()
        };
        Turkic { whole }
    }

    pub(super) fn line(&self, line: &str) -> Line {
        let own = Evidence::of(line);
        Line {
            evidence: if own.is_none() { self.whole } else { own },
        }
    }
}

impl Line {
    /// Whether a word with the letter is what it seems to be: in a Turkic line every one, in an English one a name
    /// or what ends in the letter, as no English word ends in an i; where nothing tells, whatever sounds right.
    pub(super) fn knows(&self, word: &str) -> bool {
        if word.contains([
            'ş', 'Ş', 'ğ', 'Ğ', 'ə', 'Ə', 'ç', 'Ç', 'ö', 'Ö', 'ü', 'Ü', 'İ',
        ]) {
            return true;
        }
        let Evidence { turkic, english } = self.evidence;
        if turkic > 0 && turkic >= english {
            return true;
        }
        let lower = word.to_lowercase();
        let right =
            UNLIKE.contains(lower.as_str()) || sounds(lower.strip_suffix(FAMILY).unwrap_or(&lower));
        right
            && (english == 0
                || is_name(word)
                || word.ends_with(DOTLESS) && word.chars().count() > 3)
    }
}

fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.all(char::is_lowercase)
}

/// Whether a word in lower case could be Turkish: its vowels are in harmony about each ı, no vowel is beside one, it
/// begins with one consonant at most, and ends as words end there.
fn sounds(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let is_vowel = |c: &char| "aeıioöuüâ".contains(*c);
    let harmony = (0..letters.len())
        .filter(|&at| letters[at] == DOTLESS)
        .all(|at| {
            let (before, after) = (&letters[..at], &letters[at + 1..]);
            let alone =
                !before.last().is_some_and(is_vowel) && !after.first().is_some_and(is_vowel);
            let last = before.iter().rfind(|c| is_vowel(c));
            let next = after.iter().find(|c| is_vowel(c));
            alone
                && last.is_none_or(|c| "aıâ".contains(*c))
                && next.is_none_or(|c| "aıuâ".contains(*c))
        });
    let foreign = ["q", "w", "x", "ck", "th", "ph", "sh", "ch", "gh"];
    let begins = letters.iter().take(2).any(is_vowel) || letters.len() < 2;
    let silent = {
        let mut vowels = letters.iter().rev().filter(|c| is_vowel(c));
        letters.last() == Some(&'e') && vowels.nth(1).is_some_and(|c| "aıou".contains(*c))
    };
    harmony
        && begins
        && ends(&letters)
        && !silent
        && !foreign.iter().any(|part| word.contains(part))
        && !EXCHANGED.contains(word)
}

/// No soft consonant ends a word, and two only if they glide into each other: kırk, not sıgn or bıll.
fn ends(letters: &[char]) -> bool {
    let is_vowel = |c: char| "aeıioöuüâ".contains(c);
    match letters {
        [.., last] if is_vowel(*last) => true,
        [.., _, 'b' | 'c' | 'd' | 'g'] => false,
        [.., before, last] if !is_vowel(*before) => {
            "lnrs".contains(*before) && "ktps".contains(*last) && before != last
        }
        _ => true,
    }
}
