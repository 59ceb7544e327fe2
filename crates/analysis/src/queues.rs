//! What lay in the kernels' queues while a connection lasted, reckoned from what is known exactly: a
//! byte is in the sender's queue from the end of the write that handed it over until its acknowledgment
//! comes in (SIOCOUTQ, tcp(7)), and in the receiver's from its arrival in order until the end of the read
//! that returned it (SIOCINQ). Nothing has to be asked of a kernel meanwhile.

use crate::{
    model::connection::{Queues, Stream, Write},
    wire::stream::Acknowledgment,
};

/// Into how many equal spans of time the course is cut.
const SPANS: usize = 40;

/// The course of both queues; none where a diary or a capture of one end is missing, or nothing was sent.
pub(crate) fn queues(stream: &Stream, acknowledged: &[Acknowledgment]) -> Option<Queues> {
    if stream.writes.is_empty() || stream.reads.is_empty() || !stream.arrivals_known {
        return None;
    }
    let written = levels(
        stream
            .writes
            .iter()
            .map(|write| (write.end, write.range.end)),
    );
    let acknowledged = levels(acknowledged.iter().map(|ack| (ack.at, ack.up_to)));
    let arrived = in_order(stream);
    let read = levels(stream.reads.iter().map(|read| (read.end, read.range.end)));
    let begin = stream.writes.first()?.begin;
    let last = |steps: &[(u64, u64)]| steps.last().map(|(at, _)| *at);
    let end = [last(&written), last(&acknowledged), last(&read)];
    let end = end.into_iter().flatten().max()?;
    let send = between(&written, &acknowledged);
    let receive = between(&arrived, &read);
    let most = |course: &[(u64, u64)]| course.iter().map(|(_, level)| *level).max().unwrap_or(0);
    Some(Queues {
        begin,
        end,
        most_sent: most(&send),
        most_received: most(&receive),
        to_wire: to_wire(stream),
        to_read: slowest(stream).unwrap_or(0),
        send: spans(&send, begin, end),
        receive: spans(&receive, begin, end),
    })
}

/// How long the slowest byte took from the end of the write that handed it over to the end of the read
/// that returned it, looked at where writes end; in ns.
pub(crate) fn slowest(stream: &Stream) -> Option<u64> {
    let delivered = |write: &Write| {
        let at = stream
            .reads
            .partition_point(|read| read.range.end < write.range.end);
        Some(stream.reads.get(at)?.end.saturating_sub(write.end))
    };
    stream.writes.iter().filter_map(delivered).max()
}

/// How long the slowest last byte of a write took from the write's end until it first left. It may leave before the
/// call returns.
fn to_wire(stream: &Stream) -> u64 {
    // What was not sent before is sent in order, and so it was written.
    let mut fresh = stream
        .segments
        .iter()
        .filter(|it| !it.fresh.is_empty())
        .peekable();
    let left = |write: &Write| {
        while fresh.next_if(|it| it.fresh.end < write.range.end).is_some() {}
        Some(fresh.peek()?.at.saturating_sub(write.end))
    };
    stream.writes.iter().filter_map(left).max().unwrap_or(0)
}

/// By time, each with the highest offset so far.
fn levels(steps: impl Iterator<Item = (u64, u64)>) -> Vec<(u64, u64)> {
    let mut steps: Vec<_> = steps.collect();
    steps.sort_unstable();
    let mut highest = 0;
    for (_, offset) in &mut steps {
        highest = highest.max(*offset);
        *offset = highest;
    }
    steps
}

/// Up to where the stream had arrived without a hole.
fn in_order(stream: &Stream) -> Vec<(u64, u64)> {
    let mut arrivals: Vec<(u64, u64, u64)> = stream
        .segments
        .iter()
        .filter_map(|segment| Some((segment.arrival?.at, segment.range.start, segment.range.end)))
        .collect();
    arrivals.sort_unstable();
    let mut steps = Vec::with_capacity(arrivals.len());
    let (mut whole, mut beyond) = (0, Vec::<(u64, u64)>::new());
    for (at, start, end) in arrivals {
        beyond.push((start, end));
        beyond.sort_unstable();
        beyond.retain(|&(start, end)| {
            let joins = start <= whole;
            if joins {
                whole = whole.max(end);
            }
            !joins
        });
        steps.push((at, whole));
    }
    steps
}

/// What has come in and not gone out, at each time at which either changes.
fn between(into: &[(u64, u64)], out: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut changes: Vec<(u64, bool, u64)> = into.iter().map(|&(at, to)| (at, true, to)).collect();
    // What comes and goes in the same instant has not lain anywhere: what goes is counted first.
    changes.extend(out.iter().map(|&(at, to)| (at, false, to)));
    changes.sort_unstable();
    let (mut inside, mut gone) = (0u64, 0u64);
    let mut course = Vec::with_capacity(changes.len());
    for (at, is_into, to) in changes {
        if is_into {
            inside = to;
        } else {
            gone = to;
        }
        course.push((at, inside.saturating_sub(gone)));
    }
    course
}

/// The most in each of so many equal spans of time.
fn spans(course: &[(u64, u64)], begin: u64, end: u64) -> Vec<u64> {
    let width = end.saturating_sub(begin).div_ceil(SPANS as u64).max(1);
    let mut most = vec![0; SPANS];
    let mut level = 0;
    let mut next = course.iter().peekable();
    for (span, most) in most.iter_mut().enumerate() {
        *most = level;
        let until = begin.saturating_add(width.saturating_mul(span as u64 + 1));
        while let Some((_, now)) = next.next_if(|(at, _)| *at < until) {
            level = *now;
            *most = (*most).max(level);
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::connection::Segment;

    #[test]
    fn what_is_inside_is_what_came_and_has_not_gone() {
        let course = between(&[(1, 100), (3, 250)], &[(2, 40), (3, 100), (9, 250)]);
        let levels: Vec<u64> = course.iter().map(|(_, level)| *level).collect();
        assert_eq!(levels, [100, 60, 0, 150, 0]);
    }

    #[test]
    fn each_span_has_its_most_and_what_was_left_before() {
        let course = [(0, 10), (25, 80), (26, 5)];
        let spans = spans(&course, 0, 80);
        assert_eq!(spans[0], 10);
        assert_eq!(spans[11], 10);
        assert_eq!(spans[12], 80);
        assert_eq!(spans[13], 80, "up to the drop");
        assert_eq!(spans[14], 5);
        assert_eq!(spans.len(), SPANS);
    }

    #[test]
    fn a_byte_leaves_after_its_write_or_in_it() {
        let segment = |range: std::ops::Range<u64>, at| Segment {
            frame: 1,
            at,
            fresh: range.clone(),
            range,
            headers: 52,
            full: false,
            fin: false,
            arrival: None,
        };
        let write = |range, end| Write {
            begin: end - 5,
            end,
            range,
        };
        let stream = Stream {
            writes: vec![write(0..10, 100), write(10..30, 200)],
            segments: vec![
                segment(0..10, 98),
                segment(10..20, 210),
                segment(20..30, 260),
            ],
            ..Stream::default()
        };
        assert_eq!(to_wire(&stream), 60);
    }
}
