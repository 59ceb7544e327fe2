//! What user-mode Linux is preloaded with, see `sys::preload`: `ptrace` as the C library has it, but that a
//! processor's state may be set from a buffer that is smaller than that state.
//!
//! The kernel takes the state (PTRACE_SETREGSET, NT_X86_XSTATE) only as a whole, whose size depends on the
//! processor: with AMX it has 11,008 bytes. User-mode Linux knows the first 2,696, up to AVX-512 and PKRU
//! (arch/x86/um/user-offsets.c), and gets EFAULT. Here the rest stays what it is.

#![no_std]

use core::{arch::asm, ptr};

const PTRACE: isize = 101;
const PEEK: core::ops::RangeInclusive<isize> = 1..=3;
const GET_REGISTER_SET: isize = 0x4204;
const SET_REGISTER_SET: isize = 0x4205;
const XSTATE: usize = 0x202;

/// More than any processor's state has.
const LARGEST: usize = 64 << 10;

#[repr(C)]
struct IoVec {
    base: *mut u8,
    len: usize,
}

unsafe extern "C" {
    fn __errno_location() -> *mut i32;
}

/// The system call; it returns the error as a negative number.
unsafe fn call(request: isize, pid: isize, address: usize, data: usize) -> isize {
    let returned;
    // SAFETY: as the caller's, whose arguments these are. The call overwrites rcx and r11.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") PTRACE => returned,
            in("rdi") request, in("rsi") pid, in("rdx") address, in("r10") data,
            lateout("rcx") _, lateout("r11") _,
        );
    }
    returned
}

/// Sets the begin of the state, and leaves the rest as it is.
unsafe fn set_begin(pid: isize, begin: &IoVec) -> isize {
    // Only one thread traces.
    static mut WHOLE: [u8; LARGEST] = [0; LARGEST];
    let base = (&raw mut WHOLE).cast::<u8>();
    let mut whole = IoVec { base, len: LARGEST };
    // SAFETY: the buffers are as long as they say, and nobody else uses this one.
    unsafe {
        let got = call(GET_REGISTER_SET, pid, XSTATE, (&raw mut whole) as usize);
        if got < 0 {
            return got;
        }
        ptr::copy_nonoverlapping(begin.base, base, begin.len.min(whole.len));
        call(SET_REGISTER_SET, pid, XSTATE, (&raw mut whole) as usize)
    }
}

/// ptrace(2), as the C library's.
///
/// # Safety
/// As of ptrace(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ptrace(request: isize, pid: isize, address: usize, data: usize) -> isize {
    let mut peeked = 0_isize;
    // SAFETY: the caller's arguments.
    let returned = unsafe {
        if request == SET_REGISTER_SET && address == XSTATE {
            set_begin(pid, &*(data as *const IoVec))
        } else if PEEK.contains(&request) {
            call(request, pid, address, (&raw mut peeked) as usize)
        } else {
            call(request, pid, address, data)
        }
    };
    if returned < 0 {
        // SAFETY: it points to this thread's own.
        unsafe { *__errno_location() = -(returned as i32) };
        return -1;
    }
    if PEEK.contains(&request) {
        // SAFETY: as above. What was peeked may be -1 without being an error.
        unsafe { *__errno_location() = 0 };
        return peeked;
    }
    returned
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
