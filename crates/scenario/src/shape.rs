//! How values are written: the one description behind the JSON Schema and the documentation.

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Depends on its neighbours; a value or a list of values.
    Depends(&'static str),
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number between the two, both included.
    Integer(u64, u64),
    /// The same, where it may be negative.
    Signed(i64, i64),
    /// Text of a certain form.
    Form(&'static Form),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of values.
    List(&'static Shape),
    /// A map from names, chosen by the user, to values.
    Names(&'static Form, &'static Shape),
    /// A map of known keys.
    Object(&'static Object),
    /// Any of these.
    OneOf(&'static [Shape]),
}

/// Text of a certain form.
#[derive(Debug)]
pub(crate) struct Form {
    /// What it is, with its article: "a duration".
    pub(crate) what: &'static str,
    /// A regular expression for all of it, for editors; the decoder knows more.
    pub(crate) pattern: &'static str,
    /// How one looks.
    pub(crate) example: &'static str,
}

/// A map of known keys.
#[derive(Debug)]
pub(crate) struct Object {
    /// What it is, with its article: "a link".
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) about: &'static str,
    /// Its keys in the order of the documentation.
    pub(crate) keys: &'static [KeyInfo],
}

/// One key of a map.
#[derive(Debug)]
pub(crate) struct KeyInfo {
    /// As it is written.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) about: &'static str,
    /// How its value is written.
    pub(crate) shape: Shape,
    /// What holds when it is not written; empty when that depends, or nothing does.
    pub(crate) default: &'static str,
}

impl Object {
    /// Its name as one word: "a link" is `link`.
    pub(crate) fn identifier(&self) -> String {
        self.bare_name().replace(' ', "-")
    }

    /// Its name without the article.
    pub(crate) fn bare_name(&self) -> &'static str {
        let name = self.name;
        let bare = name.strip_prefix("a ").or_else(|| name.strip_prefix("an "));
        bare.unwrap_or(name)
    }

    /// The key of that name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static KeyInfo> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// A doc comment as flowing text.
pub(crate) fn flow(doc: &str) -> String {
    doc.lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}
