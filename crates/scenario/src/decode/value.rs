//! Single values and lists.

use super::{Decode, scalar, wrong_kind};
use crate::{
    problem::{Problems, quoted},
    shape::{Form, Shape},
    span::Span,
    tree::{Content, Node},
    units::{Bytes, Percent, Rate, UnitError, parse_duration},
};
use std::{ops::RangeInclusive, time::Duration};

const DURATION: Form = Form {
    what: "a duration",
    pattern: r"^[0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|min|h)$",
    example: "20ms",
};

const BYTES: Form = Form {
    what: "a number of bytes",
    pattern: r"^[0-9]+(\.[0-9]+)?(B|kB|KiB|MB|MiB|GB|GiB)$",
    example: "64KiB",
};

const PERCENT: Form = Form {
    what: "a percentage",
    pattern: r"^[0-9]+(\.[0-9]+)?%$",
    example: "1.5%",
};

const RATE: Form = Form {
    what: "a rate",
    pattern: r"^[0-9]+(\.[0-9]+)?(bit|kbit|mbit|gbit)$",
    example: "10mbit",
};

/// Longer than any run; keeps sums of durations far from overflow.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Reads a quantity, its error turned into words about this key.
fn quantity<T>(
    node: &Node,
    key: &str,
    form: &Form,
    parse: impl Fn(&str) -> Result<T, UnitError>,
    problems: &mut Problems,
) -> Option<T> {
    let wanted = format!("{}, such as `{}`", form.what, form.example);
    let text = scalar(node, key, &wanted, problems)?;
    let error = match parse(text) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let message = match &error {
        UnitError::NoUnit { .. } => format!("`{key}` needs a unit"),
        UnitError::UnknownUnit { unit, .. } => {
            format!("`{key}` can't be in {}", quoted(unit))
        }
        UnitError::NoNumber { quantity, .. } => format!("{} is no {quantity}", quoted(text)),
        UnitError::OutOfRange { problem, .. } => format!("{} {problem}", quoted(text)),
    };
    problems.add(node.span, message, error.hint());
    None
}

impl Decode for Duration {
    const SHAPE: Shape = Shape::Form(&DURATION);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let duration = quantity(node, key, &DURATION, parse_duration, problems)?;
        if duration > LONGEST {
            problems.add(
                node.span,
                format!("`{key}` is longer than a day"),
                "write at most `24h`",
            );
            return None;
        }
        Some(duration)
    }
}

impl Decode for Percent {
    const SHAPE: Shape = Shape::Form(&PERCENT);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        quantity(node, key, &PERCENT, str::parse, problems)
    }
}

impl Decode for Bytes {
    const SHAPE: Shape = Shape::Form(&BYTES);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        quantity(node, key, &BYTES, str::parse, problems)
    }
}

impl Decode for Rate {
    const SHAPE: Shape = Shape::Form(&RATE);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        quantity(node, key, &RATE, str::parse, problems)
    }
}

impl Decode for String {
    const SHAPE: Shape = Shape::Text;

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        scalar(node, key, "a text; an empty one is \"\"", problems).map(str::to_owned)
    }
}

impl Decode for bool {
    const SHAPE: Shape = Shape::Flag;

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        match &node.content {
            Content::Scalar {
                text,
                quoted: false,
            } if text == "true" => Some(true),
            Content::Scalar {
                text,
                quoted: false,
            } if text == "false" => Some(false),
            Content::Scalar {
                text,
                quoted: in_quotes,
            } => {
                let what = if *in_quotes {
                    "a text in quotes".to_owned()
                } else {
                    quoted(text)
                };
                let message = format!("`{key}` can't be {what}");
                problems.add(
                    node.span,
                    message,
                    "write `true` or `false`, without quotes",
                );
                None
            }
            _ => {
                wrong_kind(node, key, "`true` or `false`", problems);
                None
            }
        }
    }
}

/// Reads a whole number.
pub(crate) fn integer(
    node: &Node,
    key: &str,
    range: RangeInclusive<u64>,
    problems: &mut Problems,
) -> Option<u64> {
    let wanted = match *range.end() {
        u64::MAX => "a whole number".to_owned(),
        end => format!("a whole number from {} to {end}", range.start()),
    };
    let text = scalar(node, key, &wanted, problems)?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text
        .parse()
        .ok()
        .filter(|number| digits && range.contains(number));
    if number.is_none() {
        let message = format!("`{key}` can't be {}", quoted(text));
        problems.add(node.span, message, format!("write {wanted}"));
    }
    number
}

/// Reads a whole number that may be negative.
pub(crate) fn signed(
    node: &Node,
    key: &str,
    range: RangeInclusive<i64>,
    problems: &mut Problems,
) -> Option<i64> {
    let wanted = format!("a whole number from {} to {}", range.start(), range.end());
    let text = scalar(node, key, &wanted, problems)?;
    let number = text
        .parse()
        .ok()
        .filter(|number| !text.starts_with('+') && range.contains(number));
    if number.is_none() {
        let message = format!("`{key}` can't be {}", quoted(text));
        problems.add(node.span, message, format!("write {wanted}"));
    }
    number
}

impl Decode for u64 {
    const SHAPE: Shape = Shape::Integer(0, u64::MAX);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        integer(node, key, 0..=u64::MAX, problems)
    }
}

/// One value of a list.
#[derive(Clone, Debug)]
pub(crate) struct Item<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T: Decode + 'static> Decode for Vec<Item<T>> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let Content::List(items) = &node.content else {
            wrong_kind(node, key, "a list: `[one, two]`", problems);
            return None;
        };
        let read = items.iter().map(|item| {
            let value = T::decode(item, key, problems)?;
            Some(Item {
                value,
                span: item.span,
            })
        });
        // To the end, so that every item's problems are told.
        let read: Vec<Option<_>> = read.collect();
        read.into_iter().collect()
    }
}

/// A value that its neighbours explain.
impl Decode for Node {
    const SHAPE: Shape = Shape::Depends("a number, a duration or a number of bytes");

    fn decode(node: &Node, _: &str, _: &mut Problems) -> Option<Self> {
        Some(node.clone())
    }
}
