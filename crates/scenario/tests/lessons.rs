//! Every lesson is found from the front page.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{fs, path::Path};

#[test]
fn the_readmes_name_every_scenario() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in ["README.md", "README.zh-CN.md"] {
        let page = fs::read_to_string(root.join(page)).unwrap();
        let mut seen = 0;
        for entry in fs::read_dir(root.join("scenarios")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(page.contains(&format!("(scenarios/{name})")), "{name}");
            seen += 1;
        }
        assert!(seen > 20, "{seen}");
    }
}
