//! Whose width terminals agree about. What they don't agree about is never followed by anything without saying
//! where, so that no character of one request moves those of another.

/// Whether every terminal moves as far for this symbol as the screen counts.
pub fn is_sure(symbol: &str) -> bool {
    let mut characters = symbol.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) => is_sure_alone(one),
        // Clusters are counted by their parts here and as a whole there.
        _ => symbol.is_empty(),
    }
}

fn is_sure_alone(c: char) -> bool {
    matches!(c,
        ' '..='~'
        // The letters of Latin, Greek and Cyrillic.
        | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{24F}' | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{52F}'
        // Two columns since there are terminals: kana, ideographs, whole syllables of Hangul, full forms.
        | '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{FF01}'..='\u{FF5E}'
        // What writing and this program's own screens are full of.
        | '–' | '—' | '‘' | '’' | '“' | '”' | '•' | '…' | '←'..='↓' | '⏎' | '─'..='╿' | '▀'..='█' | '▌' | '▏'
        | '▲' | '◆' | '●' | '○' | '◌' | '✓' | '✗' | '✎' | '⊘')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_sure_and_what_terminals_count_apart_is_not() {
        for sure in ["a", " ", "é", "Ж", "漢", "한", "│", "▲", "…", ""] {
            assert!(is_sure(sure), "{sure}");
        }
        for unsure in [
            "e\u{301}",
            "กำ",
            "\u{0E33}",
            "क्षि",
            "\u{094B}",
            "☰",
            "⚠",
            "👩‍🚀",
            "\u{1F1E6}",
            "\u{302E}",
            "\u{1100}",
        ] {
            assert!(!is_sure(unsure), "{unsure}");
        }
    }
}
