//! Where a number must lie.

use crate::{
    decode::Decode,
    expectation::{Check, Unit},
    problem::Problems,
    span::Span,
    tree::{Content, Node},
    units::Bytes,
    written::Bounds,
};
use std::time::Duration;

/// The one bound that was written.
pub(super) fn check(
    bounds: &Bounds,
    unit: Unit,
    place: Span,
    problems: &mut Problems,
) -> Option<Check> {
    const HINT: &str = "write one of `is`, `above`, `below` and `between`";
    match bounds.written()[..] {
        [_] => {}
        [] => {
            problems.add(place, "nothing to compare with", HINT);
            return None;
        }
        [_, (_, second), ..] => {
            problems.add(second, "two comparisons in one expectation", HINT);
            return None;
        }
    }
    let single = [
        ("is", &bounds.is),
        ("above", &bounds.above),
        ("below", &bounds.below),
    ];
    if let Some((key, given)) = single
        .iter()
        .find_map(|(key, bound)| Some((*key, bound.given()?)))
    {
        let number = number(&given.value, key, unit, problems)?;
        return match key {
            "is" => Some(Check::Is(number)),
            "above" => Some(Check::Above(number)),
            _ if number > 0 => Some(Check::Below(number)),
            _ => {
                problems.add(given.span, "nothing is below zero", "write more, or `is`");
                None
            }
        };
    }
    let given = bounds.between.given()?;
    let numbers: Vec<Option<u64>> = given
        .value
        .iter()
        .map(|item| number(&item.value, "between", unit, problems))
        .collect();
    match numbers[..] {
        [Some(low), Some(high)] if low <= high => Some(Check::Between(low, high)),
        [Some(_), Some(_)] => {
            problems.add(
                given.span,
                "nothing lies between these",
                "write the smaller one first",
            );
            None
        }
        [None, _] | [_, None] => None,
        _ => {
            problems.add(
                given.span,
                "`between` takes two",
                "write the lowest and the highest: `[1, 3]`",
            );
            None
        }
    }
}

fn number(node: &Node, key: &str, unit: Unit, problems: &mut Problems) -> Option<u64> {
    match unit {
        Unit::Count => u64::decode(node, key, problems),
        Unit::Bytes => Bytes::decode(node, key, problems).map(|bytes| bytes.0),
        Unit::Nanoseconds => {
            let duration = Duration::decode(node, key, problems)?;
            // Durations are kept far below 2^64 ns.
            u64::try_from(duration.as_nanos()).ok()
        }
    }
}

/// The bound in the user's own numbers: `below 200ms`.
pub(super) fn spell(bounds: &Bounds) -> String {
    let text = |node: &Node| match &node.content {
        Content::Scalar { text, .. } => text.clone(),
        _ => String::new(),
    };
    let single = [
        ("is", &bounds.is),
        ("above", &bounds.above),
        ("below", &bounds.below),
    ];
    let single = single
        .iter()
        .find_map(|(key, bound)| Some(format!("{key} {}", text(bound.value()?))));
    single.unwrap_or_else(|| {
        let numbers = bounds.between.value().map_or(&[][..], Vec::as_slice);
        let numbers: Vec<String> = numbers.iter().map(|item| text(&item.value)).collect();
        format!("between {}", numbers.join(" and "))
    })
}
