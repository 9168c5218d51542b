//! Plain words, found without the server's parser.
//!
//! Core's default parser is a state machine that looks at every character many times over, because it
//! may begin a number, a host or a path. Most text is words of ASCII letters with spaces and commas
//! between them. [`Pieces`] finds those, and says which stretches are for the parser, so that the tokens
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

/// The least bytes of the first stretch for the parser, and the most that they grow to where stretches
/// follow each other: calling the parser has a price, and so has what it is given.
const STRETCH: Range<usize> = 1..4096;

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

/// What is left of a text.
#[derive(Debug, Clone)]
pub struct Pieces<'t> {
    text: &'t [u8],
    /// The end of what was given out, where a token ends.
    at: usize,
    /// Least bytes of the next stretch for the parser.
    stretch: usize,
}

impl<'t> Pieces<'t> {
    /// All of a text.
    pub fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, stretch: STRETCH.start }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    #[inline]
    fn next(&mut self) -> Option<Piece> {
        let piece = next(self.text, self.at, self.stretch)?;
        (self.at, self.stretch) = match &piece {
            Piece::Word(word) => (word.end, STRETCH.start),
            Piece::Other(part) => (part.end, (self.stretch * 8).min(STRETCH.end)),
        };
        Some(piece)
    }
}

/// What begins at or behind `at`, where a token ends, with so many bytes for the parser at least; `None`
/// if only blanks are left.
#[inline]
fn next(text: &[u8], at: usize, stretch: usize) -> Option<Piece> {
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
    let least = text.len().min(start + stretch);
    let space = text[least..].iter().position(u8::is_ascii_whitespace);
    let end = space.map_or(text.len(), |space| least + space + 1);
    let end = if text[start..end].contains(&b'<') { text.len() } else { end };
    Some(Piece::Other(start.saturating_sub(1)..end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<String> {
        let shown = |piece| match piece {
            Piece::Word(range) => text[range].to_string(),
            Piece::Other(range) => format!("?{}", &text[range]),
        };
        Pieces::new(text.as_bytes()).map(shown).collect()
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
        assert_eq!(pieces("one x1 two 2-3"), ["one", "? x1 ", "two", "? 2-3"]);
        let found = pieces(&format!("one {}two", "x1 ".repeat(10_000)));
        let lengths: Vec<usize> = found.iter().map(String::len).collect();
        assert_eq!(lengths[..7], [3, 5, 11, 68, 515, 4100, 4100], "{found:?}");
        assert!(found.last().unwrap().ends_with("x1 two"));
    }

    #[test]
    fn nothing_is_plain_from_a_tag_on() {
        let text = format!("one <b>two {}", "three ".repeat(1000));
        assert_eq!(pieces(&text), ["one".to_string(), format!("?{}", &text[3..])]);
        assert_eq!(pieces("x1<b> two three"), ["?x1<b> two three"]);
        assert_eq!(pieces("x1 two <b> three"), ["?x1 ", "two", "? <b> three"]);
    }
}
