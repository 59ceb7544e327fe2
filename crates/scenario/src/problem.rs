//! Collecting everything that is wrong with a file, instead of stopping at the first.

use crate::span::Span;

/// Something wrong at one place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Problem {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) hint: String,
}

/// What has been found wrong so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        let (message, hint) = (message.into(), hint.into());
        self.0.push(Problem {
            span,
            message,
            hint,
        });
    }

    pub(crate) fn list(&self) -> &[Problem] {
        &self.0
    }

    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.0
    }
}

/// The user's own text inside a message: on one line, and short.
pub(crate) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = text.chars().take(LONGEST).flat_map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

fn visible(c: char) -> Vec<char> {
    if is_unsafe(c) {
        c.escape_default().collect()
    } else {
        vec![c]
    }
}

/// Whether a terminal would do something else with it than to show it: control characters, and
/// those that turn the direction of writing.
pub(crate) fn is_unsafe(c: char) -> bool {
    let turns = [
        '\u{200e}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
    ];
    c.is_control() || turns.iter().any(|range| range.contains(&c))
}
