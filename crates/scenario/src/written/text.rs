//! Texts in one language or in each.

use crate::{
    decode::{Decode, Key, keys},
    problem::Problems,
    shape::Shape,
    text::Text,
    tree::{Content, Node},
};

keys! {
    /// One text in each language.
    struct Languages as "a text in each language" {
        /// English.
        "en" en: String,
        /// Chinese; English stands in when it is missing.
        "zh" zh: String,
    }
}

impl Decode for Text {
    const SHAPE: Shape = Shape::OneOf(&[Shape::Text, Shape::Object(&Languages::OBJECT)]);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        if !matches!(node.content, Content::Map(_)) {
            let en = String::decode(node, key, problems)?;
            return Some(Self { en, zh: None });
        }
        let languages = Languages::decode(node, key, problems)?;
        match &languages.en {
            Key::Given(en) => Some(Self {
                en: en.value.clone(),
                zh: languages.zh.value().cloned(),
            }),
            Key::Wrong(_) => None,
            Key::Absent => {
                problems.add(
                    node.span,
                    format!("`{key}` has no English text"),
                    "add `en: TEXT`",
                );
                None
            }
        }
    }
}
