//! The GiST operator class of `inetrange`.
//!
//! Invariants:
//! * A key is what `addresses::key` encodes: exact in leaves, so `consistent` never asks for a recheck
//!   and `fetch` gives the range back. Keys of inner entries are made wide, so that a page has few.
//! * Keys need no decompressing: they are read where they lie in the page.
//! * Strategies and meanings are those of core's `range_ops`, empty and unbounded ranges included,
//!   and one of our own for `>>=`.
//!
//! `consistent` runs for every entry of every page that a scan visits. What a query asks for is
//! prepared once ([`Search`]) and kept with the scan key; a rescan brings other queries at the same
//! address, so the query's bytes are compared each time.

use core::ffi::c_int;

use addresses::{
    Key,
    key::{MAX_LENGTH, Search, Strategy, holds_v4, holds_v6},
    split::{Split, part_for_one_page},
};
use pgrx::pg_sys::{self, Datum, SortSupport};

use crate::{
    error,
    pg::{self, Call, Entry, Inet, InetBounds, InetMultirange, Varlena, inetrange, pg_function},
};

/// Number of the support function `fetch` (`GIST_FETCH_PROC`).
const FETCH: usize = 9;
/// Strategy of `@>` with a range (`RANGESTRAT_CONTAINS`).
const CONTAINS: u16 = 7;
/// Strategy of `@>` with one address (`RANGESTRAT_CONTAINS_ELEM`).
const CONTAINS_ELEMENT: u16 = 16;
/// Strategy of our own, of `>>=`: contains the network of an `inet`.
const CONTAINS_NETWORK: u16 = 27;

fn inner_key(key: &Key) -> Datum {
    pg::inner_key(key.encode(&mut [0; MAX_LENGTH]))
}

/// # Safety
/// `datum` is a key of the operator class.
#[inline]
unsafe fn read(datum: Datum) -> Key {
    // SAFETY: as ours.
    let bytes = unsafe { pg::key_bytes(datum) };
    Key::decode(bytes).unwrap_or_else(|| error::corrupt_index_key())
}

/// The key of a range.
///
/// # Safety
/// `value` is an `inetrange`.
unsafe fn range_key(value: Varlena) -> Key {
    // SAFETY: as ours.
    let Some(InetBounds { lower, upper }) = (unsafe { InetBounds::new(value) }) else {
        return Key::EMPTY;
    };
    let address = |bound: Option<(Inet, bool)>| bound.map(|(inet, _)| inet.address);
    // Canonical, so closed, and never backwards.
    Key::range(address(lower), address(upper)).unwrap_or(Key::EMPTY)
}

/// What a strategy means: those of core's `range_ops`, and our own.
fn meaning(strategy: u16) -> Option<Strategy> {
    match strategy {
        CONTAINS_NETWORK => Some(Strategy::Contains),
        _ => Strategy::from_number(strategy),
    }
}

/// What a scan looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Query {
    Range,
    Multirange,
    Element,
    Network,
}

/// The longest range: its type, two IPv6 addresses and the flags.
const LONGEST: usize = 4 + 19 + 19 + 1;

/// A query, prepared.
struct Prepared {
    strategy: u16,
    query: Query,
    /// An element, or the address of a network.
    inet: Option<Inet>,
    /// The bytes of a range; of a multirange, the hull decides.
    bytes: [u8; LONGEST],
    length: usize,
    hull: Key,
    leaf: Search,
    inner: Search,
}

impl Prepared {
    /// Whether this is what is prepared.
    ///
    /// # Safety
    /// `value` is a query of the kind.
    #[inline]
    unsafe fn is(&self, strategy: u16, query: Query, value: Varlena) -> bool {
        if (strategy, query) != (self.strategy, self.query) {
            return false;
        }
        // SAFETY: as ours.
        unsafe {
            match query {
                Query::Element | Query::Network => Some(Inet::read(value)) == self.inet,
                Query::Range => self.bytes.get(..self.length) == Some(pg::bytes(value)),
                Query::Multirange => InetMultirange::new(value).key() == self.hull,
            }
        }
    }

    /// Another query takes this one's place, as in each rescan of a nested loop.
    ///
    /// # Safety
    /// `value` is a query of the kind.
    #[inline(never)]
    unsafe fn prepare(&mut self, strategy: u16, query: Query, value: Varlena) {
        // SAFETY: as ours.
        *self = unsafe { Self::new(strategy, query, value) };
    }

    /// # Safety
    /// `value` is a query of the kind.
    unsafe fn new(strategy: u16, query: Query, value: Varlena) -> Self {
        // SAFETY: as ours.
        let (hull, inet, bytes) = unsafe {
            match query {
                Query::Multirange => (InetMultirange::new(value).key(), None, &[][..]),
                Query::Range => (range_key(value), None, pg::bytes(value)),
                Query::Element => {
                    let inet = Inet::read(value);
                    (Key::element(inet.address), Some(inet), &[][..])
                }
                Query::Network => {
                    let inet = Inet::read(value);
                    let network = inet.address.network(inet.prefix);
                    (network.map_or(Key::EMPTY, Key::from), Some(inet), &[][..])
                }
            }
        };
        let Some(meaning) = meaning(strategy) else { error::unknown_strategy(strategy) };
        let mut prepared = Self {
            strategy,
            query,
            inet,
            bytes: [0; LONGEST],
            length: bytes.len(),
            hull,
            leaf: Search::new(meaning, &hull, true),
            inner: Search::new(meaning, &hull, false),
        };
        // A range of another form than ours is only looked up anew each time.
        match prepared.bytes.get_mut(..bytes.len()) {
            Some(room) => room.copy_from_slice(bytes),
            None => prepared.length = usize::MAX,
        }
        prepared
    }
}

pg_function! {
    /// `(internal, inetrange, smallint, oid, internal) → boolean`: whether the entry fits, or may
    /// lead to some that do.
    fn inetrange_gist_consistent(call) try {
        // By far the commonest: entries of IPv4 ranges, searched for an address or a network. What
        // this does for one entry is most of what a lookup costs. Inner entries are as leaves.
        let key = pg::key_in_place(Entry::argument(call, 0).key());
        key.zip(v4_query(call)).and_then(|(key, (lower, upper))| {
            Some(exact(call, holds_v4(key, lower, upper)?))
        })
    } try {
        let key = pg::key_in_place(Entry::argument(call, 0).key());
        key.zip(v6_query(call)).and_then(|(key, (lower, upper))| {
            Some(exact(call, holds_v6(key, lower, upper)?))
        })
    } {
        exact(call, is_consistent(call))
    }
}

/// The answer of `consistent`, which needs no recheck.
///
/// # Safety
/// As the access method calls `consistent`.
#[inline(always)]
unsafe fn exact(call: Call, fits: bool) -> Datum {
    // SAFETY: as ours.
    unsafe { *call.pointer::<bool>(4) = false };
    Datum::from(usize::from(fits))
}

/// The first and the last address that an entry is to contain, of a query by `@>` for IPv4
/// addresses; `None` for others.
///
/// # Safety
/// As the access method calls `consistent`.
#[inline(always)]
unsafe fn v4_query(call: Call) -> Option<(u32, u32)> {
    // SAFETY: as ours.
    unsafe {
        match call.value(2).value() as u16 {
            CONTAINS_ELEMENT => Inet::v4_in_place(call.value(1)).map(|address| (address, address)),
            CONTAINS if is_range(call) => InetBounds::v4_in_place(call.value(1)),
            _ => None,
        }
    }
}

/// The same for IPv6 addresses.
///
/// # Safety
/// As the access method calls `consistent`.
#[inline(always)]
unsafe fn v6_query(call: Call) -> Option<(u128, u128)> {
    // SAFETY: as ours.
    unsafe {
        match call.value(2).value() as u16 {
            CONTAINS_ELEMENT => Inet::v6_in_place(call.value(1)).map(|address| (address, address)),
            CONTAINS if is_range(call) => InetBounds::v6_in_place(call.value(1)),
            _ => None,
        }
    }
}

/// Whether the query is a range, where it is a range or a multirange.
///
/// # Safety
/// As the access method calls `consistent`.
#[inline(always)]
unsafe fn is_range(call: Call) -> bool {
    // SAFETY: as ours.
    unsafe { call.value(3).value() as u32 != pg_sys::ANYMULTIRANGEOID.to_u32() }
}

/// Whether an entry fits a query, or may lead to some that do.
///
/// # Safety
/// As the access method calls `consistent`.
unsafe fn is_consistent(call: Call) -> bool {
    // SAFETY: as ours.
    let (entry, strategy, subtype) = unsafe {
        let [strategy, subtype] = [2, 3].map(|n| call.value(n).value());
        (Entry::argument(call, 0), strategy as u16, subtype as u32)
    };
    let query = if strategy == CONTAINS_ELEMENT {
        Query::Element
    } else if strategy == CONTAINS_NETWORK {
        Query::Network
    } else if subtype == pg_sys::ANYMULTIRANGEOID.to_u32() {
        Query::Multirange
    } else {
        Query::Range
    };
    // SAFETY: as ours.
    unsafe {
        let (key, leaf) = (pg::key_bytes(entry.key()), entry.is_on_leaf());
        let value = Varlena::new(call.value(1));
        let prepared = call.kept(|| Prepared::new(strategy, query, value));
        if !prepared.is(strategy, query, value) {
            prepared.prepare(strategy, query, value);
        }
        let search = if leaf { &prepared.leaf } else { &prepared.inner };
        let Some(fits) = search.accepts_bytes(key) else { error::corrupt_index_key() };
        fits && (query != Query::Multirange || fits_multirange(strategy, key, value, leaf))
    }
}

/// Whether what fits the hull of a multirange fits the multirange: a leaf's range, or some range
/// that may lie below an inner entry.
///
/// # Safety
/// `value` is a multirange of `inetrange`.
unsafe fn fits_multirange(strategy: u16, key: &[u8], value: Varlena, leaf: bool) -> bool {
    let contained = match meaning(strategy) {
        Some(Strategy::Overlaps) => false,
        Some(Strategy::ContainedBy) => true,
        _ => return true,
    };
    let Some(range) = Key::decode(key) else { error::corrupt_index_key() };
    if contained && range.contains_empty() {
        return true;
    }
    // SAFETY: as ours.
    let parts = unsafe { InetMultirange::new(value) };
    // The first part that does not end before the range begins is the only one to contain it, and
    // the first to overlap it.
    // SAFETY: every place asked for is below the number of parts.
    let part = |i| unsafe { parts.key_at(i) };
    let (mut low, mut high) = (0, parts.count());
    while low < high {
        let middle = low + (high - low) / 2;
        if part(middle).ends_before(&range) { low = middle + 1 } else { high = middle }
    }
    if low == parts.count() {
        return false;
    }
    if contained && leaf { part(low).contains(&range) } else { part(low).overlaps(&range) }
}

pg_function! {
    /// `(internal, internal) → bytea`: the key of all entries.
    fn inetrange_gist_union(call) {
        let mut keys = pg::entries(call, 0).iter().map(|entry| read(entry.key));
        let key = keys.next().map(|first| keys.fold(first, |all, key| all.union(&key)));
        *call.pointer::<c_int>(1) = pg::INNER_SIZE as c_int;
        inner_key(&key.unwrap_or(Key::EMPTY))
    }
}

pg_function! {
    /// `(internal) → internal`: a range becomes a key.
    fn inetrange_gist_compress(call) {
        let entry = Entry::argument(call, 0);
        if !entry.is_value() {
            return Datum::from(call.pointer::<pg_sys::GISTENTRY>(0));
        }
        let key = range_key(Varlena::new(entry.key()));
        entry.with_key(pg::leaf_key(key.encode(&mut [0; MAX_LENGTH])))
    }
}

pg_function! {
    /// `(internal) → internal`: a leaf's key becomes its range again.
    fn inetrange_gist_fetch(call) {
        let entry = Entry::argument(call, 0);
        let range = inetrange(entry.indexed_type(call, FETCH), read(entry.key()).hull());
        entry.with_key(range)
    }
}

pg_function! {
    /// `(internal, internal, internal) → internal`: what it costs to put the new entry below.
    fn inetrange_gist_penalty(call) {
        let [original, new] = [0, 1].map(|n| read(Entry::argument(call, n).key()));
        let penalty = call.pointer::<f32>(2);
        *penalty = original.penalty(&new);
        Datum::from(penalty)
    }
}

pg_function! {
    /// `(internal, internal) → internal`: divides the entries of a full page.
    fn inetrange_gist_picksplit(call) {
        // Entries count from 1; the first place is not used.
        let keys: Vec<Key> =
            pg::entries(call, 0).iter().skip(1).map(|entry| read(entry.key)).collect();
        let split = Split::new(&keys, share_of_left(pg::entries(call, 0)));
        let half = |numbers: &[usize]| {
            let mut half = numbers.iter().map(|i| keys[*i]);
            let key = half.next().map(|first| half.fold(first, |all, key| all.union(&key)));
            let places: Vec<usize> = numbers.iter().map(|i| i + 1).collect();
            (places, key.unwrap_or(Key::EMPTY))
        };
        let halves = [half(split.left()), half(split.right())];
        drop((keys, split));
        let result = call.pointer(1);
        pg::fill_split(result, halves.each_ref().map(|(places, key)| (&**places, inner_key(key))));
        Datum::from(result)
    }
}

/// How full a build from sorted input leaves its pages, unless the index has a `fillfactor`.
///
/// In leaves, what lookups gain by few entries is weighed against the size of the index. The share is
/// for the shortest entries, those of most IPv4 ranges, and smaller for longer ones. Inner pages have
/// few entries however full they are.
const LEAF_SHARE: f64 = 0.667;
const SHORTEST: f64 = 20.0;
const INNER_SHARE: f64 = 0.8;

/// Which share of the entries should go to the left page.
///
/// # Safety
/// The entries are those that the access method passes to `picksplit`.
unsafe fn share_of_left(entries: &[pg_sys::GISTENTRY]) -> f64 {
    let Some(first) = entries.get(1) else { return 0.5 };
    // SAFETY: as ours.
    let (size, given, leaf) = unsafe {
        let size = entries[1..].iter().map(|entry| pg::entry_size(entry.key)).sum::<usize>() as f64;
        (size, pg::fill_factor(first.rel), pg::is_leaf(first.page))
    };
    let average = size / (entries.len() - 1) as f64;
    let share = match given {
        Some(share) => share,
        None if leaf => LEAF_SHARE * (SHORTEST / average).powf(1.5),
        None => INNER_SHARE,
    };
    part_for_one_page(size / pg::PAGE as f64, share)
}

pg_function! {
    /// `(bytea, bytea, internal) → internal`: both are the same key.
    fn inetrange_gist_same(call) {
        let key = |n| call.argument(n).map(|datum| pg::key_bytes(datum));
        let same = call.pointer::<bool>(2);
        *same = key(0) == key(1);
        Datum::from(same)
    }
}

pg_function! {
    /// `(internal) → void`: how keys are sorted for a build from sorted input.
    fn inetrange_gist_sortsupport(call) {
        let support = &mut *call.pointer::<pg_sys::SortSupportData>(0);
        support.comparator = Some(compare_keys);
        if support.abbreviate {
            support.comparator = Some(compare_abbreviated);
            support.abbrev_converter = Some(abbreviate);
            support.abbrev_abort = Some(never_abort);
            support.abbrev_full_comparator = Some(compare_keys);
        }
        Datum::from(0)
    }
}

/// A callback that does not raise: keys in an index build are its own.
unsafe extern "C-unwind" fn compare_keys(a: Datum, b: Datum, _: SortSupport) -> c_int {
    // SAFETY: both are keys.
    let [a, b] = [a, b].map(|datum| Key::decode(unsafe { pg::key_bytes(datum) }));
    a.cmp(&b) as c_int
}

unsafe extern "C-unwind" fn compare_abbreviated(a: Datum, b: Datum, _: SortSupport) -> c_int {
    a.value().cmp(&b.value()) as c_int
}

unsafe extern "C-unwind" fn abbreviate(key: Datum, _: SortSupport) -> Datum {
    // SAFETY: it is a key.
    let key = Key::decode(unsafe { pg::key_bytes(key) });
    Datum::from(key.map_or(0, |key| key.abbreviate()))
}

/// Equal abbreviations cost one more comparison, which is cheap: there is nothing to give up.
unsafe extern "C-unwind" fn never_abort(_: c_int, _: SortSupport) -> bool {
    false
}

// A datum holds an abbreviated key.
const _: () = assert!(size_of::<Datum>() == size_of::<u64>());
