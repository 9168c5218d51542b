//! How values of a subtype are compared where that is a function of the server.
//!
//! As the server's own sorts do: by abbreviated keys first, which lie beside the value and spare
//! most comparisons the way to it; then by the comparison of the operator class' sort support, which
//! allocates less than the one of its operators; without sort support by the latter.
//!
//! Invariants:
//! * a smaller key belongs to a smaller value, equal keys say nothing; where a type has no
//!   abbreviated keys, or none in an order that is known here, all are zero;
//! * what sort support keeps lies in the context where it was looked up, for as long as that lives;
//! * functions of types run behind the fence.

use core::{cmp::Ordering, ffi::c_int, ptr};

use pgrx::pg_sys::{self, Datum, Oid};

use super::fenced;

/// Support function of a btree operator class (`nbtree.h`: `BTSORTSUPPORT_PROC`).
const SORT_SUPPORT: i16 = 2;
/// `pg_range.rngsubopc`.
const OPERATOR_CLASS: i16 = 5;

unsafe extern "C-unwind" {
    fn ssup_datum_unsigned_cmp(x: Datum, y: Datum, support: pg_sys::SortSupport) -> c_int;
    fn ssup_datum_signed_cmp(x: Datum, y: Datum, support: pg_sys::SortSupport) -> c_int;
}

/// How the server compares two values, or two abbreviated ones.
pub(super) type Comparator =
    unsafe extern "C-unwind" fn(Datum, Datum, pg_sys::SortSupport) -> c_int;
/// How the server abbreviates a value.
pub(super) type Converter = unsafe extern "C-unwind" fn(Datum, pg_sys::SortSupport) -> Datum;

/// The comparison of a range type's bounds.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Lives as long as the session.
    cache: *mut pg_sys::TypeCacheEntry,
    /// Null, or where the functions below keep what they need.
    support: pg_sys::SortSupport,
    comparator: Option<Comparator>,
    /// How a value is abbreviated, and what makes an ascending unsigned integer of that.
    converter: Option<(Converter, u64)>,
}

impl Comparison {
    /// The comparison of the range type's operator class, in the current context.
    ///
    /// # Safety
    /// The entry is that of a range type, with its range part.
    pub(super) unsafe fn of(cache: *mut pg_sys::TypeCacheEntry) -> Self {
        let mut comparison =
            Self { cache, support: ptr::null_mut(), comparator: None, converter: None };
        // SAFETY: as ours; a sort support function fills in what the server would give it.
        unsafe {
            let function = sort_support_function((*cache).type_id);
            if function == Oid::INVALID {
                return comparison;
            }
            let memory = super::ContextAllocator::current();
            let support = memory.put(pg_sys::SortSupportData {
                ssup_cxt: memory.context(),
                ssup_collation: (*cache).rng_collation,
                abbreviate: true,
                ..Default::default()
            });
            pg_sys::OidFunctionCall1Coll(function, Oid::INVALID, Datum::from(support));
            let pg_sys::SortSupportData {
                comparator,
                abbrev_converter,
                abbrev_full_comparator,
                ..
            } = *support;
            comparison.support = support;
            comparison.comparator = comparator;
            if let Some(converter) = abbrev_converter {
                comparison.comparator = abbrev_full_comparator;
                comparison.converter = flip(function, comparator).map(|flip| (converter, flip));
            }
        }
        comparison
    }

    /// The abbreviated key of a value.
    ///
    /// # Safety
    /// `value` is one of the subtype.
    #[inline]
    pub(super) unsafe fn key(&self, value: Datum) -> u64 {
        // SAFETY: as ours.
        self.converter.map_or(0, |(converter, flip)| unsafe {
            fenced::abbreviate(converter, value, self.support).value() as u64 ^ flip
        })
    }

    /// The order of two values.
    ///
    /// # Safety
    /// Both are of the subtype.
    #[inline]
    pub(super) unsafe fn compare(&self, a: Datum, b: Datum) -> Ordering {
        // SAFETY: as ours.
        let order = unsafe {
            match self.comparator {
                Some(comparator) => fenced::compare(comparator, a, b, self.support),
                None => {
                    let function = &raw mut (*self.cache).rng_cmp_proc_finfo;
                    let collation = (*self.cache).rng_collation;
                    fenced::FunctionCall2Coll(function, collation, a, b).value() as i32
                }
            }
        };
        order.cmp(&0)
    }
}

/// The sort support function of a range type's operator class, if it has one.
unsafe fn sort_support_function(range_type: Oid) -> Oid {
    // SAFETY: lookups in catalogs; the range type exists.
    unsafe {
        let cache = pg_sys::SysCacheIdentifier::RANGETYPE as i32;
        let tuple = pg_sys::SearchSysCache1(cache, Datum::from(range_type));
        if tuple.is_null() {
            return Oid::INVALID;
        }
        let mut is_null = false;
        let class = pg_sys::SysCacheGetAttr(cache, tuple, OPERATOR_CLASS, &mut is_null);
        pg_sys::ReleaseSysCache(tuple);
        let class = Oid::from(class.value() as u32);
        let (mut family, mut input) = (Oid::INVALID, Oid::INVALID);
        if !pg_sys::get_opclass_opfamily_and_input_type(class, &mut family, &mut input) {
            return Oid::INVALID;
        }
        pg_sys::get_opfamily_proc(family, input, input, SORT_SUPPORT)
    }
}

/// What makes ascending unsigned integers of abbreviated values, if their order is known.
fn flip(function: Oid, comparator: Option<Comparator>) -> Option<u64> {
    const SIGN: u64 = 1 << 63;
    let comparator = comparator?;
    if function.to_u32() == pg_sys::F_NUMERIC_SORTSUPPORT {
        // `numeric_cmp_abbrev`: signed, and backwards.
        Some(!SIGN)
    } else if ptr::fn_addr_eq(comparator, ssup_datum_unsigned_cmp as Comparator) {
        Some(0)
    } else if ptr::fn_addr_eq(comparator, ssup_datum_signed_cmp as Comparator) {
        Some(SIGN)
    } else {
        None
    }
}
