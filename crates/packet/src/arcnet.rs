//! ARCNET: LINKTYPE_ARCNET_BSD and LINKTYPE_ARCNET_LINUX,
//! <https://www.tcpdump.org/linktypes.html>. IP in it is RFC 1201's, or the older RFC 1051's.

use crate::{HeaderError, ethernet::EtherType};

/// IP by RFC 1051, without any fragments.
const IP_1051: u8 = 240;
/// IP by RFC 1201, with a header for fragments.
const IP_1201: u8 = 212;
/// In that header's place: the real one follows four bytes later.
const EXCEPTION: u8 = 0xff;

/// How long a frame's header is and what follows; `type_at` is where its type stands. What is not
/// IP, and later fragments, have EtherType 0.
///
/// # Errors
/// The bytes end inside the header.
pub(crate) fn header(bytes: &[u8], type_at: usize) -> Result<(usize, EtherType), HeaderError> {
    let is_there = |needed| HeaderError::unless_there("ARCNET", needed, bytes.len());
    let mut at = type_at + 1;
    is_there(at)?;
    match bytes[type_at] {
        IP_1051 => Ok((at, EtherType::IPV4)),
        IP_1201 => {
            is_there(at + 3)?;
            if bytes[at] == EXCEPTION {
                at += 4;
                is_there(at + 3)?;
            }
            // Even numbers but 0 belong to later fragments, odd ones to first fragments, of which
            // there is no IP packet either.
            let ether_type = match bytes[at] {
                0 => EtherType::IPV4,
                _ => EtherType(0),
            };
            Ok((at + 3, ether_type))
        }
        _ => Ok((at, EtherType(0))),
    }
}
