//! Half-open ranges and finding those that overlap.

use std::ops::Range;

/// Something that covers a range of a stream.
pub(crate) trait Spans {
    fn span(&self) -> &Range<u64>;
}

macro_rules! spans {
    ($($type:ty),*) => { $(impl Spans for $type {
        fn span(&self) -> &Range<u64> { &self.range }
    })* };
}
use crate::model::connection::{Message, Read, Segment, Understood, Write};
spans!(Message, Read, Segment, Understood, Write);

/// Whether two ranges share a byte.
pub(crate) fn overlap(a: &Range<u64>, b: &Range<u64>) -> bool {
    a.start.max(b.start) < a.end.min(b.end)
}

/// The items that share a byte with `range`. They must be sorted and not overlap each other.
pub(crate) fn overlapping<T: Spans>(items: &[T], range: &Range<u64>) -> Range<usize> {
    if range.is_empty() {
        return 0..0;
    }
    let start = items.partition_point(|item| item.span().end <= range.start);
    let end = items.partition_point(|item| item.span().start < range.end);
    start..end.max(start)
}

/// The item that covers the byte at `offset`. They must be sorted and not overlap each other.
pub(crate) fn covering<T: Spans>(items: &[T], offset: u64) -> Option<usize> {
    let at = items.partition_point(|item| item.span().end <= offset);
    items
        .get(at)
        .is_some_and(|item| item.span().contains(&offset))
        .then_some(at)
}

/// Segments by offset. They may overlap, because bytes are sent again with other cuts.
pub(crate) struct SegmentIndex {
    /// Start of the range and place in the list, sorted.
    by_start: Vec<(u64, usize)>,
    longest: u64,
}

impl SegmentIndex {
    pub(crate) fn new(segments: &[Segment]) -> Self {
        let mut by_start: Vec<_> = segments
            .iter()
            .enumerate()
            .map(|(at, segment)| (segment.range.start, at))
            .collect();
        by_start.sort_unstable();
        Self {
            by_start,
            longest: segments.iter().map(Segment::len).max().unwrap_or(0),
        }
    }

    /// Places of the segments that share a byte with `range`, by time.
    pub(crate) fn overlapping(&self, segments: &[Segment], range: &Range<u64>) -> Vec<usize> {
        let from = range.start.saturating_sub(self.longest);
        let first = self.by_start.partition_point(|(start, _)| *start < from);
        let mut found: Vec<_> = self.by_start[first..]
            .iter()
            .take_while(|(start, _)| *start < range.end)
            .map(|(_, at)| *at)
            .filter(|at| overlap(&segments[*at].range, range))
            .collect();
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(range: Range<u64>) -> Read {
        Read {
            begin: 0,
            end: 0,
            range,
            asked: 0,
        }
    }

    fn reads(lengths: &[u64]) -> Vec<Read> {
        let mut end = 0;
        lengths
            .iter()
            .map(|len| {
                let start = end;
                end += len;
                read(start..end)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn overlapping_is_what_a_search_through_all_finds(
            lengths in prop::collection::vec(1_u64..9, 0..12),
            start in 0_u64..60,
            len in 0_u64..20,
        ) {
            let items = reads(&lengths);
            let range = start..start + len;
            let found: Vec<_> = overlapping(&items, &range).collect();
            let all: Vec<_> =
                (0..items.len()).filter(|at| overlap(&items[*at].range, &range)).collect();
            prop_assert_eq!(found, all);
            let covers = items.iter().position(|item| item.range.contains(&start));
            prop_assert_eq!(covering(&items, start), covers);
        }
    }
}
