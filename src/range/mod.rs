//! Range merging: aggregates over ranges and multiranges.
//!
//! [`aggregate`] is the frame that all of them share: states, parallel plans, what travels
//! between processes, sliding windows. Each other file is one kind of state and its results.

mod aggregate;
mod algebra;
mod depth;
mod frame;
pub(crate) mod gaps;
mod hull;
mod length;
mod load;
mod shift;
mod split;
mod union;
mod window;
