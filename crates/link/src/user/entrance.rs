//! Where frames enter the link: past the router, into their lane.

use super::pool::{Handle, Pool};
use crate::{
    Counters, LinkSpec,
    netem::{Netem, NetemCounters, Refusal},
};
use emulator::{
    Nanos,
    lanes::{Lanes, Store, Timetable},
};
use scenario::plan::LinkState;
use sys::packet_socket::Frame;

/// Bytes of Ethernet's header.
pub(super) const ETHERNET: usize = 14;

/// Everything that decides what becomes of a frame.
#[derive(Debug)]
pub(super) struct Entrance {
    pub(super) lanes: Lanes<Handle>,
    /// The kernel's impairments, where they are in force instead of the lanes' own.
    pub(super) netem: Option<Netem>,
    pub(super) pool: Pool,
    pub(super) timetable: Timetable,
    pub(super) counters: Counters,
    /// Frames that go back to the host: a router's errors.
    pub(super) answers: Vec<Vec<u8>>,
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
        let mut lanes = Lanes::new(&spec.surroundings());
        enter(&mut lanes, &spec.plan.start, netem.as_mut())?;
        Ok(Self {
            lanes,
            netem,
            pool: Pool::new(longest),
            timetable: Timetable::new(&spec.plan, now),
            counters: Counters::default(),
            answers: Vec::new(),
            refusal: None,
        })
    }

    /// Enters the phases that have begun by `time`, wall clock, ns.
    pub(super) fn enter_phases(&mut self, time: u64) {
        while let Some(state) = self.timetable.take(time) {
            if let Err(refusal) = enter(&mut self.lanes, state, self.netem.as_mut()) {
                self.refusal = Some(refusal);
            }
        }
    }

    /// Takes a frame that came at `now`. It meets the phase of the time with which the kernel has
    /// stamped it.
    pub(super) fn admit(&mut self, now: Nanos, frame: &Frame<'_>) {
        if frame.data.len() < frame.len || frame.data.len() < ETHERNET {
            self.counters.offered += 1;
            self.counters.overrun += 1;
            return;
        }
        self.enter_phases(frame.at);
        let (header, packet) = frame.data.split_at(ETHERNET);
        let pool = &mut self.pool;
        let mut framed = Framed { header, pool };
        if let Some(answer) = self.lanes.admit(now, packet, &mut framed) {
            // Back to where it came from: the addresses change places, the type stays.
            let (to, from, kind) = (&header[..6], &header[6..12], &header[12..]);
            self.answers.push([from, to, kind, answer].concat());
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
            offered: self.counters.offered + emulated.offered,
            duplicated: emulated.duplicated,
            fragments: emulated.fragments,
            lost: emulated.lost,
            cut: emulated.cut,
            dropped: self.counters.dropped + emulated.dropped,
            refused: emulated.refused,
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

/// Asks for this from now on. With `netem` it is that which delays, loses and so on, and the lanes
/// only pass packets on to it.
fn enter(
    lanes: &mut Lanes<Handle>,
    state: &LinkState,
    netem: Option<&mut Netem>,
) -> Result<(), Refusal> {
    let Some(netem) = netem else {
        lanes.enter(state);
        return Ok(());
    };
    for (lane, impairments) in lanes.route(state).iter().enumerate() {
        netem.change(lane, impairments)?;
    }
    Ok(())
}

/// Packets kept as frames behind this Ethernet header.
struct Framed<'a> {
    header: &'a [u8],
    pool: &'a mut Pool,
}

impl Store for Framed<'_> {
    type Packet = Handle;

    fn put(&mut self, packet: &[u8]) -> Handle {
        self.pool.put(&[self.header, packet])
    }

    fn copy(&mut self, packet: &Handle) -> Handle {
        self.pool.copy(*packet)
    }

    fn free(&mut self, packet: Handle) {
        self.pool.free(packet);
    }
}

#[cfg(test)]
mod tests;
