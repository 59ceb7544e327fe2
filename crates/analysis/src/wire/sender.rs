//! What a sender had under way when each of its segments left.

use super::stream::{Acknowledgment, Step};
use crate::model::connection::Segment;
use std::collections::VecDeque;

/// What an acknowledgment lets go leaves within this time, in ns. The kernel needs microseconds;
/// the rest is for machines where it is kept from running.
pub(crate) const RELEASE: u64 = 2_000_000;

/// The circumstances in which one segment left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    /// Just before it left.
    pub(crate) now: State,
    /// The last acknowledgment that let something go.
    pub(crate) release: Option<Release>,
}

/// An acknowledgment of new data, or one that opened the window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Release {
    pub(crate) ack: Acknowledgment,
    /// Just before it came in.
    pub(crate) before: State,
    /// Whether nothing has left or come in since.
    pub(crate) just_now: bool,
}

/// What is under way from a sender. A segment is small when it has less payload than the MSS
/// allows; one with FIN is not counted as small, since a FIN pushes out what would be held.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct State {
    /// Segments not wholly acknowledged.
    pub(crate) in_flight: usize,
    /// Most segments that were ever under way at once.
    pub(crate) most_in_flight: usize,
    /// Whether a small one is not wholly acknowledged.
    pub(crate) small_in_flight: bool,
    /// The last small segment.
    pub(crate) last_small: Option<Small>,
    /// Bytes the receiver's window still takes.
    pub(crate) room: Option<u64>,
    /// The largest window that the receiver has announced, in bytes; 0 where none is known.
    pub(crate) largest_window: u64,
    /// A small segment left while another was under way: Nagle's algorithm is off.
    pub(crate) nagle_off: bool,
    /// When a segment was last sent again.
    pub(crate) resent: Option<u64>,
    /// All bytes before this offset have arrived.
    pub(crate) acknowledged: u64,
    /// When that was known.
    pub(crate) acknowledged_at: u64,
}

/// A small segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Small {
    /// Its place among the stream's.
    pub(crate) place: usize,
    pub(crate) frame: u64,
    pub(crate) at: u64,
}

/// The situation of each segment, in the order of the list.
pub(crate) fn situations(segments: &[Segment], steps: &[Step]) -> Vec<Situation> {
    let mut sender = Sender::default();
    let mut in_flight = InFlight::default();
    let mut situations = Vec::with_capacity(segments.len());
    for step in steps {
        let now = in_flight.with(*sender.state());
        match *step {
            Step::Sent(place) => {
                let segment = &segments[place];
                let release = sender.release().copied();
                situations.push(Situation { now, release });
                sender.send(place, segment);
                in_flight.send(segment);
            }
            Step::Probe(_) => {}
            Step::Acknowledged(ack) => {
                sender.acknowledge(ack, now);
                in_flight.acknowledge(sender.state.acknowledged);
            }
        }
    }
    situations
}

/// The segments under way. Only diaries ask for how many there are.
#[derive(Default)]
struct InFlight {
    /// Where first transmissions end, which are in the order of their offsets.
    ends: VecDeque<u64>,
    most: usize,
}

impl InFlight {
    fn send(&mut self, segment: &Segment) {
        if !segment.is_retransmission() {
            self.ends.push_back(segment.range.end);
            self.most = self.most.max(self.ends.len());
        }
    }

    fn acknowledge(&mut self, up_to: u64) {
        while self.ends.pop_front_if(|end| *end <= up_to).is_some() {}
    }

    fn with(&self, state: State) -> State {
        State {
            in_flight: self.ends.len(),
            most_in_flight: self.most,
            ..state
        }
    }
}

/// What a sender knows, segment by segment and acknowledgment by acknowledgment.
#[derive(Debug, Default)]
pub(crate) struct Sender {
    sent: u64,
    /// How far the receiver's window reaches.
    edge: Option<u64>,
    /// Where the last small segment ends; earlier ones end before it.
    small: u64,
    state: State,
    /// Whether that is so of the release, which is not looked at for each packet.
    is_just_now: bool,
    release: Option<Release>,
}

impl Sender {
    /// What is under way now.
    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    /// The last acknowledgment that let something go.
    pub(crate) fn release(&self) -> Option<&Release> {
        self.release.as_ref()
    }

    /// A segment leaves.
    pub(crate) fn send(&mut self, place: usize, segment: &Segment) {
        self.something_else();
        if segment.is_retransmission() {
            self.state.resent = Some(segment.at);
            return;
        }
        if !segment.full && !segment.fin {
            self.state.nagle_off |= self.state.small_in_flight;
            self.state.small_in_flight = true;
            self.small = segment.range.end;
            self.state.last_small = Some(Small {
                place,
                frame: segment.frame,
                at: segment.at,
            });
        }
        self.sent = self.sent.max(segment.range.end);
        self.state.room = self.room();
    }

    fn room(&self) -> Option<u64> {
        self.edge.map(|edge| edge.saturating_sub(self.sent))
    }

    /// An acknowledgment comes in; `before` is the state until then.
    pub(crate) fn acknowledge(&mut self, ack: Acknowledgment, before: State) {
        let arrived = ack.up_to > self.state.acknowledged;
        let news = arrived || ack.edge > self.edge;
        if arrived {
            self.state.acknowledged = ack.up_to;
            self.state.acknowledged_at = ack.at;
        }
        self.edge = self.edge.max(ack.edge);
        let window = ack.edge.map_or(0, |edge| edge.saturating_sub(ack.up_to));
        self.state.largest_window = self.state.largest_window.max(window);
        self.state.room = self.room();
        self.state.small_in_flight &= self.small > self.state.acknowledged;
        if news {
            let just_now = true;
            self.is_just_now = true;
            self.release = Some(Release {
                ack,
                before,
                just_now,
            });
        } else if ack.with_data {
            self.something_else();
        }
    }

    /// Something left or came in since the last release.
    fn something_else(&mut self) {
        if self.is_just_now
            && let Some(release) = &mut self.release
        {
            release.just_now = false;
            self.is_just_now = false;
        }
    }
}
