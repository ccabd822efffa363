//! Which characters may reach a terminal as they are. These tables decide; everything else in this
//! module only dresses what they say.
//!
//! Sources: general category `Cf`, `Zs`, `Co`, the noncharacters and the default-ignorable code points
//! of Unicode 17, and the emoji blocks of UTS #51. The ranges are kept as ranges of code points, also
//! where some of them are unassigned: what is assigned there tomorrow is of the same sort.

/// Why a character isn't shown as it is. The order is the order in which a header names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// C0, DEL and C1: what terminals obey. Line ends and tabs aren't counted.
    Control,
    /// Changes the order in which the text around it is shown.
    Bidi,
    /// Tag characters: a whole ASCII alphabet nobody can see.
    Tag,
    /// Variation selectors.
    Selector,
    /// Takes no room, or looks like a blank and isn't one.
    Invisible,
    /// Private use and noncharacters: means whatever the font says.
    Private,
}

/// The class of a character that must never be shown as it is.
pub(super) fn class(c: char) -> Option<Class> {
    match u32::from(c) {
        0x20..=0x7E => None,
        0x00..=0x1F | 0x7F..=0x9F => Some(Class::Control),
        0x061C | 0x200E..=0x200F | 0x202A..=0x202E | 0x2066..=0x2069 => Some(Class::Bidi),
        0x180B..=0x180D | 0x180F | 0xFE00..=0xFE0F | 0xE0100..=0xE01EF => Some(Class::Selector),
        0xE0000..=0xE007F => Some(Class::Tag),
        0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xF0000.. => Some(Class::Private),
        n if n & 0xFFFE == 0xFFFE => Some(Class::Private),
        n if is_invisible(n) => Some(Class::Invisible),
        _ => None,
    }
}

fn is_invisible(n: u32) -> bool {
    matches!(n,
        // Cf that belong to no class above: soft hyphen, number signs, shorthand, music, hieroglyphs.
        0x00AD | 0x0600..=0x0605 | 0x06DD | 0x070F | 0x0890..=0x0891 | 0x08E2 | 0x180E
        | 0x200B..=0x200D | 0x2060..=0x2065 | 0x206A..=0x206F | 0xFEFF | 0xFFF0..=0xFFFB
        | 0x110BD | 0x110CD | 0x13430..=0x1343F | 0x1BCA0..=0x1BCAF | 0x1D173..=0x1D17A
        // Ends a line for some programs and not for others.
        | 0x2028..=0x2029
        // Fillers, joiners and blanks that are letters or symbols by category.
        | 0x034F | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x2800 | 0x3164 | 0xFFA0 | 0x16FE4 | 0x1D159
        // The rest of plane 14: reserved, ignored by every renderer.
        | 0xE0080..=0xE00FF | 0xE01F0..=0xE0FFF)
}

/// Harmless, but named instead of shown: blanks that ordinary writing doesn't use, and letters whose
/// width terminals disagree about, which would push a border out of line.
pub(super) fn is_unruly(c: char) -> bool {
    matches!(u32::from(c),
        0x1680 | 0x2000..=0x2008 | 0x200A | 0x205F
        | 0x17A4 | 0x17D8 | 0x2D7F | 0xFF9E..=0xFF9F | 0x1171E
        // Parts of syllables of Hangul, and its marks of tone.
        | 0x1100..=0x11FF | 0xA960..=0xA97C | 0xD7B0..=0xD7FF | 0x302E..=0x302F
        // One column wide until Unicode 16, two since.
        | 0x2630..=0x2637 | 0x268A..=0x268F | 0x4DC0..=0x4DFF | 0x1D300..=0x1D356 | 0x1D360..=0x1D376)
}

/// Blanks of ordinary writing: the space, the tab, and what French, Chinese or a typesetter puts in
/// their place. They are shown by a quiet sign (a command with U+00A0 isn't the command it seems to
/// be), but raise no alarm: whole languages write with them.
pub(super) fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\u{A0}' | '\u{2009}' | '\u{202F}' | '\u{3000}'
    )
}

/// The blocks emoji live in.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(u32::from(c),
        0xA9 | 0xAE | 0x203C | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21FF | 0x2300..=0x23FF
        | 0x25AA..=0x25FE | 0x2600..=0x27BF | 0x2934..=0x2935 | 0x2B00..=0x2BFF
        | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0x1F000..=0x1FAFF)
}

/// Scripts spelled with joiners and non-joiners: Arabic to Sinhala, the scripts of India between them.
pub(super) fn is_joined_script(c: char) -> bool {
    matches!(u32::from(c), 0x0600..=0x0DFF) && class(c).is_none()
}

/// The three alphabets that share the shapes of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Greek,
    Cyrillic,
}

pub(super) fn script(c: char) -> Option<Script> {
    match u32::from(c) {
        0x41..=0x5A | 0x61..=0x7A | 0xC0..=0xD6 | 0xD8..=0xF6 | 0xF8..=0x24F | 0x1E00..=0x1EFF => {
            Some(Script::Latin)
        }
        0x370..=0x3FF | 0x1F00..=0x1FFF => Some(Script::Greek),
        0x400..=0x482 | 0x48A..=0x52F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F => {
            Some(Script::Cyrillic)
        }
        _ => None,
    }
}
