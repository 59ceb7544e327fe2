//! From a file's bytes to a plan.

mod variants;

use crate::{
    Diagnostics,
    plan::Plan,
    problem::{Problem, Problems},
    span::{self, Span},
    text::Text,
    tree,
};
use std::{fs::File, io::Read, path::Path};

/// The largest scenario file in bytes: 1 MiB.
const MAX_SIZE: u64 = 1 << 20;

/// Reads and resolves a scenario file. Its name without the ending is the scenario's name.
///
/// # Errors
/// The file can't be read, or something in it is wrong: all of it, with places.
pub fn load(path: &Path) -> Result<Plan, Diagnostics> {
    let label = path.display().to_string();
    let whole = |message: String, hint: &str| Diagnostics::of_file(&label, message, hint);
    let name = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .filter(|name| is_usable(name));
    let Some(name) = name else {
        let message = "the file's name is the scenario's, and can't be one".to_owned();
        return Err(whole(
            message,
            "use letters, digits, `-`, `_` and `.`, a letter or digit first",
        ));
    };
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there is more, without reading a device to its end.
    let read = File::open(path).and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return Err(whole(
            format!("can't be read: {error}"),
            "check the path and its permissions",
        ));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = std::path::absolute(folder.unwrap_or(Path::new(".")));
    let Some(dir) = folder.as_deref().ok().and_then(Path::to_str) else {
        let message = "its folder's name is not UTF-8".to_owned();
        return Err(whole(message, "move the file to another folder"));
    };
    parse(name, &bytes, &label, dir)
}

/// Resolves a scenario.
///
/// `label` stands for the file in diagnostics; `command:` programs are started in `dir`.
///
/// # Errors
/// Everything that is wrong with it, with places.
pub fn parse(name: &str, bytes: &[u8], label: &str, dir: &str) -> Result<Plan, Diagnostics> {
    if bytes.len() as u64 > MAX_SIZE {
        let message = "larger than 1 MiB".to_owned();
        return Err(Diagnostics::of_file(
            label,
            message,
            "is this a scenario? Split it if it is",
        ));
    }
    let text = utf8(bytes, label)?;
    let mut problems = Problems::default();
    let plan = tree::read(text, &mut problems)
        .and_then(|root| variants::resolve(&root, dir, &mut problems));
    let problems = problems.into_list();
    match plan {
        Some(resolved) if problems.is_empty() => Ok(Plan {
            name: name.to_owned(),
            title: resolved.title.unwrap_or_else(|| Text {
                en: name.to_owned(),
                zh: None,
            }),
            about: resolved.about,
            seed: resolved.seed,
            variants: resolved.variants,
        }),
        _ => Err(Diagnostics::of_problems(label, text, problems)),
    }
}

fn is_usable(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(allowed)
}

/// The text, without the byte order mark that some editors put in front.
fn utf8<'a>(bytes: &'a [u8], label: &str) -> Result<&'a str, Diagnostics> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => error,
    };
    let good = String::from_utf8_lossy(&bytes[..text.valid_up_to()]);
    let lines = span::lines(&good);
    let column = lines.last().map_or(0, |line| line.chars().count()) + 1;
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let problem = Problem {
        span: Span {
            line: lines.len(),
            column,
            len: 1,
        },
        message: "this is not UTF-8".to_owned(),
        hint: if utf16 {
            "it looks like UTF-16: save it as UTF-8"
        } else {
            "save the file as UTF-8"
        }
        .to_owned(),
    };
    let shown = String::from_utf8_lossy(bytes);
    Err(Diagnostics::of_problems(label, &shown, vec![problem]))
}
