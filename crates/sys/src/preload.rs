//! What programs of the machine are preloaded with (LD_PRELOAD, ld.so(8)).

use std::{fs, io, path::Path, process::Command};

/// A shared object for user-mode Linux, see `preload/xstate.rs`. Empty where none can be had.
const XSTATE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/xstate.so"));

/// Its name in a folder.
const NAME: &str = "xstate.so";

/// Lets a command of user-mode Linux set the registers of the processes it traces also on processors with AMX,
/// on which its kernel up to 6.1 can't. The folder must outlast the command.
///
/// # Errors
/// The folder can't be written to.
pub fn xstate(folder: &Path, command: &mut Command) -> io::Result<()> {
    let path = folder.join(NAME);
    // ld.so takes blanks and colons for ends. Where they are, other processors need nothing.
    if XSTATE.is_empty() || path.to_string_lossy().contains([' ', ':']) {
        return Ok(());
    }
    fs::write(&path, XSTATE)?;
    command.env("LD_PRELOAD", path);
    Ok(())
}
