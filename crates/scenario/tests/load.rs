//! Files: what can be wrong with them before their text is looked at.

use std::{fs, path::Path};

const PAIR: &str = "hosts:
  server: {run: {tcp: {peer: tcp-server}}}
  client: {run: {tcp: {command: [./client.py]}}}
";

/// What is said about the file, its folder's name left out.
fn refused(folder: &Path, name: &str) -> String {
    let wrong = scenario::load(&folder.join(name)).expect_err(name);
    assert!(wrong.iter().all(|wrong| wrong.location.is_none()));
    wrong
        .to_string()
        .replace(&format!("{}/", folder.display()), "")
}

#[test]
fn a_file_names_its_scenario_and_the_folder_of_its_commands() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("my-lesson.2.yaml"), PAIR).unwrap();
    let plan = scenario::load(&folder.path().join("my-lesson.2.yaml")).unwrap();
    assert_eq!(plan.name, "my-lesson.2");
    let json = serde_json::to_value(&plan).unwrap();
    let dir = &json["variants"][0]["hosts"][1]["run"][0]["program"]["command"]["dir"];
    assert_eq!(dir.as_str(), folder.path().to_str());
}

#[test]
fn files_that_are_not_there_or_no_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("folder.yaml")).unwrap();
    insta::assert_snapshot!(
        [
            refused(folder.path(), "missing.yaml"),
            refused(folder.path(), "folder.yaml")
        ]
        .join("\n\n")
    );
}

#[test]
fn a_name_that_can_be_no_folders() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!(refused(folder.path(), "my lesson.yaml"));
    for name in [".yaml", "..", "-x.yaml", "名.yaml"] {
        assert!(
            refused(folder.path(), name).contains("can't be one"),
            "{name}"
        );
    }
}

#[test]
fn a_file_of_one_mebibyte_is_read_and_a_larger_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let padded = |size: usize| {
        let comment = format!("# {}\n", "x".repeat(size - PAIR.len() - 3));
        fs::write(folder.path().join("large.yaml"), format!("{PAIR}{comment}")).unwrap();
    };
    padded(1 << 20);
    scenario::load(&folder.path().join("large.yaml")).unwrap();
    padded((1 << 20) + 1);
    insta::assert_snapshot!(refused(folder.path(), "large.yaml"));
}

#[test]
fn of_very_many_errors_the_first_are_told_and_all_counted() {
    let keys: String = (0..1_234).map(|key| format!("k{key}: 1\n")).collect();
    let wrong =
        scenario::parse("x", format!("{PAIR}{keys}").as_bytes(), "x.yaml", "/").unwrap_err();
    assert_eq!(wrong.iter().count(), 100);
    let last = wrong.to_string().lines().last().map(str::to_owned);
    assert_eq!(
        last.as_deref(),
        Some("1234 errors in x.yaml; the first 100 are shown")
    );
}
