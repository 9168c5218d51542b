//! What a place in a plan keeps of its last calls, for functions whose last arguments hardly change.
//!
//! The key of what is kept is bytes: those of the arguments, and of the [`Moment`] where the result also
//! depends on what is in tables. A row costs a comparison. Each value lies in memory of its own,
//! which is emptied when another one takes its place; values are never dropped.

use core::ptr;

use allocator_api2::vec::Vec;
use pgrx::pg_sys;

use super::{Call, ContextAllocator};

// As the server exports them, none of which raises: pgrx's own have a fence inside, which a row would
// pay for.
unsafe extern "C" {
    fn GetUserId() -> pg_sys::Oid;
    fn ActiveSnapshotSet() -> bool;
    fn GetActiveSnapshot() -> pg_sys::Snapshot;
}

/// Whoever asks, and the snapshot in which: all that the answer of tables depends on. Two snapshots
/// with the same content see the same rows, and a change by the same transaction has a later command.
pub(crate) struct Moment {
    numbers: [u32; 7],
    running: [(*const u32, usize); 2],
}

impl Moment {
    /// The one of the query that is running.
    #[inline]
    pub(crate) fn now() -> Self {
        // SAFETY: the backend has one thread; an active snapshot stays while a function runs.
        unsafe {
            let user = GetUserId().to_u32();
            if !ActiveSnapshotSet() {
                return Self { numbers: [user, 0, 0, 0, 0, 0, 0], running: [(ptr::null(), 0); 2] };
            }
            let snapshot = &*GetActiveSnapshot();
            let (running, below) = (snapshot.xcnt as usize, snapshot.subxcnt.max(0) as usize);
            let flags = u32::from(snapshot.suboverflowed) | 2;
            Self {
                numbers: [
                    user,
                    snapshot.xmin.into_inner(),
                    snapshot.xmax.into_inner(),
                    snapshot.curcid,
                    running as u32,
                    below as u32,
                    flags,
                ],
                running: [(snapshot.xip.cast(), running), (snapshot.subxip.cast(), below)],
            }
        }
    }

    /// As parts of a key, while the function runs.
    #[inline]
    pub(crate) fn parts(&self) -> [&[u8]; 3] {
        let bytes = |start: *const u32, count: usize| match count {
            0 => &[][..],
            // SAFETY: the snapshot has that many transactions there.
            _ => unsafe { core::slice::from_raw_parts(start.cast::<u8>(), 4 * count) },
        };
        let [(running, count), (below, count_below)] = self.running;
        // SAFETY: numbers are bytes.
        let numbers = unsafe { self.numbers.align_to::<u8>().1 };
        [numbers, bytes(running, count), bytes(below, count_below)]
    }
}

/// How many values a place in a plan keeps: a join of documents with queries may come round to each
/// query again and again.
const KEPT: usize = 128;

/// The longest key beside which others are kept.
const LARGE: usize = 16 * 1024;

/// One value that a place in a plan keeps.
struct Entry<T> {
    /// Where the key and the value are.
    memory: pg_sys::MemoryContext,
    key: *const u8,
    length: usize,
    value: *mut T,
}

impl<T> Entry<T> {
    #[inline]
    fn is_of(&self, parts: &[&[u8]]) -> bool {
        // SAFETY: a value and its key stay until the memory is emptied.
        !self.value.is_null()
            && is(unsafe { core::slice::from_raw_parts(self.key, self.length) }, parts)
    }
}

/// What a place in a plan keeps.
struct Site<T> {
    entries: Vec<Entry<T>, ContextAllocator>,
    /// The one that was asked for last.
    last: usize,
    /// The one that makes room, once there are as many as may be.
    oldest: usize,
}

/// Whether `key` is `parts`, one behind the other, each with its length before it.
#[inline]
fn is(mut key: &[u8], parts: &[&[u8]]) -> bool {
    parts.iter().all(|part| {
        let Some((length, rest)) = key.split_first_chunk::<8>() else { return false };
        let length = u64::from_ne_bytes(*length) as usize;
        if length != part.len() {
            return false;
        }
        // The key has as many bytes as it says, but what is compared is the caller's part.
        let Some((kept, rest)) = rest.split_at_checked(length) else { return false };
        key = rest;
        kept == *part
    })
}

impl Call {
    /// The value that an earlier call from the same place made from `parts`, else what `make` makes of
    /// them, in the memory that it is given.
    ///
    /// One function keeps values of one type only, always with as many parts.
    #[inline]
    pub(crate) fn remembered<'a, T>(
        self,
        parts: &[&[u8]],
        make: impl FnOnce(ContextAllocator) -> T,
    ) -> &'a mut T {
        let site = self.kept(|| Site::<T> {
            entries: Vec::new_in(ContextAllocator::current()),
            last: 0,
            oldest: 0,
        });
        if !site.entries.get(site.last).is_some_and(|entry| entry.is_of(parts)) {
            match site.entries.iter().position(|entry| entry.is_of(parts)) {
                Some(found) => site.last = found,
                None => self.replace(site, parts, make),
            }
        }
        // SAFETY: a value stays until another takes its place, which is another call's.
        unsafe { &mut *site.entries[site.last].value }
    }

    /// Makes a value, which is the last one asked for then.
    #[cold]
    #[inline(never)]
    fn replace<T>(
        self,
        site: &mut Site<T>,
        parts: &[&[u8]],
        make: impl FnOnce(ContextAllocator) -> T,
    ) {
        let large = parts.iter().map(|part| part.len()).sum::<usize>() > LARGE;
        // SAFETY: the contexts are children of the one in which the place keeps things.
        unsafe {
            if large && !site.entries.is_empty() {
                // It takes the place of the last one.
            } else if site.entries.len() < KEPT {
                let memory = pg_sys::AllocSetContextCreateInternal(
                    (*(*self.info()).flinfo).fn_mcxt,
                    c"rangerank call site".as_ptr(),
                    0,
                    1024,
                    8 * 1024 * 1024,
                );
                let (key, value) = (ptr::null(), ptr::null_mut());
                site.entries.push(Entry { memory, key, length: 0, value });
                site.last = site.entries.len() - 1;
            } else {
                site.last = site.oldest;
                site.oldest = (site.oldest + 1) % KEPT;
            }
            let entry = &mut site.entries[site.last];
            // From here on an error leaves nothing behind that could be taken for an answer.
            entry.value = ptr::null_mut();
            pg_sys::MemoryContextReset(entry.memory);
            let memory = ContextAllocator::new(entry.memory);
            let mut key = Vec::new_in(memory);
            for part in parts {
                key.extend_from_slice(&(part.len() as u64).to_ne_bytes());
                key.extend_from_slice(part);
            }
            (entry.key, entry.length) = (key.as_ptr(), key.len());
            core::mem::forget(key);
            entry.value = memory.put(make(memory));
        }
    }
}
