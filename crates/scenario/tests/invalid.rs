//! One file per configuration that must fail, each with the whole message that it gets.

use std::{fs, path::Path};

/// The names of the folder's files of one kind, sorted.
fn names(folder: &Path, ending: &str) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = files
        .filter_map(|file| file.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(ending)?.to_owned()))
        .collect();
    names.sort();
    names
}

#[test]
fn each_invalid_file_gets_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("invalid");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let files = names(&folder, ".yaml");
    assert!(files.len() > 80);
    for name in &files {
        let bytes = fs::read(folder.join(format!("{name}.yaml"))).unwrap();
        let label = format!("{name}.yaml");
        let wrong = scenario::parse(name, &bytes, &label, "/")
            .expect_err(&label)
            .to_string();
        settings.bind(|| insta::assert_snapshot!(name.as_str(), wrong));
    }
    assert_eq!(names(&folder, ".snap"), files, "a message without its file");
}
