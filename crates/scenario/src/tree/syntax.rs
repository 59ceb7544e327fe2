//! The YAML parser's positions and complaints in our words.

use crate::{problem::Problem, span::Span};
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

/// What a syntax error means and what to do about it.
pub(super) fn explain(text: &str, error: &ScanError) -> Problem {
    let info = error.info();
    let mark = error.marker();
    let mut span = Span {
        line: mark.line().max(1),
        column: mark.col() + 1,
        len: 1,
    };
    let (message, hint) = if info.contains("tab") {
        // The parser stops at the end of the line before.
        span = first_tab(text, span.line).unwrap_or(span);
        ("a tab where YAML wants spaces", "indent with spaces")
    } else if info.contains("unknown anchor") {
        (
            "an alias without its anchor",
            "write `&name` in front of the value that it stands for",
        )
    } else if info.contains("mapping values are not allowed") {
        (
            info,
            "is the line indented as the one before? A value that contains `: ` needs quotes",
        )
    } else if info.contains("character") {
        (info, "put quotes around the value")
    } else if info.contains("quoted scalar") {
        (info, "is the closing quote missing?")
    } else {
        (
            info,
            "check the indentation, brackets and quotes up to here",
        )
    };
    Problem {
        span,
        message: if message == info {
            format!("this is no YAML: {info}")
        } else {
            message.to_owned()
        },
        hint: hint.to_owned(),
    }
}

/// The first tab in the indentation of `from` or a later line.
fn first_tab(text: &str, from: usize) -> Option<Span> {
    text.lines()
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
