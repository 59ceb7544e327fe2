//! Memory that is about to be needed: one instruction behind a safe name, on any system.

#![allow(unsafe_code)]

/// Begins to fetch all of an item into the caches, and does not wait for it. Nothing else happens, and nothing at
/// all where the processor's instruction for it is not known.
#[inline(always)]
pub fn prefetch<T>(item: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        /// Bytes that come from memory together.
        const LINE: usize = 64;
        let begin = std::ptr::from_ref(item).cast::<i8>();
        // The item may begin anywhere in its first line.
        let within = begin.addr() % LINE;
        let lines = (within + size_of::<T>()).div_ceil(LINE);
        let first = begin.wrapping_sub(within);
        for line in 0..lines {
            // SAFETY: a prefetch of any address has no effect but on the caches.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(line * LINE)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = item;
}
