//! The union of many spans, merged as they arrive.
//!
//! Invariants of [`Union`]:
//! * the first `settled` spans are islands: ascending, none reaching the next;
//! * the rest wait in any order; when the buffer is full everything is settled, and the buffer
//!   only grows if more than half of it survives. Memory therefore follows the number of islands
//!   (at most four times it, and never less than a few), not the number of spans. Settling takes room
//!   for up to half of the buffer once more.
//!
//! Input in order costs one or two comparisons a span; input nearly in order, or falling into
//! few islands, a binary search; the rest a share of one sort for every doubling.

use core::cmp::Ordering::{Greater, Less};

use allocator_api2::{alloc::Allocator, vec::Vec};

use crate::{
    Line, Span,
    sort::{coalesce, merge, settle},
};

/// Up to this many islands a span out of order is looked up among them all.
const SEARCHED: usize = 4096;
/// How many islands at the end may be moved to put a span in its place.
const MOVED: usize = 256;
/// Loop steps between two looks for a cancel.
pub(crate) const PAUSE: usize = 1 << 16;

/// The union of the spans pushed so far.
#[derive(Debug)]
pub struct Union<L: Line, A: Allocator> {
    spans: Vec<Span<L::Cut>, A>,
    settled: usize,
}

impl<L: Line, A: Allocator + Clone> Union<L, A> {
    /// The empty union; allocates nothing yet.
    pub fn new_in(allocator: A) -> Self {
        Self { spans: Vec::new_in(allocator), settled: 0 }
    }

    /// Adds one span.
    // Always: a packed span that goes through memory field by field stalls whoever loads it whole.
    #[inline(always)]
    pub fn push(&mut self, line: &L, span: Span<L::Cut>) {
        if self.settled == self.spans.len()
            && let Some(last) = self.spans.last_mut()
            && line.compare(span.start, last.start) != Less
        {
            if !line.reaches(last.end, span.start) {
                if self.spans.len() == self.spans.capacity() {
                    self.make_room(line);
                }
                self.keep(line, span);
                self.settled += 1;
            } else if line.compare(span.end, last.end) == Greater {
                replace(line, &mut last.end, span.end);
            }
        } else {
            self.push_elsewhere(line, span);
        }
    }

    /// Adds spans that lie elsewhere: in one pass where they are islands, ascending.
    pub fn append(&mut self, line: &L, spans: &[Span<L::Cut>]) {
        if spans.is_sorted_by(|a, b| !line.reaches(a.end, b.start)) {
            self.islands(line);
            merge(line, &mut self.spans, spans, |span| span.start, |span| keep(line, span));
            self.coalesce(line);
        } else {
            spans.iter().for_each(|span| self.push(line, *span));
        }
    }

    /// The islands: ascending, none overlapping or adjacent to the next.
    pub fn islands(&mut self, line: &L) -> &[Span<L::Cut>] {
        if self.settled < self.spans.len() {
            self.settle(line);
        }
        &self.spans
    }

    /// Bytes held, for accounting.
    pub fn allocated(&self) -> usize {
        self.spans.capacity() * size_of::<Span<L::Cut>>()
    }

    /// First span, or a span that starts before the last one, or spans are waiting.
    #[cold]
    #[inline(never)]
    fn push_elsewhere(&mut self, line: &L, span: Span<L::Cut>) {
        if self.settled == self.spans.len() {
            let near = self.settled.saturating_sub(MOVED);
            let from = if self.settled <= SEARCHED { 0 } else { near };
            // The span before `from` must not be involved.
            if from == 0 || line.compare(self.spans[from].start, span.start) == Less {
                let at = self.find(line, from, &span);
                if self.put(line, at, near, span) {
                    return;
                }
            }
        } else if self.settled <= SEARCHED {
            let at = self.find(line, 0, &span);
            if at > 0 && line.compare(span.end, self.spans[at - 1].end) != Greater {
                return;
            }
        }
        self.push_behind(line, span);
    }

    /// How many settled islands start at or before `span`, looking from `from` on.
    fn find(&self, line: &L, from: usize, span: &Span<L::Cut>) -> usize {
        from + self.spans[from..self.settled]
            .partition_point(|island| line.compare(island.start, span.start) != Greater)
    }

    /// Merges `span` into the islands around `at`, or inserts it there; all spans are settled.
    /// Does nothing and returns false where islands before `near` would have to move.
    fn put(&mut self, line: &L, at: usize, near: usize, span: Span<L::Cut>) -> bool {
        let first = match at.checked_sub(1) {
            Some(before) if line.reaches(self.spans[before].end, span.start) => before,
            _ => at,
        };
        let reached = self.spans[at..]
            .iter()
            .take_while(|island| line.reaches(span.end, island.start))
            .count();
        let last = at + reached;
        if last - first != 1 && last < near {
            return false;
        }
        if first == last {
            if self.spans.len() == self.spans.capacity() {
                return false;
            }
            self.spans.insert(at, span);
            keep(line, &mut self.spans[at]);
            self.settled += 1;
            return true;
        }
        if line.compare(span.start, self.spans[first].start) == Less {
            replace(line, &mut self.spans[first].start, span.start);
        }
        for other in first + 1..last {
            line.release(self.spans[other].start);
        }
        let mut end = self.spans[first].end;
        for other in first + 1..last {
            // Islands ascend, so each end lies behind the one before.
            line.release(end);
            end = self.spans[other].end;
        }
        if line.compare(span.end, end) == Greater {
            replace(line, &mut end, span.end);
        }
        self.spans[first].end = end;
        self.spans.drain(first + 1..last);
        self.settled = self.spans.len();
        true
    }

    /// Puts `span` behind all others, settled if they all are and it starts a new island there.
    fn push_behind(&mut self, line: &L, span: Span<L::Cut>) {
        if self.spans.len() == self.spans.capacity() {
            self.make_room(line);
        }
        let in_order = self.settled == self.spans.len()
            && self.spans.last().is_none_or(|last| !line.reaches(last.end, span.start));
        self.keep(line, span);
        if in_order {
            self.settled = self.spans.len();
        }
    }

    /// Stores `span` behind all others.
    #[inline(always)]
    fn keep(&mut self, line: &L, span: Span<L::Cut>) {
        let at = self.spans.len();
        self.spans.push(span);
        keep(line, &mut self.spans[at]);
    }

    /// The buffer is full: settles what waits, then grows if more than half of it is islands.
    ///
    /// Sorting is put off once after it merged little, which saves a third of it all.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, line: &L) {
        if self.settled < self.spans.len() / 3 {
            self.settle(line);
        }
        if self.spans.len() >= self.spans.capacity() / 2 {
            let more = self.spans.capacity().max(4);
            self.spans.reserve_exact(more);
        }
    }

    /// Sorts and merges everything.
    fn settle(&mut self, line: &L) {
        settle(line, &mut self.spans, self.settled, |span| span.start);
        self.coalesce(line);
    }

    /// Merges what reaches the next; all spans are ascending.
    fn coalesce(&mut self, line: &L) {
        coalesce(line, &mut self.spans, |last, span| join(line, last, span));
        self.settled = self.spans.len();
    }
}

/// Adds a stored span to the one before it if they share a point or are adjacent.
#[inline]
fn join<L: Line>(line: &L, last: &mut Span<L::Cut>, span: &Span<L::Cut>) -> bool {
    if !line.reaches(last.end, span.start) {
        return false;
    }
    line.release(span.start);
    if line.compare(span.end, last.end) == Greater {
        line.release(last.end);
        last.end = span.end;
    } else {
        line.release(span.end);
    }
    true
}

/// Makes a stored span the structure's own. In place: a packed span is slow to put together anew.
#[inline]
fn keep<L: Line>(line: &L, span: &mut Span<L::Cut>) {
    span.start = line.keep(span.start);
    span.end = line.keep(span.end);
}

/// Stores `new` in the place of `old`.
fn replace<L: Line>(line: &L, old: &mut L::Cut, new: L::Cut) {
    line.release(core::mem::replace(old, line.keep(new)));
}

/// The stretches between neighbouring islands, ascending.
pub fn gaps<C: Copy>(islands: &[Span<C>]) -> impl Iterator<Item = Span<C>> {
    islands.windows(2).map(|pair| Span { start: pair[0].end, end: pair[1].start })
}

/// The parts of `within` that no island covers, ascending. `islands` as [`Union::islands`].
pub fn gaps_within<'a, L: Line>(
    line: &'a L,
    islands: &'a [Span<L::Cut>],
    within: Span<L::Cut>,
) -> impl Iterator<Item = Span<L::Cut>> + 'a {
    let first = islands.partition_point(|i| line.compare(i.end, within.start) != Greater);
    let mut rest = islands[first..]
        .iter()
        .take_while(move |island| line.compare(island.start, within.end) == Less);
    let mut from = Some(within.start);
    core::iter::from_fn(move || {
        loop {
            let start = from?;
            let island = rest.next();
            from = island.map(|island| island.end);
            let end = island.map_or(within.end, |island| island.start);
            if let Some(gap) = Span::new(line, start, end) {
                return Some(gap);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use core::{cell::Cell, cmp::Ordering};

    use allocator_api2::alloc::Global;

    use super::*;
    use crate::{Key, KeyLine};

    /// Cuts at small integers whose canonical form is closed, counting what is kept and released.
    #[derive(Default)]
    struct Closed {
        held: Cell<isize>,
    }

    impl Line for Closed {
        type Cut = Key;
        fn compare(&self, left: Key, right: Key) -> Ordering {
            left.cmp(&right)
        }
        fn adjoins(&self, end: Key, start: Key) -> bool {
            end.is_after()
                && !start.is_after()
                && end.value().zip(start.value()).is_some_and(|(a, b)| a.checked_add(1) == Some(b))
        }
        fn keep(&self, cut: Key) -> Key {
            self.held.set(self.held.get() + 1);
            cut
        }
        fn release(&self, _cut: Key) {
            self.held.set(self.held.get() - 1);
        }
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % bound
        }
    }

    /// Oracle: a bitmap of the cells between neighbouring cuts.
    fn brute_force(spans: &[Span<Key>], cells: i64) -> Vec<Span<Key>> {
        let covered = |cell: i64| {
            spans.iter().any(|s| s.start <= Key::before(cell) && Key::before(cell) < s.end)
        };
        let mut islands: Vec<Span<Key>> = Vec::new();
        for cell in (0..cells).filter(|cell| covered(*cell)) {
            match islands.last_mut() {
                Some(last) if last.end == Key::before(cell) => last.end = Key::before(cell + 1),
                _ => islands.push(Span { start: Key::before(cell), end: Key::before(cell + 1) }),
            }
        }
        islands
    }

    #[test]
    fn random_spans_in_every_order_equal_a_bitmap() {
        let mut random = Random(42);
        for round in 0..400 {
            let cells = 1 + random.below(400) as i64;
            let longest = 1 + random.below(cells as u64);
            let mut spans: Vec<_> = (0..random.below(300))
                .map(|_| {
                    let start = random.below(cells as u64) as i64;
                    let end = (start + 1 + random.below(longest) as i64).min(cells);
                    Span { start: Key::before(start), end: Key::before(end) }
                })
                .collect();
            match round % 3 {
                0 => spans.sort_by_key(|s| s.start),
                1 => spans.sort_by_key(|s| (s.start.value().unwrap_or(0)) / 16),
                _ => {}
            }
            let line = Closed::default();
            let (left, right) = spans.split_at(random.below(spans.len() as u64 + 1) as usize);
            let mut union = Union::<Closed, _>::new_in(Global);
            left.iter().for_each(|s| union.push(&line, *s));
            if round % 7 == 0 {
                union.islands(&line);
            }
            let mut other = Union::<Closed, _>::new_in(Global);
            right.iter().for_each(|s| other.push(&line, *s));
            union.append(&line, other.islands(&line));
            let expected = brute_force(&spans, cells);
            assert_eq!(union.islands(&line), expected.as_slice());
            let held = 2 * (union.islands(&line).len() + other.islands(&line).len());
            assert_eq!(line.held.get(), held as isize, "every dropped cut is released once");
        }
    }

    #[test]
    fn many_islands_out_of_order_equal_a_sort() {
        let mut random = Random(7);
        let mut order: Vec<i64> = (0..50_000).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i as u64 + 1) as usize);
        }
        let mut union = Union::<KeyLine, _>::new_in(Global);
        for i in &order {
            union.push(&KeyLine, Span { start: Key::before(i * 3), end: Key::after(i * 3 + 1) });
        }
        let islands = union.islands(&KeyLine);
        assert_eq!(islands.len(), order.len());
        assert!(islands.is_sorted_by_key(|s| s.start));
        for i in &order {
            union
                .push(&KeyLine, Span { start: Key::after(i * 3 + 1), end: Key::before(i * 3 + 3) });
        }
        let whole = Span { start: Key::before(0), end: Key::before(150_000) };
        assert_eq!(union.islands(&KeyLine), [whole]);
    }

    #[test]
    fn memory_follows_the_islands() {
        let mut union = Union::<KeyLine, _>::new_in(Global);
        for i in (0..1_000_000_i64).rev() {
            let start = (i * 7_919) % 1_000_000;
            union.push(&KeyLine, Span { start: Key::before(start), end: Key::after(start + 99) });
        }
        assert_eq!(union.islands(&KeyLine).len(), 1);
        assert!(union.allocated() < 4 << 20, "{} bytes", union.allocated());
    }

    #[test]
    fn closed_neighbours_of_a_discrete_line_are_one_island() {
        let line = Closed::default();
        let mut union = Union::<Closed, _>::new_in(Global);
        for (low, high) in [(3, 4), (1, 2), (7, 9), (5, 5)] {
            union.push(&line, Span { start: Key::before(low), end: Key::after(high) });
        }
        let at = |a, b| Span { start: Key::before(a), end: Key::after(b) };
        assert_eq!(union.islands(&line), [at(1, 5), at(7, 9)]);
        let found: Vec<_> = gaps(union.islands(&line)).collect();
        assert_eq!(found, [Span { start: Key::after(5), end: Key::before(7) }]);
    }

    #[test]
    fn gaps_within_a_span_are_what_the_islands_leave() {
        let span = |a, b| Span { start: Key::before(a), end: Key::before(b) };
        let islands = [span(2, 4), span(6, 8)];
        let of = |within| gaps_within(&KeyLine, &islands, within).collect::<Vec<_>>();
        assert_eq!(of(span(0, 10)), [span(0, 2), span(4, 6), span(8, 10)]);
        assert_eq!(of(span(3, 7)), [span(4, 6)]);
        assert_eq!(of(span(2, 4)), []);
        assert_eq!(of(span(8, 9)), [span(8, 9)]);
        let all = Span { start: Key::MIN, end: Key::MAX };
        assert_eq!(of(all)[0], Span { start: Key::MIN, end: Key::before(2) });
        assert_eq!(gaps_within(&KeyLine, &[], all).collect::<Vec<_>>(), [all]);
    }
}
