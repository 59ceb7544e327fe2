//! Where frames enter the link: past the router, into their lane.

use super::{
    lane::Lanes,
    pool::{Handle, Pool},
    timetable::Timetable,
};
use crate::{
    Counters, LinkSpec,
    netem::{Netem, NetemCounters, Refusal},
};
use emulator::{Emulator, Fate, Nanos, hop::Passage};
use sys::packet_socket::Frame;

/// Bytes of Ethernet's header.
pub(super) const ETHERNET: usize = 14;

/// Everything that decides what becomes of a frame.
#[derive(Debug)]
pub(super) struct Entrance {
    pub(super) lanes: Lanes,
    /// The kernel's impairments, where they are in force instead of the lanes' own.
    pub(super) netem: Option<Netem>,
    pub(super) pool: Pool,
    pub(super) timetable: Timetable,
    pub(super) counters: Counters,
    /// Frames that go back to the host: a router's errors.
    pub(super) answers: Vec<Vec<u8>>,
    /// Where the router puts packets together.
    room: Vec<u8>,
    /// Why a phase could not be entered, which ends the link.
    pub(super) refusal: Option<Refusal>,
}

impl Entrance {
    /// `now` is the wall clock's time in ns, `longest` what a frame has at most.
    ///
    /// # Errors
    /// Netem refuses.
    pub(super) fn new(
        spec: &LinkSpec,
        mut netem: Option<Netem>,
        now: u64,
        longest: usize,
    ) -> Result<Self, Refusal> {
        let mut lanes = Lanes::new(spec);
        lanes.enter(&spec.plan.start, netem.as_mut())?;
        Ok(Self {
            lanes,
            netem,
            pool: Pool::new(longest),
            timetable: Timetable::new(&spec.plan, now),
            counters: Counters::default(),
            answers: Vec::new(),
            room: Vec::new(),
            refusal: None,
        })
    }

    /// Enters the phases that have begun by `time`, wall clock, ns.
    pub(super) fn enter_phases(&mut self, time: u64) {
        while let Some(state) = self.timetable.take(time) {
            if let Err(refusal) = self.lanes.enter(state, self.netem.as_mut()) {
                self.refusal = Some(refusal);
            }
        }
    }

    /// Takes a frame that came at `now`. It meets the phase of the time with which the kernel has
    /// stamped it.
    pub(super) fn admit(&mut self, now: Nanos, frame: &Frame<'_>) {
        self.counters.offered += 1;
        if frame.data.len() < frame.len || frame.data.len() < ETHERNET {
            self.counters.overrun += 1;
            return;
        }
        self.enter_phases(frame.at);
        let (header, packet) = frame.data.split_at(ETHERNET);
        let way = self.lanes.way(packet);
        let lane = self.lanes.get_mut(way.lane);
        if way.is_cut {
            lane.emulator.skip();
            self.counters.cut += 1;
            return;
        }
        let (emulator, pool) = (&mut lane.emulator, &mut self.pool);
        let mut pieces: u64 = 0;
        // Each piece is a packet of its own from here on.
        let show = |piece: &[u8]| {
            pieces += 1;
            offer(emulator, pool, now, &[header, piece]);
        };
        match lane.hop.pass(packet, &mut self.room, show) {
            Passage::Whole => offer(&mut lane.emulator, &mut self.pool, now, &[frame.data]),
            Passage::Fragments => self.counters.fragments += pieces.saturating_sub(1),
            Passage::Refused(answer) => {
                lane.emulator.skip();
                self.counters.refused += 1;
                // Back to where it came from: the addresses change places, the type stays.
                let (to, from, kind) = (&header[..6], &header[6..12], &header[12..]);
                self.answers.push([from, to, kind, answer].concat());
            }
            Passage::Dropped => {
                lane.emulator.skip();
                self.counters.refused += 1;
            }
        }
    }

    /// Whether nothing is under way.
    pub(super) fn is_at_rest(&mut self) -> bool {
        self.lanes.next_due().is_none() && self.in_kernel().held == 0
    }

    /// Everything counted so far.
    pub(super) fn counters(&mut self) -> Counters {
        let emulated = self.lanes.counters();
        let counters = Counters {
            duplicated: emulated.duplicated,
            lost: emulated.lost,
            dropped: self.counters.dropped + emulated.dropped,
            corrupted: emulated.corrupted,
            reordered: emulated.reordered,
            ..self.counters
        };
        if self.netem.is_none() {
            return counters;
        }
        // What was handed to the kernel has left when it has left netem. Netem does not tell copies,
        // which are what it has had beyond what it was given, nor flipped bits.
        let kernel = self.in_kernel();
        let given = counters.delivered + counters.dropped;
        let had = kernel.sent + kernel.held + kernel.dropped;
        Counters {
            delivered: kernel.sent,
            duplicated: had.saturating_sub(given),
            lost: kernel.dropped.saturating_sub(counters.dropped),
            reordered: kernel.reordered,
            ..counters
        }
    }

    fn in_kernel(&mut self) -> NetemCounters {
        // A kernel that does not answer any more has nothing to count.
        let counted = self.netem.as_mut().map(Netem::counters);
        counted.and_then(Result::ok).unwrap_or_default()
    }
}

/// Offers a frame, given in parts.
fn offer(emulator: &mut Emulator<Handle>, pool: &mut Pool, now: Nanos, parts: &[&[u8]]) {
    let handle = pool.put(parts);
    let fate = emulator.offer(now, handle, handle.length() - ETHERNET, |handle| {
        pool.copy(*handle)
    });
    if let Fate::Lost(handle) | Fate::Dropped(handle) = fate {
        pool.free(handle);
    }
}

#[cfg(test)]
mod tests;
