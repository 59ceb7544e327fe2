//! Maps that may be written as one value alone, and values that may be none.

use super::{Decode, Given, Key};
use crate::{
    problem::Problems,
    shape::Shape,
    tree::{Content, Node},
};

/// A map with a key that says most of it.
pub(crate) trait Short: Decode {
    /// That key's value.
    type Main: Decode;

    /// The map with that key alone.
    fn of(main: Key<Self::Main>) -> Self;
}

/// A map, or the value of its main key alone: `5ms` for `{spread: 5ms}`.
#[derive(Clone, Debug)]
pub(crate) struct OrShort<T>(pub(crate) T);

impl<T: Short + 'static> Decode for OrShort<T> {
    const SHAPE: Shape = Shape::OneOf(&[T::Main::SHAPE, T::SHAPE]);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        if matches!(node.content, Content::Map(_)) {
            return T::decode(node, key, problems).map(Self);
        }
        let value = T::Main::decode(node, key, problems)?;
        Some(Self(T::of(Key::Given(Given {
            value,
            key: node.span,
            span: node.span,
        }))))
    }
}

/// The word for what is not there.
const NONE: &str = "none";

/// A value, or `none`, which takes away what would hold otherwise.
impl<T: Decode + 'static> Decode for Option<T> {
    const SHAPE: Shape = Shape::OneOf(&[Shape::Choice(&[NONE]), T::SHAPE]);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        match &node.content {
            Content::Scalar { text, .. } if text == NONE => Some(None),
            _ => T::decode(node, key, problems).map(Some),
        }
    }
}
