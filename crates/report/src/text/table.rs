//! Tables: columns as wide as their widest cell.

use super::{
    WIDTH,
    layout::{left, right, width},
};

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

    pub(super) fn render(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|at| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(at))
                    .map(|c| width(c))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let roomy = widths.iter().sum::<usize>() + 2 * columns <= WIDTH;
        let gap = if roomy { "  " } else { " " };
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(at, cell)| match self.left.contains(&at) {
                    true => left(cell, widths[at]),
                    false => right(cell, widths[at]),
                })
                .collect();
            text.push(' ');
            text.push_str(cells.join(gap).trim_end());
            text.push('\n');
        }
        text
    }
}
