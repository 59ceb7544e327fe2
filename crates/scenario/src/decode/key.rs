//! One key of a map, with what became of it.

use super::Decode;
use crate::{problem::Problems, span::Span, tree::Entry};

/// A key's value. That it was written and could not be read is remembered, so that nobody
/// complains of its absence.
#[derive(Clone, Debug, Default)]
pub(crate) enum Key<T> {
    /// It was not written.
    #[default]
    Absent,
    /// It was written, here, and is unusable; a problem says so.
    Wrong(Span),
    /// It was written.
    Given(Given<T>),
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    /// Its key.
    pub(crate) key: Span,
    /// The value itself.
    pub(crate) span: Span,
}

impl<T: Decode> Key<T> {
    pub(crate) fn decode(entry: &Entry, problems: &mut Problems) -> Self {
        match T::decode(&entry.value, &entry.key, problems) {
            Some(value) => Self::Given(Given {
                value,
                key: entry.key_span,
                span: entry.value.span,
            }),
            None => Self::Wrong(entry.key_span),
        }
    }
}

impl<T> Key<T> {
    pub(crate) fn given(&self) -> Option<&Given<T>> {
        match self {
            Self::Given(given) => Some(given),
            _ => None,
        }
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.given().map(|given| &given.value)
    }

    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it was written and can't be used, so that nothing can be said of it.
    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }

    /// Where the key was written.
    pub(crate) fn place(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Wrong(span) => Some(*span),
            Self::Given(given) => Some(given.key),
        }
    }

    /// Another key, here, was probably meant to be this one.
    pub(crate) fn misspelt(&mut self, span: Span) {
        if self.is_absent() {
            *self = Self::Wrong(span);
        }
    }
}

impl<T: Clone> Key<T> {
    /// The value, or what stands in for one that is not there or unusable.
    pub(crate) fn value_or(&self, default: T) -> T {
        self.value().cloned().unwrap_or(default)
    }

    /// This key where it was written, else the other.
    pub(crate) fn over(&self, other: &Self) -> Self {
        if self.is_absent() { other } else { self }.clone()
    }
}

impl<T: Clone + Default> Key<T> {
    /// The value, or its type's default.
    pub(crate) fn value_or_default(&self) -> T {
        self.value_or(T::default())
    }
}
