//! What the server knows of a range type, looked up once per place in a plan.
//!
//! The type always comes from a value's header or from a state, never from the call expression:
//! executors of distributed engines call support functions without one.

use pgrx::pg_sys::{self, Datum, Oid};

use super::comparison::Comparison;

/// How a by-value subtype maps to an `i64` in its own order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Bool,
    Char,
    I16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

/// How the bounds of a range type are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Inline, as integers: the subtype is passed by value and its comparison is known.
    Inline(Word),
    /// Inline, as addresses: the type is `inetrange`, or one that orders and forms its values by
    /// the same functions.
    Address,
    /// Through the subtype's comparison function, with the range type's collation.
    Function,
}

/// Which bounds a range type's values have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Canonical {
    /// As given; the type is continuous.
    Any,
    /// `[low,high)`, by one of core's functions for discrete types.
    HalfOpen,
    /// Whatever the type's own function makes of them.
    Own,
}

/// A range type.
#[derive(Debug)]
pub(crate) struct RangeType {
    pub(crate) oid: Oid,
    pub(crate) multirange: Oid,
    pub(crate) order: Order,
    pub(crate) canonical: Canonical,
    /// `typlen` and `typbyval` of the subtype, `typalign` as a number.
    pub(crate) length: i16,
    pub(crate) by_value: bool,
    pub(crate) align: usize,
    /// How bounds are compared, where [`Order::Function`] says that a function does.
    pub(crate) comparison: Option<Comparison>,
    /// Lives as long as the session.
    pub(crate) cache: *mut pg_sys::TypeCacheEntry,
}

impl RangeType {
    /// The range type with this OID, which must be one; valid as long as the current context.
    pub(crate) fn look_up(oid: Oid) -> Self {
        let flags = pg_sys::TYPECACHE_RANGE_INFO as i32;
        // SAFETY: the server returns an entry that stays, and fills in its range part.
        unsafe {
            let cache = pg_sys::lookup_type_cache(oid, flags);
            let element = &*(*cache).rngelemtype;
            let canonical = match (*cache).rng_canonical_finfo.fn_oid.to_u32() {
                0 => Canonical::Any,
                pg_sys::F_INT4RANGE_CANONICAL
                | pg_sys::F_INT8RANGE_CANONICAL
                | pg_sys::F_DATERANGE_CANONICAL => Canonical::HalfOpen,
                _ => Canonical::Own,
            };
            let word = inline_word((*cache).rng_cmp_proc_finfo.fn_oid, element);
            let order = match word {
                Some(word) if canonical != Canonical::Own => Order::Inline(word),
                _ if is_inetrange(&*cache) => Order::Address,
                _ => Order::Function,
            };
            Self {
                oid,
                multirange: pg_sys::get_range_multirange(oid),
                order,
                canonical,
                length: element.typlen,
                by_value: element.typbyval,
                align: match element.typalign as u8 {
                    b'd' => 8,
                    b'i' => 4,
                    b's' => 2,
                    _ => 1,
                },
                comparison: (order == Order::Function).then(|| Comparison::of(cache)),
                cache,
            }
        }
    }

    /// The type with this OID, from the place's cache.
    #[inline]
    pub(crate) fn of<'a>(call: super::Call, oid: Oid) -> &'a Self {
        call.cached(|kept: &Self| kept.oid == oid, || Self::look_up(oid))
    }

    /// The type with this OID, described in `memory`.
    pub(crate) fn kept<'a>(memory: super::ContextAllocator, oid: Oid) -> &'a Self {
        // SAFETY: the description lives as long as the memory, in which the caller stays.
        unsafe { &*memory.put(memory.within(|| Self::look_up(oid))) }
    }

    /// The subtype.
    pub(crate) fn element(&self) -> Oid {
        // SAFETY: the entry has its range part, for as long as the session lasts.
        unsafe { (*(*self.cache).rngelemtype).type_id }
    }

    /// The subtype, if it is a domain: values that are made must belong to it.
    pub(crate) fn domain(&self) -> Option<Oid> {
        let element = self.element();
        (super::base_type(element) != element).then_some(element)
    }

    /// The collation in which bounds are compared.
    pub(crate) fn collation(&self) -> Oid {
        // SAFETY: as above.
        unsafe { (*self.cache).rng_collation }
    }

    /// `upper − lower` as the type's `subtype_diff` has it, which it must have.
    pub(crate) fn difference(&self, upper: Datum, lower: Datum) -> f64 {
        // SAFETY: the entry lives as long as the session; both are values of the subtype.
        unsafe {
            let function = &raw mut (*self.cache).rng_subdiff_finfo;
            if (*function).fn_oid == Oid::INVALID {
                crate::error::no_subtype_diff(&super::type_name(self.oid));
            }
            let difference =
                super::fenced::FunctionCall2Coll(function, self.collation(), upper, lower);
            f64::from_bits(difference.value() as u64)
        }
    }

    /// The same, for the OID of a multirange type.
    #[inline]
    pub(crate) fn of_multirange<'a>(call: super::Call, oid: Oid) -> &'a Self {
        call.cached(
            |kept: &Self| kept.multirange == oid,
            // SAFETY: a catalog lookup.
            || Self::look_up(unsafe { pg_sys::get_multirange_range(oid) }),
        )
    }
}

unsafe extern "C-unwind" {
    // The functions of the room `inetrange`, as symbols: this is below it.
    fn inet_host_cmp(info: pg_sys::FunctionCallInfo) -> Datum;
    fn inetrange_canonical(info: pg_sys::FunctionCallInfo) -> Datum;
}

/// Whether a range type over inet orders and forms its values by this library's own functions.
///
/// By their addresses, since OIDs differ between databases. The server resolves both by name in the
/// library that their declarations name; equal addresses are the same code. Where a hook of the
/// server or a second copy of the library stands in between, they differ, and the functions are
/// called.
fn is_inetrange(cache: &pg_sys::TypeCacheEntry) -> bool {
    type Symbol = unsafe extern "C-unwind" fn(pg_sys::FunctionCallInfo) -> Datum;
    let is = |function: &pg_sys::FmgrInfo, ours: Symbol| {
        function.fn_addr.is_some_and(|theirs| core::ptr::fn_addr_eq(theirs, ours))
    };
    // SAFETY: the entry has its range part.
    let element = unsafe { (*cache.rngelemtype).type_id };
    element == pg_sys::INETOID
        && is(&cache.rng_cmp_proc_finfo, inet_host_cmp)
        && is(&cache.rng_canonical_finfo, inetrange_canonical)
}

/// How values of `element` map to integers, where the comparison function is one of core's.
fn inline_word(comparison: Oid, element: &pg_sys::TypeCacheEntry) -> Option<Word> {
    let (word, length) = match comparison.to_u32() {
        pg_sys::F_BTBOOLCMP => (Word::Bool, 1),
        pg_sys::F_BTCHARCMP => (Word::Char, 1),
        pg_sys::F_BTINT2CMP => (Word::I16, 2),
        pg_sys::F_BTINT4CMP | pg_sys::F_DATE_CMP => (Word::I32, 4),
        pg_sys::F_BTOIDCMP => (Word::U32, 4),
        pg_sys::F_BTINT8CMP
        | pg_sys::F_TIMESTAMP_CMP
        | pg_sys::F_TIMESTAMPTZ_CMP
        | pg_sys::F_TIME_CMP
        | pg_sys::F_CASH_CMP => (Word::I64, 8),
        pg_sys::F_PG_LSN_CMP => (Word::U64, 8),
        pg_sys::F_BTFLOAT4CMP => (Word::F32, 4),
        pg_sys::F_BTFLOAT8CMP => (Word::F64, 8),
        _ => return None,
    };
    (element.typbyval && element.typlen == length).then_some(word)
}

/// Whether the type with this OID is a range type.
pub(crate) fn is_range_type(oid: Oid) -> bool {
    // SAFETY: a catalog lookup, of an OID that may not exist.
    unsafe { pg_sys::get_typtype(oid) as u8 == pg_sys::TYPTYPE_RANGE }
}

/// The type in the header of a range or multirange value.
///
/// # Safety
/// `value` is such a value.
#[inline]
pub(crate) unsafe fn value_type(value: &Varlena) -> Oid {
    // SAFETY: both kinds begin with their type's OID.
    Oid::from(unsafe { value.start.cast::<u32>().read_unaligned() })
}

/// The bytes of a value.
///
/// # Safety
/// It stays where it is for the lifetime that the caller takes.
#[inline]
pub(crate) unsafe fn bytes<'a>(value: Varlena) -> &'a [u8] {
    // SAFETY: as ours.
    unsafe { core::slice::from_raw_parts(value.start, value.length) }
}

/// The bytes of a varlena value behind its length word, in place where they can be read there.
#[derive(Clone, Copy)]
pub(crate) struct Varlena {
    pub(crate) start: *const u8,
    pub(crate) length: usize,
    /// `start` is 4 bytes behind an address that is aligned as the server aligns values.
    pub(crate) aligned: bool,
}

impl Varlena {
    /// # Safety
    /// `datum` is a varlena; what is returned lives as long as it, or as the current context.
    #[inline]
    pub(crate) unsafe fn new(datum: Datum) -> Self {
        // SAFETY: as ours.
        unsafe { Self::in_place(datum).unwrap_or_else(|| Self::expanded(datum)) }
    }

    /// The same, `None` for a toasted value. It cannot raise.
    ///
    /// # Safety
    /// `datum` is a varlena; what is returned lives as long as it.
    #[inline]
    pub(crate) unsafe fn in_place(datum: Datum) -> Option<Self> {
        let at = datum.cast_mut_ptr::<u8>();
        // SAFETY: a varlena begins with a valid length word of 1 or 4 bytes.
        unsafe {
            let first = *at;
            if cfg!(target_endian = "little") && first & 1 == 1 && first != 1 {
                let length = (first >> 1) as usize - 1;
                Some(Self { start: at.add(1), length, aligned: false })
            } else if cfg!(target_endian = "little") && first & 3 == 0 {
                let word = at.cast::<u32>().read_unaligned();
                Some(Self { start: at.add(4), length: (word >> 2) as usize - 4, aligned: true })
            } else {
                None
            }
        }
    }

    /// The same, aligned: a short or toasted value is copied into the current context.
    ///
    /// # Safety
    /// As [`Varlena::new`].
    #[inline]
    pub(crate) unsafe fn new_aligned(datum: Datum) -> Self {
        // SAFETY: as ours.
        unsafe {
            let value = Self::new(datum);
            if value.aligned { value } else { Self::expanded(datum) }
        }
    }

    #[cold]
    unsafe fn expanded(datum: Datum) -> Self {
        // SAFETY: the server returns a value with a 4-byte length word.
        unsafe {
            let value = pg_sys::pg_detoast_datum(datum.cast_mut_ptr());
            let length = pgrx::varsize_any_exhdr(value);
            Self { start: value.cast::<u8>().add(4), length, aligned: true }
        }
    }
}
