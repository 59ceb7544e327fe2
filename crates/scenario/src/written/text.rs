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
                zh: languages.zh.value().map(|zh| unfolded(zh)),
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

/// Chinese without the blanks that YAML makes of line ends: none stands between two of its characters.
fn unfolded(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_cjk = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_some_and(|c| *c >= '\u{2e80}')
    };
    let is_fold = |at: usize| chars[at] == ' ' && is_cjk(at.checked_sub(1)) && is_cjk(Some(at + 1));
    let kept = (0..chars.len()).filter(|at| !is_fold(*at));
    kept.map(|at| chars[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_has_no_blanks_where_its_lines_end() {
        assert_eq!(
            unfolded("一次\u{20}读。 没有 TCP 连接"),
            "一次读。没有 TCP 连接"
        );
    }
}
