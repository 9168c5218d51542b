//! Algorithms over the bounds of ranges, without any knowledge of a database.
//!
//! Everything rests on one idea: a bound is a **cut**, a place *between* the points of an ordered
//! line. `[a` cuts just before `a`, `(a` just after it; `a]` cuts just after `a`, `a)` just before
//! it; an unbounded side cuts before or after everything. A non-empty range is then a
//! [`Span`] from one cut to a later one, whatever its brackets were, and
//!
//! * two ranges share a point when each starts before the other ends,
//! * two ranges are adjacent when one ends at the cut at which the other starts.
//!
//! A [`Line`] says how cuts compare. [`KeyLine`] is the line of all values that map to an `i64`
//! without loss; a caller brings its own for everything else.
//!
//! | module | answers |
//! |---|---|
//! | [`union`] | which stretches are covered (islands), and from them gaps and length |
//! | [`depth`] | how many spans, or how much weight, cover each point |
//! | [`frame`] | the same for a sliding window: spans come and go |
//! | [`calendar`] | dates plus months and days |
//! | [`series`] | terms `anchor + k·step` between two bounds |
//! | [`wire`] | bytes of a state that travels between processes |
//!
//! Deliberately absent: any allocation outside the caller's [`Allocator`], any panic on a caller's
//! data, and a cut that is empty or backwards (a [`Span`] always starts before it ends).

pub use allocator_api2::alloc::Allocator;

pub mod calendar;
pub mod depth;
pub mod frame;
mod line;
pub mod series;
mod sort;
pub mod union;
mod vec;
pub mod wire;

pub use line::{Key, KeyLine, Line, Span};
