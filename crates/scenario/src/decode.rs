//! From the tree to typed values.
//!
//! [`keys!`] declares a map's keys once: the declaration decodes, suggests, and describes itself
//! for the JSON Schema and the documentation.

mod choice;
mod key;
mod names;
mod short;
mod value;

pub(crate) use choice::{Choice, choices};
pub(crate) use key::{Given, Key};
pub(crate) use names::{Name, Named, Names};
pub(crate) use short::{OrShort, Short};
pub(crate) use value::{Item, integer, signed};

use crate::{
    problem::Problems,
    shape::{Object, Shape},
    suggest,
    tree::{Content, Entry, Node},
};

/// What can be read from the tree.
pub(crate) trait Decode: Sized {
    /// How it is written.
    const SHAPE: Shape;

    /// Reads `node`, the value of `key`. None when it is unusable; then `problems` says why.
    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self>;
}

/// Declares a map: a struct with one [`Key`] per key. Doc comments become descriptions, the text
/// behind `=` is the default as a user would write it.
macro_rules! keys {
    ($(#[doc = $about:literal])* struct $type:ident as $name:literal {
        $($(#[doc = $doc:literal])* $key:literal $field:ident: $of:ty $(= $default:literal)?,)*
    }) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug, Default)]
        pub(crate) struct $type {
            $($(#[doc = $doc])* pub(crate) $field: $crate::decode::Key<$of>,)*
        }

        impl $type {
            pub(crate) const OBJECT: $crate::shape::Object = $crate::shape::Object {
                name: $name,
                about: concat!($($about, "\n",)*),
                keys: &[$($crate::shape::KeyInfo {
                    name: $key,
                    about: concat!($($doc, "\n",)*),
                    shape: <$of as $crate::decode::Decode>::SHAPE,
                    default: [$($default,)? ""][0],
                },)*],
            };

            /// The keys that were written, well or not, each with its place.
            #[allow(dead_code, reason = "not every map is asked")]
            pub(crate) fn written(&self) -> Vec<(&'static str, $crate::span::Span)> {
                [$(($key, self.$field.place()),)*]
                    .into_iter()
                    .filter_map(|(key, place)| Some((key, place?)))
                    .collect()
            }

            /// These keys, and of the others those that are not among them.
            #[allow(dead_code, reason = "not every map is laid over another")]
            pub(crate) fn over(&self, others: &Self) -> Self {
                Self { $($field: self.$field.over(&others.$field),)* }
            }
        }

        impl $crate::decode::Decode for $type {
            const SHAPE: $crate::shape::Shape = $crate::shape::Shape::Object(&Self::OBJECT);

            fn decode(
                node: &$crate::tree::Node,
                key: &str,
                problems: &mut $crate::problem::Problems,
            ) -> Option<Self> {
                let mut this = Self::default();
                let mut meant = Vec::new();
                for entry in $crate::decode::entries(node, key, "a map of keys", problems)? {
                    match entry.key.as_str() {
                        $($key => this.$field = $crate::decode::Key::decode(entry, problems),)*
                        _ => meant.extend(
                            $crate::decode::unknown_key(entry, &Self::OBJECT, problems)
                                .map(|key| (key, entry.key_span)),
                        ),
                    }
                }
                for (key, span) in meant {
                    match key {
                        $($key => this.$field.misspelt(span),)*
                        _ => {}
                    }
                }
                Some(this)
            }
        }
    };
}
pub(crate) use keys;

/// The entries of a map.
pub(crate) fn entries<'a>(
    node: &'a Node,
    key: &str,
    wanted: &str,
    problems: &mut Problems,
) -> Option<&'a [Entry]> {
    match &node.content {
        Content::Map(entries) => Some(entries),
        _ => {
            wrong_kind(node, key, wanted, problems);
            None
        }
    }
}

/// The text of a single value, quoted or not.
pub(crate) fn scalar<'a>(
    node: &'a Node,
    key: &str,
    wanted: &str,
    problems: &mut Problems,
) -> Option<&'a str> {
    match &node.content {
        Content::Scalar { text, .. } => Some(text),
        _ => {
            wrong_kind(node, key, wanted, problems);
            None
        }
    }
}

/// Says that a value is of another kind than wanted.
pub(crate) fn wrong_kind(node: &Node, key: &str, wanted: &str, problems: &mut Problems) {
    let message = match node.content {
        Content::Nothing => format!("`{key}` has no value"),
        _ => format!("`{key}` can't be {}", node.kind()),
    };
    problems.add(node.span, message, format!("write {wanted}"));
}

/// Says that a key is unknown; returns the one that was probably meant.
pub(crate) fn unknown_key(
    entry: &Entry,
    object: &Object,
    problems: &mut Problems,
) -> Option<&'static str> {
    let names = || object.keys.iter().map(|key| key.name);
    let message = format!("unknown key {}", crate::problem::quoted(&entry.key));
    let what = format!("the keys of {}", object.name);
    problems.add(
        entry.key_span,
        message,
        suggest::hint(&entry.key, &what, names()),
    );
    suggest::closest(&entry.key, names())
}
