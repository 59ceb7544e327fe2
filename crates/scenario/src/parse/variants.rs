//! A tree and its variants: each is the tree with some values put in.

use crate::{
    decode::Key,
    figures,
    plan::VariantPlan,
    problem::{Problem, Problems},
    resolve::{self, Identity},
    set,
    span::Span,
    text::Text,
    tree::{Content, Node},
    written::{Scenario, Setting},
};
use std::collections::{HashMap, HashSet};

/// The name of the only variant of a scenario that has none.
const PLAIN: &str = "plain";

/// Everything of a plan but its name.
pub(super) struct Resolved {
    pub(super) title: Option<Text>,
    pub(super) about: Text,
    pub(super) seed: u64,
    pub(super) variants: Vec<VariantPlan>,
}

/// Decodes and resolves a scenario with all its variants.
pub(super) fn resolve(root: &Node, dir: &str, problems: &mut Problems) -> Option<Resolved> {
    let scenario = Scenario::read(root, problems)?;
    let variants = match scenario.variants.value() {
        Some(variants) if !variants.0.is_empty() => {
            let mut bare = root.clone();
            remove(&mut bare, "variants");
            let mut found = Vec::new();
            let mut plans = Vec::new();
            for named in &variants.0 {
                let Some(variant) = &named.value else {
                    continue;
                };
                let settings = variant.set.value().map_or(&[][..], Vec::as_slice);
                let identity = Identity {
                    name: &named.name,
                    about: variant.about.value_or(Text::default()),
                    about_span: place(&variant.about),
                    expect: variant.expect.value().map_or(&[][..], Vec::as_slice),
                };
                let mut own = Problems::default();
                plans.extend(play(&bare, &scenario, settings, &identity, dir, &mut own));
                found.push((named.name.as_str(), settings, own.into_list()));
            }
            report(found, problems);
            plans
        }
        _ => {
            let identity = Identity {
                name: PLAIN,
                about: Text::default(),
                about_span: Span::START,
                expect: &[],
            };
            vec![resolve::variant(&scenario, &identity, dir, problems)]
        }
    };
    let mut about = scenario.about.value_or(Text::default());
    if let Some(first) = variants.first() {
        about = figures::of_scenario(&about, first, place(&scenario.about), problems);
    }
    Some(Resolved {
        title: scenario.title.value().cloned(),
        about,
        seed: scenario.seed.value_or(1),
        variants,
    })
}

fn place(key: &Key<Text>) -> Span {
    key.given().map_or(Span::START, |given| given.span)
}

/// One variant: its values put in, decoded, resolved.
fn play(
    bare: &Node,
    base: &Scenario,
    settings: &[Setting],
    identity: &Identity<'_>,
    dir: &str,
    problems: &mut Problems,
) -> Option<VariantPlan> {
    let mut tree = bare.clone();
    set::apply(&mut tree, settings, base, problems);
    let scenario = Scenario::read(&tree, problems)?;
    Some(resolve::variant(&scenario, identity, dir, problems))
}

fn remove(root: &mut Node, key: &str) {
    if let Content::Map(entries) = &mut root.content {
        entries.retain(|entry| entry.key != key);
    }
}

/// Tells each problem once. One that only some variants have, at a place that they share, says
/// which variants those are.
fn report(found: Vec<(&str, &[Setting], Vec<Problem>)>, problems: &mut Problems) {
    let known: HashSet<Problem> = problems.list().iter().cloned().collect();
    let variants = found.len();
    let mut order: Vec<Problem> = Vec::new();
    let mut names: HashMap<Problem, Vec<&str>> = HashMap::new();
    for (name, settings, list) in found {
        for problem in list {
            if known.contains(&problem) {
                continue;
            }
            let own = settings.iter().any(|setting| {
                [setting.span.line, setting.value.span.line].contains(&problem.span.line)
            });
            if own {
                problems.add(problem.span, problem.message, problem.hint);
                continue;
            }
            let seen = names.entry(problem.clone()).or_default();
            if seen.is_empty() {
                order.push(problem);
            }
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
    }
    for problem in order {
        let message = match &names[&problem][..] {
            affected if affected.len() == variants => problem.message,
            [one] => format!("{} (variant {one})", problem.message),
            [one, two] => format!("{} (variants {one}, {two})", problem.message),
            [one, rest @ ..] => {
                format!(
                    "{} (variant {one} and {} others)",
                    problem.message,
                    rest.len()
                )
            }
            [] => problem.message,
        };
        problems.add(problem.span, message, problem.hint);
    }
}
