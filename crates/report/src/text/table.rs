//! Tables: columns as wide as their widest cell, as far as there is room.

use super::{
    WIDTH,
    layout::{cut, cut_middle, left, right, width, wrap},
};

/// Columns that a cell which is cut or wrapped keeps at least.
const LEAST: usize = 12;

/// Columns for the longest words in a last column, the names of findings.
const WORD: usize = 24;

/// Rows of cells under a head.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    /// Columns whose cells stand at the left edge; numbers stand at the right.
    left: &'static [usize],
}

impl Table {
    pub(super) fn new(head: Vec<String>, left: &'static [usize]) -> Self {
        Self {
            rows: vec![head],
            left,
        }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether the columns have room as they are, but for a last one of many words.
    pub(super) fn fits(&self) -> bool {
        let widths = self.widths();
        let Some((last, others)) = widths.split_last() else {
            return true;
        };
        let others: usize = others.iter().map(|columns| columns + 1).sum();
        1 + others + (*last).min(WORD) <= WIDTH
    }

    /// Where the cells are too wide, texts are wrapped in the last column and cut in the others.
    pub(super) fn render(&self) -> String {
        let mut widths = self.widths();
        let gaps = widths.len().saturating_sub(1);
        let room = |gap: usize| WIDTH.saturating_sub(1 + gap * gaps);
        let gap = if widths.iter().sum::<usize>() <= room(2) {
            2
        } else {
            1
        };
        self.fit(&mut widths, room(gap));
        let mut text = String::new();
        for row in &self.rows {
            text.push_str(&self.line(row, &widths, gap));
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        };
        (0..columns).map(widest).collect()
    }

    /// Makes columns narrower until all have room: first the last one, if it is text and so can be
    /// wrapped, then the widest of text, and where only numbers are left, the widest of them.
    fn fit(&self, widths: &mut [usize], room: usize) {
        let last = widths.len().saturating_sub(1);
        loop {
            let over = widths.iter().sum::<usize>().saturating_sub(room);
            if over == 0 {
                return;
            }
            let is_text = |at: &usize| self.left.contains(at) && widths[*at] > LEAST;
            let widest = |at: &usize| widths[*at];
            let narrower = Some(last)
                .filter(is_text)
                .or_else(|| (0..last).filter(is_text).max_by_key(widest))
                .or_else(|| (0..widths.len()).max_by_key(widest));
            let Some(at) = narrower else {
                return;
            };
            // The last may give all it has, the others one after the other what they have more.
            widths[at] = if at == last && self.left.contains(&at) {
                widths[at]
                    .saturating_sub(over)
                    .max(LEAST.min(widths[at] - 1))
            } else {
                widths[at] - 1
            };
        }
    }

    fn line(&self, row: &[String], widths: &[usize], gap: usize) -> String {
        let mut line = String::from(" ");
        let mut below = Vec::new();
        for (at, (cell, columns)) in row.iter().zip(widths).enumerate() {
            let is_last = at + 1 == widths.len();
            let start = width(&line);
            let cell = if is_last && self.left.contains(&at) && width(cell) > *columns {
                let wrapped = phrases(cell, *columns);
                let mut lines = wrapped.lines();
                let first = lines.next().unwrap_or_default().to_owned();
                below.extend(lines.map(|line| format!("{}{line}\n", " ".repeat(start))));
                first
            } else if self.left.contains(&at) {
                cut_middle(cell, *columns)
            } else {
                cut(cell, *columns)
            };
            line.push_str(&match self.left.contains(&at) {
                true => left(&cell, *columns),
                false => right(&cell, *columns),
            });
            line.push_str(&" ".repeat(gap));
        }
        format!("{}\n{}", line.trim_end(), below.concat())
    }
}

/// Lines of so many columns that end behind a comma where that is possible, so that a number keeps its unit.
fn phrases(cell: &str, columns: usize) -> String {
    let each = || cell.split(", ");
    match each().all(|phrase| width(phrase) < columns) {
        true => {
            let kept: Vec<String> = each().map(|phrase| phrase.replace(' ', "\u{a0}")).collect();
            wrap(&kept.join(", "), 0, columns).replace('\u{a0}', " ")
        }
        false => wrap(cell, 0, columns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[[&str; 3]]) -> Table {
        let mut table = Table::new(rows[0].map(str::to_owned).to_vec(), &[0, 2]);
        for row in &rows[1..] {
            table.row(row.map(str::to_owned).to_vec());
        }
        table
    }

    #[test]
    fn wide_characters_keep_columns_straight() {
        let text = table(&[["变体", "n", "price"], ["naive", "10", "–"]]).render();
        assert_eq!(text, " 变体    n  price\n naive  10  –\n");
    }

    #[test]
    fn too_wide_a_table_wraps_its_last_column_and_cuts_the_others() {
        let (long, words) = ("x".repeat(60), "words ".repeat(20));
        let text = table(&[["a", "n", "words"], [&long, "10", &words]]).render();
        assert!(text.lines().all(|line| width(line) <= WIDTH), "{text}");
        assert!(text.contains("10 "), "{text}");
        assert!(text.lines().count() > 3, "{text}");
    }

    #[test]
    fn a_number_keeps_its_unit() {
        let long = "x".repeat(60);
        let text = table(&[["a", "n", "price"], [&long, "10", "−40.7 kB, +3 trips"]]).render();
        assert!(text.contains("−40.7 kB,\n"), "{text}");
        assert!(text.trim_end().ends_with(" +3 trips"), "{text}");
        let words = phrases("a dozen words without any comma in between", 12);
        assert!(words.lines().all(|line| width(line) <= 12), "{words}");
    }
}
