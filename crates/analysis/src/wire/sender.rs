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
    /// Small ones among them.
    pub(crate) small_in_flight: usize,
    /// Most segments that were ever under way at once.
    pub(crate) most_in_flight: usize,
    /// The last small segment.
    pub(crate) last_small: Option<usize>,
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

/// The situation of each segment, in the order of the list.
pub(crate) fn situations(segments: &[Segment], steps: &[Step]) -> Vec<Situation> {
    let mut sender = Sender {
        segments,
        ..Sender::default()
    };
    let mut release: Option<Release> = None;
    let mut situations = Vec::with_capacity(segments.len());
    for step in steps {
        match *step {
            Step::Sent(place) => {
                situations.push(Situation {
                    now: sender.state(),
                    release,
                });
                sender.send(place);
                release = release.map(|release| Release {
                    just_now: false,
                    ..release
                });
            }
            Step::Probe(_) => {}
            Step::Acknowledged(ack) => {
                let before = sender.state();
                if sender.acknowledge(ack) {
                    release = Some(Release {
                        ack,
                        before,
                        just_now: true,
                    });
                } else if ack.with_data {
                    release = release.map(|release| Release {
                        just_now: false,
                        ..release
                    });
                }
            }
        }
    }
    situations
}

#[derive(Default)]
struct Sender<'a> {
    segments: &'a [Segment],
    /// First transmissions, which are in the order of their offsets.
    in_flight: VecDeque<usize>,
    sent: u64,
    edge: Option<u64>,
    state: State,
}

impl Sender<'_> {
    fn state(&self) -> State {
        State {
            in_flight: self.in_flight.len(),
            room: self.edge.map(|edge| edge.saturating_sub(self.sent)),
            ..self.state
        }
    }

    fn send(&mut self, place: usize) {
        let segment = &self.segments[place];
        if segment.is_retransmission() {
            self.state.resent = Some(segment.at);
            return;
        }
        if is_small(segment) {
            self.state.nagle_off |= self.state.small_in_flight > 0;
            self.state.small_in_flight += 1;
            self.state.last_small = Some(place);
        }
        self.in_flight.push_back(place);
        self.state.most_in_flight = self.state.most_in_flight.max(self.in_flight.len());
        self.sent = self.sent.max(segment.range.end);
    }

    /// Whether that let something go.
    fn acknowledge(&mut self, ack: Acknowledgment) -> bool {
        let arrived = ack.up_to > self.state.acknowledged;
        let news = arrived || ack.edge > self.edge;
        if arrived {
            self.state.acknowledged = ack.up_to;
            self.state.acknowledged_at = ack.at;
        }
        self.edge = self.edge.max(ack.edge);
        let window = ack.edge.map_or(0, |edge| edge.saturating_sub(ack.up_to));
        self.state.largest_window = self.state.largest_window.max(window);
        while let Some(place) = self.in_flight.front()
            && self.segments[*place].range.end <= self.state.acknowledged
        {
            self.state.small_in_flight -= usize::from(is_small(&self.segments[*place]));
            self.in_flight.pop_front();
        }
        news
    }
}

fn is_small(segment: &Segment) -> bool {
    !segment.full && !segment.fin
}
