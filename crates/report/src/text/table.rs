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

    /// Whether its lines are not too long when columns stand one space apart.
    pub(super) fn fits(&self) -> bool {
        let widths = self.widths();
        widths.iter().sum::<usize>() + widths.len() <= WIDTH
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cells = |at: usize| self.rows.iter().filter_map(move |row| row.get(at));
        let widest = |at| cells(at).map(|cell| width(cell)).max().unwrap_or(0);
        (0..columns).map(widest).collect()
    }

    pub(super) fn render(&self) -> String {
        let widths = self.widths();
        let roomy = widths.iter().sum::<usize>() + 2 * widths.len() <= WIDTH;
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
