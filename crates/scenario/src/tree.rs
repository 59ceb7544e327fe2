//! A YAML document as a tree that knows where each part of it stands.

mod build;
mod open;
mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use build::read;

use crate::span::Span;

/// One value of the document; aliases are replaced by what they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) content: Content,
}

/// What a value is. Types of scalars are the decoder's affair: `8` may be a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// No value: `key:`, `key: ~` or `key: null`.
    Nothing,
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a map and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Node,
}

impl Node {
    /// "a list", for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            Content::Nothing => "nothing",
            Content::Scalar { .. } => "a single value",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }
}
