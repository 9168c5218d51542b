//! Whether a document satisfies a query, and where its phrases match.
//!
//! A [`Program`] is a query taken apart once: distinct leaves, distinct phrases, and steps without
//! recursion, so the depth of a query does not matter. A [`Source`] says where the occurrences of
//! a leaf in a document come from: a `tsvector` ([`VectorSource`]), or later the postings of an
//! index.
//!
//! The answers are those of core's `@@`:
//!
//! * above the phrases only presence counts; a lexeme without positions matches whatever labels
//!   are asked for;
//! * in a phrase a lexeme without positions makes the answer unknown, and a phrase whose answer is
//!   unknown does not match, even below `!`;
//! * a match of a phrase stands at its last word and has a width, the sum of its distances; where
//!   operands of `&` and `|` within a phrase differ in width, the narrower one is aligned to the
//!   end of the wider one;
//! * places beyond 14 bits wrap, as they do in core's arrays.
//!
//! [`Scratch`] keeps its memory from row to row; a program and its scratch allocate through the
//! caller.

use core::cmp::Reverse;
use core::ops::{ControlFlow, Range};
use std::collections::HashMap;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec as VecIn;

use crate::tsquery::{Item, Operand, TsQuery};
use crate::tsvector::{Malformed, Position, Positions, TsVector};

/// Where the occurrences of a query's leaves in one document come from.
pub trait Source {
    /// What can go wrong.
    type Error;

    /// Calls `each` for every lexeme of the document that the leaf of that number stands for,
    /// whatever its labels, until `each` breaks.
    ///
    /// # Errors
    /// Whatever the source meets.
    fn lexemes(
        &mut self,
        leaf: usize,
        each: impl FnMut(Positions<'_>) -> ControlFlow<()>,
    ) -> Result<(), Self::Error>;

    /// The number of positions with each label, {D, C, B, A}, as [`TsVector::lengths`].
    ///
    /// # Errors
    /// Whatever the source meets.
    fn lengths(&mut self) -> Result<[u32; 4], Self::Error>;

    /// The sum of the lengths.
    ///
    /// # Errors
    /// Whatever the source meets.
    fn length(&mut self) -> Result<u64, Self::Error> {
        Ok(self.lengths()?.into_iter().map(u64::from).sum())
    }
}

/// A distinct operand of a query.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    start: u32,
    end: u32,
    labels: u8,
    prefix: bool,
    /// Whether a term is made of it.
    scored: bool,
}

/// A step of the query above its phrases, on one truth value.
#[derive(Debug, Clone, Copy)]
enum Step {
    Leaf(u32),
    Phrase(u32),
    Not,
    /// Go on at that step if the value is this one.
    SkipIf(bool, u32),
}

/// A step of a phrase, on a stack of matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Move {
    Leaf(u32),
    Not,
    And,
    Or,
    Phrase(u16),
    /// Go on at that move (counted from the phrase's first) if the last value matches nowhere.
    SkipIfNone(u32),
}

/// What a term of the score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermKind {
    /// The leaf of that number.
    Leaf(usize),
    /// The phrase of that number.
    Phrase(usize),
}

/// A part of the query that scores: a leaf or a phrase that is under no `!`.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// Which one.
    pub kind: TermKind,
    /// How often it stands in the query.
    pub frequency: u32,
    /// The item of the query where it stands first.
    pub item: usize,
}

/// A query, ready to be run against many documents.
#[derive(Debug)]
pub struct Program<A: Allocator> {
    text: VecIn<u8, A>,
    leaves: VecIn<Leaf, A>,
    steps: VecIn<Step, A>,
    moves: VecIn<Move, A>,
    phrases: VecIn<Range<usize>, A>,
    terms: VecIn<Term, A>,
}

/// What is left to do while a query is taken apart.
enum Todo {
    /// The item, and whether it is under a `!`.
    Item(usize, bool),
    Not,
    /// Between the operands: skip the right one if the left one says so.
    Skip(bool),
    /// Behind the right operand.
    Land(usize),
}

impl<A: Allocator + Clone> Program<A> {
    /// Takes a query apart.
    pub fn new(query: TsQuery<'_>, allocator: A) -> Self {
        let mut program = Self {
            text: VecIn::new_in(allocator.clone()),
            leaves: VecIn::new_in(allocator.clone()),
            steps: VecIn::new_in(allocator.clone()),
            moves: VecIn::new_in(allocator.clone()),
            phrases: VecIn::new_in(allocator.clone()),
            terms: VecIn::new_in(allocator),
        };
        Builder { query, program: &mut program, leaves: HashMap::new(), phrases: HashMap::new() }
            .build();
        program
    }
}

struct Builder<'q, 'p, A: Allocator> {
    query: TsQuery<'q>,
    program: &'p mut Program<A>,
    /// The number of each leaf, and of its term.
    leaves: HashMap<Operand<'q>, (u32, Option<usize>)>,
    phrases: HashMap<Vec<Move>, (u32, Option<usize>)>,
}

impl<'q, A: Allocator> Builder<'q, '_, A> {
    fn build(&mut self) {
        let mut todo = Vec::new();
        if !self.query.is_empty() {
            todo.push(Todo::Item(0, false));
        }
        while let Some(next) = todo.pop() {
            match next {
                Todo::Item(index, negated) => match self.query.item(index) {
                    Item::Value(operand) => {
                        let leaf = self.leaf(operand);
                        self.program.steps.push(Step::Leaf(leaf));
                        if !negated {
                            let term = &mut self.leaves.get_mut(&operand).expect("just put in").1;
                            let kind = TermKind::Leaf(leaf as usize);
                            count(&mut self.program.terms, term, kind, index);
                            self.program.leaves[leaf as usize].scored = true;
                        }
                    }
                    Item::Not(operand) => {
                        todo.extend([Todo::Not, Todo::Item(operand, true)]);
                    }
                    Item::And(left, right) => {
                        todo.extend([
                            Todo::Item(right, negated),
                            Todo::Skip(false),
                            Todo::Item(left, negated),
                        ]);
                    }
                    Item::Or(left, right) => {
                        todo.extend([
                            Todo::Item(right, negated),
                            Todo::Skip(true),
                            Todo::Item(left, negated),
                        ]);
                    }
                    Item::Phrase(..) => self.phrase(index, negated),
                },
                Todo::Not => self.program.steps.push(Step::Not),
                Todo::Skip(value) => {
                    let right = todo.pop().expect("the right operand");
                    todo.push(Todo::Land(self.program.steps.len()));
                    todo.push(right);
                    self.program.steps.push(Step::SkipIf(value, 0));
                }
                Todo::Land(skip) => {
                    let end = self.program.steps.len() as u32;
                    if let Step::SkipIf(_, target) = &mut self.program.steps[skip] {
                        *target = end;
                    }
                }
            }
        }
    }

    fn leaf(&mut self, operand: Operand<'q>) -> u32 {
        let program = &mut *self.program;
        self.leaves
            .entry(operand)
            .or_insert_with(|| {
                let Operand { lexeme, labels, prefix } = operand;
                let start = program.text.len() as u32;
                program.text.extend_from_slice(lexeme);
                let end = program.text.len() as u32;
                program.leaves.push(Leaf { start, end, labels, prefix, scored: false });
                (program.leaves.len() as u32 - 1, None)
            })
            .0
    }

    /// The phrase whose topmost operator is that item.
    fn phrase(&mut self, top: usize, negated: bool) {
        enum Todo {
            Item(usize, bool),
            Move(Move),
            Skip,
            Land(usize),
        }
        let mut moves = Vec::new();
        let mut todo = vec![Todo::Item(top, negated)];
        while let Some(next) = todo.pop() {
            match next {
                Todo::Item(index, negated) => match self.query.item(index) {
                    Item::Value(operand) => {
                        let leaf = self.leaf(operand);
                        self.program.leaves[leaf as usize].scored |= !negated;
                        moves.push(Move::Leaf(leaf));
                    }
                    Item::Not(operand) => {
                        todo.extend([Todo::Move(Move::Not), Todo::Item(operand, true)]);
                    }
                    Item::Or(left, right) => todo.extend([
                        Todo::Move(Move::Or),
                        Todo::Item(right, negated),
                        Todo::Item(left, negated),
                    ]),
                    item @ (Item::And(left, right) | Item::Phrase(left, right, _)) => {
                        let operator = match item {
                            Item::Phrase(_, _, distance) => Move::Phrase(distance),
                            _ => Move::And,
                        };
                        todo.extend([
                            Todo::Move(operator),
                            Todo::Item(right, negated),
                            Todo::Skip,
                            Todo::Item(left, negated),
                        ]);
                    }
                },
                Todo::Move(step) => moves.push(step),
                Todo::Skip => {
                    // Land behind the right operand and the operator.
                    let (right, operator) = (todo.pop(), todo.pop());
                    todo.push(Todo::Land(moves.len()));
                    todo.extend(operator);
                    todo.extend(right);
                    moves.push(Move::SkipIfNone(0));
                }
                Todo::Land(skip) => moves[skip] = Move::SkipIfNone(moves.len() as u32),
            }
        }
        let program = &mut *self.program;
        let (number, term) = self.phrases.entry(moves).or_insert_with_key(|moves| {
            let start = program.moves.len();
            program.moves.extend_from_slice(moves);
            program.phrases.push(start..program.moves.len());
            (program.phrases.len() as u32 - 1, None)
        });
        program.steps.push(Step::Phrase(*number));
        if !negated {
            count(&mut program.terms, term, TermKind::Phrase(*number as usize), top);
        }
    }
}

/// Counts one more place where a term stands.
fn count<A: Allocator>(
    terms: &mut VecIn<Term, A>,
    term: &mut Option<usize>,
    kind: TermKind,
    item: usize,
) {
    match *term {
        Some(term) => terms[term].frequency += 1,
        None => {
            *term = Some(terms.len());
            terms.push(Term { kind, frequency: 1, item });
        }
    }
}

/// Whether a phrase, or a part of it, matches, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Nowhere.
    No,
    /// Unknown, for want of positions.
    Maybe,
    /// At the places of its list, or, if negated, everywhere else.
    Yes,
}

/// A value on the stack of a phrase. Its list reaches to that of the next value.
#[derive(Debug, Clone, Copy)]
struct Match {
    answer: Answer,
    start: usize,
    negate: bool,
    width: i64,
}

/// The working memory of one program, kept from row to row.
#[derive(Debug)]
pub struct Scratch<A: Allocator> {
    matches: VecIn<Match, A>,
    places: VecIn<Position, A>,
    /// For [`VectorSource`]: the row for which a leaf was looked up, and its lexemes.
    found: VecIn<(u64, u32, u32), A>,
    row: u64,
}

impl<A: Allocator + Clone> Scratch<A> {
    /// For this program.
    pub fn new(program: &Program<impl Allocator>, allocator: A) -> Self {
        let mut found = VecIn::new_in(allocator.clone());
        found.resize(program.leaves.len(), (0, 0, 0));
        Self {
            matches: VecIn::new_in(allocator.clone()),
            places: VecIn::new_in(allocator),
            found,
            row: 0,
        }
    }
}

/// The part of [`Scratch`] for phrases.
#[derive(Debug)]
pub struct Matches<'s, A: Allocator> {
    matches: &'s mut VecIn<Match, A>,
    places: &'s mut VecIn<Position, A>,
}

impl<A: Allocator> Scratch<A> {
    /// The memory for phrases, for a source of the caller's own.
    pub fn matches(&mut self) -> Matches<'_, A> {
        Matches { matches: &mut self.matches, places: &mut self.places }
    }

    /// Begins a row: a source over its `tsvector`, and the memory for phrases.
    pub fn row<'s, 'v, P: Allocator>(
        &'s mut self,
        program: &'s Program<P>,
        vector: TsVector<'v>,
    ) -> (VectorSource<'s, 'v, P>, Matches<'s, A>) {
        self.row += 1;
        let (row, found) = (self.row, &mut *self.found);
        let matches = Matches { matches: &mut self.matches, places: &mut self.places };
        (VectorSource { vector, program, found, row }, matches)
    }
}

/// The occurrences in a `tsvector`. Each leaf is looked up once.
#[derive(Debug)]
pub struct VectorSource<'s, 'v, A: Allocator> {
    vector: TsVector<'v>,
    program: &'s Program<A>,
    found: &'s mut [(u64, u32, u32)],
    row: u64,
}

impl<A: Allocator> Source for VectorSource<'_, '_, A> {
    type Error = Malformed;

    #[inline]
    fn lexemes(
        &mut self,
        leaf: usize,
        mut each: impl FnMut(Positions<'_>) -> ControlFlow<()>,
    ) -> Result<(), Malformed> {
        let found = &mut self.found[leaf];
        if found.0 != self.row {
            let Operand { lexeme, prefix, .. } = self.program.leaf(leaf);
            let range =
                if prefix { self.vector.find_prefix(lexeme)? } else { self.vector.find(lexeme)? };
            *found = (self.row, range.start as u32, range.end as u32);
        }
        for index in found.1..found.2 {
            if each(self.vector.lexeme(index as usize)?.positions).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn lengths(&mut self) -> Result<[u32; 4], Malformed> {
        self.vector.lengths()
    }

    fn length(&mut self) -> Result<u64, Malformed> {
        self.vector.length()
    }
}

/// Which places two lists are to give.
#[derive(Clone, Copy)]
struct Emit {
    left: bool,
    right: bool,
    both: bool,
}

impl<A: Allocator> Program<A> {
    /// The number of distinct operands.
    pub fn leaves(&self) -> usize {
        self.leaves.len()
    }

    /// The operand of that number.
    ///
    /// # Panics
    /// If there is none.
    #[inline]
    pub fn leaf(&self, leaf: usize) -> Operand<'_> {
        let Leaf { start, end, labels, prefix, .. } = self.leaves[leaf];
        Operand { lexeme: &self.text[start as usize..end as usize], labels, prefix }
    }

    /// Whether a term is made of the leaf, so that its document frequency counts.
    ///
    /// # Panics
    /// If there is none of that number.
    pub fn is_scored(&self, leaf: usize) -> bool {
        self.leaves[leaf].scored
    }

    /// The steps of a phrase, in postfix order.
    pub(crate) fn moves(&self, phrase: usize) -> &[Move] {
        &self.moves[self.phrases[phrase].clone()]
    }

    /// What scores, in the order in which it stands in the query.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether the query is nothing but words of which one is enough. A document that does not
    /// satisfy it has no occurrence of any of its terms.
    pub fn is_disjunction(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Leaf(_) | Step::SkipIf(true, _)))
    }

    /// Whether the document satisfies the query. The query without words is never satisfied.
    ///
    /// # Errors
    /// Those of the source.
    pub fn satisfied<S: Source>(
        &self,
        source: &mut S,
        scratch: &mut Matches<'_, impl Allocator>,
    ) -> Result<bool, S::Error> {
        let mut value = false;
        let mut at = 0;
        while let Some(step) = self.steps.get(at) {
            at += 1;
            match *step {
                Step::Leaf(leaf) => value = self.present(leaf as usize, source)?,
                Step::Phrase(phrase) => {
                    let (answer, _) = self.run(phrase as usize, source, scratch)?;
                    value = answer == Answer::Yes;
                }
                Step::Not => value = !value,
                Step::SkipIf(if_value, target) => {
                    if value == if_value {
                        at = target as usize;
                    }
                }
            }
        }
        Ok(value)
    }

    /// The places where a phrase matches, each with the label of its last word.
    ///
    /// A phrase of negations alone that matches everywhere but at some places gives none.
    ///
    /// # Errors
    /// Those of the source.
    ///
    /// # Panics
    /// If there is no phrase of that number.
    pub fn places<'s, S: Source>(
        &self,
        phrase: usize,
        source: &mut S,
        scratch: &'s mut Matches<'_, impl Allocator>,
    ) -> Result<&'s [Position], S::Error> {
        let (answer, negate) = self.run(phrase, source, scratch)?;
        Ok(if answer == Answer::Yes && !negate { scratch.places } else { &[] })
    }

    /// Runs a bottom-up calculation over the moves of a phrase: the value of a leaf, then how the
    /// operators bring values together.
    pub(crate) fn fold<T>(
        &self,
        phrase: usize,
        leaf: impl Fn(usize) -> T,
        not: impl Fn(T) -> T,
        both: impl Fn(T, T) -> T,
        either: impl Fn(T, T) -> T,
    ) -> Option<T> {
        let mut stack = Vec::new();
        for step in &self.moves[self.phrases[phrase].clone()] {
            let value = match *step {
                Move::Leaf(number) => leaf(number as usize),
                Move::Not => not(stack.pop()?),
                Move::SkipIfNone(_) => continue,
                Move::And | Move::Phrase(_) | Move::Or => {
                    let right = stack.pop()?;
                    let left = stack.pop()?;
                    if *step == Move::Or { either(left, right) } else { both(left, right) }
                }
            };
            stack.push(value);
        }
        stack.pop()
    }

    fn present<S: Source>(&self, leaf: usize, source: &mut S) -> Result<bool, S::Error> {
        let labels = self.leaves[leaf].labels;
        let mut present = false;
        source.lexemes(leaf, |positions| {
            present = labels == 0
                || positions.is_empty()
                || positions.iter().any(|position| labels & position.label().bit() != 0);
            if present { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(present)
    }

    /// The answer for a phrase, and whether it is negated; its places are in `scratch`.
    fn run<S: Source>(
        &self,
        phrase: usize,
        source: &mut S,
        scratch: &mut Matches<'_, impl Allocator>,
    ) -> Result<(Answer, bool), S::Error> {
        scratch.matches.clear();
        scratch.places.clear();
        let moves = &self.moves[self.phrases[phrase].clone()];
        let mut at = 0;
        while let Some(step) = moves.get(at) {
            at += 1;
            match *step {
                Move::Leaf(leaf) => self.push_leaf(leaf as usize, source, scratch)?,
                Move::SkipIfNone(target) => {
                    if let Some(last) = scratch.matches.last_mut()
                        && last.answer == Answer::No
                    {
                        // The operator's answer, whose width is not that of the operand.
                        last.width = 0;
                        at = target as usize;
                    }
                }
                Move::Not => {
                    let Some(last) = scratch.matches.last_mut() else { continue };
                    match last.answer {
                        Answer::No => (last.answer, last.negate) = (Answer::Yes, true),
                        Answer::Yes if last.start == scratch.places.len() => {
                            (last.answer, last.negate) = (Answer::No, false);
                        }
                        Answer::Yes => last.negate = !last.negate,
                        Answer::Maybe => {}
                    }
                }
                Move::And | Move::Or | Move::Phrase(_) => {
                    let (Some(right), Some(left)) = (scratch.matches.pop(), scratch.matches.pop())
                    else {
                        continue;
                    };
                    let matched = scratch.combine(*step, left, right);
                    scratch.matches.push(matched);
                }
            }
        }
        Ok(scratch.matches.pop().map_or((Answer::No, false), |last| (last.answer, last.negate)))
    }

    fn push_leaf<S: Source>(
        &self,
        leaf: usize,
        source: &mut S,
        scratch: &mut Matches<'_, impl Allocator>,
    ) -> Result<(), S::Error> {
        let Leaf { labels, prefix, .. } = self.leaves[leaf];
        let start = scratch.places.len();
        let mut maybe = false;
        let mut lexemes = 0;
        source.lexemes(leaf, |positions| {
            if positions.is_empty() {
                maybe = true;
                return ControlFlow::Break(());
            }
            lexemes += 1;
            let wanted = positions.iter().filter(|p| labels == 0 || labels & p.label().bit() != 0);
            scratch.places.extend(wanted);
            ControlFlow::Continue(())
        })?;
        if maybe {
            scratch.places.truncate(start);
        } else if prefix && lexemes > 1 {
            // Of several lexemes at one place, the one with the highest label.
            scratch.places[start..].sort_unstable_by_key(|p| (p.place(), Reverse(p.label())));
            let mut kept = start;
            for index in start..scratch.places.len() {
                let next = scratch.places[index];
                if kept == start || scratch.places[kept - 1].place() != next.place() {
                    scratch.places[kept] = next;
                    kept += 1;
                }
            }
            scratch.places.truncate(kept);
        }
        let answer = match maybe {
            true => Answer::Maybe,
            false if scratch.places.len() > start => Answer::Yes,
            false => Answer::No,
        };
        scratch.matches.push(Match { answer, start, negate: false, width: 0 });
        Ok(())
    }
}

impl<A: Allocator> Matches<'_, A> {
    /// What an operator makes of two values, whose lists are the last ones.
    fn combine(&mut self, operator: Move, mut left: Match, mut right: Match) -> Match {
        let start = left.start;
        let mut result = Match { answer: Answer::Yes, start, negate: false, width: 0 };
        let either = operator == Move::Or;
        let answers = [left.answer, right.answer];
        let none = if either { answers == [Answer::No; 2] } else { answers.contains(&Answer::No) };
        if none || answers.contains(&Answer::Maybe) {
            self.places.truncate(start);
            result.answer = if none { Answer::No } else { Answer::Maybe };
            return result;
        }
        for side in [&mut left, &mut right] {
            if side.answer == Answer::No {
                side.width = 0;
            }
        }
        let (left_offset, right_offset) = match operator {
            Move::Phrase(distance) => {
                let distance = i64::from(distance);
                result.width = distance + left.width + right.width;
                (distance + right.width, 0)
            }
            _ => {
                result.width = left.width.max(right.width);
                (result.width - left.width, result.width - right.width)
            }
        };
        // De Morgan: what the negated sides say of the lists.
        let (emit, negate) = match (either, left.negate, right.negate) {
            (false, true, true) => (Emit { left: true, right: true, both: true }, true),
            (false, true, false) => (Emit { left: false, right: true, both: false }, false),
            (false, false, true) => (Emit { left: true, right: false, both: false }, false),
            (false, false, false) => (Emit { left: false, right: false, both: true }, false),
            (true, true, true) => (Emit { left: false, right: false, both: true }, true),
            (true, true, false) => (Emit { left: true, right: false, both: false }, true),
            (true, false, true) => (Emit { left: false, right: true, both: false }, true),
            (true, false, false) => (Emit { left: true, right: true, both: true }, false),
        };
        self.merge(start, right.start, left_offset, right_offset, emit);
        result.negate = negate;
        if !negate && self.places.len() == start {
            result.answer = Answer::No;
        }
        result
    }

    /// Puts the merged list in the place of the last two ones.
    fn merge(&mut self, start: usize, middle: usize, left: i64, right: i64, emit: Emit) {
        let end = self.places.len();
        let (mut l, mut r) = (start, middle);
        while l < middle || r < end {
            if l == middle && !emit.right || r == end && !emit.left {
                break;
            }
            let at = |index: usize, limit, offset| {
                if index < limit {
                    i64::from(self.places[index].place()) + offset
                } else {
                    i64::MAX
                }
            };
            let (left_place, right_place) = (at(l, middle, left), at(r, end, right));
            let (wanted, source, place) = if left_place < right_place {
                (emit.left, l, left_place)
            } else if left_place == right_place {
                (emit.both, r, right_place)
            } else {
                (emit.right, r, right_place)
            };
            l += usize::from(left_place <= right_place);
            r += usize::from(right_place <= left_place);
            if wanted && place > 0 {
                let label = self.places[source].label();
                self.places.push(Position::new(place as u16, label));
            }
        }
        let length = self.places.len() - end;
        self.places.copy_within(end.., start);
        self.places.truncate(start + length);
    }
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;
    use crate::testing::{Document, Random, naive_phrase, query, vector, word};
    use crate::tsquery::Node;
    use crate::tsvector::Label;

    fn satisfied(tree: &Node, document: &Document) -> bool {
        let bytes = tree.write().unwrap();
        let program = Program::new(TsQuery::new(&bytes).unwrap(), Global);
        let mut scratch = Scratch::new(&program, Global);
        let bytes = vector(document);
        let (mut source, mut matches) = scratch.row(&program, TsVector::new(&bytes).unwrap());
        program.satisfied(&mut source, &mut matches).unwrap()
    }

    fn naive(tree: &Node, document: &Document) -> bool {
        match tree {
            Node::Word { lexeme, labels, prefix } => document.iter().any(|(text, positions)| {
                (*prefix && text.starts_with(lexeme) || text == lexeme)
                    && (*labels == 0
                        || positions.is_empty()
                        || positions.iter().any(|p| labels & p.label().bit() != 0))
            }),
            Node::Not(operand) => !naive(operand, document),
            Node::And(operands) => operands.iter().all(|operand| naive(operand, document)),
            Node::Or(operands) => operands.iter().any(|operand| naive(operand, document)),
            Node::Phrase(_) => naive_phrase(tree, document)
                .is_some_and(|(places, _)| places.iter().any(|place| *place > 0)),
        }
    }

    #[test]
    fn evaluation_is_that_of_sets() {
        let mut random = Random(21);
        let mut yes = 0;
        for _ in 0..60_000 {
            let tree = query(&mut random, 4);
            let document = random.document(12, 3);
            let expected = naive(&tree, &document);
            let bytes = tree.write().unwrap();
            let printed = TsQuery::new(&bytes).unwrap().to_string();
            assert_eq!(satisfied(&tree, &document), expected, "{printed} on {document:?}");
            yes += u32::from(expected);
        }
        assert!((10_000..50_000).contains(&yes));
    }

    #[test]
    fn without_positions() {
        let document = Document::from([(b"a".to_vec(), vec![]), (b"b".to_vec(), vec![])]);
        let phrase = Node::Phrase(vec![(0, word("a")), (1, word("b"))]);
        assert!(!satisfied(&phrase, &document));
        assert!(satisfied(&Node::Not(Box::new(phrase)), &document));
        let labelled = Node::Word { lexeme: b"a".to_vec(), labels: 8, prefix: false };
        assert!(satisfied(&labelled, &document));
    }

    /// What is not there has no width: `!(c <2> x & b)` stands at one place, so the whole phrase takes
    /// three. (PostgreSQL 15 and 18 agree.)
    #[test]
    fn the_width_of_what_is_not_there() {
        let phrase = |left, distance, right| Node::Phrase(vec![(0, left), (distance, right)]);
        let inside = Node::And(vec![phrase(word("c"), 2, word("x")), word("b")]);
        let absent = Node::Not(Box::new(inside));
        let tree = phrase(phrase(word("a"), 1, absent), 1, word("c"));
        let at = |place| vec![Position::new(place, Label::D)];
        let document = Document::from([
            (b"a".to_vec(), at(4)),
            (b"b".to_vec(), at(2)),
            (b"c".to_vec(), at(6)),
            (b"x".to_vec(), at(2)),
        ]);
        assert!(satisfied(&tree, &document));
    }

    #[test]
    fn the_empty_query_is_never_satisfied() {
        assert!(!satisfied(&Node::And(vec![]), &Document::new()));
    }

    #[test]
    fn terms_are_what_stands_under_no_negation() {
        let phrase = Node::Phrase(vec![(0, word("a")), (1, word("b"))]);
        let not = |node: &Node| Node::Not(Box::new(node.clone()));
        let tree = Node::And(vec![
            Node::Or(vec![word("a"), word("c"), word("a"), phrase.clone(), phrase.clone()]),
            not(&phrase),
            not(&not(&word("d"))),
        ]);
        let bytes = tree.write().unwrap();
        let program = Program::new(TsQuery::new(&bytes).unwrap(), Global);
        let terms: Vec<_> = program.terms().iter().map(|t| (t.kind, t.frequency)).collect();
        assert_eq!(
            terms,
            [(TermKind::Leaf(0), 2), (TermKind::Leaf(1), 1), (TermKind::Phrase(0), 2)]
        );
        let scored: Vec<_> = (0..program.leaves()).map(|leaf| program.is_scored(leaf)).collect();
        assert_eq!(scored, [true, true, true, false]);
    }

    /// Deep queries and long phrases run without recursion.
    #[test]
    fn depth_is_no_danger() {
        let words = vec![(1, word("a")); 4096];
        let places: Vec<Position> = (1..=200).map(|p| Position::new(p, Label::D)).collect();
        let document = Document::from([(b"a".to_vec(), places)]);
        assert!(!satisfied(&Node::Phrase(words), &document));
        assert!(satisfied(&Node::Phrase(vec![(1, word("a")); 200]), &document));
        assert!(!satisfied(&Node::Phrase(vec![(1, word("a")); 201]), &document));
    }
}
