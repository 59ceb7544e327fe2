//! What the captures say by themselves: connections, flows, segments, arrivals.

pub(crate) mod arrivals;
pub(crate) mod contents;
pub(crate) mod conversation;
pub(crate) mod course;
pub(crate) mod datagrams;
pub(crate) mod handshake;
pub(crate) mod reader;
pub(crate) mod sender;
pub(crate) mod stream;
pub(crate) mod timing;
mod under_way;
pub(crate) mod waits;
pub(crate) mod windows;

use crate::frame::Frames;
use std::net::{IpAddr, SocketAddr};

/// One capture file and where it was made.
#[derive(Debug)]
pub(crate) struct Capture<'a> {
    /// The host, when it is one of a run's.
    pub(crate) host: Option<CaptureHost>,
    pub(crate) frames: Frames<'a>,
}

#[derive(Debug)]
pub(crate) struct CaptureHost {
    pub(crate) name: String,
    pub(crate) address: IpAddr,
}

/// The capture that saw an end's packets leave: that of the host with its address, or the only
/// one there is.
pub(crate) fn capture_of(captures: &[Capture<'_>], end: SocketAddr) -> Option<usize> {
    captures.iter().position(|capture| match &capture.host {
        Some(host) => host.address == end.ip(),
        None => true,
    })
}

/// The capture that saw packets for an end arrive. A single capture shows each packet once, when
/// it passed, so it has no second look.
pub(crate) fn arrival_capture_of(captures: &[Capture<'_>], end: SocketAddr) -> Option<usize> {
    captures.iter().position(|capture| {
        capture
            .host
            .as_ref()
            .is_some_and(|host| host.address == end.ip())
    })
}
