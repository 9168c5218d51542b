//! Memory of the server's contexts for collections of the pure crates.
//!
//! Nothing here frees by scope: a context owns its memory, and what lies in it needs no `Drop`.
//! That is what lets an error jump over it, `work_mem` see it, and a rescan reset it.

use core::{alloc::Layout, ffi::CStr, ptr::NonNull};

use allocator_api2::alloc::{AllocError, Allocator};
use pgrx::pg_sys;

/// What the server aligns every chunk to.
const MAXALIGN: usize = 8;

/// Allocates in one memory context.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct ContextAllocator(NonNull<pg_sys::MemoryContextData>);

impl ContextAllocator {
    /// # Safety
    /// `context` must outlive whatever is allocated with it.
    pub(crate) unsafe fn new(context: pg_sys::MemoryContext) -> Self {
        // SAFETY: as ours; no context is at null.
        Self(unsafe { NonNull::new_unchecked(context) })
    }

    /// The context in which the caller's result belongs.
    pub(crate) fn current() -> Self {
        // SAFETY: the backend is single-threaded, and a current context always exists.
        unsafe { Self::new(pg_sys::CurrentMemoryContext) }
    }

    /// The context.
    pub(crate) fn context(self) -> pg_sys::MemoryContext {
        self.0.as_ptr()
    }

    /// A new context that goes with this one.
    pub(crate) fn child(self, name: &'static CStr) -> Self {
        // SAFETY: the context is alive by `new`, and so is its child as long; sizes are those of
        // the server's ALLOCSET_DEFAULT_SIZES.
        unsafe {
            Self::new(pg_sys::AllocSetContextCreateInternal(
                self.context(),
                name.as_ptr(),
                0,
                8 * 1024,
                8 * 1024 * 1024,
            ))
        }
    }

    /// Frees all that was allocated, and the context's children.
    ///
    /// # Safety
    /// None of it is used any more.
    pub(crate) unsafe fn reset(self) {
        // SAFETY: as ours.
        unsafe { pg_sys::MemoryContextReset(self.context()) }
    }

    /// Frees the context with all that was allocated.
    ///
    /// # Safety
    /// Neither is used any more.
    pub(crate) unsafe fn delete(self) {
        // SAFETY: as ours.
        unsafe { pg_sys::MemoryContextDelete(self.context()) }
    }

    /// Runs `work` with the context as the current one. An error need not restore the one before:
    /// the server sets its own.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        // SAFETY: the context is alive by `new`; there always is a current context.
        unsafe {
            let before = pg_sys::MemoryContextSwitchTo(self.context());
            let result = work();
            pg_sys::MemoryContextSwitchTo(before);
            result
        }
    }

    /// Puts `value` into the context; it is never dropped, and never freed on its own.
    pub(crate) fn put<T>(self, value: T) -> *mut T {
        // Room to move the value to where its alignment wants it.
        let more = align_of::<T>().saturating_sub(MAXALIGN);
        // SAFETY: the context is alive by `new`, the chunk is large enough for an aligned T.
        unsafe {
            let chunk = pg_sys::MemoryContextAlloc(self.context(), size_of::<T>() + more);
            let chunk = chunk.cast::<u8>();
            let place = chunk.add(chunk.align_offset(align_of::<T>())).cast::<T>();
            place.write(value);
            place
        }
    }
}

// SAFETY: a chunk stays valid until it is freed, or its context is reset, which by `new` happens
// after the last use. Clones of an allocator name the same context. When memory runs out the
// server raises its own error, which unwinds from here with the old chunk intact.
unsafe impl Allocator for ContextAllocator {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.align() > MAXALIGN {
            return Err(AllocError);
        }
        // SAFETY: the context is alive.
        let chunk = unsafe { pg_sys::MemoryContextAllocHuge(self.context(), layout.size()) };
        let chunk = NonNull::new(chunk.cast()).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(chunk, layout.size()))
    }

    unsafe fn deallocate(&self, chunk: NonNull<u8>, _layout: Layout) {
        // An error on its way has the context reset soon; the server must not be called meanwhile.
        if !std::thread::panicking() {
            // SAFETY: by the trait's contract the chunk came from `allocate`.
            unsafe { pg_sys::pfree(chunk.as_ptr().cast()) }
        }
    }

    unsafe fn grow(
        &self,
        chunk: NonNull<u8>,
        _old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: by the trait's contract the chunk came from `allocate`.
        let chunk = unsafe { pg_sys::repalloc_huge(chunk.as_ptr().cast(), new.size()) };
        let chunk = NonNull::new(chunk.cast()).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(chunk, new.size()))
    }
}

/// A context in the current one, for what is done with one row after the other.
pub(super) fn scratch() -> ContextAllocator {
    // SAFETY: the server makes a context, which lives as long as the current one.
    unsafe {
        ContextAllocator::new(pg_sys::AllocSetContextCreateInternal(
            pg_sys::CurrentMemoryContext,
            c"rangerank row".as_ptr(),
            0,
            8 * 1024,
            8 * 1024 * 1024,
        ))
    }
}
