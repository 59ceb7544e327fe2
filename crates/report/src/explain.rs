//! What the lab's words mean: the sections of docs/explain.md, for the terminal.

use crate::text::layout::{item, wrap};
use scenario::{plan::Plan, text::Lang};

/// Columns that are enough.
const WIDTH: usize = 80;

/// The page in a language.
fn page(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../../docs/explain.md"),
        Lang::Zh => include_str!("../../../docs/explain.zh-CN.md"),
    }
}

fn sections(lang: Lang) -> impl Iterator<Item = (&'static str, &'static str)> {
    let sections = page(lang).split("\n## ").skip(1);
    sections.filter_map(|section| section.split_once('\n'))
}

/// Every word that has a section, in the page's order.
pub fn topics() -> impl Iterator<Item = &'static str> {
    sections(Lang::En).map(|(title, _)| title)
}

/// What a word means, 80 columns wide; none if nothing is known of it.
#[must_use]
pub fn explain(topic: &str, lang: Lang) -> Option<String> {
    let (title, text) = sections(lang).find(|(title, _)| *title == topic)?;
    let paragraphs = text.split("\n\n").map(str::trim);
    let paragraphs = paragraphs.filter(|text| !text.is_empty()).map(|text| {
        // Marks of emphasis and of code are for the page.
        let words = text.replace(['*', '`'], "");
        wrap(&joined(&words), 0, WIDTH)
    });
    let paragraphs: Vec<String> = paragraphs.collect();
    Some(format!("{title}\n\n{}", paragraphs.join("\n")))
}

/// One line of several: Chinese is written without blanks between lines.
fn joined(text: &str) -> String {
    let mut line = String::new();
    for part in text.lines() {
        let is_cjk = |char: Option<char>| char.is_none_or(|char| char >= '\u{2e80}');
        if !is_cjk(line.chars().next_back()) && !is_cjk(part.chars().next()) {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

/// What a scenario shows, and what each of its variants does.
#[must_use]
pub fn scenario(plan: &Plan, lang: Lang) -> String {
    let colon = match lang {
        Lang::En => ": ",
        Lang::Zh => "：",
    };
    let mut text = wrap(
        &format!("{}{colon}{}", plan.name, plan.title.in_lang(lang)),
        0,
        WIDTH,
    );
    let about = plan.about.in_lang(lang);
    if !about.is_empty() {
        text.push('\n');
        text.push_str(&wrap(about, 0, WIDTH));
    }
    text.push('\n');
    for variant in &plan.variants {
        // What only a run can tell is named.
        let about = scenario::fill(variant.about.in_lang(lang), |path| {
            Some(format!("‹{path}›"))
        });
        let line = match about.as_str() {
            "" => variant.name.clone(),
            about => format!("{}{colon}{about}", variant.name),
        };
        text.push_str(&item(&line, 2, WIDTH));
        for expectation in &variant.expect {
            let expected = match lang {
                Lang::En => format!("expects {}", expectation.written),
                Lang::Zh => format!("期望 {}", expectation.written),
            };
            text.push_str(&item(&expected, 4, WIDTH));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use scenario::{
        expectation::Condition,
        finding::{Cause, FindingCode},
    };
    use std::collections::BTreeSet;
    use unicode_width::UnicodeWidthStr;

    /// Every word of the lab's that users meet in its output.
    fn words() -> BTreeSet<&'static str> {
        let findings = FindingCode::ALL.iter().map(|code| code.name());
        let causes = Cause::ALL.iter().map(|cause| cause.name());
        let conditions = Condition::ALL.iter().map(|condition| condition.name());
        let headings = ["late", "queues", "wait"];
        let words = findings.chain(causes).chain(conditions);
        words.chain(headings).collect()
    }

    #[test]
    fn every_word_has_a_section_in_both_languages_and_no_section_is_left() {
        for lang in [Lang::En, Lang::Zh] {
            let titles: BTreeSet<_> = sections(lang).map(|(title, _)| title).collect();
            assert_eq!(titles, words());
            assert_eq!(sections(lang).count(), titles.len(), "each once");
        }
    }

    #[test]
    fn a_section_is_readable_at_eighty_columns() {
        for lang in [Lang::En, Lang::Zh] {
            for topic in topics() {
                let text = explain(topic, lang).unwrap_or_default();
                assert!(text.lines().count() >= 3, "{topic}");
                for line in text.lines() {
                    assert!(line.width() <= WIDTH && !line.contains('`'), "{line}");
                }
            }
        }
    }

    #[test]
    fn lines_of_chinese_are_joined_without_a_blank() {
        assert_eq!(joined("一次\n读"), "一次读");
        assert_eq!(joined("one\nread"), "one read");
    }

    #[test]
    fn an_unknown_word_has_no_explanation() {
        assert_eq!(explain("sticky-tape", Lang::En), None);
    }
}
