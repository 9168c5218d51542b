//! BM25: weights of terms, normalisation of lengths, and the query with its numbers filled in.
//!
//! Score = Σ over the terms of qtf · idf · tf / (tf + k1·(1 − b + b·L/avgL)), for a document that
//! satisfies the query, else 0. That is BM25 of Robertson and Zaragoza ("The Probabilistic Relevance
//! Framework: BM25 and Beyond", 2009) without the constant factor k1 + 1, with labels as the streams
//! of BM25F: tf and L are sums weighted by label. idf = ln(1 + (N − df + 0.5)/(df + 0.5)) is never
//! negative.
//!
//! * A leaf under no `!` is a term, with qtf the number of such places. Its labels filter the
//!   occurrences, not df.
//! * A prefix is one term: tf over all lexemes that it stands for; df at most N.
//! * A phrase is one term: an occurrence is a place where it matches, with the label of its last
//!   word; idf is the sum over its words. Alternatives for one word (`|` within the phrase) are one
//!   word, with their document frequencies added, at most N.
//! * A lexeme without positions occurs once, with label D.
//!
//! The pieces do not know each other: [`idf`], [`Normalization`], and the evaluation
//! ([`crate::evaluate`]) with its source of occurrences. [`Scorer`] brings them together.
//!
//! Bytes of a query with its numbers, all in native order without padding: `uint32` version,
//! `uint32` number of leaves, k1, b, four weights, `uint64` N, four average lengths, `uint64` df of
//! each leaf (0 where it does not score), then the bytes of the `tsquery`.

use core::ops::ControlFlow;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec as VecIn;

use crate::evaluate::{Matches, Program, Scratch, Source, Term, TermKind};
use crate::tsquery::{Node, Operand, TsQuery};
use crate::tsvector::{Label, MAX_LEXEME, Malformed, TsVector};

const VERSION: u32 = 1;

/// Bytes before the document frequencies.
const HEADER: usize = 8 + 11 * 8;

/// What the caller chooses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    /// How soon further occurrences stop to count.
    pub k1: f64,
    /// How much the length of the document counts.
    pub b: f64,
    /// What an occurrence with each label counts, {D, C, B, A}.
    pub weights: [f64; 4],
}

impl Default for Parameters {
    fn default() -> Self {
        Self { k1: 1.2, b: 0.75, weights: [1.0; 4] }
    }
}

/// Why [`Parameters`] are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidParameter {
    /// k1 is negative or no finite number.
    K1,
    /// b is outside 0 to 1.
    B,
    /// A weight is negative or no finite number.
    Weight,
}

impl Parameters {
    /// # Errors
    /// If a number is outside its bounds.
    pub fn check(&self) -> Result<(), InvalidParameter> {
        let number = |number: f64| number.is_finite() && number >= 0.0;
        if !number(self.k1) {
            Err(InvalidParameter::K1)
        } else if !(0.0..=1.0).contains(&self.b) {
            Err(InvalidParameter::B)
        } else if !self.weights.into_iter().all(number) {
            Err(InvalidParameter::Weight)
        } else {
            Ok(())
        }
    }
}

/// What the statistics say of the whole corpus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corpus {
    /// N, the number of documents.
    pub documents: u64,
    /// The average number of positions with each label, {D, C, B, A}.
    pub lengths: [f64; 4],
}

/// How much it says that a document holds a term that is in `frequency` of `documents` documents.
pub fn idf(documents: u64, frequency: u64) -> f64 {
    let frequency = frequency.min(documents);
    (((documents - frequency) as f64 + 0.5) / (frequency as f64 + 0.5)).ln_1p()
}

/// Occurrences to weight, given the length of the document.
#[derive(Debug, Clone, Copy)]
pub struct Normalization {
    /// k1·(1 − b)
    constant: f64,
    /// k1·b / avgL
    slope: f64,
    weights: [f64; 4],
    equal: bool,
}

impl Normalization {
    /// Without an average length (no document, or all weights 0) every document counts as average.
    pub fn new(parameters: &Parameters, corpus: &Corpus) -> Self {
        let Parameters { k1, b, weights } = *parameters;
        let average: f64 = weights.iter().zip(corpus.lengths).map(|(w, l)| w * l).sum();
        let (constant, slope) =
            if average > 0.0 { (k1 * (1.0 - b), k1 * b / average) } else { (k1, 0.0) };
        Self { constant, slope, weights, equal: weights.iter().all(|w| *w == weights[0]) }
    }

    /// k1·(1 − b + b·L/avgL) for the document of the source.
    ///
    /// # Errors
    /// Those of the source.
    #[inline]
    pub fn of<S: Source>(&self, source: &mut S) -> Result<f64, S::Error> {
        if self.slope == 0.0 {
            return Ok(self.constant);
        }
        let length = if self.equal {
            // As signed, which converts in one instruction.
            self.weights[0] * source.length()? as i64 as f64
        } else {
            let lengths = source.lengths()?;
            self.weights.iter().zip(lengths).map(|(w, l)| w * f64::from(l)).sum()
        };
        Ok(self.constant + self.slope * length)
    }
}

/// tf / (tf + norm); 0 without occurrences. Where weights are so large that both overflow, all
/// occurrences count.
#[inline]
fn saturation(tf: f64, norm: f64) -> f64 {
    let share = if tf > 0.0 { tf / (tf + norm) } else { 0.0 };
    if share.is_nan() { 1.0 } else { share }
}

/// Writes a query with its numbers. `frequencies` has the document frequency of each leaf of the
/// query's [`Program`], in order; those of leaves that do not score are not read.
///
/// # Panics
/// If there are fewer frequencies than leaves.
pub fn write(
    query: &[u8],
    program: &Program<impl Allocator>,
    parameters: &Parameters,
    corpus: &Corpus,
    frequencies: &[u64],
) -> Vec<u8> {
    let leaves = program.leaves();
    let mut bytes = Vec::with_capacity(HEADER + 8 * leaves + query.len());
    bytes.extend(VERSION.to_ne_bytes());
    bytes.extend((leaves as u32).to_ne_bytes());
    for number in [parameters.k1, parameters.b].into_iter().chain(parameters.weights) {
        bytes.extend(number.to_ne_bytes());
    }
    bytes.extend(corpus.documents.to_ne_bytes());
    bytes.extend(corpus.lengths.into_iter().flat_map(f64::to_ne_bytes));
    for (leaf, frequency) in frequencies[..leaves].iter().enumerate() {
        let frequency = if program.is_scored(leaf) { *frequency } else { 0 };
        bytes.extend(frequency.to_ne_bytes());
    }
    bytes.extend(query);
    bytes
}

/// A query with its numbers, over borrowed bytes, checked.
#[derive(Debug, Clone, Copy)]
pub struct Bm25Query<'a> {
    /// What was chosen.
    pub parameters: Parameters,
    /// What the statistics said.
    pub corpus: Corpus,
    frequencies: &'a [u8],
    /// The bytes of the `tsquery`.
    pub bytes: &'a [u8],
    /// The `tsquery`.
    pub query: TsQuery<'a>,
}

impl<'a> Bm25Query<'a> {
    /// Over what [`write()`] wrote.
    ///
    /// # Errors
    /// If it did not write that: another version, numbers out of bounds, or no `tsquery`.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        fn words<const N: usize>(bytes: &[u8]) -> [[u8; 8]; N] {
            core::array::from_fn(|index| core::array::from_fn(|byte| bytes[index * 8 + byte]))
        }
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or(Malformed)?;
        let [first] = words::<1>(header);
        let (version, leaves) = first.split_at(4);
        if version != VERSION.to_ne_bytes() {
            return Err(Malformed);
        }
        let leaves = u32::from_ne_bytes([leaves[0], leaves[1], leaves[2], leaves[3]]) as usize;
        let [k1, b, d, c, bw, a] = words::<6>(&header[8..]).map(f64::from_ne_bytes);
        let parameters = Parameters { k1, b, weights: [d, c, bw, a] };
        parameters.check().map_err(|_| Malformed)?;
        let documents = u64::from_ne_bytes(words::<1>(&header[56..])[0]);
        let lengths = words::<4>(&header[64..]).map(f64::from_ne_bytes);
        if !lengths.iter().all(|length| length.is_finite() && *length >= 0.0) {
            return Err(Malformed);
        }
        let (frequencies, bytes) =
            leaves.checked_mul(8).and_then(|n| rest.split_at_checked(n)).ok_or(Malformed)?;
        let query = TsQuery::new(bytes)?;
        let corpus = Corpus { documents, lengths };
        Ok(Self { parameters, corpus, frequencies, bytes, query })
    }

    /// The document frequency of each leaf of the query's [`Program`], in order.
    fn frequencies(&self) -> impl Iterator<Item = u64> + use<'a> {
        self.frequencies
            .chunks_exact(8)
            .map(|bytes| u64::from_ne_bytes(core::array::from_fn(|index| bytes[index])))
    }

    /// The numbers as text, which [`Numbers::parse`] reads; the query follows.
    pub fn print(&self) -> String {
        fn list<T: core::fmt::Debug>(numbers: impl Iterator<Item = T>) -> String {
            let numbers: Vec<String> = numbers.map(|number| format!("{number:?}")).collect();
            format!("{{{}}}", numbers.join(","))
        }
        let Self { parameters: Parameters { k1, b, weights }, corpus, .. } = self;
        let Corpus { documents, lengths } = corpus;
        let weights = list(weights.iter());
        let lengths = list(lengths.iter());
        let frequencies = list(self.frequencies());
        format!(
            "k1={k1:?} b={b:?} weights={weights} documents={documents} lengths={lengths} \
             frequencies={frequencies} query="
        )
    }
}

/// The numbers of a query, read from text.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbers {
    /// What was chosen.
    pub parameters: Parameters,
    /// What the statistics said.
    pub corpus: Corpus,
    /// The document frequency of each leaf.
    pub frequencies: Vec<u64>,
}

impl Numbers {
    /// What [`Bm25Query::print`] printed, and the text of the query behind it.
    ///
    /// # Errors
    /// If it did not print that, or numbers are out of bounds.
    pub fn parse(text: &str) -> Result<(Self, &str), Malformed> {
        fn field<'t>(rest: &mut &'t str, name: &str) -> Result<&'t str, Malformed> {
            let text = rest.trim_start().strip_prefix(name).ok_or(Malformed)?;
            let text = text.strip_prefix('=').ok_or(Malformed)?;
            let (value, behind) = text.split_once(char::is_whitespace).ok_or(Malformed)?;
            *rest = behind;
            Ok(value)
        }
        fn number<T: core::str::FromStr>(text: &str) -> Result<T, Malformed> {
            text.parse().map_err(|_| Malformed)
        }
        fn list<T: core::str::FromStr>(text: &str) -> Result<Vec<T>, Malformed> {
            let inner =
                text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).ok_or(Malformed)?;
            if inner.is_empty() {
                return Ok(Vec::new());
            }
            inner.split(',').map(number).collect()
        }
        let mut rest = text;
        let k1 = number(field(&mut rest, "k1")?)?;
        let b = number(field(&mut rest, "b")?)?;
        let weights = list(field(&mut rest, "weights")?)?.try_into().map_err(|_| Malformed)?;
        let parameters = Parameters { k1, b, weights };
        parameters.check().map_err(|_| Malformed)?;
        let documents = number(field(&mut rest, "documents")?)?;
        let lengths: [f64; 4] =
            list(field(&mut rest, "lengths")?)?.try_into().map_err(|_| Malformed)?;
        if !lengths.iter().all(|length| length.is_finite() && *length >= 0.0) {
            return Err(Malformed);
        }
        let frequencies = list(field(&mut rest, "frequencies")?)?;
        let query = rest.trim_start().strip_prefix("query=").ok_or(Malformed)?;
        let corpus = Corpus { documents, lengths };
        Ok((Self { parameters, corpus, frequencies }, query))
    }
}

/// One row of an explanation: what a term adds to the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The item of the `tsquery`, for [`TsQuery::print`].
    pub item: usize,
    /// Occurrences, weighted by label.
    pub tf: f64,
    /// The number of documents that hold it; a phrase has none.
    pub document_frequency: Option<u64>,
    /// What the term says.
    pub idf: f64,
    /// qtf, how often the term stands in the query.
    pub boost: u32,
    /// Its part of the score.
    pub score: f64,
}

/// A query ready to score documents, without further allocation but for the growth of its memory
/// for phrases.
#[derive(Debug)]
pub struct Scorer<A: Allocator> {
    program: Program<A>,
    scratch: Scratch<A>,
    numbers: Prepared<A>,
}

/// The numbers of a prepared query.
#[derive(Debug)]
struct Prepared<A: Allocator> {
    /// idf, and qtf · idf, of each term.
    boosts: VecIn<(f64, f64), A>,
    /// df of each leaf.
    frequencies: VecIn<u64, A>,
    normalization: Normalization,
    /// Whether the sum alone tells if a document satisfies the query.
    is_disjunction: bool,
}

impl<A: Allocator + Clone> Scorer<A> {
    /// Prepares a query.
    ///
    /// # Errors
    /// If it has not as many frequencies as leaves.
    pub fn new(query: &Bm25Query<'_>, allocator: A) -> Result<Self, Malformed> {
        let program = Program::new(query.query, allocator.clone());
        let scratch = Scratch::new(&program, allocator.clone());
        let mut frequencies = VecIn::new_in(allocator.clone());
        frequencies.extend(query.frequencies().map(|df| df.min(query.corpus.documents)));
        if frequencies.len() != program.leaves() {
            return Err(Malformed);
        }
        let documents = query.corpus.documents;
        let mut boosts = VecIn::new_in(allocator);
        for term in program.terms() {
            let idf = match term.kind {
                TermKind::Leaf(leaf) => idf(documents, frequencies[leaf]),
                TermKind::Phrase(phrase) => phrase_idf(&program, phrase, documents, &frequencies),
            };
            boosts.push((idf, f64::from(term.frequency) * idf));
        }
        let normalization = Normalization::new(&query.parameters, &query.corpus);
        let is_disjunction = program.is_disjunction();
        Ok(Self {
            program,
            scratch,
            numbers: Prepared { boosts, frequencies, normalization, is_disjunction },
        })
    }

    /// The query, whose leaves a [`Source`] numbers.
    pub fn program(&self) -> &Program<A> {
        &self.program
    }

    /// The score of a document; 0 if it does not satisfy the query.
    ///
    /// # Errors
    /// If the bytes of the document are wrong where they are looked at.
    pub fn score(&mut self, document: TsVector<'_>) -> Result<f64, Malformed> {
        let Self { program, scratch, numbers } = self;
        let (mut source, mut matches) = scratch.row(program, document);
        numbers.score(program, &mut source, &mut matches)
    }

    /// The score of a document whose occurrences come from elsewhere than a `tsvector`.
    ///
    /// # Errors
    /// Those of the source.
    pub fn score_from<S: Source>(&mut self, source: &mut S) -> Result<f64, S::Error> {
        self.numbers.score(&self.program, source, &mut self.scratch.matches())
    }

    /// What each term adds to the score, in the order in which they stand in the query; all 0 if the
    /// document does not satisfy the query.
    ///
    /// # Errors
    /// If the bytes of the document are wrong where they are looked at.
    pub fn explain(&mut self, document: TsVector<'_>) -> Result<Vec<Part>, Malformed> {
        let Self { program, scratch, numbers } = self;
        let (mut source, mut matches) = scratch.row(program, document);
        let mut parts = Vec::new();
        numbers.each(program, &mut source, &mut matches, true, |term, tf, idf, score| {
            let document_frequency = match term.kind {
                TermKind::Leaf(leaf) => Some(numbers.frequencies[leaf]),
                TermKind::Phrase(_) => None,
            };
            let boost = term.frequency;
            parts.push(Part { item: term.item, tf, document_frequency, idf, boost, score });
        })?;
        Ok(parts)
    }
}

impl<A: Allocator> Prepared<A> {
    fn score<S: Source>(
        &self,
        program: &Program<A>,
        source: &mut S,
        matches: &mut Matches<'_, A>,
    ) -> Result<f64, S::Error> {
        let mut sum = 0.0;
        self.each(program, source, matches, false, |_, _, _, score| sum += score)?;
        Ok(sum)
    }

    /// Calls `each` with every term, its tf, its idf and its score; if the document does not satisfy
    /// the query, only when `always`.
    fn each<S: Source>(
        &self,
        program: &Program<A>,
        source: &mut S,
        matches: &mut Matches<'_, A>,
        always: bool,
        mut each: impl FnMut(&Term, f64, f64, f64),
    ) -> Result<(), S::Error> {
        let satisfied = self.is_disjunction || program.satisfied(source, matches)?;
        if !satisfied && !always {
            return Ok(());
        }
        let norm = if satisfied { self.normalization.of(source)? } else { 0.0 };
        for (term, (idf, boost)) in program.terms().iter().zip(&self.boosts) {
            let tf = frequency(program, term.kind, &self.normalization.weights, source, matches)?;
            let score = if satisfied { boost * saturation(tf, norm) } else { 0.0 };
            each(term, tf, *idf, score);
        }
        Ok(())
    }
}

/// tf of a term: its occurrences, weighted by label.
///
/// # Errors
/// Those of the source.
pub fn frequency<S: Source>(
    program: &Program<impl Allocator>,
    term: TermKind,
    weights: &[f64; 4],
    source: &mut S,
    matches: &mut Matches<'_, impl Allocator>,
) -> Result<f64, S::Error> {
    match term {
        TermKind::Leaf(leaf) => {
            let Operand { labels, .. } = program.leaf(leaf);
            if labels == 0 && weights.iter().all(|weight| *weight == weights[0]) {
                let mut count = 0_i64;
                source.lexemes(leaf, |positions| {
                    count += positions.len().max(1) as i64;
                    ControlFlow::Continue(())
                })?;
                return Ok(count as f64 * weights[0]);
            }
            let wanted = |label: Label| labels == 0 || labels & label.bit() != 0;
            let mut counts = [0_u32; 4];
            source.lexemes(leaf, |positions| {
                if positions.is_empty() && wanted(Label::D) {
                    counts[Label::D as usize] += 1;
                }
                for label in positions.iter().map(|position| position.label()) {
                    counts[label as usize] += u32::from(wanted(label));
                }
                ControlFlow::Continue(())
            })?;
            Ok(counts.iter().zip(weights).map(|(n, weight)| f64::from(*n) * weight).sum())
        }
        TermKind::Phrase(phrase) => {
            let places = program.places(phrase, source, matches)?;
            // A sum of nothing is -0 otherwise.
            Ok(places.iter().fold(0.0, |sum, place| sum + weights[place.label() as usize]))
        }
    }
}

/// The sum of the words' idf, alternatives counted as one word.
fn phrase_idf(
    program: &Program<impl Allocator>,
    phrase: usize,
    documents: u64,
    frequencies: &[u64],
) -> f64 {
    /// What a part of the phrase says; the document frequency if it is a word.
    type Part = (f64, Option<u64>);
    let word = |frequency: u64| (idf(documents, frequency), Some(frequency));
    let either = |left: Part, right: Part| match (left.1, right.1) {
        (Some(left), Some(right)) => word(left.saturating_add(right).min(documents)),
        _ => (left.0.max(right.0), None),
    };
    let folded = program.fold(
        phrase,
        |leaf| word(frequencies[leaf]),
        |_| (0.0, None),
        |left, right| (left.0 + right.0, None),
        either,
    );
    folded.map_or(0.0, |part| part.0)
}

/// The query for documents like this one: its lexemes that say most, tf · idf, at most `terms` of
/// them. tf is weighted by nothing; df = 0 counts as an error of the statistics, and the lexeme is
/// left out, since it would lead to no other document.
///
/// # Errors
/// If the bytes of the document are wrong.
pub fn more_like(
    document: TsVector<'_>,
    terms: usize,
    documents: u64,
    mut frequency: impl FnMut(&[u8]) -> u64,
) -> Result<Option<Node>, Malformed> {
    let mut said = Vec::new();
    for lexeme in document.iter() {
        let lexeme = lexeme?;
        let df = frequency(lexeme.text);
        if df > 0 && (1..=MAX_LEXEME).contains(&lexeme.text.len()) {
            said.push((lexeme.positions.len().max(1) as f64 * idf(documents, df), lexeme.text));
        }
    }
    // Of equals the first ones in the document's order of lexemes.
    said.sort_by(|a, b| b.0.total_cmp(&a.0));
    said.truncate(terms);
    let word = |(_, lexeme): (f64, &[u8])| Node::Word {
        lexeme: lexeme.to_vec(),
        labels: 0,
        prefix: false,
    };
    Ok((!said.is_empty()).then(|| Node::Or(said.into_iter().map(word).collect())))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use allocator_api2::alloc::Global;

    use super::*;
    use crate::testing::{Document, Random, query, vector, word};
    use crate::tsvector::{Position, Positions};

    fn filled(
        tree: &Node,
        parameters: &Parameters,
        corpus: &Corpus,
        df: impl Fn(Operand<'_>) -> u64,
    ) -> Vec<u8> {
        let bytes = tree.write().unwrap();
        let program = Program::new(TsQuery::new(&bytes).unwrap(), Global);
        let frequencies: Vec<u64> =
            (0..program.leaves()).map(|leaf| df(program.leaf(leaf))).collect();
        write(&bytes, &program, parameters, corpus, &frequencies)
    }

    fn scorer(bytes: &[u8]) -> Scorer<Global> {
        Scorer::new(&Bm25Query::new(bytes).unwrap(), Global).unwrap()
    }

    fn places(labels: &[(u16, Label)]) -> Vec<Position> {
        labels.iter().map(|(place, label)| Position::new(*place, *label)).collect()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-300)
    }

    /// A corpus and a document for the examples: a ×2 (D, A), b ×1 (D) behind the first a, and
    /// `abc`, stripped.
    fn example() -> (Corpus, Document) {
        let corpus = Corpus { documents: 1000, lengths: [8.0, 0.0, 0.0, 2.0] };
        let document = BTreeMap::from([
            (b"a".to_vec(), places(&[(1, Label::D), (5, Label::A)])),
            (b"b".to_vec(), places(&[(2, Label::D)])),
            (b"abc".to_vec(), vec![]),
        ]);
        (corpus, document)
    }

    fn example_score(tree: &Node, parameters: &Parameters) -> f64 {
        let (corpus, document) = example();
        let df = |operand: Operand<'_>| match (operand.lexeme, operand.prefix) {
            (b"a", false) => 100,
            (b"a", true) => 2000,
            (b"b", _) => 10,
            _ => 0,
        };
        let bytes = filled(tree, parameters, &corpus, df);
        scorer(&bytes).score(TsVector::new(&vector(&document)).unwrap()).unwrap()
    }

    /// The formula, written out for each rule.
    #[test]
    fn rules_by_hand() {
        let idf = |df: f64| (1.0 + (1000.0 - df + 0.5) / (df + 0.5)).ln();
        // L = 4 positions, avgL = 10.
        let norm = 1.2 * (1.0 - 0.75 + 0.75 * 4.0 / 10.0);
        let part = |tf: f64| tf / (tf + norm);
        let plain = Parameters::default();
        let marked =
            |lexeme: &str, labels, prefix| Node::Word { lexeme: lexeme.into(), labels, prefix };
        let not = |node: Node| Node::Not(Box::new(node));
        let phrase = Node::Phrase(vec![(0, word("a")), (1, word("b"))]);
        for (what, tree, expected) in [
            ("one word", word("a"), idf(100.0) * part(2.0)),
            (
                "qtf",
                Node::Or(vec![word("a"), word("a"), word("b")]),
                2.0 * idf(100.0) * part(2.0) + idf(10.0) * part(1.0),
            ),
            ("an absent word", Node::Or(vec![word("a"), word("z")]), idf(100.0) * part(2.0)),
            ("not satisfied", Node::And(vec![word("a"), word("z")]), 0.0),
            ("negation", Node::And(vec![word("a"), not(word("z"))]), idf(100.0) * part(2.0)),
            (
                "negation of what is there",
                Node::Or(vec![word("b"), not(word("a"))]),
                idf(10.0) * part(1.0),
            ),
            ("only negations", not(word("z")), 0.0),
            ("phrase", phrase.clone(), (idf(100.0) + idf(10.0)) * part(1.0)),
            (
                "phrase and its word",
                Node::And(vec![phrase, word("a")]),
                (idf(100.0) + idf(10.0)) * part(1.0) + idf(100.0) * part(2.0),
            ),
            (
                "alternatives in a phrase",
                Node::Phrase(vec![(0, Node::Or(vec![word("a"), word("c")])), (1, word("b"))]),
                (idf(100.0) + idf(10.0)) * part(1.0),
            ),
            (
                "prefix: df at most N, a lexeme without positions counts once",
                marked("a", 0, true),
                idf(1000.0) * part(3.0),
            ),
            ("label", marked("a", 8, false), idf(100.0) * part(1.0)),
            ("labels of a prefix: stripped is D", marked("a", 1, true), idf(1000.0) * part(2.0)),
            ("stripped, other label", marked("abc", 8, false), 0.0),
            ("df 0", word("abc"), idf(0.0) * part(1.0)),
        ] {
            let score = example_score(&tree, &plain);
            assert!(close(score, expected), "{what}: {score} is not {expected}");
        }
        // With weights tf = 1·1 + 3·1, L = 3·1 + 1·3, avgL = 8·1 + 2·3.
        let weighted = Parameters { weights: [1.0, 1.0, 1.0, 3.0], ..plain };
        let norm = 1.2 * (1.0 - 0.75 + 0.75 * 6.0 / 14.0);
        assert!(close(example_score(&word("a"), &weighted), idf(100.0) * 4.0 / (4.0 + norm)));
        let binary = Parameters { k1: 0.0, ..plain };
        assert!(close(example_score(&word("a"), &binary), idf(100.0)));
        let huge = Parameters { weights: [f64::MAX; 4], ..plain };
        assert!(close(example_score(&word("a"), &huge), idf(100.0)));
        let nothing = Parameters { weights: [0.0; 4], ..plain };
        assert_eq!(example_score(&word("a"), &nothing), 0.0);
    }

    /// Figures worked out with a calculator: N = 1, df = 1: ln(4/3); N = 0: ln 2.
    #[test]
    fn idf_at_its_ends() {
        assert!(close(idf(1, 1), (4.0_f64 / 3.0).ln()));
        assert!(close(idf(0, 0), 2.0_f64.ln()));
        assert!(close(idf(0, 7), 2.0_f64.ln()));
        assert!(idf(u64::MAX, u64::MAX) >= 0.0);
        assert!(idf(u64::MAX, 0).is_finite());
    }

    /// Text is read back to the same bytes; what is not of that form is refused.
    #[test]
    fn numbers_as_text() {
        let parameters = Parameters { k1: 1e300, b: 0.1, weights: [0.0, 0.5, 1.0 / 3.0, 7.0] };
        let corpus = Corpus { documents: u64::MAX, lengths: [0.1, 0.0, 1e-9, 12345.0] };
        let tree = Node::And(vec![word("a"), Node::Not(Box::new(word("b"))), word("c")]);
        let bytes = filled(&tree, &parameters, &corpus, |operand| operand.lexeme[0].into());
        let query = Bm25Query::new(&bytes).unwrap();
        let text = query.print() + "'a' & !'b' & 'c'";
        assert!(text.contains("frequencies={97,0,99} query='a'"), "{text}");
        let (numbers, rest) = Numbers::parse(&text).unwrap();
        assert_eq!(rest, "'a' & !'b' & 'c'");
        assert_eq!((numbers.parameters, numbers.corpus), (parameters, corpus));
        let program = Program::new(query.query, Global);
        let again = write(query.bytes, &program, &parameters, &corpus, &numbers.frequencies);
        assert_eq!(again, bytes);
        for cut in 0..text.len() - rest.len() {
            assert_eq!(Numbers::parse(&text[..cut]), Err(Malformed), "{cut}");
        }
        for (old, new) in
            [("k1=1e300", "k1=-1"), ("b=0.1", "b=2"), ("0.5,", ""), ("12345.0", "inf")]
        {
            assert_eq!(Numbers::parse(&text.replacen(old, new, 1)), Err(Malformed), "{new}");
        }
    }

    #[test]
    fn a_corpus_without_documents_scores() {
        let corpus = Corpus { documents: 0, lengths: [0.0; 4] };
        let bytes = filled(&word("a"), &Parameters::default(), &corpus, |_| 0);
        let document = vector(&Document::from([(b"a".to_vec(), vec![])]));
        let score = scorer(&bytes).score(TsVector::new(&document).unwrap()).unwrap();
        assert!(close(score, 2.0_f64.ln() / 2.2));
    }

    #[test]
    fn parameters_have_bounds() {
        let plain = Parameters::default();
        assert_eq!(plain.check(), Ok(()));
        for (wrong, why) in [
            (Parameters { k1: -0.1, ..plain }, InvalidParameter::K1),
            (Parameters { k1: f64::NAN, ..plain }, InvalidParameter::K1),
            (Parameters { b: 1.1, ..plain }, InvalidParameter::B),
            (Parameters { b: f64::NAN, ..plain }, InvalidParameter::B),
            (Parameters { weights: [1.0, 1.0, -1.0, 1.0], ..plain }, InvalidParameter::Weight),
            (
                Parameters { weights: [1.0, f64::INFINITY, 1.0, 1.0], ..plain },
                InvalidParameter::Weight,
            ),
        ] {
            assert_eq!(wrong.check(), Err(why));
        }
    }

    /// Random queries without phrases against the formula over hash maps; explanations add up.
    #[test]
    fn scores_are_those_of_the_formula() {
        fn leaves(tree: &Node, out: &mut Vec<Node>) {
            match tree {
                Node::Word { .. } => out.push(tree.clone()),
                Node::Not(_) => {}
                Node::And(operands) | Node::Or(operands) => {
                    operands.iter().for_each(|operand| leaves(operand, out));
                }
                Node::Phrase(_) => unreachable!("left out"),
            }
        }
        fn has_phrase(tree: &Node) -> bool {
            match tree {
                Node::Word { .. } => false,
                Node::Not(operand) => has_phrase(operand),
                Node::And(operands) | Node::Or(operands) => operands.iter().any(has_phrase),
                Node::Phrase(_) => true,
            }
        }
        let mut random = Random(31);
        let mut compared = 0;
        while compared < 10_000 {
            let tree = query(&mut random, 4);
            if has_phrase(&tree) {
                continue;
            }
            let mut weight = || random.below(4) as f64 / 2.0;
            let weights =
                if compared % 2 == 0 { [1.0; 4] } else { [weight(), weight(), weight(), weight()] };
            let parameters = Parameters {
                k1: random.below(30) as f64 / 10.0,
                b: random.below(11) as f64 / 10.0,
                weights,
            };
            let corpus =
                Corpus { documents: 500, lengths: [4.0, 1.0, 1.5, random.below(3) as f64] };
            let df = |lexeme: &[u8]| lexeme.iter().map(|byte| u64::from(*byte)).sum::<u64>() % 600;
            let bytes = filled(&tree, &parameters, &corpus, |operand| df(operand.lexeme));
            let mut scorer = scorer(&bytes);
            for _ in 0..3 {
                let document = random.document(12, 3);
                let stored = vector(&document);
                let stored = TsVector::new(&stored).unwrap();
                let score = scorer.score(stored).unwrap();
                let (mut source, mut matches) = scorer.scratch.row(&scorer.program, stored);
                let satisfied = scorer.program.satisfied(&mut source, &mut matches).unwrap();
                let counted = |positions: &[Position], labels: u8| -> f64 {
                    let labels_of = if positions.is_empty() {
                        vec![Label::D]
                    } else {
                        positions.iter().map(|position| position.label()).collect()
                    };
                    let wanted =
                        labels_of.iter().filter(|label| labels == 0 || labels & label.bit() != 0);
                    wanted.map(|label| weights[*label as usize]).sum()
                };
                let length: f64 = document.values().map(|positions| counted(positions, 0)).sum();
                let average: f64 = weights.iter().zip(corpus.lengths).map(|(w, l)| w * l).sum();
                let mut frequencies: HashMap<Node, f64> = HashMap::new();
                let mut all = Vec::new();
                leaves(&tree, &mut all);
                for leaf in all {
                    *frequencies.entry(leaf).or_default() += 1.0;
                }
                let mut expected = 0.0;
                for (leaf, qtf) in frequencies {
                    let Node::Word { lexeme, labels, prefix } = leaf else { unreachable!() };
                    let tf: f64 = document
                        .iter()
                        .filter(|(text, _)| **text == lexeme || prefix && text.starts_with(&lexeme))
                        .map(|(_, positions)| counted(positions, labels))
                        .sum();
                    let df = df(&lexeme).min(500) as f64;
                    let idf = (1.0 + (500.0 - df + 0.5) / (df + 0.5)).ln();
                    let relative = if average > 0.0 { length / average } else { 1.0 };
                    let norm = parameters.k1 * (1.0 - parameters.b + parameters.b * relative);
                    if tf > 0.0 && satisfied {
                        expected += qtf * idf * tf / (tf + norm);
                    }
                }
                assert!((score - expected).abs() <= 1e-9 * expected.max(1.0), "{score} {expected}");
                let parts = scorer.explain(stored).unwrap();
                assert_eq!(parts.iter().map(|part| part.score).sum::<f64>(), score);
                compared += 1;
            }
        }
    }

    /// A source as an index would be one: occurrences by number of leaf, gathered beforehand.
    struct Postings {
        leaves: Vec<Vec<Vec<u8>>>,
        lengths: [u32; 4],
    }

    impl Source for Postings {
        type Error = core::convert::Infallible;

        fn lexemes(
            &mut self,
            leaf: usize,
            mut each: impl FnMut(Positions<'_>) -> ControlFlow<()>,
        ) -> Result<(), Self::Error> {
            for lexeme in &self.leaves[leaf] {
                if each(Positions::from_bytes(lexeme)).is_break() {
                    break;
                }
            }
            Ok(())
        }

        fn lengths(&mut self) -> Result<[u32; 4], Self::Error> {
            Ok(self.lengths)
        }
    }

    #[test]
    fn the_source_makes_no_difference() {
        let mut random = Random(37);
        let corpus = Corpus { documents: 500, lengths: [4.0, 1.0, 1.5, 1.0] };
        let mut positive = 0;
        for round in 0..5000 {
            let tree = query(&mut random, 4);
            let weights = if round % 2 == 0 { [1.0; 4] } else { [0.1, 0.2, 0.4, 1.0] };
            let parameters = Parameters { weights, ..Parameters::default() };
            let bytes = filled(&tree, &parameters, &corpus, |operand| operand.lexeme.len() as u64);
            let mut scorer = scorer(&bytes);
            let document = random.document(12, 3);
            let stored = vector(&document);
            let stored = TsVector::new(&stored).unwrap();
            let leaves = (0..scorer.program().leaves())
                .map(|leaf| {
                    let Operand { lexeme, prefix, .. } = scorer.program().leaf(leaf);
                    let wanted = document.iter().filter(|(text, _)| {
                        text.as_slice() == lexeme || prefix && text.starts_with(lexeme)
                    });
                    wanted
                        .map(|(_, positions)| {
                            positions.iter().flat_map(|p| p.0.to_ne_bytes()).collect()
                        })
                        .collect()
                })
                .collect();
            let mut postings = Postings { leaves, lengths: stored.lengths().unwrap() };
            let Ok(score) = scorer.score_from(&mut postings);
            assert_eq!(score, scorer.score(stored).unwrap());
            positive += u32::from(score > 0.0);
        }
        assert!(positive > 500);
    }

    #[test]
    fn explanations_name_the_terms() {
        let (corpus, document) = example();
        let tree = Node::Or(vec![
            Node::Phrase(vec![(0, word("a")), (1, word("b"))]),
            Node::Word { lexeme: b"a".to_vec(), labels: 8, prefix: true },
            word("b"),
            word("b"),
        ]);
        let bytes = filled(&tree, &Parameters::default(), &corpus, |_| 10);
        let filled = Bm25Query::new(&bytes).unwrap();
        let stored = vector(&document);
        let parts = scorer(&bytes).explain(TsVector::new(&stored).unwrap()).unwrap();
        let rows: Vec<_> = parts
            .iter()
            .map(|part| {
                let mut text = Vec::new();
                filled.query.print(part.item, &mut text);
                (String::from_utf8(text).unwrap(), part.tf, part.document_frequency, part.boost)
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("'a' <-> 'b'".into(), 1.0, None, 1),
                ("'a':*A".into(), 1.0, Some(10), 1),
                ("'b'".into(), 1.0, Some(10), 2),
            ]
        );
    }

    #[test]
    fn more_like_takes_what_says_most() {
        let document = Document::from([
            (b"common".to_vec(), places(&[(1, Label::D), (2, Label::D)])),
            (b"here".to_vec(), places(&[(3, Label::D)])),
            (b"rare".to_vec(), places(&[(4, Label::D)])),
            (b"twice".to_vec(), places(&[(5, Label::D), (6, Label::A)])),
        ]);
        let stored = vector(&document);
        let like = |terms| {
            let df = |lexeme: &[u8]| match lexeme {
                b"common" => 999,
                b"here" => 0,
                _ => 10,
            };
            let node = more_like(TsVector::new(&stored).unwrap(), terms, 1000, df).unwrap();
            node.map(|node| TsQuery::new(&node.write().unwrap()).unwrap().to_string())
        };
        assert_eq!(like(2).as_deref(), Some("'twice' | 'rare'"));
        assert_eq!(like(12).as_deref(), Some("'twice' | 'rare' | 'common'"));
        assert_eq!(like(0), None);
    }

    /// Every byte of a filled query set to several values, and every truncation.
    #[test]
    fn wrong_bytes_are_no_danger() {
        let (corpus, document) = example();
        let stored = vector(&document);
        let tree = Node::Or(vec![Node::Phrase(vec![(0, word("a")), (1, word("b"))]), word("a")]);
        let bytes = filled(&tree, &Parameters::default(), &corpus, |_| 10);
        let mut rejected = 0;
        let mut touch = |bytes: &[u8]| match Bm25Query::new(bytes) {
            Ok(query) => match Scorer::new(&query, Global) {
                Ok(mut scorer) => {
                    let score = scorer.score(TsVector::new(&stored).unwrap()).unwrap();
                    assert!(score >= 0.0, "{score}");
                }
                Err(Malformed) => rejected += 1,
            },
            Err(Malformed) => rejected += 1,
        };
        for cut in 0..bytes.len() {
            touch(&bytes[..cut]);
        }
        for at in 0..bytes.len() {
            for value in 0..=255 {
                let mut wrong = bytes.clone();
                wrong[at] = value;
                touch(&wrong);
            }
        }
        assert!(rejected > 1000);
        assert!(Bm25Query::new(&bytes).is_ok());
    }
}
