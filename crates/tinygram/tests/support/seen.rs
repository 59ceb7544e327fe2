//! What a scenario shows on a backend.

use super::Workshop;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Verdict and findings (code and host) of each variant.
pub type Seen = BTreeMap<String, (Value, BTreeSet<(String, String)>)>;

/// Plays a scenario and tells what was seen; nothing where none of its variants can be played.
pub fn seen(workshop: &Workshop, scenario: &str, backend: &str) -> Seen {
    let arguments = ["run", scenario, "--backend", backend, "--json"];
    let mut command = workshop.tinygram(&arguments);
    if backend == "docker" {
        command.env_remove("DOCKER_HOST");
    }
    let output = command.output().unwrap();
    if output.status.code() == Some(3) {
        // Every variant needs a kernel.
        return Seen::new();
    }
    let batch: Value = serde_json::from_slice(&output.stdout).unwrap();
    let runs = batch["runs"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    runs.map(|run| {
        let findings = run["findings"].as_array().unwrap().iter();
        let findings = findings.map(|finding| (text(&finding["code"]), text(&finding["host"])));
        let variant = text(&run["subject"]["run"]["variant"]);
        (variant, (run["verdict"].clone(), findings.collect()))
    })
    .collect()
}
