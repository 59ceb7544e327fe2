//! One direction of a connection, as the sender's capture shows it.

use super::{
    Capture, arrival_capture_of,
    arrivals::Arrivals,
    capture_of,
    contents::Contents,
    conversation::Conversation,
    reader::{Reader, Sink},
};
use crate::{
    frame::Tcp,
    model::connection::{Arrival, Segment, Stream},
    sequence::Origin,
};
use std::net::SocketAddr;

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
    /// When the receiver acknowledged the first of what is new in it, where that was captured too.
    pub(crate) said: Option<Said>,
}

/// An acknowledgment as its sender's own capture shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// When it left.
    pub(crate) at: u64,
    /// Whether it never arrived, and a later one repeated it.
    pub(crate) in_vain: bool,
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
    let mut reader = Reader::default();
    let origin = opening.origin(sender, conversation, captures);
    reader.begin(origin);
    reader.agree(&opening);
    let mut list = List::default();
    let at_receiver = arrival_capture_of(captures, receiver);
    if let Some((capture, theirs)) =
        at_receiver.and_then(|capture| Some((capture, conversation.view(capture)?)))
    {
        let mut highest = -1;
        for index in &theirs.frames {
            let frame = &captures[capture].frames.frames[*index];
            let said = frame.tcp().and_then(Tcp::ack);
            let Some(ack) = said.filter(|_| frame.source() == receiver) else {
                continue;
            };
            let up_to = origin.offset(ack, highest);
            if up_to > highest {
                highest = up_to;
                let arrival = arrivals.first(capture, *index);
                list.said
                    .push((up_to, frame.at, arrival.map(|at| at.frame)));
            }
        }
    }
    for index in &view.frames {
        let frame = &frames[*index];
        let Some(tcp) = frame.tcp() else { continue };
        if frame.source() == sender {
            list.arrival = arrivals.first(place, *index);
            reader.sent(frame, tcp, &mut list);
        } else {
            reader.received(frame, tcp, &mut list);
        }
    }
    let mut out = list.out;
    reader.figures(&mut out.stream);
    out.stream.arrivals_known =
        at_receiver.is_some_and(|capture| captures[capture].frames.is_there);
    out
}

/// Everything, one after the other.
#[derive(Default)]
struct List<'a> {
    /// What the receiver acknowledged, each more than the one before: up to where, when, and the frame in
    /// which it arrived.
    said: Vec<(i64, u64, Option<u64>)>,
    /// Up to where acknowledgments have come in.
    heard: Option<u64>,
    /// Where the next segment arrived.
    arrival: Option<Arrival>,
    out: WireStream<'a>,
}

impl<'a> Sink<'a> for List<'a> {
    fn sent(&mut self, segment: Segment, fresh: &'a [u8]) {
        self.out.contents.add(segment.fresh.start, fresh);
        let segments = &mut self.out.stream.segments;
        self.out.steps.push(Step::Sent(segments.len()));
        segments.push(Segment {
            arrival: self.arrival,
            ..segment
        });
    }

    fn probed(&mut self, frame: u64) {
        self.out.steps.push(Step::Probe(frame));
    }

    fn acknowledged(&mut self, ack: Acknowledgment) {
        let heard = self.heard.map_or(-1, |heard| heard as i64);
        let first = self.said.partition_point(|(up_to, ..)| *up_to <= heard);
        let said = self.said.get(first).filter(|_| ack.up_to as i64 > heard);
        self.heard = self.heard.max(Some(ack.up_to));
        self.out.steps.push(Step::Acknowledged(Acknowledgment {
            said: said.map(|(_, at, arrival)| Said {
                at: *at,
                in_vain: arrival.is_none(),
            }),
            ..ack
        }));
    }
}

/// What the two SYNs said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opening {
    /// The sender's.
    pub(crate) ours: Option<Tcp>,
    /// The receiver's.
    pub(crate) theirs: Option<Tcp>,
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
                    .filter(|index| frames[**index].source() == end)
                    .filter_map(|index| frames[*index].tcp().copied())
                    .find(|tcp| tcp.syn())
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
                if frame.source() == sender {
                    Some(tcp.seq)
                } else {
                    tcp.ack()
                }
            })
        });
        Origin::at(first.unwrap_or(0))
    }

    /// The smaller of both.
    pub(crate) fn mss(&self) -> Option<u16> {
        // RFC 9293, 3.7.1: without the option it is 536 for IPv4; such stacks are not guessed at.
        Some(self.ours.as_ref()?.mss?.min(self.theirs.as_ref()?.mss?))
    }

    /// By which the receiver's windows are scaled.
    pub(crate) fn receiver_scale(&self) -> Option<u8> {
        // RFC 7323, 2.2: scaling is in force only when both SYNs offer it.
        let (ours, theirs) = (self.ours.as_ref()?, self.theirs.as_ref()?);
        Some(match (ours.window_scale, theirs.window_scale) {
            (Some(_), Some(scale)) => scale.min(14),
            _ => 0,
        })
    }
}
