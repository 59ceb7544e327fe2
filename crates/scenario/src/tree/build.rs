//! From the YAML parser's events to a [`Node`], within limits that no honest scenario meets.

use super::{Content, Entry, Node, syntax};
use crate::{
    problem::{Problem, Problems, quoted},
    span::Span,
};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::{HashMap, HashSet};

/// Nesting of lists and maps.
const MAX_DEPTH: usize = 32;
/// Values in all, with every alias replaced by what it stands for.
const MAX_NODES: usize = 50_000;

/// Reads the one document in `text`.
///
/// None when there is no tree to go on with; what was wrong is in `problems` either way.
pub(crate) fn read(text: &str, problems: &mut Problems) -> Option<Node> {
    let mut builder = Builder::new(problems);
    for event in Parser::new_from_str(text) {
        let fatal = match event {
            Ok((event, place)) => builder.take(event, syntax::span(&place)).err(),
            Err(error) => Some(syntax::explain(text, &error)),
        };
        if let Some(Problem {
            span,
            message,
            hint,
        }) = fatal
        {
            builder.problems.add(span, message, hint);
            return None;
        }
    }
    if builder.root.is_none() {
        builder.problems.add(
            Span::START,
            "the file is empty",
            "a scenario needs at least `hosts:`, and what each runs",
        );
    }
    builder.root
}

struct Builder<'a> {
    problems: &'a mut Problems,
    /// Lists and maps that have begun and not ended.
    open: Vec<Open>,
    root: Option<Node>,
    /// What anchors stand for; nothing while the anchored value is still open.
    anchors: HashMap<usize, Option<Measured>>,
    nodes: usize,
    documents: usize,
}

/// A value that has begun.
struct Open {
    span: Span,
    anchor: usize,
    content: OpenContent,
    /// Levels of lists and maps below this one.
    height: usize,
    nodes: usize,
}

enum OpenContent {
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
struct Measured {
    node: Node,
    height: usize,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(problems: &'a mut Problems) -> Self {
        Self {
            problems,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            nodes: 0,
            documents: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(_) => return self.begin_document(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.check_tag(tag.as_deref(), span);
                let content = scalar(&text, style);
                self.insert(Measured::single(Node { span, content }), anchor)?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), span);
                self.begin(span, anchor, OpenContent::List(Vec::new()))?;
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), span);
                let content = OpenContent::Map {
                    entries: Vec::new(),
                    keys: HashSet::new(),
                    pending: None,
                };
                self.begin(span, anchor, content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let anchor = open.anchor;
                    self.insert(open.close(), anchor)?;
                }
            }
            Event::Alias(anchor) => self.alias(anchor, span)?,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn begin_document(&mut self, span: Span) -> Result<(), Problem> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(Problem {
                span,
                message: "a second document begins".to_owned(),
                hint: "one file holds one scenario: put the other into a file of its own"
                    .to_owned(),
            });
        }
        Ok(())
    }

    fn check_tag(&mut self, tag: Option<&saphyr_parser::Tag>, span: Span) {
        if let Some(tag) = tag {
            let handle = if tag.is_yaml_core_schema() {
                "!!"
            } else {
                &tag.handle
            };
            let name = quoted(&format!("{handle}{}", tag.suffix));
            self.problems.add(
                span,
                format!("tag {name}"),
                "leave it away: scenarios use no tags",
            );
        }
    }

    fn begin(&mut self, span: Span, anchor: usize, content: OpenContent) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, None);
        }
        self.open.push(Open {
            span,
            anchor,
            content,
            height: 1,
            nodes: 1,
        });
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let Some(Some(target)) = self.anchors.get(&anchor) else {
            return Err(Problem {
                span,
                message: "an alias inside the very value that it stands for".to_owned(),
                hint: "write the value out".to_owned(),
            });
        };
        if self.open.len() + target.height > MAX_DEPTH {
            return Err(too_deep(span));
        }
        if self.nodes + target.nodes > MAX_NODES {
            return Err(too_many(span));
        }
        let target = target.clone();
        self.nodes += target.nodes - 1;
        self.insert(target, 0)
    }

    /// Puts a finished value where it belongs.
    fn insert(&mut self, value: Measured, anchor: usize) -> Result<(), Problem> {
        // Lists and maps count when they end, so a bomb's parts have been counted by then.
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(too_many(value.node.span));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, Some(value.clone()));
        }
        match self.open.last_mut() {
            Some(parent) => parent.insert(value, self.problems),
            None => self.root = Some(value.node),
        }
        Ok(())
    }
}

impl Open {
    fn insert(&mut self, value: Measured, problems: &mut Problems) {
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

    fn close(self) -> Measured {
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
    fn single(node: Node) -> Self {
        Self {
            node,
            height: 0,
            nodes: 1,
        }
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Content {
    let quoted = style != ScalarStyle::Plain;
    match text {
        "" | "~" | "null" if !quoted => Content::Nothing,
        _ => Content::Scalar {
            text: text.to_owned(),
            quoted,
        },
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

fn too_deep(span: Span) -> Problem {
    Problem {
        span,
        message: format!("lists and maps are nested more than {MAX_DEPTH} deep"),
        hint: "a scenario needs six levels".to_owned(),
    }
}

fn too_many(span: Span) -> Problem {
    Problem {
        span,
        message: format!("more than {MAX_NODES} values, with what aliases stand for"),
        hint: "split the scenario, or write aliases out".to_owned(),
    }
}
