//! What the three-way handshake tells: the round trip, and where a capture was made.

use super::{Capture, conversation::Conversation, conversation::View};
use crate::frame::{Frame, Way};

/// Near which end of a connection a capture was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vantage {
    Client,
    Server,
    Unknown,
}

/// A capture is near an end when the other end's answers took this many times as long as its own.
const NEARER: u64 = 4;

struct Handshake {
    syn: u64,
    syn_ack: u64,
    ack: u64,
}

/// Times of a handshake in which nothing was sent twice.
fn handshake(frames: &[Frame<'_>], view: &View) -> Option<Handshake> {
    let mut tcp = view
        .frames
        .iter()
        .filter_map(|at| Some((frames[*at].at, frames[*at].tcp()?)));
    let (syn, _) = tcp.next().filter(|(_, tcp)| tcp.syn && tcp.ack.is_none())?;
    let (syn_ack, _) = tcp.next().filter(|(_, tcp)| tcp.syn && tcp.ack.is_some())?;
    let (ack, _) = tcp
        .next()
        .filter(|(_, tcp)| !tcp.syn && tcp.ack.is_some())?;
    Some(Handshake { syn, syn_ack, ack })
}

/// From the SYN to the SYN-ACK, both at the client.
pub(crate) fn round_trip(captures: &[Capture<'_>], conversation: &Conversation) -> Option<u64> {
    let place = super::capture_of(captures, conversation.client)?;
    if vantage(captures, conversation, place) != Vantage::Client {
        return None;
    }
    let times = handshake(&captures[place].frames.frames, conversation.view(place)?)?;
    times.syn_ack.checked_sub(times.syn)
}

/// Near which end a connection was captured: a run's capture is its host's; of others the
/// direction of packets tells where it was noted, else the times of the handshake.
pub(crate) fn vantage(
    captures: &[Capture<'_>],
    conversation: &Conversation,
    place: usize,
) -> Vantage {
    let capture = &captures[place];
    if let Some(host) = &capture.host {
        return if host.address == conversation.client.ip() {
            Vantage::Client
        } else {
            Vantage::Server
        };
    }
    let Some(view) = conversation.view(place) else {
        return Vantage::Unknown;
    };
    let frames = &capture.frames.frames;
    let noted = view
        .frames
        .iter()
        .map(|at| &frames[*at])
        .find(|frame| frame.way.is_some());
    if let Some(frame) = noted {
        let from_client = frame.source == conversation.client;
        return if from_client == (frame.way == Some(Way::Out)) {
            Vantage::Client
        } else {
            Vantage::Server
        };
    }
    let Some(times) = handshake(frames, view) else {
        return Vantage::Unknown;
    };
    let server_took = times.syn_ack.saturating_sub(times.syn);
    let client_took = times.ack.saturating_sub(times.syn_ack);
    if server_took > NEARER.saturating_mul(client_took) {
        Vantage::Client
    } else if client_took > NEARER.saturating_mul(server_took) {
        Vantage::Server
    } else {
        Vantage::Unknown
    }
}
