//! The silly window syndrome, brought about by the sender (RFC 813; RFC 9293, section 3.8.6.2.1).
//!
//! A producer that is slow hands over a few bytes, and some time later a few more. What it writes
//! leaves at once, behind a header that is larger. `tinygram-run` tells of small segments whatever
//! the reason; this finding is about the rhythm: they come one after the other with a pause before
//! each, nobody answers them, and the receiver's window had room for more.

use super::{
    Case, Found, Seen,
    gaps::Gaps,
    run::{Run, Runs},
    tinygrams::{is_tinygram, written},
};
use crate::{
    model::{
        connection::Segment,
        finding::{Cost, Details, Finding, Pieces},
    },
    wire::sender::State,
};
use scenario::finding::{Cause, FindingCode};

/// A producer is slow when it takes this long, in ns, from one piece to the next. A loop that writes
/// without a pause takes a twentieth of it.
const SLOW: u64 = 500_000;

/// `silly-window-sender`: one per run of at least ten such segments in a row.
pub(super) fn slow_producer(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let mut producer = Producer::default();
    let tell = |slow: Slow| {
        let cause = slow.run.cause(written(case, &slow.run));
        // The diary shows other writes: something gathered or cut them.
        let is_contradicted = cause != Cause::SmallWrites && !case.stream.writes.is_empty();
        let is_found = !is_contradicted && !is_dialogue(case, &slow.run);
        is_found.then(|| finding(case, &slow, cause))
    };
    for (place, (segment, situation)) in case.judged().enumerate() {
        findings.extend(producer.next(place, segment, &situation.now).and_then(tell));
    }
    findings.extend(producer.end().and_then(tell));
}

/// Small segments that the receiver's window did not cut, with pauses between them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slow {
    pub(crate) run: Run,
    /// The usual one.
    pause: u64,
    /// How many segments came from the other side meanwhile, where it was told.
    answers: u64,
}

impl Slow {
    /// Whether the other side said something to every second of them, the last included: then they are
    /// questions or answers, and small because there is no more to say.
    pub(crate) fn is_dialogue(&self) -> bool {
        is_dialogue_of(self.answers, &self.run)
    }
}

fn is_dialogue_of(answers: u64, run: &Run) -> bool {
    answers * 2 >= run.pieces.count
}

/// Finds them, segment by segment.
#[derive(Debug, Default)]
pub(crate) struct Producer {
    runs: Runs,
    /// Few streams have any.
    gaps: Option<Box<Gaps>>,
    answers: u64,
}

impl Producer {
    /// The next segment; gives those that end in front of it.
    pub(crate) fn next(&mut self, place: usize, segment: &Segment, now: &State) -> Option<Slow> {
        let room = now.room;
        // A full one is small because no more fits.
        let is_piece = is_tinygram(segment)
            && !segment.full
            && !segment.is_retransmission()
            && room.is_none_or(|room| room > segment.len());
        if is_piece {
            match self.runs.last() {
                Some(last) => {
                    let gaps = self.gaps.get_or_insert_default();
                    gaps.add(segment.at.saturating_sub(last.at), SLOW);
                }
                None => {
                    self.gaps.iter_mut().for_each(|gaps| gaps.clear());
                    self.answers = 0;
                }
            }
        }
        let run = self.runs.next(is_piece, place, segment, now)?;
        self.slow(run)
    }

    /// The other side sent a segment.
    pub(crate) fn answered(&mut self) {
        self.answers += 1;
    }

    /// Those that go on until the end.
    pub(crate) fn end(&mut self) -> Option<Slow> {
        let run = self.runs.end()?;
        self.slow(run)
    }

    fn slow(&mut self, run: Run) -> Option<Slow> {
        let pause = self.gaps.as_mut()?.median(SLOW)?;
        let answers = self.answers;
        Some(Slow {
            run,
            pause,
            answers,
        })
    }
}

pub(super) fn finding(case: &Case<'_>, slow: &Slow, cause: Cause) -> Finding {
    let Run {
        first,
        last,
        pieces,
        ..
    } = slow.run;
    let mss = case.stream.mss.map_or(u64::MAX, u64::from);
    case.finding(Found {
        code: FindingCode::SillyWindowSender,
        cause,
        seen: Seen::AtSender,
        at: first.at,
        frames: vec![case.sent(first.frame), case.sent(last.frame)],
        range: first.start..last.end,
        cost: pieces.cost(mss),
        details: Details::SillySender {
            pieces,
            pause: slow.pause,
        },
    })
}

/// As [`Slow::is_dialogue`], by the time: the other side's segments may be another capture's.
fn is_dialogue(case: &Case<'_>, run: &Run) -> bool {
    let own = &case.stream.segments;
    let until = own.get(run.places().end).map_or(u64::MAX, |next| next.at);
    let others = &case.connection.stream(case.direction.reverse()).segments;
    let meanwhile = |other: &&Segment| (run.first.at..until).contains(&other.at);
    is_dialogue_of(others.iter().filter(meanwhile).count() as u64, run)
}

impl Default for Pieces {
    fn default() -> Self {
        Self {
            count: 0,
            payload: 0,
            headers: 0,
            smallest: u64::MAX,
            largest: 0,
        }
    }
}

impl Pieces {
    /// One more.
    pub(super) fn add(&mut self, segment: &Segment) {
        self.count += 1;
        self.payload += segment.len();
        self.headers += u64::from(segment.headers);
        self.smallest = self.smallest.min(segment.len());
        self.largest = self.largest.max(segment.len());
    }

    /// What would have been saved, had their payload left in segments of that size.
    pub(super) fn cost(&self, size: u64) -> Cost {
        let enough = self.payload.div_ceil(size.max(1)).max(1);
        let packets = self.count.saturating_sub(enough);
        Cost {
            waited: 0,
            bytes: self.headers * packets / self.count.max(1),
            packets,
        }
    }
}
