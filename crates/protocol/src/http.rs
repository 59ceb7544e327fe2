//! HTTP/1.1 (RFC 9112), one request a connection: `GET`, `Connection: close`, and a body that is
//! marked off in one of the three ways that HTTP knows.

mod client;
mod server;

pub(crate) use client::Client;
pub(crate) use server::Server;

use framing::{Decoder, Framing};
use serde::{Deserialize, Serialize};

/// What is asked for unless something else is.
const ROOT: &str = "/";

/// Most bytes of a request.
const LONGEST_REQUEST: u64 = 16 << 10;

/// How a server leaves its client in the middle of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// It closes, as at the end.
    Fin,
    /// It resets the connection.
    Rst,
}

/// Whether a server can mark off a body so.
pub(crate) fn is_framing(framing: &Framing) -> bool {
    use Framing::{Chunked, ContentLength, None, UntilClose};
    matches!(framing, None | UntilClose | ContentLength | Chunked)
}

/// Finds the requests in a stream: each ends with an empty line, and none has a body.
fn requests() -> Decoder {
    Decoder::new(Framing::Delimiter(b"\r\n\r\n".to_vec()), LONGEST_REQUEST)
}
