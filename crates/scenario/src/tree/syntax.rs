//! The YAML parser's positions and complaints in our words.

use crate::{
    problem::Problem,
    span::{Span, lines},
};
use saphyr_parser::ScanError;

/// The parser's span as ours.
pub(super) fn span(place: &saphyr_parser::Span) -> Span {
    let len = if place.start.line() == place.end.line() {
        place.end.col().saturating_sub(place.start.col()).max(1)
    } else {
        usize::MAX
    };
    Span {
        line: place.start.line().max(1),
        column: place.start.col() + 1,
        len,
    }
}

/// What the parser's complaints contain, what to say instead where that is clearer, and a hint.
const KNOWN: &[(&str, Option<&str>, &str)] = &[
    (
        "tab",
        Some("a tab where YAML wants spaces"),
        "indent with spaces",
    ),
    (
        "unknown anchor",
        Some("an alias without its anchor"),
        "write `&name` in front of the value that it stands for",
    ),
    (
        "mapping values are not allowed",
        None,
        "is the line indented as the one before? A value that contains `: ` needs quotes",
    ),
    ("character", None, "put quotes around the value"),
    ("quoted scalar", None, "is the closing quote missing?"),
    ("flow", None, "is a comma or a closing bracket missing?"),
    (
        "",
        None,
        "check the indentation, brackets and quotes up to here",
    ),
];

/// What a syntax error means and what to do about it.
pub(super) fn explain(text: &str, error: &ScanError) -> Problem {
    let info = error.info();
    let mut span = Span {
        line: error.marker().line().max(1),
        column: error.marker().col() + 1,
        len: 1,
    };
    if info.contains("tab") {
        // The parser stops at the end of the line before.
        span = first_tab(text, span.line).unwrap_or(span);
    }
    let known = KNOWN.iter().find(|(part, ..)| info.contains(part));
    let (message, hint) = known.map_or((None, ""), |(_, message, hint)| (*message, *hint));
    Problem {
        span,
        message: message.map_or_else(|| format!("this is no YAML: {info}"), str::to_owned),
        hint: hint.to_owned(),
    }
}

/// The first tab in the indentation of `from` or a later line.
fn first_tab(text: &str, from: usize) -> Option<Span> {
    lines(text)
        .into_iter()
        .enumerate()
        .skip(from - 1)
        .find_map(|(index, line)| {
            let mut indentation = line.chars().take_while(|c| c.is_whitespace());
            let column = indentation.position(|c| c == '\t')? + 1;
            Some(Span {
                line: index + 1,
                column,
                len: 1,
            })
        })
}
