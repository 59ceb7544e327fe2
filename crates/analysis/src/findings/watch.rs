//! The findings of one direction that need no diary, while its packets go by. What is remembered does
//! not grow with them: of findings of one kind the first, and how many more there are.

use super::{Case, mss, run, silly_receiver, silly_sender, tinygrams, windows as full};
use crate::{
    model::{
        connection::{Alike, Segment, Waits},
        finding::Finding,
    },
    wire::{
        reader::Sink,
        sender::Sender,
        stream::Acknowledgment,
        waits::wait,
        windows::{Closed, Window},
    },
};
use scenario::finding::{Cause, FindingCode};

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The first segments, where any are listed.
    listed: Option<Box<Listed>>,
    pub(crate) mss: Option<u16>,
    sender: Sender,
    window: Window,
    tinygrams: run::Runs,
    producer: silly_sender::Producer,
    crumbs: silly_receiver::Crumbs,
    filled: full::Filled,
    sizes: mss::Sizes,
    /// Few streams have any.
    kinds: Option<Box<Kinds>>,
    /// Those without data, then those with; few streams have any.
    waits: Option<Box<[Option<Waits>; 2]>>,
}

/// The first segments.
#[derive(Debug)]
struct Listed {
    most: usize,
    segments: Vec<Segment>,
}

/// The first finding of each kind and cause, and how many more there were.
#[derive(Debug, Default)]
struct Kinds {
    tinygrams: Vec<(Cause, run::Run, u64)>,
    slow: Vec<(Cause, silly_sender::Slow, u64)>,
    closed: Vec<(Cause, Closed, u64)>,
}

fn note<T>(kinds: &mut Vec<(Cause, T, u64)>, cause: Cause, found: T) {
    match kinds.iter_mut().find(|(known, ..)| *known == cause) {
        Some((.., more)) => *more += 1,
        None => kinds.push((cause, found, 0)),
    }
}

impl<'a> Sink<'a> for Watch {
    fn sent(&mut self, segment: Segment, _: &'a [u8]) {
        let place = self.sizes.segments() as usize;
        let now = &self.sender.state();
        let freed = self.sender.freed();
        let is_tinygram = tinygrams::is_tinygram(&segment);
        let run = self.tinygrams.next(is_tinygram, place, &segment, now);
        if let Some(run) = run {
            let kinds = self.kinds.get_or_insert_default();
            note(&mut kinds.tinygrams, run.cause(None), run);
        }
        if let Some(slow) = self.producer.next(place, &segment, now) {
            self.kinds.get_or_insert_default().note_slow(slow);
        }
        let opened_by = self.sender.opened_by();
        self.crumbs
            .next(&segment, now, opened_by, self.mss, || freed.is_some());
        self.filled.next(&segment, now);
        self.sizes.next(&segment, self.mss);
        if let Some((wait, behind)) = wait(place, &segment, now, freed) {
            let waits = self.waits.get_or_insert_default();
            let known = &mut waits[usize::from(wait.with_data)];
            Waits::add(known, Waits::one(wait, &segment, behind));
        }
        self.sender.send(place, &segment);
        if let Some(listed) = &mut self.listed
            && listed.segments.len() < listed.most
        {
            listed.segments.push(segment);
        }
    }

    fn probed(&mut self, _: u64) {
        self.window.probed();
    }

    fn acknowledged(&mut self, ack: Acknowledgment) {
        if let Some(closed) = self.window.announced(ack) {
            let kinds = self.kinds.get_or_insert_default();
            note(&mut kinds.closed, Cause::ReceiveBuffer, closed);
        }
        self.sender.acknowledge(&ack);
    }
}

impl Kinds {
    fn note_slow(&mut self, slow: silly_sender::Slow) {
        if !slow.is_dialogue() {
            note(&mut self.slow, slow.run.cause(None), slow);
        }
    }
}

impl Watch {
    /// Lists so many segments.
    pub(crate) fn new(most: usize) -> Self {
        let segments = Vec::new();
        Self {
            listed: (most > 0).then(|| Box::new(Listed { most, segments })),
            ..Self::default()
        }
    }

    /// The first segments.
    pub(crate) fn take_listed(&mut self) -> Vec<Segment> {
        self.listed
            .take()
            .map_or_else(Vec::new, |listed| listed.segments)
    }

    /// How many segments there were.
    pub(crate) fn count(&self) -> u64 {
        self.sizes.segments()
    }

    /// The other side sent a segment.
    pub(crate) fn answered(&mut self) {
        self.producer.answered();
    }

    /// There will be no more packets.
    pub(crate) fn end(&mut self) {
        let (run, slow) = (self.tinygrams.end(), self.producer.end());
        let closed = self.window.closed.take();
        if run.is_none() && slow.is_none() && closed.is_none() {
            return;
        }
        let kinds = self.kinds.get_or_insert_default();
        if let Some(run) = run {
            note(&mut kinds.tinygrams, run.cause(None), run);
        }
        if let Some(slow) = slow {
            kinds.note_slow(slow);
        }
        if let Some(closed) = closed {
            note(&mut kinds.closed, Cause::ReceiveBuffer, *closed);
        }
    }

    /// The longest wait of each kind.
    pub(crate) fn waits(&self) -> Vec<Waits> {
        let kinds = self.waits.iter().flat_map(|kinds| kinds.iter());
        kinds.flatten().cloned().collect()
    }

    /// Findings of which there are more than the one that is told.
    pub(crate) fn alike(&self) -> Vec<Alike> {
        let Some(kinds) = &self.kinds else {
            return Vec::new();
        };
        let of = |code, cause, more| Alike { code, cause, more };
        let tinygrams = kinds.tinygrams.iter();
        let tinygrams =
            tinygrams.map(|(cause, _, more)| of(FindingCode::TinygramRun, *cause, *more));
        let slow = kinds.slow.iter();
        let slow = slow.map(|(cause, _, more)| of(FindingCode::SillyWindowSender, *cause, *more));
        let closed = kinds.closed.iter();
        let closed = closed.map(|(cause, _, more)| of(FindingCode::ZeroWindow, *cause, *more));
        let all = tinygrams.chain(slow).chain(closed);
        all.filter(|alike| alike.more > 0).collect()
    }

    /// The first finding of each kind, by time.
    pub(super) fn findings(&self, case: &Case<'_>) -> Vec<Finding> {
        let kinds = || self.kinds.iter();
        let tinygrams = kinds().flat_map(|kinds| &kinds.tinygrams);
        let tinygrams = tinygrams.map(|(cause, run, _)| tinygrams::finding(case, run, *cause));
        let slow = kinds().flat_map(|kinds| &kinds.slow);
        let slow = slow.map(|(cause, slow, _)| silly_sender::finding(case, slow, *cause));
        let closed = kinds().flat_map(|kinds| &kinds.closed);
        let closed = closed.map(|(_, closed, _)| full::closed(case, closed));
        let mut findings: Vec<Finding> = tinygrams
            .chain(slow)
            .chain(self.crumbs.finding(case))
            .chain(self.sizes.finding(case))
            .chain(self.filled.finding(case))
            .chain(closed)
            .collect();
        findings.sort_by_key(|finding| finding.at);
        findings
    }
}
