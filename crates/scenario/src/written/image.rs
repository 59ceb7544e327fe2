//! The container image that a host is made of.

use crate::{
    decode::{Decode, scalar},
    problem::{Problems, quoted},
    shape::{Form, Shape},
    tree::Node,
};

/// An image's name as container engines have it, with or without a tag or digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image(pub(crate) String);

const IMAGE: Form = Form {
    what: "a container image",
    pattern: "^[a-z0-9][A-Za-z0-9._/:@-]*$",
    example: "my-server:latest",
};

impl Decode for Image {
    const SHAPE: Shape = Shape::Form(&IMAGE);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let text = scalar(
            node,
            key,
            "a container image, such as `my-server:latest`",
            problems,
        )?;
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let fits = |c: char| c.is_ascii_alphanumeric() || "._/:@-".contains(c);
        if !begins || !text.chars().all(fits) {
            let message = format!("{} is no name of an image", quoted(text));
            let hint = "write it as `docker images` does: `my-server:latest`";
            problems.add(node.span, message, hint);
            return None;
        }
        Some(Self(text.to_owned()))
    }
}
