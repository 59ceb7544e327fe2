//! Bytes on a line: boxes for ranges, in proportion as far as there is room.

use super::layout::{cut, width};
use std::ops::Range;

/// Columns that every box has at least.
const LEAST: usize = 2;

/// One box.
pub(super) struct Piece {
    pub(super) range: Range<u64>,
    pub(super) label: String,
}

/// Which column each offset stands in. Not to scale: every piece gets room for its ends, the rest
/// is shared out by size.
pub(super) struct Columns {
    edges: Vec<u64>,
    columns: Vec<usize>,
}

impl Columns {
    /// For those of the pieces that lie in the window, on a line of so many columns.
    pub(super) fn new<'a>(
        window: &Range<u64>,
        pieces: impl Iterator<Item = &'a Piece>,
        room: usize,
    ) -> Self {
        let clip = |offset: u64| offset.clamp(window.start, window.end.max(window.start));
        let mut edges: Vec<u64> = pieces
            .flat_map(|piece| [clip(piece.range.start), clip(piece.range.end)])
            .collect();
        edges.extend([window.start, clip(window.end)]);
        edges.sort_unstable();
        edges.dedup();
        let gaps = edges.len() - 1;
        let least = LEAST.min(room / gaps.max(1));
        let spare = room.saturating_sub(least * gaps);
        let bytes = window.end.saturating_sub(window.start).max(1);
        let mut columns = vec![0];
        for (gap, edge) in (1..).zip(&edges[1..]) {
            let share = u128::from(edge - window.start) * spare as u128 / u128::from(bytes);
            columns.push(least * gap + share as usize);
        }
        Self { edges, columns }
    }

    fn column(&self, offset: u64) -> usize {
        let place = self.edges.partition_point(|edge| *edge < offset);
        self.columns[place.min(self.columns.len() - 1)]
    }

    /// The line with those of the pieces that have room. One that goes on behind the window has
    /// no end.
    pub(super) fn draw(&self, pieces: &[Piece]) -> String {
        let (first, last) = (self.edges[0], self.edges[self.edges.len() - 1]);
        let mut line = String::new();
        for piece in pieces {
            if piece.range.end <= first || piece.range.start >= last {
                continue;
            }
            let (from, to) = (self.column(piece.range.start), self.column(piece.range.end));
            let behind = width(&line);
            if from < behind || to <= from {
                continue;
            }
            line.push_str(&" ".repeat(from - behind));
            let end = if piece.range.end > last { '…' } else { '┤' };
            line.push_str(&boxed(&piece.label, to - from, end));
        }
        line
    }
}

/// `├──label──┤`, as far as there is room.
fn boxed(label: &str, columns: usize, end: char) -> String {
    match columns {
        0 => String::new(),
        1 => "│".to_owned(),
        _ => {
            let inside = columns - 2;
            let label = cut(label, inside);
            let rest = inside - width(&label);
            let before = "─".repeat(rest / 2);
            let behind = "─".repeat(rest - rest / 2);
            format!("├{before}{label}{behind}{end}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROOM: usize = 42;

    fn piece(range: Range<u64>) -> Piece {
        let label = String::new();
        Piece { range, label }
    }

    #[test]
    fn boxes_have_exactly_the_room_they_are_given() {
        assert_eq!(boxed("Michael", 13, '┤'), "├──Michael──┤");
        assert_eq!(boxed("Michael", 6, '┤'), "├Mic…┤");
        assert_eq!(boxed("名字", 6, '┤'), "├名字┤");
        assert_eq!(boxed("12", 2, '┤'), "├┤");
        assert_eq!(boxed("12", 1, '┤'), "│");
        for columns in 0..20 {
            assert_eq!(width(&boxed("粘包 sticky", columns, '…')), columns);
        }
    }

    #[test]
    fn every_piece_has_room_for_its_ends() {
        let pieces: Vec<Piece> = (0..6u64)
            .map(|n| piece(n.pow(3) * 100..(n + 1).pow(3) * 100))
            .collect();
        let columns = Columns::new(&(0..21_600), pieces.iter(), ROOM);
        assert_eq!(columns.columns.first(), Some(&0));
        assert_eq!(columns.columns.last(), Some(&ROOM));
        let gaps = columns.columns.windows(2);
        assert!(gaps.clone().all(|pair| pair[1] >= pair[0] + LEAST));
        assert_eq!(width(&columns.draw(&pieces)), ROOM);
    }

    #[test]
    fn what_goes_on_behind_the_window_has_no_end() {
        let pieces = [piece(0..4), piece(4..90)];
        let columns = Columns::new(&(0..8), pieces.iter(), 12);
        assert_eq!(columns.draw(&pieces), "├────┤├────…");
    }

    proptest! {
        /// More edges than columns, pieces that overlap, lie outside or hold nothing.
        #[test]
        fn a_line_never_takes_more_than_its_room(
            window in any::<(u64, u64)>(),
            ranges in prop::collection::vec(any::<(u64, u64)>(), 0..200),
            room in 0usize..60,
        ) {
            let pieces: Vec<Piece> = ranges
                .into_iter()
                .map(|(a, b)| piece(a.min(b)..a.max(b)))
                .collect();
            let window = window.0.min(window.1)..window.0.max(window.1);
            let columns = Columns::new(&window, pieces.iter(), room);
            prop_assert!(width(&columns.draw(&pieces)) <= room);
        }
    }
}
