//! What the GiST access method passes to the functions of an operator class, and expects of them.
//!
//! Keys here are varlenas of a few dozen bytes. In leaves they have the short header, so a page holds
//! them without padding. Those of inner entries lie in a room of fixed size, [`INNER_SIZE`], with the
//! long header: how many bytes the key has, the key, zeros.

use core::slice;

use pgrx::pg_sys::{self, Datum, Oid};

use super::{Call, Varlena, bytes};

/// A leaf's key of these bytes, in the current context.
pub(crate) fn leaf_key(bytes: &[u8]) -> Datum {
    let size = bytes.len() + 1;
    debug_assert!(size < 128);
    // SAFETY: the server returns memory of this size, which is written whole.
    unsafe {
        let value = pg_sys::palloc(size).cast::<u8>();
        // `SET_VARSIZE_1B`
        *value =
            if cfg!(target_endian = "little") { (size as u8) << 1 | 1 } else { size as u8 | 0x80 };
        value.add(1).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Datum::from(value)
    }
}

/// An inner entry's key of these bytes, in the current context.
pub(crate) fn inner_key(bytes: &[u8]) -> Datum {
    debug_assert!(5 + bytes.len() <= INNER_SIZE);
    // SAFETY: the server returns memory of this size, which is written whole.
    unsafe {
        let value = pg_sys::palloc0(INNER_SIZE).cast::<u8>();
        pgrx::set_varsize_4b(value.cast(), INNER_SIZE as i32);
        *value.add(4) = bytes.len() as u8;
        value.add(5).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        Datum::from(value)
    }
}

/// The bytes of a key.
///
/// # Safety
/// `datum` is a key, which stays where it is for the lifetime that the caller takes.
#[inline]
pub(crate) unsafe fn key_bytes<'a>(datum: Datum) -> &'a [u8] {
    // SAFETY: as ours.
    let bytes = unsafe { bytes(Varlena::new(datum)) };
    match bytes.split_first() {
        Some((length, key)) if bytes.len() == INNER_SIZE - 4 => &key[..usize::from(*length)],
        _ => bytes,
    }
}

/// The same, `None` where it takes more than a look at the header. It cannot raise.
///
/// # Safety
/// As [`key_bytes`].
#[inline]
pub(crate) unsafe fn key_in_place<'a>(datum: Datum) -> Option<&'a [u8]> {
    let at = datum.cast_mut_ptr::<u8>();
    if cfg!(target_endian = "big") {
        return None;
    }
    // SAFETY: as ours; a key is never toasted, and the header tells where it lies.
    unsafe {
        let first = *at;
        Some(if first & 1 == 1 {
            slice::from_raw_parts(at.add(1), usize::from(first >> 1) - 1)
        } else {
            slice::from_raw_parts(at.add(5), usize::from(*at.add(4)))
        })
    }
}

/// An entry of a page, or one to be.
#[derive(Clone, Copy)]
pub(crate) struct Entry(*mut pg_sys::GISTENTRY);

impl Entry {
    /// Argument `n`, which is an entry.
    #[inline]
    pub(crate) fn argument(call: Call, n: usize) -> Self {
        Self(call.pointer(n))
    }

    /// The key, or in `compress` the value to be indexed.
    ///
    /// # Safety
    /// The entry is alive.
    #[inline]
    pub(crate) unsafe fn key(self) -> Datum {
        // SAFETY: as ours.
        unsafe { (*self.0).key }
    }

    /// The entry is one of a leaf page (`GIST_LEAF`).
    ///
    /// # Safety
    /// The entry is alive and names its page.
    #[inline]
    pub(crate) unsafe fn is_on_leaf(self) -> bool {
        // SAFETY: as ours.
        unsafe { is_leaf((*self.0).page) }
    }

    /// The entry is of a value that is not yet a key.
    ///
    /// # Safety
    /// The entry is alive.
    pub(crate) unsafe fn is_value(self) -> bool {
        // SAFETY: as ours.
        unsafe { (*self.0).leafkey }
    }

    /// The same entry with another key.
    ///
    /// # Safety
    /// The entry is alive.
    pub(crate) unsafe fn with_key(self, key: Datum) -> Datum {
        // SAFETY: as ours; the server returns memory for one entry.
        unsafe {
            let entry = pg_sys::palloc(size_of::<pg_sys::GISTENTRY>()).cast();
            *entry = pg_sys::GISTENTRY { key, leafkey: false, ..*self.0 };
            Datum::from(entry)
        }
    }

    /// The type that the operator class of the running function indexes.
    ///
    /// # Safety
    /// The entry is alive and names its index; the running function is its operator class's support
    /// function number `support`.
    pub(crate) unsafe fn indexed_type(self, call: Call, support: usize) -> Oid {
        // SAFETY: an index knows the support functions and the types of all its key columns.
        unsafe {
            let index = &*(*self.0).rel;
            let function = (*(*call.info()).flinfo).fn_oid;
            let functions = (*index.rd_indam).amsupport as usize;
            let columns = (*index.rd_index).indnkeyatts as usize;
            let is_ours = |column: &usize| {
                *index.rd_support.add(column * functions + support - 1) == function
            };
            let column = (0..columns).find(is_ours).unwrap_or(0);
            *index.rd_opcintype.add(column)
        }
    }
}

/// The page is a leaf (`GistPageIsLeaf`).
///
/// # Safety
/// It is a page of a GiST index.
#[inline]
pub(crate) unsafe fn is_leaf(page: pg_sys::Page) -> bool {
    // SAFETY: such a page ends with its opaque data.
    unsafe {
        let page = page.cast::<u8>();
        let special = (*page.cast::<pg_sys::PageHeaderData>()).pd_special;
        let opaque = page.add(special as usize).cast::<pg_sys::GISTPageOpaqueData>();
        u32::from((*opaque).flags) & pg_sys::F_LEAF != 0
    }
}

/// Bytes of a page that entries can take.
pub(crate) const PAGE: usize = pg_sys::BLCKSZ as usize
    - core::mem::offset_of!(pg_sys::PageHeaderData, pd_linp)
    - size_of::<pg_sys::GISTPageOpaqueData>();

/// Bytes that an entry of one column takes in a page, with a key of so many bytes.
const fn tuple_size(key: usize) -> usize {
    let tuple = size_of::<pg_sys::IndexTupleData>() + key;
    tuple.next_multiple_of(pg_sys::MAXIMUM_ALIGNOF as usize) + size_of::<pg_sys::ItemIdData>()
}

/// Bytes that the entry of this key takes in a page, if it has no other column.
///
/// # Safety
/// `datum` is a key.
pub(crate) unsafe fn entry_size(datum: Datum) -> usize {
    // SAFETY: as ours.
    tuple_size(unsafe { pgrx::varsize_any(datum.cast_mut_ptr()) })
}

/// How many entries an inner page has room for.
///
/// A scan tests every entry of each page on its way, so a level costs its fan-out and, for the page
/// itself, as much as some ten tests: (fan-out + 10) / ln(fan-out) is least at about 10, and hardly
/// more up to twice that. With short keys some 300 entries would gather in a page. Inner pages are
/// few, so it is they that are made wide: a fan-out below 20 costs a twentieth of the index.
const FAN_OUT: usize = 24;

/// The size of an inner entry's key, its header and what is unused in it included.
pub(crate) const INNER_SIZE: usize = {
    let item = PAGE / FAN_OUT - size_of::<pg_sys::ItemIdData>();
    let tuple = item - item % pg_sys::MAXIMUM_ALIGNOF as usize;
    tuple - size_of::<pg_sys::IndexTupleData>()
};

// Such a key keeps the long header, and is not compressed (`TOAST_INDEX_TARGET`).
const _: () = assert!(INNER_SIZE > 130 && INNER_SIZE < PAGE / 16);
const _: () = assert!(tuple_size(INNER_SIZE) * FAN_OUT <= PAGE);

/// The start of the server's `GiSTOptions`, which pgrx does not bind.
#[repr(C)]
struct Options {
    length: i32,
    fill_factor: i32,
}

/// The `fillfactor` that the index was created with, as a share; `None` without one.
///
/// # Safety
/// `index` is a GiST index.
pub(crate) unsafe fn fill_factor(index: pg_sys::Relation) -> Option<f64> {
    // SAFETY: that is what the access method's options are.
    unsafe {
        let options = (*index).rd_options.cast::<Options>();
        options.as_ref().map(|options| f64::from(options.fill_factor) / 100.0)
    }
}

/// The entries of argument `n`, a `GistEntryVector`.
///
/// # Safety
/// It is one, and stays for the lifetime that the caller takes.
pub(crate) unsafe fn entries<'a>(call: Call, n: usize) -> &'a [pg_sys::GISTENTRY] {
    let vector: *const pg_sys::GistEntryVector = call.pointer(n);
    // SAFETY: as ours: `n` entries follow.
    unsafe { slice::from_raw_parts((*vector).vector.as_ptr(), (*vector).n as usize) }
}

/// Fills in a `GIST_SPLITVEC`: which entries, by their place from 1, go to either page, and the
/// keys of both.
///
/// # Safety
/// `split` is one, alive.
pub(crate) unsafe fn fill_split(
    split: *mut pg_sys::GIST_SPLITVEC,
    [left, right]: [(&[usize], Datum); 2],
) {
    let places = |entries: &[usize]| {
        // SAFETY: the server returns memory for as many, which are all written.
        unsafe {
            let places: *mut pg_sys::OffsetNumber =
                pg_sys::palloc(size_of_val(entries).max(1)).cast();
            for (i, entry) in entries.iter().enumerate() {
                places.add(i).write(*entry as pg_sys::OffsetNumber);
            }
            places
        }
    };
    // SAFETY: as ours.
    unsafe {
        (*split).spl_left = places(left.0);
        (*split).spl_nleft = left.0.len() as i32;
        (*split).spl_ldatum = left.1;
        (*split).spl_right = places(right.0);
        (*split).spl_nright = right.0.len() as i32;
        (*split).spl_rdatum = right.1;
    }
}
