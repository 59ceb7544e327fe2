use super::*;
use crate::{
    problem::Problems,
    tree::{self, Content, Node},
};
use std::{fs, path::Path};

/// YAML as an editor's JSON Schema checker sees it: bare scalars have types.
fn json(text: &str) -> Value {
    let mut problems = Problems::default();
    let tree = tree::read(text, &mut problems).unwrap();
    assert_eq!(problems.list(), []);
    value(&tree)
}

fn value(node: &Node) -> Value {
    match &node.content {
        Content::Nothing => Value::Null,
        Content::Scalar { text, quoted: true } => text.as_str().into(),
        Content::Scalar {
            text,
            quoted: false,
        } => match serde_json::from_str(text) {
            Ok(plain @ (Value::Number(_) | Value::Bool(_))) => plain,
            _ => text.as_str().into(),
        },
        Content::List(items) => items.iter().map(value).collect(),
        Content::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), value(&entry.value)))
            .collect(),
    }
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::meta::validate(&schema()).unwrap();
    jsonschema::validator_for(&schema()).unwrap()
}

fn folder(path: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn valid_scenarios_satisfy_it() {
    let validator = validator();
    for (name, text) in [folder("../../scenarios"), folder("tests/valid")].concat() {
        let errors: Vec<_> = validator
            .iter_errors(&json(&text))
            .map(|error| error.to_string())
            .collect();
        assert_eq!(errors, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn it_refuses_what_a_single_key_shows_to_be_wrong() {
    let validator = validator();
    let wrong = [
        "hosts: {a: {}}\ntitel: x",
        "hosts: {a: {}}\nlink: {delay: 20}",
        "hosts: {a: {}}\nlink: {mtu: 67}",
        "hosts: {a: {}}\nseed: -1",
        "hosts: {A: {}}",
        "hosts: {a: {run: {tcp: {peer: tcp-sever}}}}",
        "hosts: {a: {run: {tcp: {peer: tcp-server, framing: {fixd: 8}}}}}",
        "hosts: {a: {run: {tcp: {peer: tcp-server, nodelay: \"true\"}}}}",
        "hosts: {a: {}}\nexpect: [{finding: sticky-reed}]",
        "hosts: {a: {}}\nexpect: [{finding: sticky-read, count: many}]",
        "hosts: {a: {}}\nvariants: {v: {set: {A_b: 1}}}",
    ];
    for text in wrong {
        assert!(!validator.is_valid(&json(text)), "{text}");
    }
}

#[test]
fn every_key_has_a_description() {
    let schema = schema();
    let definitions = schema["$defs"].as_object().unwrap();
    for (name, definition) in definitions {
        assert_ne!(definition["description"].as_str().unwrap(), "", "{name}");
        for (key, value) in definition["properties"].as_object().unwrap() {
            assert!(
                value["description"].as_str().unwrap().ends_with('.'),
                "{name}.{key}"
            );
        }
    }
    assert!(definitions.contains_key("scenario") && definitions.contains_key("program"));
}

#[test]
fn one_key_in_full() {
    let schema = schema();
    insta::assert_json_snapshot!(schema["$defs"]["link"]);
}
