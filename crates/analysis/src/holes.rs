//! Holes in a stream: bytes that did not come in their turn. TCP hands over bytes in order (RFC 9293, section
//! 3.8), so whatever comes behind a hole waits in the receiver's kernel until it is filled: the head of the line
//! blocks the rest.

use crate::model::connection::{Arrival, HeldUp, Hole, Message, Segment, Stream};
use std::collections::BTreeMap;

/// The holes of a stream, by the time at which they were filled; none where a capture of one end is missing.
pub(crate) fn holes(stream: &Stream) -> Vec<Hole> {
    if !stream.arrivals_known {
        return Vec::new();
    }
    let mut walk = Walk {
        messages: &stream.messages,
        segments: &stream.segments,
        whole: 0,
        beyond: BTreeMap::new(),
        tries: BTreeMap::new(),
        holes: Vec::new(),
    };
    let mut events: Vec<(u64, Option<Arrival>, usize)> = Vec::new();
    for (place, segment) in stream.segments.iter().enumerate() {
        events.push((segment.at, None, place));
        if let Some(arrival) = segment.arrival {
            events.push((arrival.at, Some(arrival), place));
        }
    }
    // At the same time a segment leaves before one arrives: it may be the same.
    events.sort_by_key(|&(at, arrival, place)| (at, arrival.is_some(), place));
    for (_, arrival, place) in events {
        match arrival {
            None => walk.leaves(place),
            Some(arrival) => walk.arrives(place, arrival),
        }
    }
    walk.holes
}

/// What is known at a moment.
struct Walk<'a> {
    messages: &'a [Message],
    segments: &'a [Segment],
    /// Up to here all bytes have arrived.
    whole: u64,
    /// What arrived beyond: begin, and end and time.
    beyond: BTreeMap<u64, (u64, u64)>,
    /// Segments that carry bytes beyond `whole`, by the begin of what they carry.
    tries: BTreeMap<u64, Vec<usize>>,
    holes: Vec<Hole>,
}

impl Walk<'_> {
    fn leaves(&mut self, place: usize) {
        let range = &self.segments[place].range;
        if range.end > self.whole {
            self.tries.entry(range.start).or_default().push(place);
        }
    }

    fn arrives(&mut self, place: usize, filled: Arrival) {
        let range = &self.segments[place].range;
        if range.end <= self.whole {
            return;
        }
        if range.start > self.whole {
            let known = self.beyond.entry(range.start);
            let known = known.or_insert((range.end, filled.at));
            known.0 = known.0.max(range.end);
            return;
        }
        let begin = self.whole;
        let tries = self.tries_of(begin);
        let mut whole = range.end;
        let mut passed = Vec::new();
        while let Some(next) = self
            .beyond
            .first_entry()
            .filter(|next| *next.key() <= whole)
        {
            let (start, (end, at)) = next.remove_entry();
            passed.push((start, end, at));
            whole = whole.max(end);
        }
        let end = passed
            .first()
            .map_or(range.end, |first| first.0.min(range.end));
        if tries.len() > 1 || !passed.is_empty() {
            self.holes.push(Hole {
                range: begin..end,
                tries,
                filled,
                behind: self.held_up(end..whole, &passed, filled.at),
            });
        }
        self.whole = whole;
        let segments = self.segments;
        self.tries.retain(|_, places| {
            places.retain(|place| segments[*place].range.end > whole);
            !places.is_empty()
        });
    }

    /// The segments that have carried a byte.
    fn tries_of(&self, byte: u64) -> Vec<usize> {
        let carriers = self.tries.range(..=byte).flat_map(|(_, places)| places);
        let mut places: Vec<usize> = carriers
            .copied()
            .filter(|place| self.segments[*place].range.contains(&byte))
            .collect();
        places.sort_unstable();
        places
    }

    /// The messages that lie in what was passed over, and how long each had been there.
    fn held_up(
        &self,
        range: std::ops::Range<u64>,
        passed: &[(u64, u64, u64)],
        filled: u64,
    ) -> Vec<HeldUp> {
        let first = self
            .messages
            .partition_point(|message| message.range.start < range.start);
        let inside = self.messages[first..]
            .iter()
            .take_while(|message| message.range.end <= range.end);
        let mut pieces = passed.iter().peekable();
        inside
            .enumerate()
            .filter_map(|(n, message)| {
                // Messages and pieces ascend: those before this message are of no use for the next.
                while pieces
                    .next_if(|piece| piece.1 <= message.range.start)
                    .is_some()
                {}
                let own = pieces
                    .clone()
                    .take_while(|piece| piece.0 < message.range.end);
                let there = own.map(|piece| piece.2).max()?;
                let waited = filled.saturating_sub(there);
                (waited > 0).then_some(HeldUp {
                    message: first + n,
                    waited,
                })
            })
            .collect()
    }
}
