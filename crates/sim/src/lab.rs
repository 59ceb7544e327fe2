//! The discrete-event loop over hosts and links.

use crate::{EPOCH, SimError, seat::Seat};
use emulator::Nanos;
use packet::pcapng::WriteError;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    net::IpAddr,
};

/// So many steps at one instant are no progress: a thousand hosts that all do something at once take
/// a hundredth of that.
pub(crate) const STUCK: u64 = 1_000_000;

/// What the hosts play.
#[derive(Clone, Debug)]
pub(crate) struct Play {
    pub(crate) variant: String,
    pub(crate) seed: u64,
    /// After so many steps at one instant it is given up.
    pub(crate) stuck: u64,
}

/// All hosts, and what is due when. What is due at the same time happens in the order in which it
/// became due.
pub(crate) struct Lab {
    play: Play,
    pub(crate) now: Nanos,
    seats: Vec<Seat>,
    places: BTreeMap<IpAddr, usize>,
    agenda: BinaryHeap<Reverse<(Nanos, u64, usize)>>,
    /// The agenda's entry of each seat that counts.
    armed: Vec<Option<(Nanos, u64)>>,
    number: u64,
    steps: u64,
    tally: Tally,
    states: Vec<State>,
}

/// How many seats are not yet in a state that somebody waits for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Hosts with a program that should end by itself and has not.
    pub(crate) undone: usize,
    /// Hosts with a program that has not ended.
    pub(crate) unfinished: usize,
    /// Links that carry something.
    pub(crate) busy: usize,
    /// Hosts with a connection that is not over.
    pub(crate) connected: usize,
    /// A host with a program that failed.
    pub(crate) failed: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    undone: bool,
    unfinished: bool,
    busy: bool,
    connected: bool,
}

impl Lab {
    pub(crate) fn new(
        play: Play,
        seats: Vec<Seat>,
        addresses: impl Iterator<Item = IpAddr>,
    ) -> Self {
        Self {
            play,
            now: EPOCH,
            places: addresses.zip(0..).collect(),
            agenda: BinaryHeap::new(),
            armed: vec![None; seats.len()],
            number: 0,
            steps: 0,
            tally: Tally::default(),
            states: vec![State::default(); seats.len()],
            seats,
        }
    }

    /// Does something with each host at once.
    pub(crate) fn all(&mut self, mut act: impl FnMut(&mut Seat, Nanos)) -> Result<(), SimError> {
        for place in 0..self.seats.len() {
            act(&mut self.seats[place], self.now);
            self.after(place)?;
        }
        Ok(())
    }

    /// Lets time pass until something is so, or until a time has come. Returns whether it is so.
    pub(crate) fn pass(
        &mut self,
        until: Nanos,
        is_so: impl Fn(&Tally) -> bool,
    ) -> Result<bool, SimError> {
        while !is_so(&self.tally) {
            let Some((at, place)) = self.next().filter(|(at, _)| *at <= until) else {
                self.now = self.now.max(until);
                return Ok(false);
            };
            self.agenda.pop();
            self.armed[place] = None;
            if at > self.now {
                self.now = at;
                self.steps = 0;
            }
            self.steps += 1;
            if self.steps > self.play.stuck {
                return Err(self.livelock());
            }
            self.step(place)?;
        }
        Ok(true)
    }

    /// The first entry that counts.
    fn next(&mut self) -> Option<(Nanos, usize)> {
        while let Some(Reverse((at, number, place))) = self.agenda.peek().copied() {
            if self.armed[place] == Some((at, number)) {
                return Some((at, place));
            }
            self.agenda.pop();
        }
        None
    }

    fn step(&mut self, place: usize) -> Result<(), SimError> {
        let now = self.now;
        let seat = &mut self.seats[place];
        seat.enter_phases(now);
        match seat.departure(now) {
            Some(flying) => {
                if let Some(to) = flying.to {
                    let arrived = self.seats[to].arrive(now, flying.bytes);
                    arrived.map_err(|source| self.uncaptured(to, source))?;
                    self.after(to)?;
                }
            }
            None => seat.host.run(now),
        }
        self.after(place)
    }

    /// Carries on what a host has sent, and notes when it is to be looked at next.
    fn after(&mut self, place: usize) -> Result<(), SimError> {
        let seat = &mut self.seats[place];
        let posted = seat.post(self.now, &self.places);
        let due = seat.next_due();
        posted.map_err(|source| self.uncaptured(place, source))?;
        if self.armed[place].map(|(at, _)| at) != due {
            self.number += 1;
            self.armed[place] = due.map(|at| (at, self.number));
            if let Some(at) = due {
                self.agenda.push(Reverse((at, self.number, place)));
            }
        }
        self.count(place);
        Ok(())
    }

    fn count(&mut self, place: usize) {
        let seat = &self.seats[place];
        let state = State {
            undone: !seat.host.is_done(),
            unfinished: !seat.host.is_finished(),
            busy: !seat.is_idle(),
            connected: seat.host.open_connections() > 0,
        };
        let before = std::mem::replace(&mut self.states[place], state);
        let tally = &mut self.tally;
        if tally.failed.is_none() && seat.failure().is_some() {
            tally.failed = Some(place);
        }
        if before == state {
            return;
        }
        let changes = [
            (&mut tally.undone, before.undone, state.undone),
            (&mut tally.unfinished, before.unfinished, state.unfinished),
            (&mut tally.busy, before.busy, state.busy),
            (&mut tally.connected, before.connected, state.connected),
        ];
        for (count, before, now) in changes {
            *count = *count + usize::from(now) - usize::from(before);
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }

    /// How many packets all hosts have sent.
    pub(crate) fn offered(&self) -> u64 {
        self.seats.iter().map(Seat::offered).sum()
    }

    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    pub(crate) fn into_seats(self) -> Vec<Seat> {
        self.seats
    }

    fn uncaptured(&self, place: usize, source: WriteError) -> SimError {
        SimError::Capture {
            host: self.seats[place].name.clone(),
            source,
        }
    }

    fn livelock(&self) -> SimError {
        let lines = self.seats.iter().flat_map(|seat| {
            let lines = seat.host.describe().into_iter();
            lines.map(|line| format!("  {}: {line}", seat.name))
        });
        SimError::Livelock {
            variant: self.play.variant.clone(),
            seed: self.play.seed,
            after: self.now - EPOCH,
            state: lines.collect::<Vec<_>>().join("\n"),
        }
    }
}
