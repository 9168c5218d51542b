//! Algorithms over bounds and ranges.
