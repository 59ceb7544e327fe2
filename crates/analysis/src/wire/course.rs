//! How segments and windows went in the course of time.

use super::stream::Step;
use crate::model::connection::{Segment, Slice};

/// So many slices show a course at a glance.
const SLICES: u64 = 5;

/// A stream of fewer segments is told one by one.
const ENOUGH: usize = 4;

/// The time from the first segment to the last, in slices of one length. Empty for few segments.
pub(crate) fn course(segments: &[Segment], steps: &[Step]) -> Vec<Slice> {
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return Vec::new();
    };
    let span = last.at.saturating_sub(first.at);
    if segments.len() < ENOUGH || span == 0 {
        return Vec::new();
    }
    // Damaged files tell of centuries.
    let part = |n: u64| (u128::from(span) * u128::from(n) / u128::from(SLICES)) as u64;
    let slice = |n: u64| Slice {
        begin: first.at + part(n),
        end: first.at + part(n + 1),
        ..Slice::default()
    };
    let mut slices: Vec<Slice> = (0..SLICES).map(slice).collect();
    for step in steps {
        let at = match step {
            Step::Sent(place) => segments[*place].at,
            Step::Acknowledged(ack) => ack.at,
            Step::Probe(_) => continue,
        };
        let of = slices.iter_mut().find(|slice| at <= slice.end);
        let Some(slice) = of.filter(|_| at >= first.at) else {
            continue;
        };
        match step {
            Step::Sent(place) => {
                let segment = &segments[*place];
                slice.segments += 1;
                slice.payload += segment.len();
                slice.headers += u64::from(segment.headers);
            }
            Step::Acknowledged(ack) => {
                slice.acknowledgments += 1;
                let window = ack.edge.map(|edge| edge.saturating_sub(ack.up_to));
                slice.least_window = window.into_iter().chain(slice.least_window).min();
                slice.most_window = window.max(slice.most_window);
            }
            Step::Probe(_) => {}
        }
    }
    slices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::stream::Acknowledgment;

    fn segment(n: u64) -> Segment {
        Segment {
            frame: n,
            at: 1_000 + n * 100,
            range: n * 3..n * 3 + 3,
            fresh: n * 3..n * 3 + 3,
            headers: 52,
            full: false,
            fin: false,
            arrival: None,
        }
    }

    fn ack(at: u64, window: Option<u64>) -> Step {
        Step::Acknowledged(Acknowledgment {
            frame: at,
            at,
            up_to: 7,
            edge: window.map(|window| 7 + window),
            with_data: false,
            said: None,
        })
    }

    #[test]
    fn a_course_of_centuries_has_slices() {
        let mut segments: Vec<Segment> = (0..5).map(segment).collect();
        segments[4].at = u64::MAX;
        let slices = course(&segments, &[Step::Sent(0), Step::Sent(4)]);
        assert_eq!(slices[4].end, u64::MAX);
        assert_eq!([slices[0].segments, slices[4].segments], [1, 1]);
    }

    #[test]
    fn each_slice_counts_its_own() {
        let segments: Vec<Segment> = (0..11).map(segment).collect();
        let mut steps = vec![ack(900, Some(9))];
        steps.extend((0..11).map(Step::Sent));
        steps.extend([ack(1_150, Some(64)), ack(1_160, Some(2)), ack(1_900, None)]);
        let slices = course(&segments, &steps);
        let counts: Vec<u64> = slices.iter().map(|slice| slice.segments).collect();
        assert_eq!(counts, [3, 2, 2, 2, 2]);
        assert_eq!((slices[0].begin, slices[4].end), (1_000, 2_000));
        assert_eq!((slices[0].payload, slices[0].headers), (9, 156));
        assert_eq!(
            (slices[0].least_window, slices[0].most_window),
            (Some(2), Some(64))
        );
        assert_eq!(slices[0].acknowledgments, 2);
        assert_eq!(
            (slices[4].most_window, slices[4].acknowledgments),
            (None, 1)
        );
    }

    #[test]
    fn few_segments_have_no_course() {
        let segments: Vec<Segment> = (0..3).map(segment).collect();
        let steps: Vec<Step> = (0..3).map(Step::Sent).collect();
        assert_eq!(course(&segments, &steps), []);
    }
}
