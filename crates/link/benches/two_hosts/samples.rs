//! What several runs measured.

/// Which figure of several is the best.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Best {
    Lowest,
    Highest,
}

/// One figure of each run.
#[derive(Debug)]
pub(crate) struct Samples {
    best: Best,
    figures: Vec<f64>,
}

impl Samples {
    pub(crate) fn new(best: Best) -> Self {
        Self {
            best,
            figures: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, figure: f64) {
        self.figures.push(figure);
    }

    pub(crate) fn best(&self) -> String {
        let better = match self.best {
            Best::Lowest => f64::min,
            Best::Highest => f64::max,
        };
        let best = self.figures.iter().copied().reduce(better);
        best.map_or_else(String::new, shown)
    }

    pub(crate) fn all(&self) -> String {
        let all: Vec<String> = self.figures.iter().copied().map(shown).collect();
        all.join(" ")
    }
}

/// Three digits that count.
fn shown(figure: f64) -> String {
    match figure {
        _ if figure >= 99.95 => format!("{figure:.0}"),
        _ if figure >= 9.995 => format!("{figure:.1}"),
        _ => format!("{figure:.2}"),
    }
}

/// The figure below which that share of the sorted figures lies.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1) as f64;
    sorted
        .get((last * share).round() as usize)
        .copied()
        .unwrap_or(f64::NAN)
}
