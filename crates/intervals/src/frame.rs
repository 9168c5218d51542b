//! Coverage of a sliding window: spans come and go.
//!
//! A span adds +1 where it starts and −1 where it ends. [`Frame`] holds the sums of these changes,
//! ascending, in chunks; each chunk knows the sum and the extremes of its running sum, so a chunk
//! without a boundary of interest is passed over whole. Adding or removing a span costs a binary
//! search and moves at most one chunk.
//!
//! Invariants: no chunk is empty, no change is zero, the running sum never is negative and ends at
//! zero. A change of zero needs no entry, since the hull, the islands and the depth of the spans
//! depend on the sums alone.
//!
//! Deliberately absent: the spans themselves. A caller removes only what it added.

use core::cmp::Ordering::Greater;

use allocator_api2::{alloc::Allocator, vec::Vec};

use crate::{Line, Span, union::PAUSE};

/// Most changes in one chunk.
const CHUNK: usize = 128;

#[derive(Debug, Clone, Copy)]
struct Change<C> {
    cut: C,
    by: i64,
}

#[derive(Debug)]
struct Chunk<C, A: Allocator> {
    changes: Vec<Change<C>, A>,
    sum: i64,
    lowest: i64,
    highest: i64,
}

impl<C, A: Allocator> Chunk<C, A> {
    fn new_in(allocator: A) -> Self {
        Self { changes: Vec::new_in(allocator), sum: 0, lowest: 0, highest: 0 }
    }

    /// Brings sum and extremes of the running sum up to date.
    fn summarize(&mut self) {
        self.sum = 0;
        self.lowest = i64::MAX;
        self.highest = i64::MIN;
        for change in &self.changes {
            self.sum += change.by;
            self.lowest = self.lowest.min(self.sum);
            self.highest = self.highest.max(self.sum);
        }
    }
}

/// The spans of a window frame, as the step function of how many of them cover each point.
#[derive(Debug)]
pub struct Frame<L: Line, A: Allocator + Clone> {
    chunks: Vec<Chunk<L::Cut, A>, A>,
    allocator: A,
}

impl<L: Line, A: Allocator + Clone> Frame<L, A> {
    /// A frame without spans.
    pub fn new_in(allocator: A) -> Self {
        Self { chunks: Vec::new_in(allocator.clone()), allocator }
    }

    /// A span enters the frame.
    pub fn add(&mut self, line: &L, span: Span<L::Cut>) {
        self.change(line, span.start, 1);
        self.change(line, span.end, -1);
    }

    /// A span that was added leaves the frame.
    pub fn remove(&mut self, line: &L, span: Span<L::Cut>) {
        self.change(line, span.start, -1);
        self.change(line, span.end, 1);
    }

    /// At most so many islands: half the number of changes.
    pub fn islands_at_most(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.changes.len()).sum::<usize>() / 2
    }

    /// The smallest span that holds all; `None` without spans.
    pub fn hull(&self) -> Option<Span<L::Cut>> {
        let first = self.chunks.first()?.changes.first()?;
        let last = self.chunks.last()?.changes.last()?;
        Some(Span { start: first.cut, end: last.cut })
    }

    /// The largest number of spans that cover one point.
    pub fn max_depth(&self) -> i64 {
        let mut depth = 0;
        let mut deepest = 0;
        for chunk in &self.chunks {
            deepest = deepest.max(depth + chunk.highest);
            depth += chunk.sum;
        }
        deepest
    }

    /// Appends the islands, ascending, to `islands`; the cuts stay the frame's.
    pub fn islands<B: Allocator>(&self, line: &L, islands: &mut Vec<Span<L::Cut>, B>) {
        let Some(Span { mut start, .. }) = self.hull() else { return };
        let mut depth = 0;
        for (i, chunk) in self.chunks.iter().enumerate() {
            if i % (PAUSE / CHUNK) == 0 {
                line.pause();
            }
            if depth > 0 && depth + chunk.lowest > 0 {
                depth += chunk.sum;
                continue;
            }
            for change in &chunk.changes {
                if depth == 0 {
                    start = change.cut;
                }
                depth += change.by;
                if depth == 0 {
                    match islands.last_mut() {
                        Some(last) if line.adjoins(last.end, start) => last.end = change.cut,
                        _ => islands.push(Span { start, end: change.cut }),
                    }
                }
            }
        }
    }

    /// Adds `by` to the change at `cut`.
    fn change(&mut self, line: &L, cut: L::Cut, by: i64) {
        // The last chunk that starts at or before the cut, else the first.
        let at = self
            .chunks
            .partition_point(|chunk| line.compare(chunk.changes[0].cut, cut) != Greater)
            .saturating_sub(1);
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::new_in(self.allocator.clone()));
        }
        let chunk = &mut self.chunks[at];
        let found = chunk.changes.binary_search_by(|change| line.compare(change.cut, cut));
        match found {
            Ok(i) if chunk.changes[i].by == -by => {
                line.release(chunk.changes.remove(i).cut);
                if chunk.changes.is_empty() {
                    self.chunks.remove(at);
                    return;
                }
            }
            Ok(i) => chunk.changes[i].by += by,
            Err(i) => {
                chunk.changes.insert(i, Change { cut: line.keep(cut), by });
                if chunk.changes.len() == CHUNK {
                    let mut upper = Chunk::new_in(self.allocator.clone());
                    upper.changes.extend(chunk.changes.drain(CHUNK / 2..));
                    upper.summarize();
                    chunk.summarize();
                    self.chunks.insert(at + 1, upper);
                    return;
                }
            }
        }
        chunk.summarize();
    }
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;
    use crate::{Key, KeyLine, union::Union};

    #[test]
    fn a_sliding_window_equals_a_fresh_union_and_a_count_per_cell() {
        let mut state = 3_u64;
        let mut below = |bound: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % bound
        };
        for (width, cells) in [(1_usize, 30), (20, 40), (20, 2_000), (300, 3_000), (300, 90)] {
            let spans: Vec<_> = (0..1_200)
                .map(|_| {
                    let start = below(cells) as i64;
                    let end = start + 1 + below(12) as i64;
                    Span { start: Key::before(start), end: Key::before(end) }
                })
                .collect();
            let mut frame = Frame::<KeyLine, _>::new_in(Global);
            for i in 0..spans.len() + width {
                if let Some(span) = spans.get(i) {
                    frame.add(&KeyLine, *span);
                }
                if i >= width {
                    frame.remove(&KeyLine, spans[i - width]);
                }
                if i % 13 > 0 {
                    continue;
                }
                let inside =
                    &spans[(i + 1).saturating_sub(width).min(spans.len())..spans.len().min(i + 1)];
                let mut fresh = Union::<KeyLine, _>::new_in(Global);
                inside.iter().for_each(|s| fresh.push(&KeyLine, *s));
                let mut islands = Vec::new();
                frame.islands(&KeyLine, &mut islands);
                assert_eq!(islands, fresh.islands(&KeyLine));
                let hull =
                    inside.iter().map(|s| s.start).min().zip(inside.iter().map(|s| s.end).max());
                assert_eq!(frame.hull().map(|h| (h.start, h.end)), hull);
                let deepest = (0..cells as i64 + 12)
                    .map(|c| {
                        let cell = Key::before(c);
                        inside.iter().filter(|s| s.start <= cell && cell < s.end).count()
                    })
                    .max();
                assert_eq!(Some(frame.max_depth() as usize), deepest);
            }
            assert!(frame.hull().is_none(), "nothing is left of an empty frame");
        }
    }
}
