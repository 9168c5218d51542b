//! How many spans, or how much weight, cover each point.
//!
//! The ends of the spans, swept in order, give a step function: the load. [`Depth`] keeps starts
//! and ends apart, since rows that come in order bring both in order, and sorting is then a
//! comparison a row. Equal cuts share one entry, so memory follows the number of distinct bounds.

use core::{
    cmp::Ordering::{Equal, Greater, Less},
    convert::Infallible,
};

use allocator_api2::{alloc::Allocator, vec::Vec};

use crate::{
    Line, Span,
    sort::{coalesce, settle},
    union::PAUSE,
    vec::append,
};

/// The weights that spans carry, and their arithmetic.
pub trait Scale {
    /// The weight of a span, or the sum of several.
    type Weight: Copy;

    /// The sum of no weights.
    fn zero(&self) -> Self::Weight;
    /// Adds `weight` to the sum `to`.
    fn add(&self, to: &mut Self::Weight, weight: Self::Weight);
    /// Takes from the sum `from` a `weight` that was added before.
    fn subtract(&self, from: &mut Self::Weight, weight: Self::Weight);
    /// A copy of a weight that lives as long as the structure that stores it.
    fn keep(&self, weight: Self::Weight) -> Self::Weight {
        weight
    }
}

/// No weights: only the number of spans counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unweighted;

impl Scale for Unweighted {
    type Weight = ();
    fn zero(&self) {}
    fn add(&self, (): &mut (), (): ()) {}
    fn subtract(&self, (): &mut (), (): ()) {}
}

/// What covers a point: how many spans, and the sum of their weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load<W> {
    /// Number of spans.
    pub count: i64,
    /// Sum of their weights.
    pub weight: W,
}

/// Where spans start, or end, and what they weigh together.
///
/// Packed, as [`Key`](crate::Key) is: pages of memory are what many distinct bounds cost most.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed)]
pub struct Event<C, W> {
    /// Where.
    pub cut: C,
    /// How many spans, and their weight.
    pub load: Load<W>,
}

/// The starts, or the ends, of all spans.
struct Side<L: Line, S: Scale, A: Allocator> {
    events: Vec<Event<L::Cut, S::Weight>, A>,
    /// The events are ascending and their cuts distinct.
    sorted: bool,
    /// How many events the last settling left.
    settled: usize,
}

impl<L: Line, S: Scale, A: Allocator + Clone> Side<L, S, A> {
    fn new_in(allocator: A) -> Self {
        Self { events: Vec::new_in(allocator), sorted: true, settled: 0 }
    }

    #[inline]
    fn push(&mut self, line: &L, scale: &S, cut: L::Cut, load: Load<S::Weight>) {
        // First, since making room sorts, and what is last then decides below.
        if self.events.len() == self.events.capacity() {
            self.make_room(line, scale);
        }
        if let Some(last) = self.events.last_mut() {
            match line.compare(last.cut, cut) {
                Less => {}
                Equal => {
                    add(scale, last, load);
                    return;
                }
                Greater => self.sorted = false,
            }
        }
        self.events.push(keep(line, scale, Event { cut, load }));
    }

    /// The buffer is full: joins equal cuts, then grows if more than half of it is left.
    ///
    /// Sorting is put off once after it joined little, which saves a third of it all.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, line: &L, scale: &S) {
        if self.settled < self.events.len() / 3 {
            self.settle(line, scale);
        }
        if self.events.len() >= self.events.capacity() / 2 {
            let more = self.events.capacity().max(4);
            self.events.reserve_exact(more);
        }
    }

    /// Sorts the events and joins those at equal cuts.
    fn settle(&mut self, line: &L, scale: &S) {
        if self.sorted {
            return;
        }
        settle(line, &mut self.events, self.settled, |event| event.cut);
        self.coalesce(line, scale);
    }

    /// Adds events that lie elsewhere, about `count` of them: in one pass where they are ascending.
    fn append<E>(
        &mut self,
        line: &L,
        scale: &S,
        count: usize,
        theirs: impl Iterator<Item = Result<Event<L::Cut, S::Weight>, E>>,
    ) -> Result<(), E> {
        self.settle(line, scale);
        let allocator = self.events.allocator().clone();
        let mut late = Vec::new_in(allocator.clone());
        let merged = Vec::with_capacity_in(self.events.len() + count, allocator);
        let ours = core::mem::replace(&mut self.events, merged);
        let mut rest = ours.as_slice();
        let mut last = None;
        for (i, event) in theirs.enumerate() {
            let event = event?;
            if i % PAUSE == PAUSE - 1 {
                line.pause();
            }
            if last.replace(event.cut).is_some_and(|last| line.compare(last, event.cut) != Less) {
                late.push(keep(line, scale, event));
                last = self.events.last().map(|event| event.cut);
                continue;
            }
            let mut found = false;
            while let [our, more @ ..] = rest {
                let order = line.compare(our.cut, event.cut);
                if order == Greater {
                    break;
                }
                self.events.push(*our);
                rest = more;
                found = order == Equal;
            }
            match self.events.last_mut() {
                Some(last) if found => add(scale, last, event.load),
                _ => self.events.push(keep(line, scale, event)),
            }
        }
        append(&mut self.events, rest);
        self.settled = self.events.len();
        if !late.is_empty() {
            append(&mut self.events, &late);
            self.sorted = false;
        }
        Ok(())
    }

    /// Joins events at equal cuts; all are ascending.
    fn coalesce(&mut self, line: &L, scale: &S) {
        coalesce(line, &mut self.events, |last, event| join(line, scale, last, event));
        self.settled = self.events.len();
        self.sorted = true;
    }
}

/// An event that is the structure's own.
fn keep<L: Line, S: Scale>(
    line: &L,
    scale: &S,
    Event { cut, load }: Event<L::Cut, S::Weight>,
) -> Event<L::Cut, S::Weight> {
    let load = Load { count: load.count, weight: scale.keep(load.weight) };
    Event { cut: line.keep(cut), load }
}

/// Adds what starts or ends at the same cut.
#[inline]
fn add<C: Copy, S: Scale>(scale: &S, event: &mut Event<C, S::Weight>, load: Load<S::Weight>) {
    let mut sum = event.load;
    sum.count += load.count;
    scale.add(&mut sum.weight, load.weight);
    event.load = sum;
}

/// Adds a stored event to the one before it if they are at the same cut.
#[inline]
fn join<L: Line, S: Scale>(
    line: &L,
    scale: &S,
    last: &mut Event<L::Cut, S::Weight>,
    event: &Event<L::Cut, S::Weight>,
) -> bool {
    if line.compare(last.cut, event.cut) != Equal {
        return false;
    }
    line.release(event.cut);
    add(scale, last, event.load);
    true
}

/// The step function of the spans pushed so far.
pub struct Depth<L: Line, S: Scale, A: Allocator> {
    starts: Side<L, S, A>,
    ends: Side<L, S, A>,
}

impl<L: Line, S: Scale, A: Allocator + Clone> Depth<L, S, A> {
    /// Nothing is covered; allocates nothing yet.
    pub fn new_in(allocator: A) -> Self {
        Self { starts: Side::new_in(allocator.clone()), ends: Side::new_in(allocator) }
    }

    /// Adds one span of this weight.
    #[inline]
    pub fn push(&mut self, line: &L, scale: &S, span: Span<L::Cut>, weight: S::Weight) {
        self.starts.push(line, scale, span.start, Load { count: 1, weight });
        self.ends.push(line, scale, span.end, Load { count: 1, weight });
    }

    /// Adds the spans of another.
    pub fn append(&mut self, line: &L, scale: &S, other: &mut Self) {
        for (side, events) in
            [&mut self.starts, &mut self.ends].into_iter().zip(other.events(line, scale))
        {
            let theirs = events.iter().map(|event| Ok::<_, Infallible>(*event));
            let Ok(()) = side.append(line, scale, events.len(), theirs);
        }
    }

    /// Adds starts of spans, or `ends` of them, that lie elsewhere, about `count` of them: as
    /// [`Depth::events`] has them, or in any order, which takes longer. After both sides were added,
    /// there must be as many starts as ends.
    ///
    /// # Errors
    /// The first one of the iterator; then the structure is only to be dropped.
    pub fn append_events<E>(
        &mut self,
        line: &L,
        scale: &S,
        ends: bool,
        count: usize,
        events: impl Iterator<Item = Result<Event<L::Cut, S::Weight>, E>>,
    ) -> Result<(), E> {
        let side = if ends { &mut self.ends } else { &mut self.starts };
        side.append(line, scale, count, events)
    }

    /// The starts and the ends, each ascending with distinct cuts.
    pub fn events(&mut self, line: &L, scale: &S) -> [&[Event<L::Cut, S::Weight>]; 2] {
        self.starts.settle(line, scale);
        self.ends.settle(line, scale);
        [&self.starts.events, &self.ends.events]
    }

    /// Every span over which no span starts or ends and at least one covers all of it, ascending.
    /// A step without points is left out.
    pub fn steps<'a>(&'a mut self, line: &'a L, scale: &'a S) -> Steps<'a, L, S> {
        self.starts.settle(line, scale);
        self.ends.settle(line, scale);
        Steps {
            line,
            scale,
            starts: &self.starts.events,
            ends: &self.ends.events,
            load: Load { count: 0, weight: scale.zero() },
            from: None,
            turns: 0,
        }
    }

    /// The steps, neighbours of equal count joined: the step function of depth.
    pub fn profile<'a>(
        &'a mut self,
        line: &'a L,
        scale: &'a S,
    ) -> impl Iterator<Item = (Span<L::Cut>, i64)> + use<'a, L, S, A> {
        let mut steps = self.steps(line, scale).map(|(span, load)| (span, load.count)).peekable();
        core::iter::from_fn(move || {
            let (mut span, count) = steps.next()?;
            while let Some((next, _)) =
                steps.next_if(|(next, n)| *n == count && line.reaches(span.end, next.start))
            {
                span.end = next.end;
            }
            Some((span, count))
        })
    }

    /// The largest number of spans that share one point, and the lowest maximal span on which so
    /// many do; 0 and `None` without spans.
    pub fn deepest(&mut self, line: &L, scale: &S) -> (i64, Option<Span<L::Cut>>) {
        let (mut most, mut at) = (0, None);
        for (span, count) in self.profile(line, scale) {
            if count > most {
                (most, at) = (count, Some(span));
            }
        }
        (most, at)
    }
}

/// The sweep over all starts and ends; see [`Depth::steps`].
pub struct Steps<'a, L: Line, S: Scale> {
    line: &'a L,
    scale: &'a S,
    starts: &'a [Event<L::Cut, S::Weight>],
    ends: &'a [Event<L::Cut, S::Weight>],
    load: Load<S::Weight>,
    from: Option<L::Cut>,
    turns: usize,
}

impl<L: Line, S: Scale> Iterator for Steps<'_, L, S> {
    /// The span, and what covers it; the weight is valid until the next step is asked for.
    type Item = (Span<L::Cut>, Load<S::Weight>);

    fn next(&mut self) -> Option<Self::Item> {
        // Every start comes before its end, so the ends run out last.
        while let [end, other_ends @ ..] = self.ends {
            let order = match self.starts {
                [] => Greater,
                [start, ..] => self.line.compare(start.cut, end.cut),
            };
            let cut = if order == Less { self.starts[0].cut } else { end.cut };
            // What was covered up to here is a step; take it before going on from here.
            if self.load.count > 0
                && let Some(start) = self.from.replace(cut)
                && self.line.compare(start, cut) == Less
                && !self.line.adjoins(start, cut)
            {
                return Some((Span { start, end: cut }, self.load));
            }
            self.from = Some(cut);
            if order != Greater {
                self.load.count += self.starts[0].load.count;
                self.scale.add(&mut self.load.weight, self.starts[0].load.weight);
                self.starts = &self.starts[1..];
            }
            if order != Less {
                self.load.count -= end.load.count;
                self.scale.subtract(&mut self.load.weight, end.load.weight);
                self.ends = other_ends;
            }
            self.turns += 1;
            if self.turns.is_multiple_of(PAUSE) {
                self.line.pause();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use allocator_api2::alloc::Global;

    use super::*;
    use crate::{Key, KeyLine};

    #[derive(Default)]
    struct Integers;

    impl Scale for Integers {
        type Weight = i64;
        fn zero(&self) -> i64 {
            0
        }
        fn add(&self, to: &mut i64, weight: i64) {
            *to += weight;
        }
        fn subtract(&self, from: &mut i64, weight: i64) {
            *from -= weight;
        }
    }

    fn span(start: i64, end: i64) -> Span<Key> {
        Span { start: Key::before(start), end: Key::before(end) }
    }

    #[test]
    fn random_spans_equal_a_count_per_cell() {
        let mut state = 11_u64;
        let mut below = |bound: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % bound
        };
        for round in 0..300 {
            let cells = 1 + below(60) as i64;
            let mut spans: Vec<_> = (0..below(80))
                .map(|_| {
                    let start = below(cells as u64) as i64;
                    let end = start + 1 + below(9) as i64;
                    (span(start, end), below(7) as i64 - 3)
                })
                .collect();
            if round % 2 == 0 {
                spans.sort_by_key(|(s, _)| s.start);
            }
            let mut depth = Depth::<KeyLine, Integers, _>::new_in(Global);
            let mut other = Depth::<KeyLine, Integers, _>::new_in(Global);
            for (i, (s, w)) in spans.iter().enumerate() {
                let to = if i % 3 == 0 { &mut other } else { &mut depth };
                to.push(&KeyLine, &Integers, *s, *w);
            }
            depth.append(&KeyLine, &Integers, &mut other);
            let cell = |c: i64| {
                let inside = spans
                    .iter()
                    .filter(|(s, _)| s.start <= Key::before(c) && Key::before(c) < s.end);
                inside.fold((0, 0), |(n, w), (_, weight)| (n + 1, w + weight))
            };
            let mut seen = std::collections::BTreeMap::new();
            for (s, load) in depth.steps(&KeyLine, &Integers) {
                for c in s.start.raw()..s.end.raw() {
                    assert!(seen.insert(c, (load.count, load.weight)).is_none());
                }
            }
            let mut last: Option<(Span<Key>, i64)> = None;
            for (s, count) in depth.profile(&KeyLine, &Integers) {
                if let Some((before, last)) = last {
                    assert!(before.end < s.start || before.end == s.start && last != count);
                }
                last = Some((s, count));
            }
            for c in 0..cells + 10 {
                let expected = cell(c);
                assert_eq!(seen.get(&c).copied().unwrap_or((0, 0)), expected);
            }
            let most = (0..cells + 10).map(|c| cell(c).0).max();
            let (deepest, at) = depth.deepest(&KeyLine, &Integers);
            assert_eq!(Some(deepest), most);
            let first = (0..cells + 10).find(|c| cell(*c).0 == deepest && deepest > 0);
            assert_eq!(at.map(|s| s.start.raw()), first);
            if let Some(at) = at {
                assert_ne!(cell(at.end.raw()).0, deepest, "the span is maximal");
            }
        }
    }

    #[test]
    fn closed_bounds_share_a_point_and_half_open_ones_do_not() {
        let mut depth = Depth::<KeyLine, Unweighted, _>::new_in(Global);
        let closed = |a, b| Span { start: Key::before(a), end: Key::after(b) };
        depth.push(&KeyLine, &Unweighted, closed(1, 2), ());
        depth.push(&KeyLine, &Unweighted, closed(2, 3), ());
        assert_eq!(depth.deepest(&KeyLine, &Unweighted), (2, Some(closed(2, 2))));
        let mut depth = Depth::<KeyLine, Unweighted, _>::new_in(Global);
        depth.push(&KeyLine, &Unweighted, span(1, 2), ());
        depth.push(&KeyLine, &Unweighted, span(2, 3), ());
        assert_eq!(depth.deepest(&KeyLine, &Unweighted), (1, Some(span(1, 3))));
    }
}
