#![allow(missing_docs)]
use protocol::*;
pub(crate) fn stream_peer(_: &PeerConfig) -> Box<dyn StreamPeer + Send> {
    unimplemented!()
}
pub(crate) fn datagram_peer(_: &PeerConfig) -> Box<dyn DatagramPeer + Send> {
    unimplemented!()
}
