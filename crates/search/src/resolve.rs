//! From what a person typed to a `tsquery`.
//!
//! A [`Dictionary`] turns text into lexemes, as a text search configuration does, and knows the
//! corpus vocabulary, if there is one. The rest is here:
//!
//! * Words side by side follow [`Match`]; exclusions are always taken away from all the rest, and
//!   stand alone if there is no rest. `+a b c` is `a & (b | c | !b)`: it matches as `a` does.
//! * Text with several positions is a phrase, as in `websearch_to_tsquery`; stop words leave gaps in
//!   it. Lexemes of one position are joined as core does: `&` within a variant, `|` between variants.
//! * A phrase with slop becomes the alternatives of its distances, or, if they are more than
//!   [`MAX_ALTERNATIVES`], the AND of its words.
//! * A word with typos stands for the similar words of the vocabulary, unless it is one of them, or a
//!   stop word; it may have fewer typos than characters. In a text of several words those of three and
//!   more characters count.
//! * Trees are balanced. Their depth grows with the logarithm of the number of words, times the
//!   nesting of brackets, which is bounded ([`MAX_NESTING`](crate::parse::MAX_NESTING)).
//! * After [`MAX_WORDS`] words or [`MAX_BYTES`] of lexemes, further words are ignored; a lexeme longer
//!   than core takes is ignored too. Nothing that is typed is an error.

use crate::parse::{Syntax, Text};
use crate::tsquery::Node;
use crate::tsvector::MAX_LEXEME;

/// Words after which further ones are ignored.
pub const MAX_WORDS: usize = 4096;

/// Bytes of lexemes after which further words are ignored.
pub const MAX_BYTES: usize = 256 * 1024;

/// Alternatives of a phrase with slop.
pub const MAX_ALTERNATIVES: usize = 64;

/// Words of the vocabulary that a word with typos or a prefix stands for.
pub const MAX_EXPANSIONS: usize = 64;

/// How words side by side belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// One of them is enough.
    Any,
    /// All of them.
    All,
    /// All of them, the last one as a prefix.
    Prefix,
}

/// A lexeme that a text was turned into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lexeme {
    /// Its place in the text, from 1 on.
    pub position: u32,
    /// Lexemes of one position and variant stand together for a word; variants are alternatives.
    pub variant: u16,
    /// Whether the dictionary says that it stands for all lexemes that begin with it.
    pub prefix: bool,
    /// Its bytes.
    pub text: Vec<u8>,
}

/// What turns words into lexemes.
pub trait Dictionary {
    /// What can go wrong.
    type Error;

    /// Appends the lexemes of a text, by position, then variant, and returns the number of positions,
    /// those of stop words among them.
    ///
    /// # Errors
    /// Whatever the dictionaries raise.
    fn lexize(&mut self, text: &[u8], lexemes: &mut Vec<Lexeme>) -> Result<u32, Self::Error>;

    /// Whether there is a vocabulary. Without one the following are not called.
    fn has_vocabulary(&self) -> bool;

    /// The word as the vocabulary would have it: in lower case.
    ///
    /// # Errors
    /// Whatever the conversion raises.
    fn fold(&mut self, word: &[u8]) -> Result<Vec<u8>, Self::Error>;

    /// The vocabulary words within so many typos of a folded word, most frequent first; none if the
    /// vocabulary has the word itself.
    ///
    /// # Errors
    /// Whatever reading the vocabulary raises.
    fn similar(&mut self, word: &[u8], typos: u8) -> Result<Vec<Vec<u8>>, Self::Error>;

    /// The vocabulary words that begin with a folded word, most frequent first.
    ///
    /// # Errors
    /// Whatever reading the vocabulary raises.
    fn completions(&mut self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, Self::Error>;
}

/// The query for what was typed; `None` if no word is left of it.
///
/// # Errors
/// Those of the dictionary.
pub fn resolve<D: Dictionary>(
    syntax: Option<Syntax<'_>>,
    matching: Match,
    dictionary: &mut D,
) -> Result<Option<Node>, D::Error> {
    let Some(mut syntax) = syntax else { return Ok(None) };
    if matching == Match::Prefix {
        syntax.complete_last();
    }
    Resolver { dictionary, matching, words: 0, bytes: 0 }.node(&syntax)
}

/// What a text stands for, with positions, and the number of positions that it takes.
type Placed = (Vec<(u32, Node)>, u32);

struct Resolver<'d, D> {
    dictionary: &'d mut D,
    matching: Match,
    words: usize,
    bytes: usize,
}

/// All of them; nested ones are taken apart, so that the writer can balance them together.
fn all(operands: Vec<Node>) -> Option<Node> {
    join(operands, Node::And, |node| match node {
        Node::And(operands) => Ok(operands),
        other => Err(other),
    })
}

/// One of them.
fn any(operands: Vec<Node>) -> Option<Node> {
    join(operands, Node::Or, |node| match node {
        Node::Or(operands) => Ok(operands),
        other => Err(other),
    })
}

fn join(
    operands: Vec<Node>,
    several: fn(Vec<Node>) -> Node,
    apart: fn(Node) -> Result<Vec<Node>, Node>,
) -> Option<Node> {
    let mut joined = Vec::with_capacity(operands.len());
    for operand in operands {
        match apart(operand) {
            Ok(operands) => joined.extend(operands),
            Err(operand) => joined.push(operand),
        }
    }
    if joined.len() > 1 { Some(several(joined)) } else { joined.pop() }
}

/// Words in order with their positions: a word, or a phrase.
fn phrase(operands: Vec<(u32, Node)>) -> Option<Node> {
    let mut last = 0;
    let mut operands: Vec<(u16, Node)> = operands
        .into_iter()
        .map(|(position, node)| {
            let distance = u16::try_from(position.saturating_sub(last)).unwrap_or(u16::MAX);
            last = position;
            (distance, node)
        })
        .collect();
    if operands.len() > 1 {
        Some(Node::Phrase(operands))
    } else {
        operands.pop().map(|operand| operand.1)
    }
}

/// Whether it only says what must not be there.
fn is_exclusion(node: &Node) -> bool {
    match node {
        Node::Not(_) => true,
        Node::And(operands) | Node::Or(operands) => operands.iter().all(is_exclusion),
        Node::Word { .. } | Node::Phrase(_) => false,
    }
}

fn bytes_of(node: &Node) -> usize {
    match node {
        Node::Word { lexeme, .. } => lexeme.len() + 1,
        Node::Not(operand) => bytes_of(operand),
        Node::And(operands) | Node::Or(operands) => operands.iter().map(bytes_of).sum(),
        Node::Phrase(operands) => operands.iter().map(|(_, node)| bytes_of(node)).sum(),
    }
}

fn first_word(node: &Node) -> Option<&Node> {
    match node {
        Node::Word { .. } => Some(node),
        Node::Not(operand) => first_word(operand),
        Node::And(operands) | Node::Or(operands) => operands.iter().find_map(first_word),
        Node::Phrase(operands) => operands.iter().find_map(|(_, node)| first_word(node)),
    }
}

/// Something that every document satisfies and that scores nothing: `!x` beside x itself. Where x is
/// more than a word or phrase, repeating it would let a query grow with the power of its nesting:
/// then `!(w & !w)` with one of its words.
fn no_matter_what(node: &Node) -> Option<Node> {
    let simple = match node {
        Node::Word { .. } => true,
        Node::Phrase(operands) => {
            operands.iter().all(|(_, node)| matches!(node, Node::Word { .. }))
        }
        _ => false,
    };
    let operand = if simple {
        node.clone()
    } else {
        let word = first_word(node)?;
        Node::And(vec![word.clone(), Node::Not(Box::new(word.clone()))])
    };
    Some(Node::Not(Box::new(operand)))
}

impl<D: Dictionary> Resolver<'_, D> {
    fn node(&mut self, syntax: &Syntax<'_>) -> Result<Option<Node>, D::Error> {
        match syntax {
            Syntax::Word(text, labels) => {
                let (operands, _) = self.text(text, *labels)?;
                Ok(phrase(operands))
            }
            Syntax::Phrase { parts, labels, slop, .. } => self.phrase(parts, *labels, *slop),
            Syntax::Not(operand) => Ok(self.node(operand)?.map(|node| match node {
                Node::Not(operand) => *operand,
                other => Node::Not(Box::new(other)),
            })),
            Syntax::And(operands) => Ok(all(self.nodes(operands)?)),
            Syntax::Or(operands) => Ok(any(self.nodes(operands)?)),
            Syntax::Beside(operands) => self.beside(operands),
        }
    }

    fn nodes(&mut self, operands: &[Syntax<'_>]) -> Result<Vec<Node>, D::Error> {
        let mut nodes = Vec::new();
        for operand in operands {
            nodes.extend(self.node(operand)?);
        }
        Ok(nodes)
    }

    fn beside(&mut self, operands: &[(bool, Syntax<'_>)]) -> Result<Option<Node>, D::Error> {
        let (mut required, mut optional, mut excluded) = (Vec::new(), Vec::new(), Vec::new());
        for (plus, operand) in operands {
            let Some(node) = self.node(operand)? else { continue };
            if self.matching != Match::Any {
                required.push(node);
            } else if is_exclusion(&node) {
                excluded.push(node);
            } else if *plus {
                required.push(node);
            } else {
                optional.push(node);
            }
        }
        if required.is_empty() {
            required.extend(any(optional));
        } else if let Some(rest) = optional.first().and_then(no_matter_what) {
            self.bytes += bytes_of(&rest);
            if self.bytes <= MAX_BYTES {
                optional.push(rest);
                required.extend(any(optional));
            }
        }
        required.extend(excluded);
        Ok(all(required))
    }

    fn phrase(
        &mut self,
        parts: &[Text<'_>],
        labels: u8,
        slop: u32,
    ) -> Result<Option<Node>, D::Error> {
        let mut operands: Vec<(u32, Node)> = Vec::new();
        let mut offset: u32 = 0;
        for part in parts {
            let (words, positions) = self.text(part, labels)?;
            operands.extend(words.into_iter().map(|(at, node)| (offset.saturating_add(at), node)));
            offset = offset.saturating_add(positions);
        }
        if slop == 0 || operands.len() < 2 {
            return Ok(phrase(operands));
        }
        let words = operands.iter().map(|(_, node)| node.clone()).collect();
        let Some(extras) = extras(operands.len() - 1, slop) else { return Ok(all(words)) };
        let bytes: usize = operands.iter().map(|(_, node)| bytes_of(node)).sum();
        self.bytes += bytes * (extras.len() - 1);
        if self.bytes > MAX_BYTES {
            return Ok(all(words));
        }
        let mut alternatives = Vec::new();
        for extra in extras {
            let mut moved = operands.clone();
            let mut further = 0;
            for ((position, _), extra) in moved[1..].iter_mut().zip(extra) {
                further += extra;
                *position = position.saturating_add(further);
            }
            alternatives.extend(phrase(moved));
        }
        Ok(any(alternatives))
    }

    /// What a text stands for, with typos and completions.
    fn text(&mut self, text: &Text<'_>, labels: u8) -> Result<Placed, D::Error> {
        let (words, positions) = self.lexize(text.text, labels, text.prefix)?;
        let expands = text.prefix || text.typos > 0;
        if !expands || !self.dictionary.has_vocabulary() || self.words >= MAX_WORDS {
            return Ok((words, positions));
        }
        if !text.prefix {
            return Ok(self.with_typos(text, labels)?.unwrap_or((words, positions)));
        }
        let folded = self.dictionary.fold(text.text)?;
        let candidates = self.dictionary.completions(&folded)?;
        let mut alternatives = Vec::from_iter(phrase(words));
        if alternatives.is_empty() && folded.iter().any(|byte| in_word(*byte)) {
            // A stop word, as long as more may follow.
            alternatives.extend(self.word(folded, labels, true));
        }
        let operand = self.alternatives(alternatives, candidates, labels)?;
        Ok((operand.map(|node| (1, node)).into_iter().collect(), positions.max(1)))
    }

    /// A text in which words may have typos: one of a single word mostly. `None` if nothing is similar
    /// to any of them, or the vocabulary has them all.
    fn with_typos(&mut self, text: &Text<'_>, labels: u8) -> Result<Option<Placed>, D::Error> {
        let words = || text.text.split(|byte| !in_word(*byte)).filter(|word| !word.is_empty());
        let alone = words().nth(1).is_none();
        let mut operands = Vec::new();
        let (mut offset, mut expanded) = (0_u32, false);
        for word in words() {
            // A typo for each character would leave nothing of the word; in compounds short parts
            // are too much like any other.
            let characters = word.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
            let typos = text.typos.min(characters.saturating_sub(1).min(2) as u8);
            let (plain, positions) = self.lexize(word, labels, false)?;
            let stop_word = positions > 0 && plain.is_empty();
            let mut similar = Vec::new();
            if typos > 0 && !stop_word && (alone || characters > 2) {
                let folded = self.dictionary.fold(word)?;
                similar = self.dictionary.similar(&folded, typos)?;
            }
            if similar.is_empty() {
                operands.extend(plain.into_iter().map(|(at, node)| (offset + at, node)));
                offset += positions;
            } else {
                expanded = true;
                offset += 1;
                let operand = self.alternatives(Vec::new(), similar, labels)?;
                operands.extend(operand.map(|node| (offset, node)));
            }
        }
        Ok(expanded.then_some((operands, offset)))
    }

    /// One of some nodes, or of the words of the vocabulary.
    fn alternatives(
        &mut self,
        mut alternatives: Vec<Node>,
        candidates: Vec<Vec<u8>>,
        labels: u8,
    ) -> Result<Option<Node>, D::Error> {
        for candidate in candidates.into_iter().take(MAX_EXPANSIONS) {
            let (words, _) = self.lexize(&candidate, labels, false)?;
            let Some(node) = phrase(words) else { continue };
            let known = |other: &Node| *other == node || covers(other, &node);
            if !alternatives.iter().any(known) {
                alternatives.push(node);
            }
        }
        Ok(any(alternatives))
    }

    /// The lexemes of a text as it is.
    fn lexize(&mut self, text: &[u8], labels: u8, prefix: bool) -> Result<Placed, D::Error> {
        let mut words = Vec::new();
        if self.words >= MAX_WORDS || self.bytes >= MAX_BYTES {
            return Ok((words, 0));
        }
        let mut lexemes = Vec::new();
        let positions = self.dictionary.lexize(text, &mut lexemes)?;
        let mut lexemes = lexemes.into_iter().peekable();
        while let Some(first) = lexemes.peek() {
            let position = first.position;
            let mut variants = Vec::new();
            while let Some(next) = lexemes.next_if(|next| next.position == position) {
                let variant = next.variant;
                let mut together =
                    Vec::from_iter(self.word(next.text, labels, prefix || next.prefix));
                while let Some(next) =
                    lexemes.next_if(|next| next.position == position && next.variant == variant)
                {
                    together.extend(self.word(next.text, labels, prefix || next.prefix));
                }
                variants.extend(all(together));
            }
            if let Some(node) = any(variants) {
                self.words += 1;
                words.push((position, node));
            }
            if self.words >= MAX_WORDS {
                break;
            }
        }
        Ok((words, positions))
    }

    fn word(&mut self, lexeme: Vec<u8>, labels: u8, prefix: bool) -> Option<Node> {
        let bytes = self.bytes + lexeme.len() + 1;
        if lexeme.is_empty() || lexeme.len() > MAX_LEXEME || bytes > MAX_BYTES {
            return None;
        }
        self.bytes = bytes;
        Some(Node::Word { lexeme, labels, prefix })
    }
}

/// Whether a byte belongs to a word of a vocabulary.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// Whether a prefix stands for that word too.
fn covers(prefix: &Node, word: &Node) -> bool {
    match (prefix, word) {
        (Node::Word { lexeme: short, prefix: true, .. }, Node::Word { lexeme: long, .. }) => {
            long.starts_with(short)
        }
        _ => false,
    }
}

/// All ways to put at most `slop` further positions into so many gaps, least first; `None` if they
/// are more than [`MAX_ALTERNATIVES`].
fn extras(gaps: usize, slop: u32) -> Option<Vec<Vec<u32>>> {
    // C(slop + gaps, gaps) > 64 if both are large; with one gap it is slop + 1.
    if slop as usize >= MAX_ALTERNATIVES || gaps >= MAX_ALTERNATIVES {
        return None;
    }
    let mut all = vec![vec![]];
    for _ in 0..gaps {
        let mut longer = Vec::new();
        for extra in all {
            let left = slop - extra.iter().sum::<u32>();
            for more in 0..=left {
                let mut extra = extra.clone();
                extra.push(more);
                longer.push(extra);
            }
        }
        if longer.len() > MAX_ALTERNATIVES {
            return None;
        }
        all = longer;
    }
    all.sort_by_key(|extra| extra.iter().sum::<u32>());
    Some(all)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::parse::{MAX_NESTING, parse};
    use crate::testing::Random;
    use crate::tsquery::{Item, TsQuery};

    /// Words are runs of letters, digits and `_`, in lower case; `x-y` is a compound with its parts,
    /// as core's parser has it; an `s` at the end goes, and so does `ing`; `flies` is fly or fli.
    struct Fake {
        vocabulary: Vec<&'static str>,
    }

    const STOP: [&[u8]; 3] = [b"the", b"of", b"an"];

    impl Dictionary for Fake {
        type Error = ();

        fn lexize(&mut self, text: &[u8], lexemes: &mut Vec<Lexeme>) -> Result<u32, ()> {
            let mut position = 0;
            let mut push = |word: &[u8]| {
                position += 1;
                let word = word.to_ascii_lowercase();
                if STOP.contains(&&*word) {
                    return;
                }
                let mut push = |variant, text: &[u8]| {
                    lexemes.push(Lexeme { position, variant, prefix: false, text: text.to_vec() });
                };
                if word == b"flies" {
                    push(1, b"fly");
                    push(2, b"fli");
                    return push(2, b"es");
                }
                let stem = word.strip_suffix(b"ing").or(word.strip_suffix(b"s")).unwrap_or(&word);
                push(1, stem);
            };
            let of_word =
                |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
            for run in text.split(|byte| !of_word(byte) && *byte != b'-') {
                let parts = run.split(|byte| *byte == b'-').filter(|part| !part.is_empty());
                if parts.clone().count() > 1 {
                    push(run);
                }
                parts.for_each(&mut push);
            }
            Ok(position)
        }

        fn has_vocabulary(&self) -> bool {
            !self.vocabulary.is_empty()
        }

        fn fold(&mut self, word: &[u8]) -> Result<Vec<u8>, ()> {
            Ok(word.to_ascii_lowercase())
        }

        /// Those with the same first letter.
        fn similar(&mut self, word: &[u8], typos: u8) -> Result<Vec<Vec<u8>>, ()> {
            assert!(matches!(typos, 1 | 2));
            if self.vocabulary.iter().any(|known| known.as_bytes() == word) {
                return Ok(vec![]);
            }
            self.completions(&word[..1])
        }

        fn completions(&mut self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, ()> {
            let words = self.vocabulary.iter().filter(|word| word.as_bytes().starts_with(prefix));
            Ok(words.map(|word| word.as_bytes().to_vec()).collect())
        }
    }

    fn show(node: Option<Node>) -> String {
        let bytes = node.map_or_else(crate::tsquery::empty, |node| node.write().unwrap());
        TsQuery::new(&bytes).unwrap().to_string()
    }

    fn query_with(text: &str, matching: Match, vocabulary: &[&'static str]) -> String {
        let mut dictionary = Fake { vocabulary: vocabulary.to_vec() };
        show(resolve(parse(text.as_bytes()), matching, &mut dictionary).unwrap())
    }

    fn check(matching: Match, examples: &[(&str, &str)]) {
        for (text, expected) in examples {
            assert_eq!(query_with(text, matching, &[]), *expected, "{text}");
        }
    }

    #[test]
    fn any_word_is_enough() {
        check(
            Match::Any,
            &[
                ("", ""),
                ("   ", ""),
                ("cats", "'cat'"),
                ("cat dog", "'cat' | 'dog'"),
                ("cat cat", "'cat' | 'cat'"),
                ("the cat", "'cat'"),
                ("the", ""),
                ("cat -dog", "'cat' & !'dog'"),
                ("-dog cat -bird cow", "( 'cat' | 'cow' ) & !'dog' & !'bird'"),
                ("-dog", "!'dog'"),
                ("-dog -cat", "!'dog' & !'cat'"),
                ("NOT dog", "!'dog'"),
                ("cat NOT dog", "'cat' & !'dog'"),
                ("cat NOT NOT dog", "'cat' | 'dog'"),
                ("-the cat", "'cat'"),
                ("+a b c", "'a' & ( 'b' | 'c' | !'b' )"),
                ("b +a c", "'a' & ( 'b' | 'c' | !'b' )"),
                ("+a +b", "'a' & 'b'"),
                ("+a +b c", "'a' & 'b' & ( 'c' | !'c' )"),
                ("+a", "'a'"),
                ("+a b -c", "'a' & ( 'b' | !'b' ) & !'c'"),
                ("+the b", "'b'"),
                ("a AND b", "'a' & 'b'"),
                ("a AND b c", "'a' & 'b' | 'c'"),
                ("a b AND c", "'a' | 'b' & 'c'"),
                ("a OR b c", "'a' | 'b' | 'c'"),
                ("a OR b AND c", "'a' | 'b' & 'c'"),
                ("a AND -b", "'a' & !'b'"),
                ("a OR -b", "'a' | !'b'"),
                ("a AND (b OR c)", "'a' & ( 'b' | 'c' )"),
                ("a -(b c)", "'a' & !( 'b' | 'c' )"),
                ("a -(b AND c)", "'a' & !( 'b' & 'c' )"),
                ("a (-b -c)", "'a' & !'b' & !'c'"),
                ("-(-a)", "'a'"),
                ("+(a b) c", "( 'a' | 'b' ) & ( 'c' | !'c' )"),
                ("+a (b AND c)", "'a' & ( 'b' & 'c' | !( 'b' & !'b' ) )"),
                ("+a \"b c\"", "'a' & ( 'b' <-> 'c' | !( 'b' <-> 'c' ) )"),
            ],
        );
    }

    #[test]
    fn all_words_are_wanted() {
        check(
            Match::All,
            &[
                ("cat dog", "'cat' & 'dog'"),
                ("cat -dog cow", "'cat' & !'dog' & 'cow'"),
                ("+a b", "'a' & 'b'"),
                ("a b OR c", "'a' & 'b' | 'c'"),
                ("a (b OR c)", "'a' & ( 'b' | 'c' )"),
                ("cat* dog", "'cat':* & 'dog'"),
            ],
        );
        check(
            Match::Prefix,
            &[
                ("cat do", "'cat' & 'do':*"),
                ("cat do ", "'cat' & 'do':*"),
                ("do", "'do':*"),
                ("cat (dog OR bir)", "'cat' & ( 'dog' | 'bir':* )"),
                ("cat -do", "'cat' & !'do'"),
                ("\"cat do\"", "'cat' <-> 'do'"),
                ("\"cat do", "'cat' <-> 'do':*"),
                ("A:do", "'do':*A"),
                ("cat the", "'cat'"),
                ("wor~1", "'wor'"),
            ],
        );
    }

    #[test]
    fn words_and_phrases() {
        check(
            Match::Any,
            &[
                ("\"cat dog\"", "'cat' <-> 'dog'"),
                ("\"cat of the dog\"", "'cat' <3> 'dog'"),
                ("\"the cat the\"", "'cat'"),
                ("\"\" a", "'a'"),
                ("\"cat dog", "'cat' <-> 'dog'"),
                ("“cat dog” cow", "'cat' <-> 'dog' | 'cow'"),
                ("cat\"dog\"cow", "'cat' | 'dog' | 'cow'"),
                ("\"a OR b\"", "'a' <-> 'or' <-> 'b'"),
                ("x-y", "'x-y' <-> 'x' <-> 'y'"),
                ("foo,bar", "'foo' <-> 'bar'"),
                ("flies", "'fly' | 'fli' & 'es'"),
                ("\"a flies\"", "'a' <-> ( 'fly' | 'fli' & 'es' )"),
                ("cat*", "'cat':*"),
                ("x-y*", "'x-y':* <-> 'x':* <-> 'y':*"),
                ("c*t", "'c' <-> 't'"),
                ("*", ""),
                ("* a", "'a'"),
                ("\"cat do*\"", "'cat' <-> 'do':*"),
                ("\"cat do\"*", "'cat' <-> 'do':*"),
                ("\"do*\"", "'do':*"),
                ("\"ca* dog\"", "'ca' <-> 'dog'"),
                ("A:cat", "'cat':A"),
                ("AB:\"cat dog\"", "'cat':AB <-> 'dog':AB"),
                ("-A:cat +DCBA:dog*", "'dog':*ABCD & !'cat':A"),
                ("A: cat", "'a' | 'cat'"),
                ("A:(cat)", "'a' | 'cat'"),
                ("a:cat", "'a' <-> 'cat'"),
                ("AX:cat", "'ax' <-> 'cat'"),
                ("C:\\dir", "'c' <-> 'dir'"),
                ("A:OR", "'or':A"),
                ("wor~ wor~1 wor~2 wor~99", "'wor' | 'wor' | 'wor' | 'wor'"),
                ("\"a b\"~1", "'a' <-> 'b' | 'a' <2> 'b'"),
                ("\"a b c\"~1", "'a' <-> 'b' <-> 'c' | 'a' <-> 'b' <2> 'c' | 'a' <2> 'b' <-> 'c'"),
                ("\"a the b\"~1", "'a' <2> 'b' | 'a' <3> 'b'"),
                ("\"a b\"~0", "'a' <-> 'b'"),
                ("\"a\"~3", "'a'"),
                ("\"a b\"~64", "'a' & 'b'"),
                ("\"a b\"~99999999999999999999", "'a' & 'b'"),
                ("\"a b c d e\"~4", "'a' & 'b' & 'c' & 'd' & 'e'"),
            ],
        );
        assert_eq!(query_with("\"a b\"~63", Match::Any, &[]).matches('|').count(), 63);
    }

    #[test]
    fn what_makes_no_sense_is_text_or_nothing() {
        check(
            Match::Any,
            &[
                ("OR", ""),
                ("a OR", "'a'"),
                ("OR a", "'a'"),
                ("AND AND a AND AND b AND", "'a' & 'b'"),
                ("a AND OR b", "'a' | 'b'"),
                ("a NOT", "'a'"),
                ("or and not", "'or' | 'and' | 'not'"),
                ("a - b", "'a' | 'b'"),
                ("a -- b", "'a' | 'b'"),
                ("a --b", "'a' | 'b'"),
                ("- + ~ ^", ""),
                ("(", ""),
                (")", ""),
                (")a(", "'a'"),
                ("(a", "'a'"),
                ("a) b", "'a' | 'b'"),
                ("() a", "'a'"),
                ("-() a", "'a'"),
                ("((a OR b) c", "'a' | 'b' | 'c'"),
                ("f(x)", "'f' | 'x'"),
                ("-)a", "'a'"),
                ("+-a", "!'a'"),
                ("-+a b", "'b' & !'a'"),
                ("'; DROP TABLE", "'drop' | 'table'"),
            ],
        );
    }

    #[test]
    fn typos_and_prefixes_with_a_vocabulary() {
        let vocabulary = ["ranking", "rank", "ranks", "rain", "thesis", "theory"];
        for (text, matching, expected) in [
            ("rnak~", Match::Any, "'rank' | 'rain'"),
            ("A:rnak~1 x", Match::Any, "'rank':A | 'rain':A | 'x'"),
            ("rank~", Match::Any, "'rank'"),
            ("xyz~", Match::Any, "'xyz'"),
            ("rnak", Match::Any, "'rnak'"),
            ("-rnak~", Match::Any, "!( 'rank' | 'rain' )"),
            ("rnak?~1, (~rnak~2!)", Match::Any, "'rank' | 'rain' | 'rank' | 'rain'"),
            ("tset-rnak~1", Match::Any, "( 'thesi' | 'theory' ) <-> ( 'rank' | 'rain' )"),
            ("tset-ra~1", Match::Any, "( 'thesi' | 'theory' ) <-> 'ra'"),
            ("the~1 of~ t~1 r~", Match::Any, "'t' | 'r'"),
            ("\"web rnak~ x\"", Match::Any, "'web' <-> ( 'rank' | 'rain' ) <-> 'x'"),
            // No keystroke on the way to `ranking` loses `rank`.
            ("ran", Match::Prefix, "'ran':*"),
            ("rank", Match::Prefix, "'rank':*"),
            ("ranki", Match::Prefix, "'ranki':* | 'rank'"),
            ("rankin", Match::Prefix, "'rankin':* | 'rank'"),
            ("ranking", Match::Prefix, "'rank':*"),
            ("\"web ranki*\"", Match::Any, "'web' <-> ( 'ranki':* | 'rank' )"),
            // A stop word that is not yet finished.
            ("cat the", Match::Prefix, "'cat' & 'the':*"),
            ("cat The", Match::Prefix, "'cat' & 'the':*"),
            ("the cat", Match::Prefix, "'cat':*"),
        ] {
            assert_eq!(query_with(text, matching, &vocabulary), expected, "{text}");
        }
        let many: Vec<&'static str> =
            (0..100).map(|i| &*Box::leak(format!("q{i}").into_boxed_str())).collect();
        let expanded = query_with("qx~", Match::Any, &many);
        assert_eq!(expanded.matches('|').count() + 1, MAX_EXPANSIONS);
    }

    #[test]
    fn words_beyond_the_limits_are_ignored() {
        let words = |text: String, matching| {
            let bytes = resolve(parse(text.as_bytes()), matching, &mut Fake { vocabulary: vec![] });
            let bytes = bytes.unwrap().unwrap().write().unwrap();
            TsQuery::new(&bytes).unwrap().operands().map(|o| o.lexeme.to_vec()).collect::<Vec<_>>()
        };
        let many: String = (0..10_000).map(|i| format!("w{i} ")).collect();
        for text in [many.clone(), format!("\"{many}\"")] {
            let kept = words(text, Match::Any);
            assert_eq!(kept.len(), MAX_WORDS);
            assert_eq!(kept[MAX_WORDS - 1], b"w4095");
        }
        let long: String = (0..1000).map(|i| format!("{}{i} ", "x".repeat(1000))).collect();
        let kept = words(long, Match::All);
        assert!(kept.iter().map(|word| word.len() + 1).sum::<usize>() <= MAX_BYTES);
        assert_eq!(kept.len(), MAX_BYTES / 1003);
        let kept = words(format!("a {} {} b", "x".repeat(2047), "y".repeat(2046)), Match::Any);
        assert_eq!(kept.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2046, 1]);
        // Alternatives count as well.
        let phrase = format!("\"{} {}\"~60", "x".repeat(2046), "y".repeat(2046)).repeat(3);
        assert!(words(phrase, Match::Any).iter().map(Vec::len).sum::<usize>() <= MAX_BYTES);
    }

    fn depth(query: TsQuery<'_>, index: usize) -> usize {
        match query.item(index) {
            Item::Value(_) => 1,
            Item::Not(operand) => 1 + depth(query, operand),
            Item::And(left, right) | Item::Or(left, right) | Item::Phrase(left, right, _) => {
                1 + depth(query, left).max(depth(query, right))
            }
        }
    }

    #[test]
    fn queries_are_shallow() {
        let nested = |open: &str, n: usize| open.repeat(n) + "z" + &")".repeat(n);
        for (text, at_most) in [
            ("a ".repeat(5000), 13),
            ("a AND ".repeat(5000), 13),
            ("a OR ".repeat(5000), 13),
            ("-a ".repeat(5000), 14),
            ("(a OR b) ".repeat(2048), 13),
            ("(a AND b) ".repeat(2048), 14),
            (format!("\"{}\"", "a ".repeat(5000)), 40),
            (nested("(", 100_000), 1),
            (nested("(a ", 4000), 13),
            (nested("-(a ", 4000), 3 * MAX_NESTING + 12),
            (nested("+a (b AND ", 4000), 4 * MAX_NESTING + 12),
            ("NOT ".repeat(100_001) + "a", 2),
        ] {
            let node =
                resolve(parse(text.as_bytes()), Match::Any, &mut Fake { vocabulary: vec![] });
            let bytes = node.unwrap().unwrap().write().unwrap();
            let depth = depth(TsQuery::new(&bytes).unwrap(), 0);
            assert!(depth <= at_most, "{} gives {depth}", &text[..20]);
        }
    }

    /// A million random inputs: each gives a valid query, in seconds.
    #[test]
    fn nothing_is_an_error() {
        let pieces: Vec<&[u8]> = vec![
            b"a",
            b"b",
            b"the",
            b"cats",
            b"x-y",
            b" ",
            b" ",
            b" ",
            b" ",
            b"\"",
            b"\"",
            b"(",
            b")",
            b"-",
            b"+",
            b"~",
            b"~1",
            b"~3",
            b"*",
            b"A:",
            b"BD:",
            b"OR",
            b"AND",
            b"NOT",
            b" OR ",
            b" AND ",
            b" NOT ",
            b":",
            b"\xe2\x80\x9c",
            b"\xe2\x80\x9d",
            b"\xff",
            b"\0",
            b"\t",
            b"\xc3\xb6",
            b"'",
            b"\\",
            b"flies",
            b"|",
            b"&",
            b"!",
        ];
        let mut random = Random(41);
        let start = Instant::now();
        let mut words = 0;
        for round in 0..1_000_000 {
            let mut text = Vec::new();
            for _ in 0..random.below(14) {
                text.extend(pieces[random.below(pieces.len() as u64) as usize]);
            }
            let vocabulary = if round % 4 == 0 { vec!["cats", "about", "the"] } else { vec![] };
            let matching = [Match::Any, Match::All, Match::Prefix][round % 3];
            let node = resolve(parse(&text), matching, &mut Fake { vocabulary }).unwrap();
            if let Some(node) = node {
                let bytes = node.write().unwrap();
                let query = TsQuery::new(&bytes).unwrap();
                assert_eq!(query.operands().count(), node.words());
                assert!(query.len() < 2000);
                words += node.words();
            }
        }
        assert!(words > 1_000_000);
        assert!(start.elapsed().as_secs() < 60);
    }

    /// With `all`, and no operator that is only ours, the words mean what they mean in
    /// `websearch_to_tsquery`: outputs of PostgreSQL 18 with the configuration `simple`.
    #[test]
    fn as_websearch_to_tsquery() {
        check(
            Match::All,
            &[
                ("\"a b c\" d-e", "'a' <-> 'b' <-> 'c' & 'd-e' <-> 'd' <-> 'e'"),
                ("cat dog", "'cat' & 'dog'"),
                ("cat -dog", "'cat' & !'dog'"),
                ("cat OR dog cow", "'cat' | 'dog' & 'cow'"),
                ("\"cat dog\" -\"cow bird\"", "'cat' <-> 'dog' & !( 'cow' <-> 'bird' )"),
                ("-cat", "!'cat'"),
                ("-cat -dog", "!'cat' & !'dog'"),
                ("a-b-c", "'a-b-c' <-> 'a' <-> 'b' <-> 'c'"),
                ("cat OR -dog", "'cat' | !'dog'"),
                ("cat \"dog", "'cat' & 'dog'"),
                ("\"cat\" \"dog\"", "'cat' & 'dog'"),
                ("cat, dog; cow", "'cat' & 'dog' & 'cow'"),
                ("x OR y OR z w", "'x' | 'y' | 'z' & 'w'"),
                ("\"x-y z\"", "'x-y' <-> 'x' <-> 'y' <-> 'z'"),
                ("\"a b", "'a' <-> 'b'"),
            ],
        );
    }

    #[test]
    fn what_is_required_costs_little() {
        // Repeating the operand of each level would be 2^60 words.
        let text = "+a (b AND ".repeat(60) + "c" + &")".repeat(60);
        let node = resolve(parse(text.as_bytes()), Match::Any, &mut Fake { vocabulary: vec![] });
        assert!(node.unwrap().unwrap().words() < 500);
    }
}
