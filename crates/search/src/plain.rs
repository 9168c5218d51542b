//! Plain words, found without the server's parser.
//!
//! Core's default parser is a state machine that looks at every character many times over, because it
//! may begin a number, a host or a path. Most text is words of ASCII letters with spaces and commas
//! between them. [`next`] finds those, and says which stretches are for the parser, so that the tokens
//! are the same, blanks aside. What makes that true of the parser (`wparser_def.c`):
//!
//! * It begins each token in the same state, whatever was before, except after a tag (`<script>` has
//!   it ignore what follows): from the first `<` on all is for the parser.
//! * No other token but a blank has a space in it, so that a stretch may end behind a space. A blank may
//!   have in it what would begin a token elsewhere (`~`), so a stretch begins with the end of the blank
//!   before.
//! * A run of ASCII letters is a word if the byte behind it neither goes on with one nor begins the
//!   rest of a compound, host, path, address or protocol; at `.` and `:` the space behind decides.

use core::ops::Range;

/// The least bytes of a stretch for the parser, if there are as many: calling it has a price.
const STRETCH: usize = 512;

/// What is next in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A token of kind `asciiword`.
    Word(Range<usize>),
    /// For the parser.
    Other(Range<usize>),
}

/// Bytes between words that begin nothing else, wherever they stand.
fn separates(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'..=b'\r' | b'!'..=b'%' | b'\''..=b'*' | b',' | b';' | b'=' | b'>' | b'?'
            | b'['..=b'^' | b'`' | b'{'..=b'}'
    )
}

/// What begins at or behind `at`, where a token ends; `None` if only blanks are left.
#[inline]
pub fn next(text: &[u8], at: usize) -> Option<Piece> {
    let mut start = at;
    // A point or colon with a space behind it.
    let stops = |at: usize| {
        matches!(text[at], b'.' | b':') && text.get(at + 1).is_none_or(u8::is_ascii_whitespace)
    };
    while separates(*text.get(start)?) || stops(start) {
        start += 1;
    }
    let letters = text[start..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let end = start + letters;
    if letters > 0 && text.get(end).is_none_or(|byte| separates(*byte) || stops(end)) {
        return Some(Piece::Word(start..end));
    }
    let least = text.len().min(start + STRETCH);
    let space = text[least..].iter().position(u8::is_ascii_whitespace);
    let end = space.map_or(text.len(), |space| least + space + 1);
    let end = if text[start..end].contains(&b'<') { text.len() } else { end };
    Some(Piece::Other(start.saturating_sub(1)..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let (mut at, mut found) = (0, Vec::new());
        while let Some(piece) = next(text.as_bytes(), at) {
            let (range, mark) = match piece {
                Piece::Word(range) => (range, ""),
                Piece::Other(range) => (range, "?"),
            };
            found.push(format!("{mark}{}", &text[range.clone()]));
            at = range.end;
        }
        found
    }

    #[test]
    fn by_hand() {
        assert_eq!(pieces(""), [""; 0]);
        assert_eq!(pieces(" . , : "), [""; 0]);
        assert_eq!(
            pieces("(Cats) and \"dogs\". Don't: ok"),
            ["Cats", "and", "dogs", "Don", "t", "ok"]
        );
        assert_eq!(pieces("end."), ["end"]);
        for other in [
            "a-b", "a.b", "x1", "1", "naïve", "über", "a_b", "a:b", "a/b", "-a", "&amp;", "<b>",
            "...",
        ] {
            assert_eq!(pieces(&format!("one ({other}")), ["one".to_string(), format!("?({other}")]);
        }
    }

    #[test]
    fn stretches_end_behind_a_space() {
        let long = "x1 ".repeat(200);
        let text = format!("one {long}two three");
        let found = pieces(&text);
        assert_eq!(found[0], "one");
        assert!(found[1].starts_with('?') && found[1].ends_with(' '));
        assert_eq!(found[1].len(), "? ".len() + 513);
        assert_eq!(found[2].len(), "? ".len() + text.len() - 4 - 513);
    }

    #[test]
    fn nothing_is_plain_from_a_tag_on() {
        let text = format!("one <b>two {}", "three ".repeat(1000));
        assert_eq!(pieces(&text), ["one".to_string(), format!("?{}", &text[3..])]);
        let text = format!("x1 {}<b> four {}", "three ".repeat(10), "five ".repeat(1000));
        assert_eq!(pieces(&text), [format!("?{text}")]);
        let text = format!("x1 {} six <b> seven", "three ".repeat(100));
        assert_eq!(pieces(&text).last().unwrap(), "? <b> seven");
    }
}
