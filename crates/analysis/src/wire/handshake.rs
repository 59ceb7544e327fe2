//! What the three-way handshake tells: the round trip, and where a capture was made.

use super::{Capture, conversation::Conversation, conversation::View};
use crate::{
    frame::{Frame, Tcp, Way},
    model::connection::{Direction, Syn},
};

/// Near which end of a connection a capture was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vantage {
    Client,
    Server,
    /// Near both: on a loopback interface, or between two namespaces.
    Both,
    Unknown,
}

impl Vantage {
    /// Whether it is near the end that sends in this direction.
    pub(crate) fn is_at_sender(self, direction: Direction) -> bool {
        match self {
            Self::Both => true,
            Self::Client => direction == Direction::ClientToServer,
            Self::Server => direction == Direction::ServerToClient,
            Self::Unknown => false,
        }
    }
}

/// A capture is near an end when the other end's answers took this many times as long as its own.
const NEARER: u64 = 4;

/// Answers within this time, in ns, came from near by: what a capture says of when they left is that exact.
const AT_ONCE: u64 = 200_000;

/// The first packets of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beginning {
    packets: [Option<First>; Self::PACKETS as usize],
}

#[derive(Clone, Copy, Debug)]
struct First {
    at: u64,
    syn: bool,
    ack: bool,
}

struct Handshake {
    syn: u64,
    syn_ack: u64,
    ack: u64,
}

impl Beginning {
    /// How many they are.
    pub(crate) const PACKETS: u8 = 3;

    /// Adds the next packet, if it is among them.
    pub(crate) fn add(&mut self, at: u64, tcp: &Tcp) {
        if let Some(free) = self.packets.iter_mut().find(|first| first.is_none()) {
            *free = Some(First {
                at,
                syn: tcp.syn(),
                ack: tcp.ack().is_some(),
            });
        }
    }

    fn of(frames: &[Frame<'_>], view: &View) -> Self {
        let mut beginning = Self::default();
        for frame in view.frames.iter().take(3).map(|at| &frames[*at]) {
            if let Some(tcp) = frame.tcp() {
                beginning.add(frame.at, tcp);
            }
        }
        beginning
    }

    /// Times of a handshake in which nothing was sent twice.
    fn handshake(&self) -> Option<Handshake> {
        let [first, second, third] = self.packets;
        let syn = first.filter(|first| first.syn && !first.ack)?.at;
        let syn_ack = second.filter(|second| second.syn && second.ack)?.at;
        let ack = third.filter(|third| !third.syn && third.ack)?.at;
        Some(Handshake { syn, syn_ack, ack })
    }

    /// From the SYN to the SYN-ACK.
    pub(crate) fn round_trip(&self) -> Option<u64> {
        let times = self.handshake()?;
        times.syn_ack.checked_sub(times.syn)
    }

    /// Near which end its times say that it was captured.
    pub(crate) fn vantage(&self) -> Vantage {
        let Some(times) = self.handshake() else {
            return Vantage::Unknown;
        };
        let server_took = times.syn_ack.saturating_sub(times.syn);
        let client_took = times.ack.saturating_sub(times.syn_ack);
        if server_took.max(client_took) <= AT_ONCE {
            Vantage::Both
        } else if server_took > NEARER.saturating_mul(client_took) {
            Vantage::Client
        } else if client_took > NEARER.saturating_mul(server_took) {
            Vantage::Server
        } else {
            Vantage::Unknown
        }
    }
}

/// From the SYN to the SYN-ACK, both at the client.
pub(crate) fn round_trip(captures: &[Capture<'_>], conversation: &Conversation) -> Option<u64> {
    let place = super::capture_of(captures, conversation.client)?;
    let vantage = vantage(captures, conversation, place);
    if !vantage.is_at_sender(Direction::ClientToServer) {
        return None;
    }
    let frames = &captures[place].frames.frames;
    Beginning::of(frames, conversation.view(place)?).round_trip()
}

/// The SYNs of a run's client, if it sent more than one.
pub(crate) fn sent_again(captures: &[Capture<'_>], conversation: &Conversation) -> Vec<Syn> {
    let place = super::capture_of(captures, conversation.client);
    let of_run = place.filter(|place| captures[*place].host.is_some());
    let Some((place, view)) = of_run.and_then(|place| Some((place, conversation.view(place)?)))
    else {
        return Vec::new();
    };
    let frames = view
        .frames
        .iter()
        .map(|at| &captures[place].frames.frames[*at]);
    let is_opening = |frame: &&Frame<'_>| {
        let opens = |tcp: &Tcp| tcp.syn() && tcp.ack().is_none();
        frame.source() == conversation.client && frame.tcp().is_some_and(opens)
    };
    let syns = frames.filter(is_opening).map(|frame| Syn {
        frame: frame.number,
        at: frame.at,
    });
    let syns: Vec<Syn> = syns.collect();
    match syns.len() {
        1 => Vec::new(),
        _ => syns,
    }
}

/// What one packet's noted direction says.
pub(crate) fn noted(way: Way, from_client: bool) -> Vantage {
    match from_client == (way == Way::Out) {
        true => Vantage::Client,
        false => Vantage::Server,
    }
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
    let mut packets = view.frames.iter().map(|at| &frames[*at]);
    let told = packets.find_map(|frame| Some((frame, frame.way?)));
    match told {
        Some((frame, way)) => noted(way, frame.source() == conversation.client),
        None => Beginning::of(frames, view).vantage(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the times of a SYN, of the SYN-ACK and of its acknowledgment.
    fn beginning(times: [u64; 3]) -> Beginning {
        let first = |at, syn, ack| Some(First { at, syn, ack });
        let [syn, syn_ack, acked] = times;
        Beginning {
            packets: [
                first(syn, true, false),
                first(syn_ack, true, true),
                first(acked, false, true),
            ],
        }
    }

    #[test]
    fn a_capture_is_near_the_end_that_answers_at_once_or_near_both() {
        let vantage = |times| beginning(times).vantage();
        assert_eq!(vantage([0, 20_000_000, 20_050_000]), Vantage::Client);
        assert_eq!(vantage([0, 50_000, 20_050_000]), Vantage::Server);
        assert_eq!(vantage([0, 10_000_000, 20_000_000]), Vantage::Unknown);
        assert_eq!(vantage([0, 30_000, 45_000]), Vantage::Both);
        for way in Direction::BOTH {
            assert!(Vantage::Both.is_at_sender(way) && !Vantage::Unknown.is_at_sender(way));
        }
    }
}
