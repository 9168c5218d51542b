//! What a place in a plan keeps of its last call, for functions whose last arguments hardly change.
//!
//! The key of what is kept is bytes: those of the arguments, and of the [`Moment`] where the result also
//! depends on what is in tables. A row costs a comparison. The value lies in memory of its own, which
//! is emptied when another one takes its place; values are never dropped.

use core::ptr;

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

/// What a place in a plan keeps.
struct Site<T> {
    /// Where the key and the value are.
    memory: pg_sys::MemoryContext,
    key: *const u8,
    length: usize,
    value: *mut T,
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
    /// The value that the last call from the same place made from `parts`, if they are the same, else
    /// what `make` makes of them, in the memory that it is given.
    ///
    /// One function keeps values of one type only, always with as many parts.
    #[inline]
    pub(crate) fn remembered<'a, T>(
        self,
        parts: &[&[u8]],
        make: impl FnOnce(ContextAllocator) -> T,
    ) -> &'a mut T {
        let site = self.kept(|| Site::<T> {
            memory: ptr::null_mut(),
            key: ptr::null(),
            length: 0,
            value: ptr::null_mut(),
        });
        // SAFETY: a value and its key stay until the memory is emptied, below.
        unsafe {
            if !site.value.is_null()
                && is(core::slice::from_raw_parts(site.key, site.length), parts)
            {
                return &mut *site.value;
            }
            self.replace(site, parts, make)
        }
    }

    /// # Safety
    /// `site` is what this place keeps.
    #[cold]
    #[inline(never)]
    unsafe fn replace<'a, T>(
        self,
        site: &mut Site<T>,
        parts: &[&[u8]],
        make: impl FnOnce(ContextAllocator) -> T,
    ) -> &'a mut T {
        // SAFETY: the context is a child of the one in which the place keeps things.
        unsafe {
            if site.memory.is_null() {
                site.memory = pg_sys::AllocSetContextCreateInternal(
                    (*(*self.info()).flinfo).fn_mcxt,
                    c"rangerank call site".as_ptr(),
                    0,
                    8 * 1024,
                    8 * 1024 * 1024,
                );
            }
            // From here on an error leaves nothing behind that could be taken for an answer.
            site.value = ptr::null_mut();
            pg_sys::MemoryContextReset(site.memory);
            let memory = ContextAllocator::new(site.memory);
            let mut key = allocator_api2::vec::Vec::new_in(memory);
            for part in parts {
                key.extend_from_slice(&(part.len() as u64).to_ne_bytes());
                key.extend_from_slice(part);
            }
            (site.key, site.length) = (key.as_ptr(), key.len());
            core::mem::forget(key);
            site.value = memory.put(make(memory));
            &mut *site.value
        }
    }
}
