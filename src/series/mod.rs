//! Series over ranges: their elements, and their pieces.
//!
//! [`ruler`] knows how to step on a subtype, [`places`] where values of some types stand; [`terms`] and [`pieces`] are the two set-returning
//! functions; [`estimate`] tells the planner how many rows to expect.

mod estimate;
mod pieces;
mod places;
mod ruler;
mod terms;
