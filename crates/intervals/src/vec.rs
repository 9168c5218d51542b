//! What `allocator_api2`'s vectors do item by item.

use allocator_api2::{alloc::Allocator, vec::Vec};

/// Appends `items` to `vec` in one move.
#[inline]
pub(crate) fn append<T: Copy, A: Allocator>(vec: &mut Vec<T, A>, items: &[T]) {
    let length = vec.len();
    vec.reserve(items.len());
    // SAFETY: there is room for the items behind the vector's own, which they cannot overlap, and
    // they are initialized once copied.
    unsafe {
        vec.as_mut_ptr().add(length).copy_from_nonoverlapping(items.as_ptr(), items.len());
        vec.set_len(length + items.len());
    }
}
