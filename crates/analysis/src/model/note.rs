//! What the reader should know besides.

use serde::Serialize;

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// A capture is damaged or odd; what could be read was.
    Capture {
        /// The host; none for a single capture.
        host: Option<String>,
        /// What is wrong with it and where.
        warning: String,
    },
    /// Lines of a diary could not be read and were set aside.
    BadLines {
        /// The host.
        host: String,
        /// The `command:` program whose own diary it is; none for that of the lab's peers.
        program: Option<String>,
        /// How many.
        count: usize,
        /// Number of the first.
        first: usize,
        /// What is wrong with the first.
        error: String,
    },
    /// Too few packets crossed a link to check what it was asked.
    FewPackets {
        /// The link's host.
        host: String,
        /// How many were measured.
        count: u64,
    },
    /// A peer's framing broke on what came in.
    Malformed {
        /// The host.
        host: String,
        /// The program.
        program: String,
        /// The codec's error.
        error: String,
    },
    /// The kernel gave a connection up, because the other side was silent.
    GivenUp {
        /// The host.
        host: String,
        /// The program whose connection it was.
        program: String,
        /// How long the connection had lived, in ns.
        after: u64,
        /// Whether it was its keepalives that nobody answered (RFC 9293, 3.8.4), and not what it had sent.
        keepalive: bool,
    },
    /// A simulated stack had forgotten to send what it had and was made to probe: its timing there
    /// is the simulation's, not the stack's.
    Nudged {
        /// The host.
        host: String,
        /// How often.
        count: u64,
    },
}
