//! The TCP flags of `inspect --flags` are tshark's.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{path::Path, process::Command};

/// Captures that meet every rule, so small that tshark takes a second.
const SEEDS: [&str; 3] = ["3", "5", "6"];

#[test]
fn flags_are_those_of_tshark() {
    if !testkit::has_program("tshark") || !testkit::has_program("python3") {
        return;
    }
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts");
    let folder = tempfile::tempdir().unwrap();
    for seed in SEEDS {
        let made = Command::new(scripts.join("odd-tcp"))
            .args([seed, &format!("{seed}.pcap"), "200", "80"])
            .current_dir(&folder)
            .status();
        assert!(made.unwrap().success());
    }
    let compared = Command::new(scripts.join("parity"))
        .arg(folder.path())
        .env("LAB", env!("CARGO_BIN_EXE_tinygram"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&compared.stdout);
    assert!(compared.status.success(), "{said}");
    assert!(said.contains(" 0 frames differ"), "{said}");
}

#[test]
fn packed_and_piped_captures_are_read() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/capture");
    let plain = std::fs::read(seeds.join("handshake.pcap")).unwrap();
    let expected = flags(&seeds.join("handshake.pcap"), &[]);
    assert_eq!(
        expected.0,
        "5\tretransmission\n6\tzero-window\n7\tzero-window-probe\n8\tzero-window,zero-window-probe-ack\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let zipped = gzip(&plain);
    std::fs::write(folder.path().join("gz"), &zipped).unwrap();
    let zstd = zstd::encode_all(&plain[..], 0).unwrap();
    std::fs::write(folder.path().join("zst"), &zstd).unwrap();
    for file in ["gz", "zst"] {
        assert_eq!(flags(&folder.path().join(file), &[]), expected, "{file}");
    }
    for pipe in [&plain, &zipped, &zstd] {
        assert_eq!(flags(Path::new("-"), pipe), expected);
    }
    // Cut, it gives what could be unpacked, and says so.
    let (_, warning) = flags(Path::new("-"), &zipped[..zipped.len() - 20]);
    assert!(warning.contains("bytes could be unpacked"), "{warning}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// What `inspect --flags` prints on standard output and standard error.
fn flags(path: &Path, stdin: &[u8]) -> (String, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tinygram"))
        .args(["inspect", "--flags"])
        .arg(path)
        .write_stdin(stdin)
        .output()
        .unwrap();
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}
