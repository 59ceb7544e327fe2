//! One direction of a connection, as the sender's capture shows it.

use super::{
    Capture, arrival_capture_of, arrivals::Arrivals, capture_of, contents::Contents,
    conversation::Conversation, timing::Timing,
};
use crate::{
    frame::{Frame, Tcp},
    model::connection::{Segment, Stream},
    sequence::Origin,
};
use std::{collections::HashMap, net::SocketAddr};

/// A stream's segments and the order of events around them.
#[derive(Debug, Default)]
pub(crate) struct WireStream<'a> {
    pub(crate) stream: Stream,
    /// What the sender's capture shows, in its order.
    pub(crate) steps: Vec<Step>,
    pub(crate) contents: Contents<'a>,
}

/// One thing that the sender's capture shows of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A segment with payload left; its place in the stream's list.
    Sent(usize),
    /// A frame without news, before what is acknowledged: a keep-alive, or a probe of a closed window
    /// as Linux sends it.
    Probe(u64),
    /// An acknowledgment came in.
    Acknowledged(Acknowledgment),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledgment {
    pub(crate) frame: u64,
    pub(crate) at: u64,
    /// All bytes before this offset have arrived.
    pub(crate) up_to: u64,
    /// The receiver takes bytes before this offset; none when its window scale is not known.
    pub(crate) edge: Option<u64>,
    /// Whether the packet carried payload too.
    pub(crate) with_data: bool,
    /// When it left the receiver, where that was captured too.
    pub(crate) left: Option<u64>,
}

/// Reads one direction off the captures.
pub(crate) fn read<'a>(
    captures: &[Capture<'a>],
    arrivals: &Arrivals,
    conversation: &Conversation,
    sender: SocketAddr,
) -> WireStream<'a> {
    let receiver = if sender == conversation.client {
        conversation.server
    } else {
        conversation.client
    };
    let place = capture_of(captures, sender);
    let Some((place, view)) = place.and_then(|place| Some((place, conversation.view(place)?)))
    else {
        return WireStream::default();
    };
    let frames = &captures[place].frames.frames;
    let opening = Opening::find(captures, conversation, sender, receiver);
    let mut reader = Reader {
        origin: opening.origin(sender, conversation, captures),
        mss: opening.mss(),
        scale: opening.receiver_scale(),
        highest: 0,
        acknowledged: 0,
        left_receiver: HashMap::new(),
        timing: Timing::default(),
        out: WireStream::default(),
    };
    reader.out.stream.mss = reader.mss;
    let at_receiver = arrival_capture_of(captures, receiver);
    if let Some((capture, theirs)) =
        at_receiver.and_then(|capture| Some((capture, conversation.view(capture)?)))
    {
        for index in &theirs.frames {
            if let Some(arrival) = arrivals.first(capture, *index) {
                let left = captures[capture].frames.frames[*index].at;
                reader.left_receiver.insert(arrival.frame, left);
            }
        }
    }
    reader.out.stream.arrivals_known =
        at_receiver.is_some_and(|capture| captures[capture].frames.is_there);
    for index in &view.frames {
        let frame = &frames[*index];
        let Some(tcp) = frame.tcp() else { continue };
        if frame.source == sender {
            reader.sent(frame, tcp, arrivals.first(place, *index));
        } else {
            reader.received(frame, tcp);
        }
    }
    let (round_trips, offered) = reader.timing.results();
    reader.out.stream.round_trips = round_trips;
    reader.out.stream.offered = offered;
    reader.out
}

/// What the two SYNs said.
struct Opening {
    /// The sender's.
    ours: Option<Tcp>,
    /// The receiver's.
    theirs: Option<Tcp>,
}

impl Opening {
    fn find(
        captures: &[Capture<'_>],
        conversation: &Conversation,
        sender: SocketAddr,
        receiver: SocketAddr,
    ) -> Self {
        let syn_of = |end: SocketAddr| {
            conversation.views.iter().find_map(|view| {
                let frames = &captures[view.capture].frames.frames;
                view.frames
                    .iter()
                    .filter(|index| frames[**index].source == end)
                    .filter_map(|index| frames[*index].tcp().copied())
                    .find(|tcp| tcp.syn)
            })
        };
        Self {
            ours: syn_of(sender),
            theirs: syn_of(receiver),
        }
    }

    fn origin(
        &self,
        sender: SocketAddr,
        conversation: &Conversation,
        captures: &[Capture<'_>],
    ) -> Origin {
        if let Some(syn) = &self.ours {
            return Origin::after_syn(syn.seq);
        }
        if let (true, Some(isn)) = (sender == conversation.client, conversation.client_isn) {
            return Origin::after_syn(isn);
        }
        // Without a SYN the stream begins with the first byte that a packet names.
        let first = conversation.views.iter().find_map(|view| {
            let frames = &captures[view.capture].frames.frames;
            view.frames.iter().find_map(|index| {
                let (frame, tcp) = (&frames[*index], frames[*index].tcp()?);
                if frame.source == sender {
                    Some(tcp.seq)
                } else {
                    tcp.ack
                }
            })
        });
        Origin::at(first.unwrap_or(0))
    }

    fn mss(&self) -> Option<u16> {
        // RFC 9293, 3.7.1: without the option it is 536 for IPv4; such stacks are not guessed at.
        Some(self.ours.as_ref()?.mss?.min(self.theirs.as_ref()?.mss?))
    }

    fn receiver_scale(&self) -> Option<u8> {
        // RFC 7323, 2.2: scaling is in force only when both SYNs offer it.
        let (ours, theirs) = (self.ours.as_ref()?, self.theirs.as_ref()?);
        Some(match (ours.window_scale, theirs.window_scale) {
            (Some(_), Some(scale)) => scale.min(14),
            _ => 0,
        })
    }
}

struct Reader<'a> {
    origin: Origin,
    mss: Option<u16>,
    scale: Option<u8>,
    /// End of what was sent so far.
    highest: u64,
    acknowledged: u64,
    /// When the receiver sent what arrived in these frames.
    left_receiver: HashMap<u64, u64>,
    timing: Timing,
    out: WireStream<'a>,
}

impl<'a> Reader<'a> {
    fn offset(&self, seq: u32, near: u64) -> i64 {
        self.origin.offset(seq, near as i64)
    }

    fn sent(
        &mut self,
        frame: &Frame<'a>,
        tcp: &Tcp,
        arrival: Option<crate::model::connection::Arrival>,
    ) {
        let stream = &mut self.out.stream;
        stream.packets += 1;
        stream.wire += u64::from(frame.ip_len);
        stream.framing += frame.ethernet();
        stream.finished |= tcp.fin;
        stream.reset |= tcp.rst;
        // The payload of a reset is a diagnostic, no part of the stream (RFC 9293, 3.5.3).
        if tcp.rst {
            return;
        }
        let before = self.offset(tcp.seq, self.highest) < self.acknowledged as i64;
        if frame.payload_len <= 1 && before && !tcp.syn && !tcp.fin {
            self.out.steps.push(Step::Probe(frame.number));
        }
        if frame.payload_len == 0 {
            return;
        }
        let first = self.offset(tcp.seq.wrapping_add(u32::from(tcp.syn)), self.highest);
        let end = (first + i64::from(frame.payload_len)).max(0) as u64;
        // A keep-alive repeats one byte that is acknowledged already (RFC 9293, 3.8.4).
        if end == 0 || (frame.payload_len == 1 && end <= self.acknowledged) {
            return;
        }
        let start = first.max(0) as u64;
        let fresh = start.max(self.highest)..end.max(self.highest);
        self.timing
            .sent(&(start..end), fresh == (start..end), frame.at);
        let stream = &mut self.out.stream;
        stream.payload += fresh.end - fresh.start;
        let skip = (fresh.start as i64 - first) as usize;
        self.out
            .contents
            .add(fresh.start, frame.payload.get(skip..).unwrap_or_default());
        self.out.steps.push(Step::Sent(stream.segments.len()));
        stream.segments.push(Segment {
            frame: frame.number,
            at: frame.at,
            range: start..end,
            fresh: if fresh.is_empty() { end..end } else { fresh },
            headers: frame.ip_len.saturating_sub(frame.payload_len),
            full: self
                .mss
                .is_some_and(|mss| frame.payload_len + tcp.options_len >= u32::from(mss)),
            fin: tcp.fin,
            arrival,
        });
        self.highest = self.highest.max(end);
    }

    fn received(&mut self, frame: &Frame<'_>, tcp: &Tcp) {
        let Some(ack) = tcp.ack else { return };
        let up_to = self.offset(ack, self.acknowledged).max(0) as u64;
        self.acknowledged = self.acknowledged.max(up_to);
        self.timing.acknowledged(up_to, frame.at);
        if let Some(scale) = self.scale.filter(|_| !tcp.syn && !tcp.rst) {
            self.timing.offered(u64::from(tcp.window) << scale);
        }
        let scale = if tcp.syn { Some(0) } else { self.scale };
        self.out.steps.push(Step::Acknowledged(Acknowledgment {
            frame: frame.number,
            at: frame.at,
            up_to,
            edge: scale.map(|scale| up_to + (u64::from(tcp.window) << scale)),
            with_data: frame.payload_len > 0,
            left: self.left_receiver.get(&frame.number).copied(),
        }));
    }
}
