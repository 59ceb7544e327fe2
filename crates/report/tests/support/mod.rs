//! Real runs of sticky, recorded once on Linux namespaces, and texts made of analyses.

// Each test file uses another part of it, and a fixture that can't be read is a bug of the test.
#![allow(dead_code, clippy::unwrap_used)]

use analysis::{Analysis, BatchAnalysis};
use record::{layout::RunDir, run::Run};
use report::{Renderer, TextRenderer};
use scenario::{plan::Plan, text::Lang};
use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};
use unicode_width::UnicodeWidthStr;

pub(crate) const VARIANTS: [&str; 5] = [
    "naive",
    "nodelay",
    "ping-pong",
    "handshake",
    "length-prefix",
];

pub(crate) fn folder(variant: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/recorded")
        .join(variant)
}

pub(crate) fn recorded(variant: &str) -> Run {
    Run::load(&RunDir::new(folder(variant))).unwrap()
}

pub(crate) fn plan() -> Plan {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/sticky.yaml");
    scenario::load(&file).unwrap()
}

pub(crate) fn batch(runs: &[Run]) -> BatchAnalysis {
    BatchAnalysis::new(&plan(), runs.iter().map(analysis::analyse).collect())
}

pub(crate) fn text(lang: Lang, batch: &BatchAnalysis) -> String {
    let mut output = Vec::new();
    TextRenderer::new(lang)
        .render_batch(batch, &mut output)
        .unwrap();
    checked(output)
}

pub(crate) fn alone(lang: Lang, analysis: &Analysis) -> String {
    checked(unchecked(lang, analysis).into_bytes())
}

/// Also where lines may be longer: those of logs.
pub(crate) fn unchecked(lang: Lang, analysis: &Analysis) -> String {
    let mut output = Vec::new();
    TextRenderer::new(lang)
        .render(analysis, &mut output)
        .unwrap();
    String::from_utf8(output).unwrap()
}

/// Every text must fit 80 columns.
pub(crate) fn checked(output: Vec<u8>) -> String {
    let text = String::from_utf8(output).unwrap();
    for line in text.lines() {
        assert!(line.width() <= 80, "{} columns: {line}", line.width());
        assert_eq!(line.trim_end(), line, "spaces at a line's end");
    }
    text
}

/// The first variant, analysed.
pub(crate) fn naive() -> Analysis {
    static NAIVE: LazyLock<Analysis> = LazyLock::new(|| analysis::analyse(&recorded("naive")));
    NAIVE.clone()
}

/// A host's capture of a variant, without all else.
pub(crate) fn inspected(variant: &str, host: &str) -> Analysis {
    let name = format!("{host}.pcapng");
    let capture = std::fs::read(folder(variant).join(&name)).unwrap();
    analysis::inspect(&name, &capture).unwrap()
}
