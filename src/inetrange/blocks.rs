//! Aligned blocks of addresses in ranges: the fewest that cover one, those of one size, a free one.
//!
//! Sets stream, whatever their size: an iterator holds a position, and each call moves it on.

use addresses::{
    Family, Span,
    block::{Cover, Subnets, first_free_among},
};
use pgrx::{check_for_interrupts, pg_sys::Datum};

use super::span;
use crate::{
    error,
    pg::{
        Call, ContextAllocator, Inet, InetMultirange, Rows, RowsRequest, Varlena, inetrange_ends,
        next_row, pg_function,
    },
};

/// The addresses of a range, `None` if it is empty.
///
/// # Safety
/// `value` is an `inetrange`.
unsafe fn addresses(value: Datum) -> Option<Span> {
    // SAFETY: as ours.
    unsafe { inetrange_ends(value) }.and_then(span)
}

/// The set that [`inetrange_cidrs`] returns; runs in the memory of the call series.
///
/// # Safety
/// The call's argument is an `inetrange`.
unsafe fn cover(call: Call) -> Option<Rows> {
    // SAFETY: as ours.
    let span = unsafe { addresses(call.argument(0)?) }?;
    let blocks = Cover::new(span).map(|block| Inet::from(block).datum());
    Some(Rows::new(ContextAllocator::current(), blocks))
}

pg_function! {
    /// `(inetrange) → SETOF cidr`
    fn inetrange_cidrs(call) { next_row(call, || cover(call)) }
}

/// The set that [`inetmultirange_cidrs`] returns; runs in the memory of the call series.
///
/// # Safety
/// The call's argument is an `inetmultirange`.
unsafe fn cover_all(call: Call) -> Option<Rows> {
    // SAFETY: as ours; the argument lives as long as the call series.
    let ranges = unsafe { InetMultirange::new(Varlena::new(call.argument(0)?)) };
    // SAFETY: it stays.
    let spans = unsafe { ranges.ends_from(0) }.filter_map(span);
    // No two ranges touch, so no block covers parts of both.
    let blocks = spans.flat_map(Cover::new).map(|block| Inet::from(block).datum());
    Some(Rows::new(ContextAllocator::current(), blocks))
}

pg_function! {
    /// `(inetmultirange) → SETOF cidr`
    fn inetmultirange_cidrs(call) { next_row(call, || cover_all(call)) }
}

/// A prefix length that blocks within `span` can have: that of one of its families. Blocks within
/// an empty range, none, may have any.
fn prefix_length(argument: Datum, span: Option<Span>) -> u8 {
    let number = argument.value() as i32;
    let family = span.map_or(Family::V6, |span| span.upper().family());
    match u8::try_from(number) {
        Ok(prefix) if prefix <= family.width() => prefix,
        _ => error::bad_prefix_length(number, family),
    }
}

/// The set that [`inetrange_subnets`] returns; runs in the memory of the call series.
///
/// # Safety
/// The call's arguments are an `inetrange` and an integer.
unsafe fn subnets(call: Call) -> Option<Rows> {
    // SAFETY: as ours.
    let span = unsafe { addresses(call.argument(0)?) };
    let prefix = prefix_length(call.argument(1)?, span);
    let blocks = Subnets::new(span?, prefix)?.map(|block| Inet::from(block).datum());
    Some(Rows::new(ContextAllocator::current(), blocks))
}

pg_function! {
    /// `(inetrange, integer) → SETOF cidr`
    fn inetrange_subnets(call) { next_row(call, || subnets(call)) }
}

pg_function! {
    /// `(inetrange, inetmultirange, integer) → cidr`: the first free block, NULL if there is none.
    fn inetrange_next_free(call) {
        let (Some(within), Some(taken), Some(prefix)) =
            (call.argument(0), call.argument(1), call.argument(2))
        else {
            return call.null();
        };
        let within = addresses(within);
        let prefix = prefix_length(prefix, within);
        let Some(within) = within else { return call.null() };
        let taken = InetMultirange::new(Varlena::new(taken));
        let spans_from = |first| {
            let mut read = 0;
            taken.ends_from(first).filter_map(move |ends| {
                read += 1;
                if read % 65_536 == 0 {
                    check_for_interrupts!();
                }
                span(ends)
            })
        };
        match first_free_among(within, taken.count(), spans_from, prefix) {
            Some(block) => Inet::from(block).datum(),
            None => call.null(),
        }
    }
}

/// Ranges of a multirange whose blocks the planner waits for; more are taken to be like these.
const COUNTED: usize = 1_000;

/// How many blocks cover the multirange that the planner's call is about.
///
/// # Safety
/// The request is about [`inetmultirange_cidrs`].
unsafe fn estimate_cover_all(request: &RowsRequest) -> Option<f64> {
    // SAFETY: as ours; the constant stays.
    let (ranges, spans) = unsafe {
        let ranges = InetMultirange::new(Varlena::new(request.constant(0)?.0));
        (ranges, ranges.ends_from(0).take(COUNTED).filter_map(span))
    };
    let blocks = spans.flat_map(Cover::new).count() as f64;
    Some(blocks * (ranges.count() as f64 / COUNTED as f64).max(1.0))
}

/// How many blocks cover the range that the planner's call is about.
///
/// # Safety
/// The request is about [`inetrange_cidrs`].
unsafe fn estimate_cover(request: &RowsRequest) -> Option<f64> {
    // SAFETY: as ours.
    let span = unsafe { addresses(request.constant(0)?.0) };
    Some(span.map_or(0, |span| Cover::new(span).count()) as f64)
}

/// How many subnets the planner's call will return. A wrong prefix length is left for execution.
///
/// # Safety
/// The request is about [`inetrange_subnets`].
unsafe fn estimate_subnets(request: &RowsRequest) -> Option<f64> {
    let ((value, _), (prefix, _)) = (request.constant(0)?, request.constant(1)?);
    // SAFETY: as ours.
    let Some(span) = (unsafe { addresses(value) }) else { return Some(0.0) };
    let prefix = u8::try_from(prefix.value() as i32).ok()?;
    Some(Subnets::new(span, prefix)?.size().to_f64())
}

pg_function! {
    /// `(internal) → internal`: planner support of `inetrange_cidrs(inetrange)`.
    fn inetrange_cidrs_support(call) { RowsRequest::answer(call, |request| estimate_cover(request)) }
}
pg_function! {
    /// `(internal) → internal`: planner support of `inetrange_cidrs(inetmultirange)`.
    fn inetmultirange_cidrs_support(call) {
        RowsRequest::answer(call, |request| estimate_cover_all(request))
    }
}
pg_function! {
    /// `(internal) → internal`: planner support of `inetrange_subnets`.
    fn inetrange_subnets_support(call) {
        RowsRequest::answer(call, |request| estimate_subnets(request))
    }
}
