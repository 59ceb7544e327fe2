//! Captures of other programs: odd, damaged and hostile ones. `CAPTURES` names a folder of them;
//! without one, `../shared/captures` beside the workspace is taken when it is there.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use packet::capture::Reader;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures");
    let folder = env::var_os("CAPTURES").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        testkit::skip("captures", "no folder of captures; name one by CAPTURES");
        return None;
    }
    Some(folder)
}

/// Every capture there, with its packets and whether it is damaged.
fn counted(folder: &Path) -> BTreeMap<String, (u64, bool)> {
    let mut counted = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::read(&path).unwrap();
        let Ok(mut reader) = Reader::new(&file) else {
            continue;
        };
        let mut packets = 0;
        for packet in &mut reader {
            packets += 1;
            // Whatever it holds, decoding it ends.
            let _ = packet.decode();
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        counted.insert(name, (packets, reader.warnings().count() > 0));
    }
    counted
}

#[test]
fn every_capture_has_as_many_packets_as_capinfos_counts() {
    let Some(folder) = folder() else {
        return;
    };
    let ours = counted(&folder);
    if !testkit::has_program("capinfos") {
        return;
    }
    // It does not know some link types, reports these files and goes on.
    let output = Command::new("capinfos")
        .args(["-c", "-T", "-r"])
        .args(ours.keys())
        .current_dir(&folder)
        .output()
        .unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let mut compared = 0;
    for line in table.lines() {
        let (name, packets) = line.split_once('\t').unwrap();
        let (ours, damaged) = ours[name];
        // Behind damage, we may find more than Wireshark.
        if !damaged {
            assert_eq!(ours.to_string(), packets, "{name}");
            compared += 1;
        }
    }
    assert!(compared > ours.len() / 2, "{compared} of {}", ours.len());
}
