//! Ranges with their bounds moved.

use pgrx::pg_sys::{self, Datum, Oid};

use crate::pg::{Call, RangeType, Sign, Stepper, Varlena, fenced, pg_function, value_type};

/// What a place in a plan keeps: the type, and how to move its bounds.
struct Mover {
    range_type: RangeType,
    lower: Stepper,
    upper: Stepper,
}

/// `range` with its lower bound moved by argument 1 and its upper one by argument `upper`.
///
/// # Safety
/// Argument 0 is a range; the function is strict.
unsafe fn moved(call: Call, lower_sign: Sign, upper: usize) -> Datum {
    let (Some(value), Some(down), Some(up)) =
        (call.argument(0), call.argument(1), call.argument(upper))
    else {
        return call.null();
    };
    let (down_type, up_type) = (call.argument_type(1), call.argument_type(upper as i32));
    // SAFETY: the value is a range; bounds are values of its subtype.
    unsafe {
        let value = Varlena::new_aligned(value);
        let oid = value_type(&value);
        let mover = call.cached(
            |kept: &Mover| {
                let subtype = kept.range_type.element();
                kept.range_type.oid == oid
                    && kept.lower.fits(subtype, down_type)
                    && kept.upper.fits(subtype, up_type)
            },
            || {
                let range_type = RangeType::look_up(oid);
                let stepper = |step: Oid, sign| {
                    Stepper::of(range_type.element(), step, range_type.collation(), &[sign])
                };
                let (lower, upper) = (stepper(down_type, lower_sign), stepper(up_type, Sign::Plus));
                Mover { range_type, lower, upper }
            },
        );
        let range = value.start.sub(4).cast::<pg_sys::RangeType>();
        let (mut lower, mut upper) = Default::default();
        let mut empty = false;
        let cache = mover.range_type.cache;
        pg_sys::range_deserialize(cache, range, &mut lower, &mut upper, &mut empty);
        if !empty {
            if !lower.infinite {
                lower.val = mover.lower.apply(lower_sign, lower.val, mover.lower.step(down));
            }
            if !upper.infinite {
                upper.val = mover.upper.apply(Sign::Plus, upper.val, mover.upper.step(up));
            }
            // Bounds that cross hold nothing between them.
            empty = fenced::range_cmp_bound_values(cache, &lower, &upper) > 0;
        }
        Datum::from(fenced::make_range(cache, &mut lower, &mut upper, empty))
    }
}

pg_function! {
    /// `(anyrange, delta) → anyrange`: both bounds moved up by the delta.
    fn range_shift(call) { moved(call, Sign::Plus, 1) }
}
pg_function! {
    /// `(anyrange, delta) → anyrange`: lower bound moved down and upper one up.
    fn range_expand(call) { moved(call, Sign::Minus, 1) }
}
pg_function! {
    /// `(anyrange, below, above) → anyrange`: likewise, by a delta for each.
    fn range_expand_sides(call) { moved(call, Sign::Minus, 2) }
}
