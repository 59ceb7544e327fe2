//! Maps whose keys are names that the user chooses.

use super::{Decode, entries};
use crate::{
    problem::{Problems, quoted},
    shape::{Form, Shape},
    span::Span,
    tree::Node,
};

/// How a name is written.
pub(crate) const NAME: Form = Form {
    what: "a name",
    pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
    example: "server-2",
};

/// Something that has a name.
pub(crate) trait Named: Decode + 'static {
    /// What it is, with its article: "a host".
    const WHAT: &'static str;
    /// Names that mean something else already.
    const RESERVED: &'static [&'static str];
    /// How many there may be.
    const MOST: usize;
}

/// Named things in the order they were written.
#[derive(Clone, Debug)]
pub(crate) struct Names<T>(pub(crate) Vec<Name<T>>);

/// A named thing.
#[derive(Clone, Debug)]
pub(crate) struct Name<T> {
    pub(crate) name: String,
    /// Where the name stands.
    pub(crate) span: Span,
    /// None when it is unusable; a problem says so.
    pub(crate) value: Option<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Names<T> {
    pub(crate) fn find(&self, name: &str) -> Option<&Name<T>> {
        self.0.iter().find(|entry| entry.name == name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.iter().map(|entry| entry.name.as_str())
    }
}

impl<T: Named> Decode for Names<T> {
    const SHAPE: Shape = Shape::Names(&NAME, &T::SHAPE);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let entries = entries(
            node,
            key,
            "a map: a name, a colon, and what it names",
            problems,
        )?;
        if let Some(over) = entries.get(T::MOST) {
            let message = format!("`{key}` has {} entries", entries.len());
            problems.add(
                over.key_span,
                message,
                format!("at most {} are possible", T::MOST),
            );
            return None;
        }
        let read = entries.iter().map(|entry| {
            check_name::<T>(&entry.key, entry.key_span, problems);
            Name {
                name: entry.key.clone(),
                span: entry.key_span,
                value: T::decode(&entry.value, &entry.key, problems),
            }
        });
        Some(Self(read.collect()))
    }
}

fn check_name<T: Named>(name: &str, span: Span, problems: &mut Problems) {
    if T::RESERVED.contains(&name) {
        let message = format!("{} can't be called `{name}`", T::WHAT);
        problems.add(
            span,
            message,
            "choose another name: this one has a meaning of its own",
        );
    } else if !is_name(name) {
        let message = format!("{} can't be called {}", T::WHAT, quoted(name));
        problems.add(
            span,
            message,
            "a name has 1 to 63 of a-z, 0-9 and -, begins with a letter and doesn't end with -",
        );
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.len() <= 63
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
        && name.chars().all(allowed)
}
