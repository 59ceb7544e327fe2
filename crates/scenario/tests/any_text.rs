//! Whatever the file holds, there is an answer: a plan, or what is wrong.

use proptest::{prelude::*, sample::Index};

const EVERYTHING: &str = include_str!("valid/everything.yaml");

/// Reads it; what is refused is refused for a reason, at a place of the text.
fn answered(bytes: &[u8]) {
    let Err(wrong) = scenario::parse("any", bytes, "any.yaml", "/") else {
        return;
    };
    assert!(wrong.iter().count() > 0);
    let lines = String::from_utf8_lossy(bytes).split(['\r', '\n']).count();
    for location in wrong.iter().filter_map(|wrong| wrong.location.as_ref()) {
        assert!((1..=lines).contains(&location.line), "{wrong}");
        assert!(location.column >= 1 && location.len >= 1, "{wrong}");
    }
    assert!(wrong.to_string().contains(" in any.yaml"));
}

/// Characters and words that mean something to YAML or to a scenario.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\[\\]{},:&*!|>'\"%@`#?\n\t -]{1,3}",
        "&a |\\*a|\\*b|~|null|\r\n|---\n|\\.\\.\\.\n|: |- ",
        "20ms|20|1%|none|down|up|toward|timeline|10mbit|-14|99999999999999999999|64KiB|true|server|client|tcp|greet|i32|fixed:8|粘包|\u{0}|\u{feff}",
        ".{0,4}",
    ]
}

proptest! {
    #[test]
    fn arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        answered(&bytes);
    }

    #[test]
    fn arbitrary_pieces(pieces in proptest::collection::vec(piece(), 0..60)) {
        answered(pieces.concat().as_bytes());
    }

    #[test]
    fn a_good_scenario_with_damage(
        damage in proptest::collection::vec((any::<Index>(), 0..12usize, piece()), 1..4),
    ) {
        let mut characters: Vec<char> = EVERYTHING.chars().collect();
        for (index, len, piece) in damage {
            let start = index.index(characters.len());
            let end = (start + len).min(characters.len());
            characters.splice(start..end, piece.chars());
        }
        answered(characters.into_iter().collect::<String>().as_bytes());
    }

    /// Whole lines moved about keep the syntax right more often, and reach the later stages.
    #[test]
    fn a_good_scenario_with_lines_exchanged(
        exchanged in proptest::collection::vec((any::<Index>(), any::<Index>()), 1..6),
        dropped in any::<Index>(),
    ) {
        let mut lines: Vec<&str> = EVERYTHING.lines().collect();
        for (one, other) in exchanged {
            let (one, other) = (one.index(lines.len()), other.index(lines.len()));
            lines.swap(one, other);
        }
        lines.remove(dropped.index(lines.len()));
        answered(lines.join("\n").as_bytes());
    }
}
