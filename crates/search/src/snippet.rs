//! Snippets: the passages of a text that say why it was found, ready for a web page.
//!
//! A [`Marker`] has said which words are meant. Here the best passages are chosen and written.
//!
//! * A passage has at most [`Options::max_words`] words. The best one has the terms of the query that
//!   weigh most together, each counted once; then the most occurrences; then the one in which they
//!   stand closest; then the first. A term weighs log2(1 + words / occurrences), both in this
//!   document, so that rare terms weigh more; a phrase weighs so much for each of its words. For
//!   further passages, terms that an earlier one shows weigh an eighth.
//! * Around them a passage has further words: back to the beginning of a sentence, if that is near
//!   enough, and on to the last end of a sentence, if it has [`Options::min_words`] then.
//! * Passages do not share words and stand in the order of the document. Where nothing is marked the
//!   passage is the beginning of the document.
//! * A passage is cut at the edges of words, with the punctuation and signs that belong to them (`C++`),
//!   at the first and the last word with what little is before or behind it in the document, and, in
//!   UTF-8, never between a character and its combining marks; marks are not put there either.
//! * Without the markers, and with escapes undone, each passage is a substring of the document.
//!
//! All is linear in the number of words and occurrences for one passage. Each further one costs
//! another look at the occurrences only as long as it shows a term that none showed before.

use core::cmp::Reverse;
use core::fmt;
use core::ops::Range;

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec as VecIn;

use crate::combining;
use crate::marking::{Mark, Marker, Span};

/// The names of all options.
pub const OPTIONS: [&str; 7] =
    ["start", "stop", "max_words", "min_words", "fragments", "delimiter", "escape"];

/// The most passages of a document.
pub const MAX_FRAGMENTS: u32 = 10_000;

/// How other text than the markers is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `&`, `<`, `>`, `"` and `'` as references, which are safe in text and in quoted attributes.
    Html,
    /// As it is.
    None,
}

/// What the caller chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Put before a marked word, as it is.
    pub start: Vec<u8>,
    /// Put behind a marked word, as it is.
    pub stop: Vec<u8>,
    /// Words of a passage.
    pub max_words: u32,
    /// Words that a passage has before it may end with a sentence; `None`: 15, but at most
    /// `max_words`.
    pub min_words: Option<u32>,
    /// Passages.
    pub fragments: u32,
    /// Put between two passages, as it is.
    pub delimiter: Vec<u8>,
    /// How other text is written.
    pub escape: Escape,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            start: b"<mark>".to_vec(),
            stop: b"</mark>".to_vec(),
            max_words: 35,
            min_words: None,
            fragments: 1,
            delimiter: " … ".into(),
            escape: Escape::Html,
        }
    }
}

/// What an option is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text.
    Text(&'a [u8]),
    /// A whole number.
    Integer(i64),
    /// Something else.
    Other,
}

/// Why an option is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionError {
    /// There is none of that name; [`OPTIONS`] are all.
    Unknown,
    /// It must be text.
    NotText,
    /// It must be a whole number.
    NotInteger,
    /// It must be from the first to the last of these.
    OutOfRange(u32, u32),
    /// It must be `html` or `none`.
    NotEscape,
    /// `min_words` is greater than `max_words`.
    MinAboveMax,
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => write!(f, "must be one of {}", OPTIONS.join(", ")),
            Self::NotText => f.write_str("must be a string"),
            Self::NotInteger => f.write_str("must be an integer"),
            Self::OutOfRange(lowest, highest) => {
                write!(f, "must be between {lowest} and {highest}")
            }
            Self::NotEscape => f.write_str("must be \"html\" or \"none\""),
            Self::MinAboveMax => f.write_str("must not be greater than \"max_words\""),
        }
    }
}

impl core::error::Error for OptionError {}

impl Options {
    /// Sets one by its name.
    ///
    /// # Errors
    /// If there is none of that name, or the value is not one for it.
    pub fn set(&mut self, name: &[u8], value: Value<'_>) -> Result<(), OptionError> {
        let text = || match value {
            Value::Text(text) => Ok(text.to_vec()),
            _ => Err(OptionError::NotText),
        };
        let number = |lowest: u32, highest: u32| match value {
            Value::Integer(number) => u32::try_from(number)
                .ok()
                .filter(|number| (lowest..=highest).contains(number))
                .ok_or(OptionError::OutOfRange(lowest, highest)),
            _ => Err(OptionError::NotInteger),
        };
        match name {
            b"start" => self.start = text()?,
            b"stop" => self.stop = text()?,
            b"max_words" => self.max_words = number(1, i32::MAX as u32)?,
            b"min_words" => self.min_words = Some(number(0, i32::MAX as u32)?),
            b"fragments" => self.fragments = number(1, MAX_FRAGMENTS)?,
            b"delimiter" => self.delimiter = text()?,
            b"escape" => {
                self.escape = match &*text()? {
                    b"html" => Escape::Html,
                    b"none" => Escape::None,
                    _ => return Err(OptionError::NotEscape),
                }
            }
            _ => return Err(OptionError::Unknown),
        }
        Ok(())
    }

    /// To be called when all are set.
    ///
    /// # Errors
    /// If `min_words` was set to more than `max_words`.
    pub fn check(&self) -> Result<(), OptionError> {
        match self.min_words {
            Some(least) if least > self.max_words => Err(OptionError::MinAboveMax),
            _ => Ok(()),
        }
    }

    fn least(&self) -> u32 {
        self.min_words.unwrap_or(15).min(self.max_words)
    }
}

/// What a character is in the encoding of the document.
#[derive(Clone, Copy)]
pub enum Characters<'f> {
    /// UTF-8.
    Utf8,
    /// Every byte is one.
    Bytes,
    /// As long as this says of the bytes from it on. ASCII bytes are characters, and no parts of
    /// others, as in all encodings of a server.
    Other(&'f dyn Fn(&[u8]) -> usize),
}

impl fmt::Debug for Characters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "Utf8",
            Self::Bytes => "Bytes",
            Self::Other(_) => "Other",
        })
    }
}

impl Characters<'_> {
    /// The number of characters.
    fn count(self, text: &[u8]) -> usize {
        match self {
            Self::Utf8 => text.iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
            Self::Bytes => text.len(),
            Self::Other(length) => {
                let (mut rest, mut count) = (text, 0);
                while !rest.is_empty() {
                    rest = &rest[length(rest).clamp(1, rest.len())..];
                    count += 1;
                }
                count
            }
        }
    }

    /// The bytes of the first `count` characters.
    fn first(self, text: &[u8], count: usize) -> usize {
        let mut at = 0;
        for _ in 0..count {
            let rest = &text[at..];
            let Some(first) = rest.first() else { break };
            let length = match self {
                Self::Utf8 if *first >= 0xc0 => (first.leading_ones() as usize).min(4),
                Self::Utf8 | Self::Bytes => 1,
                Self::Other(length) => length(rest),
            };
            at += length.clamp(1, rest.len());
        }
        at
    }
}

/// A passage: its words and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Passage {
    words: (u32, u32),
    bytes: (usize, usize),
}

/// Words that would make a passage, from the first to the last that is marked; better ones compare
/// greater by their rank.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    weight: u64,
    hits: u32,
    first: u32,
    last: u32,
}

impl Candidate {
    fn rank(&self) -> impl Ord + use<> {
        (self.weight, self.hits, !(self.last - self.first), !self.first)
    }
}

/// A text with the words that are meant in it, to be shown.
struct Chooser<'m, A: Allocator> {
    marker: &'m Marker<A>,
    text: &'m [u8],
    characters: Characters<'m>,
    most: u32,
    least: u32,
    weights: VecIn<u64, A>,
    /// The spans in the order of their last words, if that is another than of their first ones.
    by_last: VecIn<u32, A>,
    /// In the order of the document.
    chosen: VecIn<Passage, A>,
}

/// Punctuation that begins what follows.
const OPENING: [&str; 15] =
    ["(", "[", "{", "\"", "'", "“", "‘", "«", "„", "‚", "¿", "¡", "「", "『", "《"];

/// Punctuation that ends what is before it.
const CLOSING: [&str; 22] = [
    ".", ",", ";", ":", "!", "?", ")", "]", "}", "\"", "'", "”", "’", "»", "…", "。", "！", "？",
    "，", "」", "』", "》",
];

/// Punctuation that ends a sentence without a space behind it.
const FULL_STOPS: [&str; 5] = ["。", "！", "？", "।", "۔"];

/// Bytes beside a word that are looked at.
const NEAR: usize = 256;

/// Whether a sentence or paragraph ends in what is between two words.
fn ends_sentence(between: &[u8], characters: Characters<'_>) -> bool {
    let between = &between[..between.len().min(NEAR)];
    let mut stop = false;
    let mut line = false;
    for (at, byte) in between.iter().enumerate() {
        match byte {
            b'.' | b'!' | b'?' => stop = true,
            b'"' | b'\'' | b')' | b']' => {}
            b'\n' => {
                if stop || line {
                    return true;
                }
                line = true;
            }
            b' ' | b'\t' | b'\r' => {
                if stop {
                    return true;
                }
            }
            0x80.. if matches!(characters, Characters::Utf8) => {
                if FULL_STOPS.iter().any(|mark| between[at..].starts_with(mark.as_bytes())) {
                    return true;
                }
            }
            _ => (stop, line) = (false, false),
        }
    }
    false
}

/// Whether what stands beside a word is so little that it may belong to it, and no tag.
fn are_signs(text: &[u8]) -> bool {
    text.len() <= NEAR && !text.iter().any(|byte| matches!(byte, b'<' | b'>'))
}

/// Whether both are the same words in part.
fn overlap(passage: &Passage, candidate: &Candidate) -> bool {
    candidate.first < passage.words.1 && passage.words.0 <= candidate.last
}

impl<'m, A: Allocator + Clone> Chooser<'m, A> {
    fn new(
        marker: &'m Marker<A>,
        text: &'m [u8],
        characters: Characters<'m>,
        options: &Options,
    ) -> Self {
        let allocator = marker.allocator();
        let mut occurrences: VecIn<u32, A> = VecIn::new_in(allocator.clone());
        occurrences.resize(marker.terms(), 0);
        for span in &marker.spans {
            occurrences[span.term as usize] += 1;
        }
        let words = marker.words.len() as f64;
        let mut weights = VecIn::new_in(allocator.clone());
        weights.extend(occurrences.iter().enumerate().map(|(term, occurrences)| {
            if *occurrences == 0 {
                return 0;
            }
            let rarity = (1.0 + words / f64::from(*occurrences)).log2();
            (rarity * 1024.0).round() as u64 * marker.words_of_term(term)
        }));
        let mut chooser = Self {
            marker,
            text,
            characters,
            most: options.max_words,
            least: options.least(),
            weights,
            by_last: VecIn::new_in(allocator.clone()),
            chosen: VecIn::new_in(allocator),
        };
        if !marker.spans.is_sorted_by_key(|span| chooser.last(span)) {
            let mut by_last =
                core::mem::replace(&mut chooser.by_last, VecIn::new_in(marker.allocator()));
            by_last.extend(0..marker.spans.len() as u32);
            by_last.sort_unstable_by_key(|index| {
                (chooser.last(&marker.spans[*index as usize]), *index)
            });
            chooser.by_last = by_last;
        }
        chooser
    }

    /// The last word of a span, or of the part of it that a passage can show.
    fn last(&self, span: &Span) -> u32 {
        span.last.min(span.first.saturating_add(self.most - 1))
    }

    /// The bytes between two words that follow each other.
    fn between(&self, word: u32) -> &[u8] {
        let [before, after] =
            [self.marker.words[word as usize - 1], self.marker.words[word as usize]];
        self.text.get(before.end as usize..after.start as usize).unwrap_or(&[])
    }

    fn begins_sentence(&self, word: u32) -> bool {
        word == 0 || ends_sentence(self.between(word), self.characters)
    }

    /// Calls `each` with what a passage that begins with a marked word can show.
    fn scan(&self, pause: &mut dyn FnMut(), mut each: impl FnMut(Candidate)) {
        let spans = &self.marker.spans;
        let by_last = |index: usize| match self.by_last.get(index) {
            Some(index) => spans.get(*index as usize),
            None => spans.get(index),
        };
        let mut counts: VecIn<u32, A> = VecIn::new_in(self.marker.allocator());
        counts.resize(self.weights.len(), 0);
        let (mut weight, mut hits) = (0, 0);
        let (mut added, mut removed, mut limit, mut passage) = (0, 0, 0, 0);
        for (index, span) in spans.iter().enumerate() {
            if index % 4096 == 0 {
                pause();
            }
            let first = span.first;
            if index > 0 && spans[index - 1].first == first {
                continue;
            }
            while self.chosen.get(passage).is_some_and(|passage| passage.words.1 <= first) {
                passage += 1;
            }
            let after = self.chosen.get(passage).map_or(u32::MAX, |passage| passage.words.0);
            if after <= first {
                continue;
            }
            while spans[removed].first < first {
                let span = &spans[removed];
                removed += 1;
                if self.last(span) < limit {
                    let count = &mut counts[span.term as usize];
                    *count -= 1;
                    hits -= 1;
                    if *count == 0 {
                        weight -= self.weights[span.term as usize];
                    }
                }
            }
            limit = first.saturating_add(self.most).min(after);
            while let Some(span) = by_last(added).filter(|span| self.last(span) < limit) {
                added += 1;
                if span.first >= first {
                    let count = &mut counts[span.term as usize];
                    *count += 1;
                    hits += 1;
                    if *count == 1 {
                        weight += self.weights[span.term as usize];
                    }
                }
            }
            if hits > 0 {
                let last = added.checked_sub(1).and_then(by_last);
                let last = last.filter(|last| last.first >= first).unwrap_or(span);
                let last = self.last(last).min(limit - 1);
                each(Candidate { weight, hits, first, last });
            }
        }
    }

    /// Chooses at most so many passages.
    fn choose(&mut self, count: usize, pause: &mut dyn FnMut()) {
        let mut shown: VecIn<bool, A> = VecIn::new_in(self.marker.allocator());
        shown.resize(self.weights.len(), false);
        let mut news = true;
        while news && self.chosen.len() < count {
            let mut best: Option<Candidate> = None;
            self.scan(pause, |candidate| {
                if best.is_none_or(|best| candidate.rank() > best.rank()) {
                    best = Some(candidate);
                }
            });
            let Some(best) = best else { return };
            let (first, after) = self.insert(best).words;
            news = false;
            let spans = &self.marker.spans;
            let from = spans.partition_point(|span| span.first < first);
            for span in spans[from..].iter().take_while(|span| span.first < after) {
                if self.last(span) < after && !shown[span.term as usize] {
                    shown[span.term as usize] = true;
                    self.weights[span.term as usize] /= 8;
                    news = true;
                }
            }
        }
        while self.chosen.len() < count {
            let mut all = VecIn::new_in(self.marker.allocator());
            self.scan(pause, |candidate| all.push(candidate));
            all.sort_unstable_by_key(|candidate| Reverse(candidate.rank()));
            let before = self.chosen.len();
            for (index, candidate) in all.iter().enumerate() {
                if index % 4096 == 0 {
                    pause();
                }
                if self.chosen.len() == count {
                    break;
                }
                let next = self.chosen.partition_point(|other| other.words.1 <= candidate.first);
                if !self.chosen.get(next).is_some_and(|other| overlap(other, candidate)) {
                    self.insert(*candidate);
                }
            }
            if self.chosen.len() == before {
                break;
            }
        }
    }

    /// Makes a passage of what it is to show and words around it.
    fn insert(&mut self, candidate: Candidate) -> Passage {
        let next = self.chosen.partition_point(|other| other.words.1 <= candidate.first);
        let lowest = next.checked_sub(1).map_or(0, |before| self.chosen[before].words.1);
        let highest = self.chosen.get(next);
        let highest = highest.map_or(self.marker.words.len() as u32, |after| after.words.0);
        let (first, after) = (candidate.first, candidate.last + 1);
        let before = self.most.saturating_sub(after - first) / 2;
        let earliest = first.saturating_sub(before).max(lowest);
        let sentence = (earliest..=first).rev().find(|word| self.begins_sentence(*word));
        let mut start = sentence.unwrap_or(earliest);
        let mut end = start.saturating_add(self.most).min(highest).max(after);
        if end - start < self.most {
            // The document, or another passage, ends before: room for more words in front.
            let earliest = end.saturating_sub(self.most).max(lowest);
            let sentence = (earliest..start).find(|word| self.begins_sentence(*word));
            let fill = if sentence.is_none() && !self.begins_sentence(start) {
                self.most
            } else {
                self.least
            };
            start = sentence.unwrap_or(start.min(end.saturating_sub(fill).max(lowest)));
        }
        end = self.end(after.max(start.saturating_add(self.least)), end);
        let passage = Passage { words: (start, end), bytes: self.bytes(start, end) };
        self.chosen.insert(next, passage);
        passage
    }

    /// The last end of a sentence from `earliest` to `latest`, or `latest`.
    fn end(&self, earliest: u32, latest: u32) -> u32 {
        let words = self.marker.words.len() as u32;
        let mut ends = (earliest.max(1)..=latest).rev();
        ends.find(|end| *end == words || self.begins_sentence(*end)).unwrap_or(latest)
    }

    /// The bytes of these words, with the punctuation that belongs to them.
    fn bytes(&self, start: u32, end: u32) -> (usize, usize) {
        let words = &self.marker.words;
        let size = self.text.len();
        let utf8 = matches!(self.characters, Characters::Utf8);
        let first = (words[start as usize].start as usize).min(size);
        let least = match start {
            0 => 0,
            start => (words[start as usize - 1].end as usize).min(first),
        };
        let mut from = first;
        let before = |from: usize, mark: &&&str| {
            (utf8 || mark.is_ascii()) && self.text[least..from].ends_with(mark.as_bytes())
        };
        while let Some(mark) = OPENING.iter().find(|mark| before(from, mark)) {
            from -= mark.len();
        }
        let inside = words[start as usize..end as usize].iter().map(|word| word.end as usize);
        let last = inside.max().unwrap_or(first).min(size).max(first);
        let most = words.get(end as usize).map_or(size, |next| next.start as usize);
        let mut to = last;
        if utf8 {
            from = combining::start(self.text, from, least);
            // Marks of the word before that were taken for a part of this one.
            from = combining::end(self.text, from);
            to = combining::end(self.text, to.max(from));
        }
        let most = most.clamp(to, size);
        let after = |to: usize, mark: &&&str| {
            (utf8 || mark.is_ascii()) && self.text[to..most].starts_with(mark.as_bytes())
        };
        while let Some(mark) = CLOSING.iter().find(|mark| after(to, mark)) {
            to += mark.len();
        }
        if utf8 {
            to = combining::end(self.text, to);
        }
        from -= self.signs_before(least, from);
        if utf8 {
            from = combining::end(self.text, from);
        }
        (from, to + self.signs_behind(to, most))
    }

    /// How many bytes in front belong to a word that begins at `from`, behind the last word's end at
    /// `least`: what stands there up to a space; at the beginning of the document all.
    fn signs_before(&self, least: usize, from: usize) -> usize {
        let before = &self.text[least.min(from)..from];
        let signs = before.rsplit(u8::is_ascii_whitespace).next().unwrap_or(before);
        let signs = match least {
            0 => before.trim_ascii_start(),
            _ if signs.len() < before.len() => signs,
            _ => &[],
        };
        if are_signs(signs) { signs.len() } else { 0 }
    }

    /// The same behind a word that ends at `to`, in front of the next one at `most`.
    fn signs_behind(&self, to: usize, most: usize) -> usize {
        let behind = &self.text[to..most.max(to)];
        let signs = behind.split(u8::is_ascii_whitespace).next().unwrap_or(behind);
        let signs = match most {
            _ if most == self.text.len() => behind.trim_ascii_end(),
            _ if signs.len() < behind.len() => signs,
            _ => &[],
        };
        if are_signs(signs) { signs.len() } else { 0 }
    }

    /// The beginning of the document, if there is anything in it.
    fn beginning(&mut self) {
        /// Characters that count as a word where the parser finds none.
        const WORD: usize = 8;
        let words = self.marker.words.len() as u32;
        let passage = if words > 0 {
            let end = self.end(self.least, self.most.min(words));
            Passage { words: (0, end), bytes: self.bytes(0, end) }
        } else {
            let text = self.text.trim_ascii_end();
            let mut start = text.len() - text.trim_ascii_start().len();
            if start == text.len() {
                return;
            }
            let characters = (self.most as usize).saturating_mul(WORD);
            let mut end = start + self.characters.first(&text[start..], characters);
            if matches!(self.characters, Characters::Utf8) {
                start = combining::start(text, start, 0);
                end = combining::end(text, end);
            }
            Passage { words: (0, 0), bytes: (start, end) }
        };
        self.chosen.push(passage);
    }
}

/// Appends text.
fn escape(text: &[u8], escape: Escape, out: &mut VecIn<u8, impl Allocator>) {
    let mut rest = text;
    if escape == Escape::Html {
        let special = |byte: &u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
        while let Some(at) = rest.iter().position(special) {
            out.extend_from_slice(&rest[..at]);
            out.extend_from_slice(match rest[at] {
                b'&' => b"&amp;",
                b'<' => b"&lt;",
                b'>' => b"&gt;",
                b'"' => b"&quot;",
                _ => b"&#39;",
            });
            rest = &rest[at + 1..];
        }
    }
    out.extend_from_slice(rest);
}

/// Calls `each` with one passage after the other, in the order of the document; with none if there is
/// nothing in it.
///
/// The text is the one whose words the marker has seen, up to its end ([`Marker::finish`]). `pause` is
/// called now and then, so that a long run can be cancelled.
pub fn passages<A: Allocator + Clone>(
    marker: &Marker<A>,
    text: &[u8],
    characters: Characters<'_>,
    options: &Options,
    pause: &mut dyn FnMut(),
    mut each: impl FnMut(&[u8]),
) {
    let mut out = VecIn::new_in(marker.allocator());
    let mut chooser = Chooser::new(marker, text, characters, options);
    chooser.choose(options.fragments as usize, pause);
    if chooser.chosen.is_empty() {
        chooser.beginning();
    }
    let mut written = 0;
    for passage in &chooser.chosen {
        let end = passage.bytes.1.min(text.len());
        written = passage.bytes.0.max(written).min(end);
        for mark in &marker.marks(passage.words.0..passage.words.1) {
            // A word with parts may be there in part only.
            let cut =
                mark.whole && ((mark.start as usize) < passage.bytes.0 || mark.end as usize > end);
            let Range { start, end } = edges(text, characters, mark, written..end);
            if cut || start >= end {
                continue;
            }
            escape(&text[written..start], options.escape, &mut out);
            out.extend_from_slice(&options.start);
            escape(&text[start..end], options.escape, &mut out);
            out.extend_from_slice(&options.stop);
            written = end;
        }
        escape(&text[written..end], options.escape, &mut out);
        written = end;
        each(&out);
        out.clear();
    }
}

/// The bytes of a mark within these.
fn edges(
    text: &[u8],
    characters: Characters<'_>,
    mark: &Mark,
    within: Range<usize>,
) -> Range<usize> {
    let mut start = (mark.start as usize).clamp(within.start, within.end);
    let mut end = (mark.end as usize).clamp(start, within.end);
    if matches!(characters, Characters::Utf8) && start < end {
        start = combining::start(text, start, within.start);
        end = combining::end(text, end).min(within.end);
    }
    start..end
}

/// All passages in one text, with the delimiter between them; nothing if the document is empty.
pub fn snippet<A: Allocator + Clone>(
    marker: &Marker<A>,
    text: &[u8],
    characters: Characters<'_>,
    options: &Options,
    pause: &mut dyn FnMut(),
) -> VecIn<u8, A> {
    let mut all = VecIn::new_in(marker.allocator());
    let mut first = true;
    passages(marker, text, characters, options, pause, |passage| {
        if !first {
            all.extend_from_slice(&options.delimiter);
        }
        first = false;
        all.extend_from_slice(passage);
    });
    all
}

/// A marked word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight<'m> {
    /// Its first character, counted from 1.
    pub start: usize,
    /// Characters.
    pub length: usize,
    /// The lexeme that the query asks for, as the document has it.
    pub lexeme: &'m [u8],
}

/// Calls `each` with every marked word of the text, in order. Where tokens lie across each other, the
/// later one has what the one before leaves.
pub fn highlights<A: Allocator + Clone>(
    marker: &Marker<A>,
    text: &[u8],
    characters: Characters<'_>,
    mut each: impl FnMut(Highlight<'_>),
) {
    let (mut at, mut counted) = (0, 1);
    for mark in &marker.marks(0..marker.words.len() as u32) {
        let Range { start, end } = edges(text, characters, mark, at..text.len());
        if start < end {
            counted += characters.count(&text[at..start]);
            let length = characters.count(&text[start..end]);
            each(Highlight { start: counted, length, lexeme: marker.lexeme(mark) });
            counted += length;
            at = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use allocator_api2::alloc::Global;

    use super::*;
    use crate::testing::{Random, marker, tokens, word};
    use crate::tsquery::Node;

    fn any(words: &[&str]) -> Node {
        Node::Or(words.iter().map(|text| word(text)).collect())
    }

    fn phrase(words: &[&str]) -> Node {
        Node::Phrase(words.iter().map(|text| (1, word(text))).collect())
    }

    fn options(max_words: u32, min_words: u32, fragments: u32) -> Options {
        Options { max_words, min_words: Some(min_words), fragments, ..Options::default() }
    }

    fn shown(tree: &Node, text: &str, options: &Options) -> String {
        let marker = marker(tree, text, true);
        let shown = snippet(&marker, text.as_bytes(), Characters::Utf8, options, &mut || ());
        String::from_utf8(shown.to_vec()).unwrap()
    }

    fn usual(tree: &Node, text: &str) -> String {
        shown(tree, text, &Options::default())
    }

    #[test]
    fn by_hand() {
        let cases = [
            (any(&["b"]), "a b c", "a <mark>b</mark> c"),
            (any(&["c"]), "++ c++ ^^", "++ <mark>c</mark>++ ^^"),
            (any(&["c"]), "< c >", "<mark>c</mark>"),
            (any(&["b"]), "", ""),
            (any(&["b"]), " \n ", ""),
            (any(&["b"]), " <?> ", "&lt;?&gt;"),
            (any(&["z"]), "  a & b.", "a &amp; b."),
            (
                any(&["b"]),
                "<b>b</b> \"b\" 'b'",
                "<mark>b</mark>&gt;<mark>b</mark>&lt;/<mark>b</mark>&gt; &quot;<mark>b</mark>&quot; \
                 &#39;<mark>b</mark>&#39;",
            ),
            (
                phrase(&["new", "york"]),
                "york: new york, new.",
                "york: <mark>new</mark> <mark>york</mark>, new.",
            ),
            (Node::And(vec![word("a"), Node::Not(Box::new(word("b")))]), "a b", "<mark>a</mark> b"),
            (
                Node::Word { lexeme: b"ra".into(), labels: 0, prefix: true },
                "rank Rat or",
                "<mark>rank</mark> <mark>Rat</mark> or",
            ),
            (Node::Word { lexeme: b"a".into(), labels: 8, prefix: false }, "a", "<mark>a</mark>"),
            (any(&["foo"]), "a foo-bar b", "a <mark>foo</mark>-bar b"),
            (any(&["foo-bar"]), "a foo-bar b", "a <mark>foo-bar</mark> b"),
            (any(&["語"]), "東京 語 日本。", "東京 <mark>語</mark> 日本。"),
            (any(&["שלום"]), "א שלום ב", "א <mark>שלום</mark> ב"),
            (any(&["cafe"]), "cafe\u{301}", "cafe\u{301}"),
            (any(&["a"]), "a\u{20dd} b", "<mark>a\u{20dd}</mark> b"),
        ];
        for (tree, text, expected) in cases {
            assert_eq!(usual(&tree, text), expected, "{text}");
        }
    }

    #[test]
    fn passages_begin_and_end_with_sentences() {
        let text = "One two three. Four five b seven. Eight nine ten eleven twelve.";
        let shown = |max, min| shown(&any(&["b"]), text, &options(max, min, 1));
        assert_eq!(shown(5, 2), "Four five <mark>b</mark> seven.");
        assert_eq!(shown(6, 5), "Four five <mark>b</mark> seven. Eight nine");
        assert_eq!(shown(3, 1), "five <mark>b</mark> seven.");
        assert_eq!(shown(1, 1), "<mark>b</mark>");
        assert_eq!(shown(20, 3), text.replace(" b ", " <mark>b</mark> "));
    }

    #[test]
    fn rare_words_and_new_words_come_first() {
        let text = "a x. a x. a x. a b x. a x. c x. a x.";
        let shown = |fragments| shown(&any(&["a", "b", "c"]), text, &options(2, 1, fragments));
        assert_eq!(shown(1), "<mark>a</mark> <mark>b</mark>");
        assert_eq!(shown(2), "<mark>a</mark> <mark>b</mark> … <mark>c</mark> x.");
        assert_eq!(shown(9).matches('…').count(), 6);
    }

    #[test]
    fn options_are_checked() {
        let mut options = Options::default();
        let set = |options: &mut Options, name: &str, value| options.set(name.as_bytes(), value);
        for name in OPTIONS {
            assert_ne!(set(&mut options, name, Value::Other), Err(OptionError::Unknown));
        }
        assert_eq!(set(&mut options, "Start", Value::Text(b"")), Err(OptionError::Unknown));
        assert_eq!(set(&mut options, "start", Value::Integer(1)), Err(OptionError::NotText));
        assert_eq!(set(&mut options, "fragments", Value::Text(b"1")), Err(OptionError::NotInteger));
        let range = OptionError::OutOfRange(1, MAX_FRAGMENTS);
        assert_eq!(set(&mut options, "fragments", Value::Integer(0)), Err(range));
        assert_eq!(set(&mut options, "escape", Value::Text(b"xml")), Err(OptionError::NotEscape));
        assert_eq!(options, Options::default());
        set(&mut options, "max_words", Value::Integer(10)).unwrap();
        assert_eq!((options.check(), options.least()), (Ok(()), 10));
        set(&mut options, "min_words", Value::Integer(11)).unwrap();
        assert_eq!(options.check(), Err(OptionError::MinAboveMax));
        set(&mut options, "escape", Value::Text(b"none")).unwrap();
        assert_eq!(options.escape, Escape::None);
    }

    /// A text of all kinds of characters.
    fn text(random: &mut Random, pieces: u64) -> String {
        const PIECES: [&str; 24] = [
            "a",
            "b",
            "cc",
            "ax",
            "the",
            "ö",
            "語",
            "א",
            " ",
            " ",
            " ",
            "\n\n",
            ". ",
            "-",
            "<",
            "&",
            "\"",
            "'",
            "\u{301}",
            "\u{1f468}\u{200d}\u{1f469}",
            "。",
            "\u{fe0f}",
            "(",
            "é",
        ];
        (0..random.below(pieces)).map(|_| PIECES[random.below(24) as usize]).collect()
    }

    fn tree(random: &mut Random) -> Node {
        let mut words =
            || word(["a", "b", "cc", "ax", "ö", "語", "א", "x"][random.below(8) as usize]);
        let (first, second, third) = (words(), words(), words());
        match random.below(4) {
            0 => Node::Or(vec![first, second, third]),
            1 => Node::Or(vec![Node::Phrase(vec![(0, first), (1, second)]), third]),
            2 => Node::Phrase(vec![(0, first), (2, second)]),
            _ => Node::And(vec![first, Node::Not(Box::new(second)), third]),
        }
    }

    fn unescape(text: &str) -> String {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&#39;", "'").replace("&amp;", "&")
    }

    /// Passages are parts of the text, in order and apart; what is marked in them are the words that
    /// are highlighted, and they are not too long.
    #[test]
    fn passages_are_parts_of_the_text() {
        let mut random = Random(111);
        let (mut several, mut all_marks) = (0, 0);
        for _ in 0..40_000 {
            let (tree, text) = (tree(&mut random), text(&mut random, 80));
            let max = 1 + random.below(9) as u32;
            let options = Options {
                start: vec![1],
                stop: vec![2],
                escape: if random.below(4) == 0 { Escape::None } else { Escape::Html },
                ..options(max, random.below(u64::from(max) + 1) as u32, 1 + random.below(4) as u32)
            };
            let marker = marker(&tree, &text, true);
            let mut highlighted = Vec::new();
            highlights(&marker, text.as_bytes(), Characters::Utf8, |highlight| {
                let start = highlight.start - 1;
                let shown: String = text.chars().skip(start).take(highlight.length).collect();
                let lexeme = core::str::from_utf8(highlight.lexeme).unwrap();
                assert!(shown.to_lowercase().contains(lexeme), "{shown} {lexeme}");
                let start = text.chars().take(start).map(char::len_utf8).sum::<usize>();
                highlighted.push(start..start + shown.len());
            });
            let mut at = 0;
            let mut passages_of = Vec::new();
            passages(&marker, text.as_bytes(), Characters::Utf8, &options, &mut || (), |passage| {
                passages_of.push(String::from_utf8(passage.to_vec()).unwrap());
            });
            for passage in &passages_of {
                let safe = |c: char| !matches!(c, '<' | '>' | '"' | '\'');
                assert!(options.escape == Escape::None || passage.chars().all(safe));
                let passage = match options.escape {
                    Escape::Html => unescape(passage),
                    Escape::None => passage.clone(),
                };
                let plain = passage.replace(['\u{1}', '\u{2}'], "");
                // Of several places, the one with these marks.
                let mut place = None;
                let mut from = at;
                while let Some(found) = text[from..].find(&plain) {
                    let start = from + found;
                    let within = start..start + plain.len();
                    let mut marked = text[within.clone()].to_string();
                    let inside = |range: &&Range<usize>| {
                        range.start >= within.start && range.end <= within.end
                    };
                    for range in highlighted.iter().filter(inside).rev() {
                        marked.insert(range.end - start, '\u{2}');
                        marked.insert(range.start - start, '\u{1}');
                    }
                    if marked == passage {
                        place = Some(within);
                        break;
                    }
                    from = start + text[start..].chars().next().map_or(1, char::len_utf8);
                    if from > text.len() {
                        break;
                    }
                }
                let place = place.unwrap_or_else(|| panic!("{passage:?} in {text:?}"));
                for edge in [place.start, place.end] {
                    assert_eq!(
                        combining::end(text.as_bytes(), edge),
                        edge,
                        "{passage:?} in {text:?}"
                    );
                }
                let inside =
                    |token: &&Range<usize>| token.start >= place.start && token.end <= place.end;
                let tokens = tokens(&text);
                let part = |token: &&Range<usize>| {
                    !tokens.iter().any(|other| {
                        other != *token && other.start >= token.start && other.end <= token.end
                    })
                };
                assert!(tokens.iter().filter(inside).filter(part).count() <= max as usize);
                at = place.end;
                all_marks += passage.matches('\u{1}').count();
            }
            several += usize::from(passages_of.len() > 1);
            assert!(passages_of.len() <= options.fragments as usize);
            assert_eq!(passages_of.is_empty(), text.trim_ascii().is_empty());
        }
        assert!(several > 3_000 && all_marks > 20_000);
    }

    /// No other stretch of so many words shows terms that weigh more together.
    #[test]
    fn the_first_passage_is_the_best() {
        let mut random = Random(113);
        for _ in 0..20_000 {
            let (tree, text) = (tree(&mut random), text(&mut random, 60));
            let options = options(1 + random.below(9) as u32, 0, 1);
            let marker = marker(&tree, &text, true);
            let mut chooser = Chooser::new(&marker, text.as_bytes(), Characters::Utf8, &options);
            let weight = |chooser: &Chooser<'_, Global>, first: u32, after: u32| -> u64 {
                let mut terms: Vec<u32> = marker
                    .spans
                    .iter()
                    .filter(|span| span.first >= first && chooser.last(span) < after)
                    .map(|span| span.term)
                    .collect();
                terms.sort_unstable();
                terms.dedup();
                terms.iter().map(|term| chooser.weights[*term as usize]).sum()
            };
            let words = marker.words.len() as u32;
            let most = (0..words).map(|first| weight(&chooser, first, first + options.max_words));
            let most = most.max().unwrap_or(0);
            let weights = chooser.weights.clone();
            chooser.choose(1, &mut || ());
            chooser.weights = weights;
            match chooser.chosen.first() {
                Some(Passage { words, .. }) => {
                    assert_eq!(weight(&chooser, words.0, words.1), most, "{text}");
                }
                None => assert_eq!(most, 0),
            }
        }
    }

    /// All highlights in an encoding in which a byte from 0x80 on begins two.
    #[test]
    fn other_encodings() {
        let text = b"\xa4\xa2 \xa4\xa4\xa4\xa6 b";
        let bytes = any(&["b"]).write().unwrap();
        let mut marker = Marker::new(crate::tsquery::TsQuery::new(&bytes).unwrap(), Global);
        for (start, end) in [(0, 2), (3, 7), (8, 9)] {
            let word = &text[start..end];
            marker.word(0, start, word, [(0, word)], 1, true);
        }
        marker.finish(&mut || ());
        let length = |text: &[u8]| if text[0] < 0x80 { 1 } else { 2 };
        for (characters, start) in [(Characters::Other(&length), 6), (Characters::Bytes, 9)] {
            let mut found = Vec::new();
            highlights(&marker, text, characters, |highlight| {
                found.push((highlight.start, highlight.length, highlight.lexeme.to_vec()));
            });
            assert_eq!(found, [(start, 1, b"b".to_vec())]);
            let shown = snippet(&marker, text, characters, &Options::default(), &mut || ());
            assert_eq!(*shown, *b"\xa4\xa2 \xa4\xa4\xa4\xa6 <mark>b</mark>");
        }
    }

    /// Ten megabytes with a mark on every third word. The bound is generous: checks are on in tests.
    #[test]
    fn large_documents() {
        let text = "some words, b and more of them: ".repeat(330_000);
        let tree = Node::Or(vec![phrase(&["words", "b"]), any(&["more", "of"])]);
        for (name, options) in
            [("one", options(35, 15, 1)), ("many", options(35, 15, MAX_FRAGMENTS))]
        {
            let start = Instant::now();
            let marker = marker(&tree, &text, true);
            let read = start.elapsed();
            let shown = snippet(&marker, text.as_bytes(), Characters::Utf8, &options, &mut || ());
            println!("{name}: read in {read:?}, shown in {:?}", start.elapsed() - read);
            assert!(shown.windows(6).filter(|part| part == b"<mark>").count() >= 20);
            assert!(start.elapsed() < Duration::from_secs(20));
        }
    }

    /// How long a document of some words takes, without the server's parser and dictionaries.
    #[test]
    fn small_documents() {
        let mut random = Random(115);
        for bytes in [2_000, 100_000] {
            let text: String =
                (0..bytes / 6).map(|_| format!("{} ", random.below(200) * 997)).collect();
            let bytes = any(&["997", "19940", "1994"]).write().unwrap();
            let mut marker = Marker::new(crate::tsquery::TsQuery::new(&bytes).unwrap(), Global);
            let tokens = tokens(&text);
            let mut length = 0;
            let start = Instant::now();
            for _ in 0..100 {
                marker.begin();
                for token in &tokens {
                    let word = &text.as_bytes()[token.clone()];
                    if !marker.seen(1, token.start, word) {
                        marker.word(1, token.start, word, [(0, word)], 1, true);
                    }
                }
                marker.finish(&mut || ());
                let options = Options::default();
                length +=
                    snippet(&marker, text.as_bytes(), Characters::Utf8, &options, &mut || ()).len();
            }
            println!("{} bytes: {:?}", text.len(), start.elapsed() / 100);
            assert!(length > 10_000);
        }
    }
}
