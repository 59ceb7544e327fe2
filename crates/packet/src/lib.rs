//! Captured packets: files of them, and what is in them. Everything works on byte slices: nothing
//! is copied, nothing is allocated per packet, and no length field is believed before it is
//! checked.
//!
//! | module | does |
//! |---|---|
//! | [`capture`] | reads pcap and pcapng files |
//! | [`pcapng`] | writes pcapng files |
//! | [`decode`](mod@decode) | from a captured frame to addresses, ports, sequence numbers and payload |
//! | [`ethernet`], [`sll`], [`ipv4`], [`ipv6`], [`tcp`], [`udp`] | one header each, as a checked view |
//!
//! ```
//! # let file = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
//! use packet::{capture::Reader, decode::Transport};
//!
//! let mut reader = Reader::new(file)?;
//! for packet in &mut reader {
//!     if let Ok(decoded) = packet.decode()
//!         && let Transport::Tcp(segment) = decoded.transport
//!     {
//!         println!("#{} carries {} bytes", packet.number, segment.payload_len);
//!     }
//! }
//! for warning in reader.warnings() {
//!     println!("{warning}");
//! }
//! # Ok::<(), packet::capture::ReadError>(())
//! ```
//!
//! Not supported: link types other than those of [`LinkType`], tunnels, PPPoE, MPLS, LLC/SNAP,
//! compressed files (the command unpacks them), and pcapng blocks that hold no packets (their content is skipped).

mod arcnet;
pub mod capture;
pub mod decode;
pub mod ethernet;
pub mod ipv4;
pub mod ipv6;
mod link_type;
pub mod pcapng;
pub mod sll;
pub mod tcp;
pub mod udp;

pub use decode::decode;
pub use link_type::LinkType;

/// Which way a packet passed the interface, seen from the host that captured it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// It arrived.
    Incoming,
    /// It left.
    Outgoing,
}

/// A header that can't be viewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The bytes end inside the header: the capture cut the packet, or it is damaged.
    #[error("the {header} header needs {needed} bytes, {available} are there")]
    Cut {
        /// Which header.
        header: &'static str,
        /// Bytes it has at least.
        needed: usize,
        /// Bytes that are there.
        available: usize,
    },
    /// A field contradicts the format.
    #[error("the {header} header says {field} {value}, which can't be")]
    Contradiction {
        /// Which header.
        header: &'static str,
        /// Which field.
        field: &'static str,
        /// Its value.
        value: usize,
    },
}

impl HeaderError {
    /// The part that every such header has; `Cut` unless it is there. Fields of an array are read without
    /// another look at how long it is.
    #[inline]
    fn fixed<'a, const N: usize>(
        header: &'static str,
        bytes: &'a [u8],
    ) -> Result<&'a [u8; N], Self> {
        bytes.first_chunk().ok_or(Self::Cut {
            header,
            needed: N,
            available: bytes.len(),
        })
    }

    /// `Cut` unless there are `needed` bytes.
    #[inline]
    fn unless_there(
        header: &'static str,
        needed: usize,
        available: usize,
    ) -> Result<(), HeaderError> {
        if available < needed {
            return Err(Self::Cut {
                header,
                needed,
                available,
            });
        }
        Ok(())
    }
}
