//! curl against our server: a client that nobody here has written.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{Stage, server};
use protocol::{Cut, PeerConfig, ProtocolName};
use tokio::process::Command;

/// CURLE_PARTIAL_FILE and CURLE_RECV_ERROR, libcurl-errors(3).
const PARTIAL: i32 = 18;
const RESET: i32 = 56;

/// What curl writes, and its exit status.
async fn fetch(config: PeerConfig) -> (usize, i32) {
    let stage = Stage::new();
    let serving = stage.start("server", config).await;
    let url = format!("http://{}/", serving.address);
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "60", "--noproxy", "*", &url]);
    let output = curl.output().await.unwrap();
    serving.stop().await.summary.unwrap();
    (output.stdout.len(), output.status.code().unwrap())
}

#[tokio::test]
async fn curl_finds_the_end_of_a_body_where_it_is_marked() {
    if !testkit::has_program("curl") {
        return;
    }
    let serving = |framing: &str, cut| PeerConfig {
        protocol: ProtocolName::Http,
        framing: framing.parse().unwrap(),
        bytes: 5000,
        cut,
        ..server()
    };
    for framing in ["until-close", "content-length", "chunked"] {
        assert_eq!(fetch(serving(framing, None)).await, (5000, 0), "{framing}");
        let (_, status) = fetch(serving(framing, Some(Cut::Rst))).await;
        assert_eq!(status, RESET, "{framing}");
        let (bytes, status) = fetch(serving(framing, Some(Cut::Fin))).await;
        assert!((2000..5000).contains(&bytes), "{framing}: {bytes}");
        let told = if framing == "until-close" { 0 } else { PARTIAL };
        assert_eq!(status, told, "{framing}");
    }
}
