//! Segments in a row that have something in common.

use crate::{
    model::{connection::Segment, finding::Pieces},
    wire::sender::State,
};
use scenario::finding::Cause;
use std::ops::Range;

/// So many in a row are a run.
pub(crate) const RUN: u64 = 10;

/// What a finding says of a single segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) frame: u64,
    pub(crate) at: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Mark {
    pub(crate) fn of(segment: &Segment) -> Self {
        Self {
            frame: segment.frame,
            at: segment.at,
            start: segment.range.start,
            end: segment.range.end,
        }
    }
}

/// Such segments, added up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// The first one's place among the stream's.
    place: usize,
    pub(crate) first: Mark,
    pub(crate) last: Mark,
    pub(crate) pieces: Pieces,
    /// Whether the receiver's window had room behind each of them.
    window_free: bool,
    /// How many filled it.
    filled: u64,
    /// How many were as large as the MSS lets them be.
    full: u64,
    /// Whether Nagle's algorithm was off: a segment shows that in the situation of the one behind it.
    pub(crate) nagle_off: bool,
}

impl Run {
    fn begin(place: usize, segment: &Segment) -> Self {
        Self {
            place,
            first: Mark::of(segment),
            last: Mark::of(segment),
            pieces: Pieces::default(),
            window_free: true,
            filled: 0,
            full: 0,
            nagle_off: false,
        }
    }

    fn add(&mut self, segment: &Segment, now: &State) {
        let (room, len) = (now.room, segment.len());
        self.last = Mark::of(segment);
        self.pieces.add(segment);
        self.window_free &= room.is_some_and(|room| room > len);
        self.filled += u64::from(room == Some(len));
        self.full += u64::from(segment.full);
        self.nagle_off = now.nagle_off;
    }

    /// Their places among the stream's segments.
    pub(crate) fn places(&self) -> Range<usize> {
        self.place..self.place + self.pieces.count as usize
    }

    /// Why they are small. With a diary, by which nearly all are as `written`: the program wrote them so.
    /// Without: segments that left while others were unacknowledged and the window had room were cut neither
    /// by Nagle's algorithm nor by the window, so they are as the program wrote them; unless the MSS takes no
    /// more. Where nearly all of them filled the receiver's window, that cut them; where they are what the MSS
    /// takes, it did.
    pub(crate) fn cause(&self, written: Option<Written>) -> Cause {
        let is_full = self.is_nearly_all(self.full);
        let is_written_so = match written {
            Some(written) => written == Written::So,
            None => self.nagle_off && self.window_free && !is_full,
        };
        if is_written_so {
            Cause::SmallWrites
        } else if self.is_nearly_all(self.filled) {
            Cause::ReceiveWindow
        } else if is_full || written == Some(Written::Larger) {
            Cause::Mss
        } else {
            Cause::Undetermined
        }
    }

    /// Nine of ten.
    pub(super) fn is_nearly_all(&self, count: u64) -> bool {
        count * 10 >= self.pieces.count * 9
    }
}

/// How a program wrote what left as small segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Each by itself.
    So,
    /// As more than the segment size takes.
    Larger,
    /// In another way: something gathered or cut it.
    Otherwise,
}

/// Finds them, segment by segment.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    is_open: bool,
    /// The last one. Most streams have none, and what a stream needs for each packet should be near.
    run: Option<Box<Run>>,
}

impl Runs {
    /// The last segment of those that go on, if any.
    pub(crate) fn last(&self) -> Option<&Mark> {
        self.open().map(|run| &run.last)
    }

    fn open(&self) -> Option<&Run> {
        self.run.as_deref().filter(|_| self.is_open)
    }

    /// The next segment; gives the run that ends in front of it.
    #[inline]
    pub(crate) fn next(
        &mut self,
        belongs: bool,
        place: usize,
        segment: &Segment,
        now: &State,
    ) -> Option<Run> {
        if belongs {
            self.add(place, segment, now);
            return None;
        }
        let run = self.end()?;
        Some(Run {
            nagle_off: now.nagle_off,
            ..run
        })
    }

    fn add(&mut self, place: usize, segment: &Segment, now: &State) {
        let begin = || Run::begin(place, segment);
        let run = match &mut self.run {
            Some(run) if self.is_open => run,
            Some(run) => {
                **run = begin();
                run
            }
            none => none.insert(Box::new(begin())),
        };
        self.is_open = true;
        run.add(segment, now);
    }

    /// The run that goes on until the end.
    #[inline]
    pub(crate) fn end(&mut self) -> Option<Run> {
        if !self.is_open {
            return None;
        }
        let run = self.open().copied();
        self.is_open = false;
        run.filter(|run| run.pieces.count >= RUN)
    }
}
