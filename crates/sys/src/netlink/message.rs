//! Netlink's messages as bytes, netlink(7), for what the libraries at hand have no types for.

use super::{NetlinkError, attributes::number};
use std::io;

/// Bytes of `struct nlmsghdr`.
pub(super) const HEADER: usize = 16;

/// Message types.
pub(super) const ERROR: u16 = 2;
pub(super) const DONE: u16 = 3;

/// Flags.
pub(super) const REQUEST: u16 = 0x001;
pub(super) const ACK: u16 = 0x004;
pub(super) const DUMP: u16 = 0x300;

pub(super) fn io_error(what: &str) -> impl FnOnce(io::Error) -> NetlinkError {
    let what = what.to_owned();
    |source| NetlinkError::Io { what, source }
}

/// The messages in what was heard: type and content.
pub(super) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = number(bytes, 0)? as usize;
        let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
        let content = bytes.get(HEADER..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, content))
    })
}

/// An acknowledgement is an error of number zero.
pub(super) fn refusal(message: &[u8], what: &str) -> Result<(), NetlinkError> {
    match number(message, 0).map(u32::cast_signed) {
        Some(0) => Ok(()),
        Some(code) => Err(NetlinkError::Refused {
            what: what.to_owned(),
            source: io::Error::from_raw_os_error(-code),
        }),
        None => Err(NetlinkError::Unexpected {
            what: what.to_owned(),
        }),
    }
}
