//! What users are told about a wrong scenario file.

use crate::{
    problem::{Problem, is_unsafe},
    span::{Span, lines},
};
use std::{fmt, slice};
use unicode_width::UnicodeWidthStr;

/// Everything that is wrong with one file, in the order of its lines; never empty. Of more than a
/// hundred things, the first hundred and how many there are.
///
/// Displays as plain text, each diagnostic with its line and what to do, and a count at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    list: Vec<Diagnostic>,
    /// How many more there are.
    untold: usize,
}

/// How many are told at most: nobody mends more at a time, and each holds its line.
const MOST: usize = 100;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where; none when the file as a whole is meant.
    pub location: Option<Location>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// A piece of one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The line, from 1.
    pub line: usize,
    /// The first character, from 1.
    pub column: usize,
    /// How many characters, at least 1.
    pub len: usize,
    /// The whole line.
    pub text: String,
}

impl Diagnostics {
    /// About the file as a whole.
    pub(crate) fn of_file(file: &str, message: String, hint: &str) -> Self {
        Self {
            file: file.to_owned(),
            list: vec![Diagnostic {
                location: None,
                message,
                hint: hint.to_owned(),
            }],
            untold: 0,
        }
    }

    /// About places in the file's `text`. A problem found twice at one place is told once.
    pub(crate) fn of_problems(file: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| (problem.span.line, problem.span.column));
        let mut seen = std::collections::HashSet::new();
        problems.retain(|problem| seen.insert((problem.span, problem.message.clone())));
        let untold = problems.len().saturating_sub(MOST);
        problems.truncate(MOST);
        let lines = lines(text.trim_end());
        let locate = |problem: Problem| Diagnostic {
            location: Some(Location::new(problem.span, &lines)),
            message: problem.message,
            hint: problem.hint,
        };
        Self {
            file: file.to_owned(),
            list: problems.into_iter().map(locate).collect(),
            untold,
        }
    }

    /// The file's name as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Each thing that is wrong.
    pub fn iter(&self) -> slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }
}

impl Location {
    fn new(span: Span, lines: &[&str]) -> Self {
        let text = lines
            .get(span.line - 1)
            .or(lines.last())
            .copied()
            .unwrap_or_default();
        let end = text.trim_end().chars().count() + 1;
        // What is missing at the end of the file is missing behind its last line.
        let (line, column) = match span.line <= lines.len() {
            true => (span.line, span.column),
            false => (lines.len(), end),
        };
        Self {
            line,
            column,
            len: span.len.min(end.saturating_sub(column)).max(1),
            text: text.to_owned(),
        }
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::error::Error for Diagnostics {}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in self {
            self.write_one(diagnostic, f)?;
            writeln!(f)?;
        }
        let number = self.list.len() + self.untold;
        let plural = if number == 1 { "" } else { "s" };
        write!(f, "{number} error{plural} in {}", self.file)?;
        if self.untold > 0 {
            write!(f, "; the first {} are shown", self.list.len())?;
        }
        Ok(())
    }
}

impl Diagnostics {
    fn write_one(&self, diagnostic: &Diagnostic, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { message, hint, .. } = diagnostic;
        let Some(location) = &diagnostic.location else {
            return writeln!(f, "{}: {message}\n  {hint}", self.file);
        };
        let (line, column) = (location.line, location.column);
        let excerpt = Excerpt::new(location);
        let gutter = " ".repeat(line.to_string().len());
        writeln!(f, "{}:{line}:{column}: {message}", self.file)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{}", format!("{line} | {}", excerpt.text).trim_end())?;
        let (indent, carets) = (" ".repeat(excerpt.indent), "^".repeat(excerpt.carets));
        writeln!(f, "{gutter} | {indent}{carets} {hint}")
    }
}

/// A line as it is shown: no control characters, and cut around the place where it is very long.
struct Excerpt {
    text: String,
    indent: usize,
    carets: usize,
}

impl Excerpt {
    /// A line of up to this many characters is shown whole.
    const WHOLE: usize = 100;
    /// Of a longer one: characters in front of the place, and from the place on.
    const BEFORE: usize = 50;
    const AFTER: usize = 48;

    fn new(location: &Location) -> Self {
        let start = location.column - 1;
        let whole = location.text.chars().nth(Self::WHOLE).is_none();
        let (skipped, most) = if whole {
            (0, Self::WHOLE)
        } else {
            (start.saturating_sub(Self::BEFORE), Self::AFTER)
        };
        let mut shown = location.text.chars().skip(skipped).map(Self::printable);
        let mut before: String = shown.by_ref().take(start - skipped).collect();
        if skipped > 0 {
            before.insert(0, '…');
        }
        let marked: String = shown.by_ref().take(location.len.min(most)).collect();
        let mut rest: String = shown.by_ref().take(most - marked.chars().count()).collect();
        if shown.next().is_some() {
            rest.push('…');
        }
        Self {
            indent: before.width(),
            carets: marked.width().max(1),
            text: before + &marked + &rest,
        }
    }

    /// A tab's width is the terminal's affair.
    fn printable(c: char) -> char {
        match c {
            '\t' => ' ',
            c if is_unsafe(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        }
    }
}
