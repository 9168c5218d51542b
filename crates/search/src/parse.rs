//! The query language: what a person types, taken apart.
//!
//! Every input is a query; what makes no sense as syntax is text or nothing. Tightest first:
//!
//! | written | means |
//! |---|---|
//! | `word` `word*` `word~` `word~1` `word~2` | a word, a prefix, a word with typos |
//! | `"some words"` `"some words"~3` `"some wor*"` | words one after the other, with up to 3 further positions in all |
//! | `A:word` `AB:"some words"` | only with these labels |
//! | `(…)` | brackets; those that do not match are ignored, missing ones end with the input |
//! | `-x` `NOT x` `+x` | excluded, required; `-` and `+` only directly before what they mean |
//! | `x AND y` | both |
//! | `x y` | as the caller says ([`Match`](crate::resolve::Match)) |
//! | `x OR y` | either |
//!
//! Operators without an operand are ignored, a quote that is not closed ends with the input, and
//! typographic quotes (in UTF-8) count as plain ones. `word~` allows one typo in words of up to five
//! characters, else two; no number allows more than two.
//!
//! Brackets deeper than [`MAX_NESTING`] are ignored, so trees are shallow enough for recursion. Text
//! is taken as bytes: in every encoding of a server, ASCII bytes are ASCII characters.

use core::ops::Range;

/// Brackets within brackets that are looked at.
pub const MAX_NESTING: usize = 64;

/// A word, or, in a phrase, a stretch of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    /// What was typed, without marks.
    pub text: &'a [u8],
    /// Whether it stands for what begins with it.
    pub prefix: bool,
    /// How many typos it may have, 0 to 2.
    pub typos: u8,
}

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Syntax<'a> {
    /// A word and its labels (0: any).
    Word(Text<'a>, u8),
    /// Words in order.
    Phrase {
        /// Stretches of plain words, and single words with marks.
        parts: Vec<Text<'a>>,
        /// The labels that count; 0: any.
        labels: u8,
        /// How many further positions may lie between the words.
        slop: u32,
        /// Whether the quote at the end is there.
        closed: bool,
    },
    /// Excluded.
    Not(Box<Syntax<'a>>),
    /// All of them.
    And(Vec<Syntax<'a>>),
    /// Side by side, each with whether it is required.
    Beside(Vec<(bool, Syntax<'a>)>),
    /// One of them.
    Or(Vec<Syntax<'a>>),
}

/// Takes a query apart; `None` if there is nothing in it.
pub fn parse(text: &[u8]) -> Option<Syntax<'_>> {
    let mut parser = Parser { rest: text, next: None, ignored: 0 };
    parser.advance();
    parser.either(0)
}

/// Where the words stand in what was typed, and whether they are prefixes: single ones, and in
/// phrases stretches of plain ones, without labels, marks, quotes and operators.
pub fn words(text: &[u8]) -> Vec<(Range<usize>, bool)> {
    fn collect(syntax: &Syntax<'_>, each: &mut impl FnMut(&Text<'_>)) {
        match syntax {
            Syntax::Word(word, _) => each(word),
            Syntax::Phrase { parts, .. } => parts.iter().for_each(each),
            Syntax::Not(operand) => collect(operand, each),
            Syntax::And(operands) | Syntax::Or(operands) => {
                operands.iter().for_each(|operand| collect(operand, each));
            }
            Syntax::Beside(operands) => {
                operands.iter().for_each(|(_, operand)| collect(operand, each));
            }
        }
    }
    let mut words = Vec::new();
    if let Some(syntax) = parse(text) {
        // All texts are parts of the input.
        collect(&syntax, &mut |word| {
            let start = word.text.as_ptr().addr() - text.as_ptr().addr();
            words.push((start..start + word.text.len(), word.prefix));
        });
    }
    words
}

impl Syntax<'_> {
    /// Marks the last word as a prefix, if one is being typed: a word that is not excluded and not
    /// marked itself, or the last one behind a quote that is not closed.
    pub fn complete_last(&mut self) {
        match self {
            Self::Word(text, _) => text.prefix |= text.typos == 0,
            Self::Phrase { parts, closed: false, .. } => mark_last(parts),
            Self::And(operands) | Self::Or(operands) => {
                operands.last_mut().into_iter().for_each(Self::complete_last);
            }
            Self::Beside(operands) => {
                operands.last_mut().into_iter().for_each(|last| last.1.complete_last());
            }
            Self::Phrase { .. } | Self::Not(_) => {}
        }
    }
}

/// Makes a prefix of the last word of a phrase.
fn mark_last(parts: &mut Vec<Text<'_>>) {
    let Some(last) = parts.last_mut().filter(|last| last.typos == 0) else { return };
    match last.text.iter().rposition(u8::is_ascii_whitespace) {
        Some(space) if !last.prefix => {
            let (before, word) = last.text.split_at(space + 1);
            last.text = before;
            parts.push(Text { text: word, prefix: true, typos: 0 });
        }
        _ => last.prefix = true,
    }
}

#[derive(Debug)]
enum Token<'a> {
    Open,
    Close,
    Minus,
    Plus,
    Not,
    And,
    Or,
    Operand(Syntax<'a>),
}

struct Parser<'a> {
    rest: &'a [u8],
    next: Option<Token<'a>>,
    /// Open brackets that were too deep and whose ends are still to come.
    ignored: usize,
}

/// The length of the quotation mark at the beginning: `"`, `“`, `”` or `„`.
fn quote(text: &[u8]) -> Option<usize> {
    match text {
        [b'"', ..] => Some(1),
        [0xe2, 0x80, 0x9c..=0x9e, ..] => Some(3),
        _ => None,
    }
}

/// The number of typos of `word~`.
pub(crate) fn usual_typos(word: &[u8]) -> u8 {
    let characters = word.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    if characters <= 5 { 1 } else { 2 }
}

/// Takes the marks off the end of a word.
fn marks(word: &[u8]) -> Text<'_> {
    let mut text = Text { text: word, prefix: false, typos: 0 };
    loop {
        let digits = text.text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let (before, digits) = text.text.split_at(text.text.len() - digits);
        match before {
            [word @ .., b'*'] if digits.is_empty() && !word.is_empty() => {
                text.text = word;
                text.prefix = true;
            }
            [word @ .., b'~'] if !word.is_empty() => {
                text.text = word;
                text.typos = match number(digits) {
                    None => usual_typos(word),
                    Some(typos) => typos.min(2) as u8,
                };
            }
            _ => break,
        }
    }
    if text.prefix {
        text.typos = 0;
    }
    text
}

/// Whether a byte belongs to a word whatever the parser: a letter, a digit, or beyond ASCII.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The length of the first word, and where what stands behind it begins. A word goes on to where
/// `ends` says, or to a mark that other than a part of a word follows: `word~1, word~,` and even
/// `its~1-kind~1` are words with marks, `word*,` too.
fn first_word(text: &[u8], ends: impl Fn(&[u8]) -> bool) -> (usize, usize) {
    let ends_at = |at: usize| at == text.len() || ends(&text[at..]);
    let (mut at, mut begun) = (0, false);
    while !ends_at(at) {
        let mark = text[at];
        begun |= in_word(mark);
        at += 1;
        let marks = mark == b'~' && begun || mark == b'*' && at > 1 && in_word(text[at - 2]);
        if !marks {
            continue;
        }
        let mut end = at;
        while mark == b'~' && text.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        let mut next = end;
        while !ends_at(next) && !in_word(text[next]) {
            next += 1;
        }
        let closes = ends_at(next) || mark == b'~';
        if next > end && !matches!(text[end], b'~' | b'*') && closes {
            return (end, next);
        }
    }
    (at, at)
}

/// The number of these digits, as far as 32 bits go; `None` if there are none.
fn number(digits: &[u8]) -> Option<u32> {
    let digit =
        |sum: u32, digit: &u8| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0'));
    (!digits.is_empty()).then(|| digits.iter().fold(0, digit))
}

/// The bit of a label's letter.
fn label(letter: u8) -> Option<u8> {
    match letter {
        b'A' => Some(8),
        b'B' => Some(4),
        b'C' => Some(2),
        b'D' => Some(1),
        _ => None,
    }
}

impl<'a> Parser<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// Reads the next token into `next`.
    fn advance(&mut self) {
        self.next = loop {
            self.rest = self.rest.trim_ascii_start();
            let Some(&first) = self.rest.first() else { break None };
            match first {
                b'(' | b')' => {
                    self.take(1);
                    break Some(if first == b'(' { Token::Open } else { Token::Close });
                }
                b'-' | b'+' => {
                    let run = self.rest.iter().take_while(|byte| **byte == first).count();
                    self.take(run);
                    let before = self.rest.first();
                    let applies = before.is_some_and(|b| !b.is_ascii_whitespace() && *b != b')');
                    if run == 1 && applies {
                        break Some(if first == b'-' { Token::Minus } else { Token::Plus });
                    }
                }
                _ => {
                    let labels = self.labels();
                    break Some(match quote(self.rest) {
                        Some(length) => {
                            self.take(length);
                            Token::Operand(self.phrase(labels))
                        }
                        None => self.word(labels),
                    });
                }
            }
        };
    }

    /// Labels, if they stand directly before a word or quote.
    fn labels(&mut self) -> u8 {
        let letters = self.rest.iter().take_while(|byte| label(**byte).is_some()).count();
        let Some((b':', after)) = self.rest[letters..].split_first() else { return 0 };
        if letters == 0
            || letters > 4
            || !(after.first().is_some_and(|byte| in_word(*byte)) || quote(after).is_some())
        {
            return 0;
        }
        let letters = self.take(letters + 1);
        letters.iter().filter_map(|letter| label(*letter)).fold(0, |labels, bit| labels | bit)
    }

    fn word(&mut self, labels: u8) -> Token<'a> {
        let (word, next) = first_word(self.rest, |rest| {
            rest[0].is_ascii_whitespace() || matches!(rest[0], b'(' | b')') || quote(rest).is_some()
        });
        match (&self.take(next)[..word], labels) {
            (b"OR", 0) => Token::Or,
            (b"AND", 0) => Token::And,
            (b"NOT", 0) => Token::Not,
            (word, _) => Token::Operand(Syntax::Word(marks(word), labels)),
        }
    }

    /// What follows an opening quote.
    fn phrase(&mut self, labels: u8) -> Syntax<'a> {
        let end = (0..self.rest.len()).find(|&at| quote(&self.rest[at..]).is_some());
        let inside = self.take(end.unwrap_or(self.rest.len()));
        self.take(quote(self.rest).unwrap_or(0));
        let mut parts: Vec<Text<'a>> = Vec::new();
        // Where the stretch of plain words begins that the last part is.
        let mut plain = None;
        let mut at = 0;
        while at < inside.len() {
            let (length, next) = first_word(&inside[at..], |rest| rest[0].is_ascii_whitespace());
            let (start, end) = (at, at + length);
            at += next.max(1);
            let word = &inside[start..end];
            if word.is_empty() {
                continue;
            }
            let mut text = marks(word);
            if text.prefix && !inside[end..].trim_ascii().is_empty() {
                text = Text { text: word, prefix: false, typos: 0 };
            }
            if text.prefix || text.typos > 0 {
                plain = None;
                parts.push(text);
            } else if let (Some(first), Some(last)) = (plain, parts.last_mut()) {
                last.text = &inside[first..end];
            } else {
                plain = Some(start);
                parts.push(Text { text: &inside[start..end], prefix: false, typos: 0 });
            }
        }
        let mut slop = 0;
        if end.is_some() {
            if self.rest.first() == Some(&b'~') {
                self.take(1);
                let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                slop = number(self.take(digits)).unwrap_or(0);
            }
            if self.rest.first() == Some(&b'*') {
                self.take(1);
                mark_last(&mut parts);
            }
        }
        Syntax::Phrase { parts, labels, slop, closed: end.is_some() }
    }

    /// Operands of `OR`, up to the end or a closing bracket.
    fn either(&mut self, depth: usize) -> Option<Syntax<'a>> {
        let mut operands = Vec::new();
        loop {
            operands.extend(self.beside(depth));
            match self.next {
                Some(Token::Or) => self.advance(),
                _ => return single(operands, Syntax::Or),
            }
        }
    }

    fn beside(&mut self, depth: usize) -> Option<Syntax<'a>> {
        let mut operands = Vec::new();
        loop {
            match self.next {
                None | Some(Token::Or) => break,
                Some(Token::Close) if self.ignored > 0 => {
                    self.ignored -= 1;
                    self.advance();
                }
                Some(Token::Close) if depth > 0 => break,
                Some(Token::Close | Token::And) => self.advance(),
                Some(_) => operands.extend(self.both(depth)),
            }
        }
        if let [(false, _)] = operands[..] {
            return operands.pop().map(|operand| operand.1);
        }
        (!operands.is_empty()).then_some(Syntax::Beside(operands))
    }

    /// Operands of `AND`; whether one of them is required.
    fn both(&mut self, depth: usize) -> Option<(bool, Syntax<'a>)> {
        let mut operands = Vec::new();
        let mut required = false;
        loop {
            if let Some((plus, operand)) = self.operand(depth) {
                required |= plus;
                operands.push(operand);
            }
            let mut more = false;
            while let Some(Token::And) = self.next {
                more = true;
                self.advance();
            }
            if !more {
                return single(operands, Syntax::And).map(|syntax| (required, syntax));
            }
        }
    }

    fn operand(&mut self, depth: usize) -> Option<(bool, Syntax<'a>)> {
        let (mut negated, mut required) = (false, false);
        loop {
            match self.next {
                Some(Token::Not | Token::Minus) => negated = !negated,
                Some(Token::Plus) => required = true,
                Some(Token::Open) if depth == MAX_NESTING => self.ignored += 1,
                _ => break,
            }
            self.advance();
        }
        let operand = match self.next.take()? {
            Token::Open => {
                self.advance();
                let inside = self.either(depth + 1);
                if matches!(self.next, Some(Token::Close)) {
                    self.advance();
                }
                inside?
            }
            Token::Operand(operand) => {
                self.advance();
                operand
            }
            other => {
                self.next = Some(other);
                return None;
            }
        };
        let operand = if negated { Syntax::Not(Box::new(operand)) } else { operand };
        Some((required, operand))
    }
}

fn single<'a>(
    mut operands: Vec<Syntax<'a>>,
    several: fn(Vec<Syntax<'a>>) -> Syntax<'a>,
) -> Option<Syntax<'a>> {
    match operands.len() {
        0 | 1 => operands.pop(),
        _ => Some(several(operands)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    fn shown(text: &str) -> Vec<&str> {
        words(text.as_bytes()).into_iter().map(|(range, _)| &text[range]).collect()
    }

    #[test]
    fn words_stand_where_they_were_typed() {
        assert_eq!(
            shown("foo -bar* OR (A:baz~1 \"some  words x~ e*\"~3)"),
            ["foo", "bar", "baz", "some  words", "x", "e"]
        );
        assert_eq!(shown("OR NOT"), [""; 0]);
    }

    /// They stand in order, apart from each other, and hold no bracket or quote.
    #[test]
    fn words_of_random_input() {
        let mut random = Random(71);
        for _ in 0..100_000 {
            let text: Vec<u8> = (0..random.below(20))
                .map(|_| b"aAB:~12*\"()-+ OR"[random.below(16) as usize])
                .collect();
            let mut end = 0;
            for (range, _) in words(&text) {
                assert!(range.start >= end && range.start < range.end);
                end = range.end;
                assert!(!text[range.clone()].contains(&b'"'));
            }
        }
    }

    #[test]
    fn typos_by_length() {
        let typos = |text: &'static str| match parse(text.as_bytes()) {
            Some(Syntax::Word(Text { typos, .. }, 0)) => typos,
            other => panic!("{other:?}"),
        };
        let found = ["rank~", "ranks~", "rankin~", "größe~", "a~0", "a~1", "a~2", "a~7"].map(typos);
        assert_eq!(found, [1, 1, 2, 1, 0, 1, 2, 2]);
    }

    #[test]
    fn marks_without_a_word_are_text() {
        for text in ["*", "~", "~5"] {
            assert_eq!(shown(text), [text]);
        }
        assert_eq!(shown("a~b c~d~1"), ["a~b", "c~d"]);
        assert_eq!(shown("a*b c*-algebra 2*3"), ["a*b", "c*-algebra", "2*3"]);
    }

    /// What people type behind a word does not hide its mark.
    #[test]
    fn marks_before_punctuation() {
        fn found(syntax: Syntax<'_>) -> Vec<(String, bool, u8)> {
            match syntax {
                Syntax::Word(text, _) => {
                    vec![(String::from_utf8_lossy(text.text).into(), text.prefix, text.typos)]
                }
                Syntax::Phrase { parts, .. } => {
                    parts.into_iter().flat_map(|part| found(Syntax::Word(part, 0))).collect()
                }
                Syntax::Beside(operands) => {
                    operands.into_iter().flat_map(|(_, operand)| found(operand)).collect()
                }
                other => panic!("{other:?}"),
            }
        }
        let word = |text: &str, typos| (text.to_owned(), false, typos);
        for (typed, expected) in [
            ("wrods~1, here~.", vec![word("wrods", 1), word("here", 1)]),
            ("its~1-kind~2", vec![word("its", 1), word("kind", 2)]),
            ("isn~1't~1", vec![word("isn", 1), word("t", 1)]),
            ("\"wrods~1, here, there\"", vec![word("wrods", 1), word("here, there", 0)]),
            ("rank*, file", vec![("rank".to_owned(), true, 0), word("file", 0)]),
            ("a~1b ~1 x~~", vec![word("a~1b", 0), word("~1", 0), word("x", 1)]),
        ] {
            assert_eq!(found(parse(typed.as_bytes()).unwrap()), expected, "{typed}");
        }
    }

    /// A megabyte of marks takes no more than a moment.
    #[test]
    fn many_marks_in_one_stretch() {
        let text = b"a~1-".repeat(300_000);
        assert_eq!(words(&text).len(), 300_000);
        let text = [b"a*".repeat(300_000), b",".repeat(300_000)].concat();
        assert_eq!(words(&text).len(), 1);
    }
}
