//! Lists and maps while their parts arrive.

use super::{Content, Entry, Node};
use crate::{
    problem::{Problems, quoted},
    span::Span,
};
use std::collections::HashSet;

/// A value that has begun.
pub(super) struct Open {
    pub(super) span: Span,
    pub(super) anchor: usize,
    pub(super) content: OpenContent,
    /// Levels of lists and maps below this one.
    pub(super) height: usize,
    pub(super) nodes: usize,
}

pub(super) enum OpenContent {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        keys: HashSet<String>,
        /// The key whose value comes next; its text is missing when it is no usable key.
        pending: Option<(Option<String>, Span)>,
    },
}

/// A value with its size, so that an alias to it is known to fit before it is copied.
#[derive(Clone)]
pub(super) struct Measured {
    pub(super) node: Node,
    pub(super) height: usize,
    pub(super) nodes: usize,
}

impl OpenContent {
    /// A map without entries.
    pub(super) fn map() -> Self {
        Self::Map {
            entries: Vec::new(),
            keys: HashSet::new(),
            pending: None,
        }
    }
}

impl Open {
    pub(super) fn insert(&mut self, value: Measured, problems: &mut Problems) {
        self.height = self.height.max(value.height + 1);
        self.nodes += value.nodes;
        match &mut self.content {
            OpenContent::List(items) => items.push(value.node),
            OpenContent::Map {
                entries,
                keys,
                pending,
            } => match pending.take() {
                None => *pending = Some((key(&value.node, problems), value.node.span)),
                Some((None, _)) => {}
                Some((Some(key), key_span)) => {
                    if keys.insert(key.clone()) {
                        entries.push(Entry {
                            key,
                            key_span,
                            value: value.node,
                        });
                        return;
                    }
                    let first = entries.iter().find(|entry| entry.key == key);
                    let line = first.map_or(0, |entry| entry.key_span.line);
                    problems.add(
                        key_span,
                        format!("{} stands here twice", quoted(&key)),
                        format!("keep one: the first is on line {line}"),
                    );
                }
            },
        }
    }

    pub(super) fn close(self) -> Measured {
        let content = match self.content {
            OpenContent::List(items) => Content::List(items),
            OpenContent::Map { entries, .. } => Content::Map(entries),
        };
        Measured {
            node: Node {
                span: self.span,
                content,
            },
            height: self.height,
            nodes: self.nodes,
        }
    }
}

impl Measured {
    pub(super) fn single(node: Node) -> Self {
        Self {
            node,
            height: 0,
            nodes: 1,
        }
    }
}

fn key(node: &Node, problems: &mut Problems) -> Option<String> {
    match &node.content {
        Content::Scalar { text, .. } => Some(text.clone()),
        _ => {
            let message = format!("a key must be a word, not {}", node.kind());
            problems.add(node.span, message, "write `key: value`");
            None
        }
    }
}
