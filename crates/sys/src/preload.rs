//! What programs of the machine are preloaded with (LD_PRELOAD, ld.so(8)).

/// A shared object for user-mode Linux, which on processors with AMX can't set the registers of the processes it
/// traces; see `preload/xstate.rs`. Empty where none can be had.
pub const XSTATE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/xstate.so"));
