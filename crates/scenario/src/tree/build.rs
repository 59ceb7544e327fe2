//! From the YAML parser's events to a [`Node`], within limits that no honest scenario meets.

use super::{
    Content, Node,
    open::{Measured, Open, OpenContent},
    syntax,
};
use crate::{
    problem::{Problem, Problems, quoted},
    span::Span,
};
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;

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
    let root = builder
        .root
        .take()
        .filter(|root| root.content != Content::Nothing);
    if root.is_none() {
        builder.problems.add(
            Span::START,
            "the file is empty",
            "a scenario needs at least `hosts:`, and what each runs",
        );
    }
    root
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
                self.begin(span, anchor, OpenContent::map())?;
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
