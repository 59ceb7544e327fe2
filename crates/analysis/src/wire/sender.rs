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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    let mut release: Option<Release> = None;
    let mut situations = Vec::with_capacity(segments.len());
    for step in steps {
        let now = in_flight.with(sender.state());
        match *step {
            Step::Sent(place) => {
                let segment = &segments[place];
                let just_now = sender.freed().is_some();
                let release = release.map(|release| Release {
                    just_now,
                    ..release
                });
                situations.push(Situation { now, release });
                sender.send(place, segment);
                in_flight.send(segment);
            }
            Step::Probe(_) => {}
            Step::Acknowledged(ack) => {
                if sender.acknowledge(&ack) {
                    release = Some(Release {
                        ack,
                        before: now,
                        just_now: true,
                    });
                }
                in_flight.acknowledge(sender.acknowledged);
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

/// What a sender knows, segment by segment and acknowledgment by acknowledgment. There is one for each stream of
/// a capture, so it is kept small.
#[derive(Debug, Default)]
pub(crate) struct Sender {
    sent: u64,
    acknowledged: u64,
    acknowledged_at: u64,
    /// How far the receiver's window reaches.
    edge: Maybe,
    /// Where the last small segment ends; earlier ones end before it.
    small: u64,
    last_small: Small,
    largest_window: u64,
    resent: Maybe,
    freed: Freed,
    has_small: bool,
    small_in_flight: bool,
    nagle_off: bool,
    /// Whether nothing has left or come in since what is in `freed`.
    is_just_now: bool,
}

/// An acknowledgment of new data, or one that opened the window, as a segment needs it that leaves next. What
/// was under way before it is under way still, but for what it acknowledged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Freed {
    pub(crate) frame: u64,
    pub(crate) at: u64,
    /// Bytes the receiver's window took before.
    room: Maybe,
    pub(crate) with_data: bool,
    /// Whether a small segment was not wholly acknowledged before.
    pub(crate) small_in_flight: bool,
}

impl Freed {
    pub(crate) fn room(&self) -> Option<u64> {
        self.room.get()
    }

    /// The release, if nothing has left or come in since.
    pub(crate) fn by(release: &Release) -> Option<Self> {
        let Release { ack, before, .. } = release;
        release.just_now.then(|| Self {
            frame: ack.frame,
            at: ack.at,
            room: before.room.into(),
            with_data: ack.with_data,
            small_in_flight: before.small_in_flight,
        })
    }
}

impl Sender {
    /// What is under way now.
    #[inline]
    pub(crate) fn state(&self) -> State {
        State {
            in_flight: 0,
            most_in_flight: 0,
            small_in_flight: self.small_in_flight,
            last_small: self.has_small.then_some(self.last_small),
            room: self.room(),
            largest_window: self.largest_window,
            nagle_off: self.nagle_off,
            resent: self.resent.get(),
            acknowledged: self.acknowledged,
            acknowledged_at: self.acknowledged_at,
        }
    }

    /// The last acknowledgment that let something go, if nothing has left or come in since.
    #[inline]
    pub(crate) fn freed(&self) -> Option<&Freed> {
        self.is_just_now.then_some(&self.freed)
    }

    /// The frame of the last acknowledgment that let something go.
    pub(crate) fn opened_by(&self) -> Option<u64> {
        Some(self.freed.frame).filter(|frame| *frame > 0)
    }

    /// A segment leaves.
    #[inline]
    pub(crate) fn send(&mut self, place: usize, segment: &Segment) {
        self.is_just_now = false;
        if segment.is_retransmission() {
            self.resent = Some(segment.at).into();
            return;
        }
        if !segment.full && !segment.fin {
            self.nagle_off |= self.small_in_flight;
            self.small_in_flight = true;
            self.small = segment.range.end;
            self.has_small = true;
            self.last_small = Small {
                place,
                frame: segment.frame,
                at: segment.at,
            };
        }
        self.sent = self.sent.max(segment.range.end);
    }

    fn room(&self) -> Option<u64> {
        Some(self.edge.get()?.saturating_sub(self.sent))
    }

    /// An acknowledgment comes in; says whether it lets something go.
    #[inline]
    pub(crate) fn acknowledge(&mut self, ack: &Acknowledgment) -> bool {
        let arrived = ack.up_to > self.acknowledged;
        let news = arrived || ack.edge > self.edge.get();
        if news {
            self.is_just_now = true;
            self.freed = Freed {
                frame: ack.frame,
                at: ack.at,
                room: self.room().into(),
                with_data: ack.with_data,
                small_in_flight: self.small_in_flight,
            };
        } else if ack.with_data {
            self.is_just_now = false;
        }
        if arrived {
            self.acknowledged = ack.up_to;
            self.acknowledged_at = ack.at;
        }
        self.edge = self.edge.get().max(ack.edge).into();
        let window = ack.edge.map_or(0, |edge| edge.saturating_sub(ack.up_to));
        self.largest_window = self.largest_window.max(window);
        self.small_in_flight &= self.small > self.acknowledged;
        news
    }
}

/// A number or none, in half the room: so large a number of bytes or ns there is none.
#[derive(Clone, Copy, Debug)]
struct Maybe(u64);

impl Maybe {
    fn get(self) -> Option<u64> {
        (self.0 < u64::MAX).then_some(self.0)
    }
}

impl From<Option<u64>> for Maybe {
    fn from(number: Option<u64>) -> Self {
        Self(number.map_or(u64::MAX, |number| number.min(u64::MAX - 1)))
    }
}

impl Default for Maybe {
    fn default() -> Self {
        None.into()
    }
}
