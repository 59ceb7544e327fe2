//! Variants: what they change and what they must show.

use super::Expected;
use crate::{
    decode::{Decode, Item, entries, keys},
    problem::Problems,
    shape::{Form, Shape},
    span::Span,
    text::Text,
    tree::Node,
};

keys! {
    /// A named change to the scenario.
    struct Variant as "a variant" {
        /// What it shows: a text, or one in each language.
        "about" about: Text,
        /// What it changes: values by dotted paths, such as `client.tcp.nodelay` (host, program,
        /// option), `client.link.delay`, `client.link.toward.server.delay`, `client.address`,
        /// `link.delay`, `network.family`, `timeline`, `needs` or `deadline`.
        "set" set: Vec<Setting>,
        /// What it must show, besides what every variant must.
        "expect" expect: Vec<Item<Expected>>,
    }
}

/// One value that a variant sets.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) path: String,
    /// Where the path stands.
    pub(crate) span: Span,
    pub(crate) value: Node,
}

const PATH: Form = Form {
    what: "a path",
    pattern: r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$",
    example: "client.tcp.nodelay",
};

impl Decode for Vec<Setting> {
    const SHAPE: Shape = Shape::Names(&PATH, &Shape::Depends("what may stand there"));

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let entries = entries(node, key, "a map: `{client.tcp.nodelay: true}`", problems)?;
        let settings = entries.iter().map(|entry| Setting {
            path: entry.key.clone(),
            span: entry.key_span,
            value: entry.value.clone(),
        });
        Some(settings.collect())
    }
}
