//! Explanations hold no figures of their own.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

/// What a scenario's file says in `title` and `about`: all lines of each, with their numbers.
fn explanations(file: &str) -> Vec<(usize, &str)> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut explaining = None;
    let mut found = Vec::new();
    for (number, line) in (1..).zip(file.lines()) {
        let is_within = |at: usize| line.trim().is_empty() || indent(line) > at;
        explaining = explaining.filter(|at| is_within(*at));
        let words = line.trim_start();
        if words.starts_with("about:") || words.starts_with("title:") {
            explaining = Some(indent(line));
        }
        if explaining.is_some() {
            found.push((number, line));
        }
    }
    found
}

/// Without what may hold digits: names of documents and protocols, placeholders, comments.
fn figures(line: &str) -> String {
    let bare = line.split(" #").next().unwrap_or_default();
    let mut kept = scenario::fill(bare, |_| Some(String::new()));
    for name in ["IPv4", "IPv6", "UTF-8"] {
        kept = kept.replace(name, "");
    }
    while let Some(at) = kept.find("RFC ") {
        let rest = kept[at + 4..].trim_start_matches(|c: char| c.is_ascii_digit());
        kept = format!("{}{rest}", &kept[..at]);
    }
    kept
}

#[test]
fn explanations_hold_no_figures_of_their_own() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        for (number, line) in explanations(&file) {
            seen += 1;
            if figures(line).contains(|c: char| c.is_ascii_digit()) {
                wrong.push(format!("{name}:{number}: {line}"));
            }
        }
    }
    assert!(seen > 100, "{seen} lines of explanations");
    let hint = "write a placeholder, such as {link.delay} or {client.tcp.elapsed}";
    assert!(wrong.is_empty(), "{hint}:\n{}", wrong.join("\n"));
}

#[test]
fn a_literal_is_found() {
    let file = "about:\n  en: It takes 40 ms.\nlink: {delay: 20ms}\n";
    let found: Vec<_> = explanations(file)
        .iter()
        .map(|(number, _)| *number)
        .collect();
    assert_eq!(found, [1, 2]);
    assert!(figures("It takes 40 ms.").contains('4'));
    for fine in ["RFC 896", "{client-1.tcp.read}", "IPv4", "en: x # 20 ms"] {
        assert!(
            !figures(fine).contains(|c: char| c.is_ascii_digit()),
            "{fine}"
        );
    }
}
