use super::*;
use crate::problem::Problems;

/// Each value on a line: place, depth, text.
fn draw(node: &Node, depth: usize, out: &mut String) {
    let Span { line, column, len } = node.span;
    let indent = "  ".repeat(depth);
    let place = format!(
        "{line}:{column}+{}",
        if len == usize::MAX {
            "…".into()
        } else {
            len.to_string()
        }
    );
    match &node.content {
        Content::Nothing => *out += &format!("{indent}nothing {place}\n"),
        Content::Scalar { text, quoted } => {
            *out += &format!(
                "{indent}{text:?}{} {place}\n",
                if *quoted { " quoted" } else { "" }
            );
        }
        Content::List(items) => {
            *out += &format!("{indent}list {place}\n");
            items.iter().for_each(|item| draw(item, depth + 1, out));
        }
        Content::Map(entries) => {
            *out += &format!("{indent}map {place}\n");
            for Entry {
                key,
                key_span,
                value,
            } in entries
            {
                *out += &format!(
                    "{indent}{key}: {}:{}+{}\n",
                    key_span.line, key_span.column, key_span.len
                );
                draw(value, depth + 1, out);
            }
        }
    }
}

fn drawn(text: &str) -> String {
    let mut problems = Problems::default();
    let tree = read(text, &mut problems).unwrap();
    assert_eq!(problems.list(), []);
    let mut out = String::new();
    draw(&tree, 0, &mut out);
    out
}

#[test]
fn every_part_knows_its_place() {
    insta::assert_snapshot!(drawn(concat!(
        "title: \"a b\"   # a comment\n",
        "粘包: {delay: 20ms , loss:  }\n",
        "list:\n",
        "  - x y  # a comment\n",
        "  - ~\n",
        "  - |\n",
        "    block\n",
        "    text\n",
        "'quoted key': null\n",
    )));
}

#[test]
fn line_ends_of_other_systems_change_no_place() {
    let unix = "title: x\nlink:\n  delay: 20ms\nabout: \"y\"\n";
    assert_eq!(drawn(&unix.replace('\n', "\r\n")), drawn(unix));
}

#[test]
fn an_alias_is_what_it_stands_for_with_its_places() {
    assert_eq!(
        drawn("a: &x {delay: 20ms}\nb: *x\nc: [*x]\n"),
        "map 1:1+1\n\
         a: 1:1+1\n  map 1:4+4\n  delay: 1:8+5\n    \"20ms\" 1:15+4\n\
         b: 2:1+1\n  map 1:4+4\n  delay: 1:8+5\n    \"20ms\" 1:15+4\n\
         c: 3:1+1\n  list 3:4+1\n    map 1:4+4\n    delay: 1:8+5\n      \"20ms\" 1:15+4\n"
    );
}
