//! Values that are one of a few words.

use super::{Decode, scalar};
use crate::{
    problem::{Problems, quoted},
    shape::Shape,
    suggest,
    tree::Node,
};

/// One of a few words.
pub(crate) trait Choice: Copy + 'static {
    /// What the words are, in the plural: "peers".
    const WHAT: &'static str;
    /// The words.
    const WORDS: &'static [&'static str];

    /// What a word stands for.
    fn from_word(word: &str) -> Option<Self>;
}

impl<T: Choice> Decode for T {
    const SHAPE: Shape = Shape::Choice(T::WORDS);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let words = || T::WORDS.iter().copied();
        let wanted = format!("one of: {}", T::WORDS.join(", "));
        let word = scalar(node, key, &wanted, problems)?;
        let choice = T::from_word(word);
        if choice.is_none() {
            let message = format!("`{key}` can't be {}", quoted(word));
            problems.add(node.span, message, suggest::hint(word, T::WHAT, words()));
        }
        choice
    }
}

/// Makes a type a [`Choice`] by naming its values.
macro_rules! choices {
    ($type:ty, $what:literal: $($word:literal = $value:expr,)*) => {
        impl $crate::decode::Choice for $type {
            const WHAT: &'static str = $what;
            const WORDS: &'static [&'static str] = &[$($word,)*];

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some($value),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use choices;
