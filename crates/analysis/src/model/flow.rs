//! A UDP conversation.

use super::connection::{Arrival, Direction, End};
use serde::Serialize;

/// All datagrams between two ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Flow {
    /// Who sent the first datagram.
    pub client: End,
    /// The other end.
    pub server: End,
    /// What the client sent, then what the server sent, by time.
    pub datagrams: [Vec<Datagram>; 2],
    /// Bytes of their IP packets, per direction.
    pub wire: [u64; 2],
    /// Datagrams that a [summary](crate::summarise) counts and does not list.
    #[serde(skip)]
    pub unlisted: [u64; 2],
}

impl Flow {
    /// Who sends in that direction.
    pub fn sender(&self, direction: Direction) -> &End {
        match direction {
            Direction::ClientToServer => &self.client,
            Direction::ServerToClient => &self.server,
        }
    }

    /// Who receives in that direction.
    pub fn receiver(&self, direction: Direction) -> &End {
        self.sender(direction.reverse())
    }
}

/// One datagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Datagram {
    /// Its frame number in the sender's capture.
    pub frame: u64,
    /// When it left.
    pub at: u64,
    /// Bytes of payload.
    pub len: u64,
    /// Where and when it arrived; several times when the link duplicated it.
    pub arrivals: Vec<Arrival>,
    /// Whether it left as several IP fragments. It arrives with the last of them; `arrivals` name the
    /// frame of the first.
    pub fragmented: bool,
    /// How the receiving program got it; none when it did not or kept no diary.
    pub received: Option<Received>,
    /// The beginning of its payload, as text.
    pub text: String,
}

/// A receive call that returned a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Received {
    /// When it returned.
    pub at: u64,
    /// How many bytes it returned; fewer than the datagram has when the buffer was too small.
    pub len: u64,
}
