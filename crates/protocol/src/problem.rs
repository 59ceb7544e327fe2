//! Options that make no sense together.

use crate::{PeerConfig, ProtocolName, Role, Wait, http};
use framing::{EncodeError, Encoder, Framing};
use std::time::Duration;

/// Most bytes one read may ask for.
const MAX_READ: usize = 16 << 20;

/// The largest payload of a UDP datagram over IPv4: 65,535 bytes less both headers (RFC 768, 791).
const MAX_DATAGRAM: usize = 65_507;

/// Why a peer can't do what it is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A client without a server.
    #[error("a tcp-client needs `to`: whom it connects to")]
    NoDestination,
    /// Nobody to send datagrams to.
    #[error("a udp-peer that sends needs `to`: whom it sends to")]
    NoReceiver,
    /// Pipelining a protocol that takes turns.
    #[error("handshake framing can't be pipelined, since both sides take turns: use wait reply")]
    PipelinedHandshake,
    /// More messages than the stream has ends.
    #[error("until-close framing carries one message a connection, {messages} are to be sent")]
    SeveralUntilClose {
        /// How many were asked for.
        messages: usize,
    },
    /// A message that the framing can't carry.
    #[error("message {number} can't be sent: {error}")]
    Message {
        /// Which, from 1.
        number: usize,
        /// Why.
        error: EncodeError,
    },
    /// A read that asks for nothing returns nothing.
    #[error("read must be at least one byte")]
    EmptyRead,
    /// A read that asks for more than a peer sets aside.
    #[error("read must be at most {MAX_READ} bytes (16 MiB), not {asked}")]
    LongRead {
        /// What was asked for.
        asked: usize,
    },
    /// A write of nothing.
    #[error("write must be at least one byte")]
    EmptyWrite,
    /// Messages that all have a length which is not allowed.
    #[error(
        "fixed:{size} is above max-message, {max}: raise max-message, or choose a smaller size"
    )]
    FixedOverLimit {
        /// The length of every message.
        size: usize,
        /// The limit.
        max: u64,
    },
    /// More than a datagram holds.
    #[error(
        "message {number} has {length} bytes, a datagram holds at most {MAX_DATAGRAM}: shorten it"
    )]
    LongDatagram {
        /// Which, from 1.
        number: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// A source's datagrams are too long.
    #[error("write must be at most {MAX_DATAGRAM} bytes over UDP, one datagram, not {asked}")]
    LongDatagramWrite {
        /// What was asked for.
        asked: usize,
    },
    /// Messages for a protocol that has none.
    #[error("sink and source move plain bytes: leave send away, or use the protocol greeting")]
    NothingToSay,
    /// A protocol of streams over datagrams.
    #[error("http and command are for TCP: use a tcp-server and a tcp-client")]
    NotOverUdp,
    /// More requests than a connection carries.
    #[error("http asks for one path a connection, {paths} are to be asked for")]
    SeveralRequests {
        /// How many were asked for.
        paths: usize,
    },
    /// A path that can't stand in a request.
    #[error("`{path}` is no path: it begins with / and has no spaces")]
    Path {
        /// What was written.
        path: String,
    },
    /// A framing that HTTP does not know.
    #[error("http marks its body off by until-close, content-length or chunked, not by {framing}")]
    HttpFraming {
        /// What was asked for.
        framing: String,
    },
    /// A body above the limit.
    #[error("a body of {bytes} bytes is above max-message, {max}: raise max-message, or send less")]
    BodyOverLimit {
        /// Its length.
        bytes: u64,
        /// The limit.
        max: u64,
    },
    /// A command server that may run nothing.
    #[error("a command server needs allow: what it may run; or shell, which runs anything")]
    NothingAllowed,
    /// Something on the list that is no command.
    #[error("allow holds a line without a program, or with spaces around it")]
    EmptyCommand,
    /// A command that would be killed at once.
    #[error("time-limit must be above zero")]
    NoTime,
    /// The kernel counts in seconds.
    #[error("keepalive is a whole number of seconds, 1 s to 32767 s")]
    Keepalive,
    /// The kernel counts to 127.
    #[error("keepalive-probes must be 1 to 127")]
    KeepaliveProbes,
    /// Probes that are never sent.
    #[error("keepalive-probes needs keepalive: when they are sent")]
    ProbesWithoutKeepalive,
    /// The kernel counts in milliseconds.
    #[error("user-timeout is a whole number of milliseconds, 1 ms to 24 days")]
    UserTimeout,
    /// No connection at all.
    #[error("connections must be at least one")]
    NoConnections,
}

impl PeerConfig {
    /// Everything that makes no sense in these options; empty when all is well.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let udp = self.role == Role::UdpPeer;
        let bulk = matches!(self.protocol, ProtocolName::Sink | ProtocolName::Source);
        if self.role == Role::TcpClient && self.to.is_none() {
            problems.push(Problem::NoDestination);
        }
        let sends = !self.send.is_empty() || self.protocol == ProtocolName::Source;
        if udp && sends && self.to.is_none() {
            problems.push(Problem::NoReceiver);
        }
        if bulk && !self.send.is_empty() {
            problems.push(Problem::NothingToSay);
        }
        self.check_sizes(&mut problems);
        self.check_patience(&mut problems);
        match self.protocol {
            ProtocolName::Http | ProtocolName::Command if udp => {
                problems.push(Problem::NotOverUdp);
            }
            _ if udp => self.check_datagrams(&mut problems),
            ProtocolName::Greeting => self.check_framing(&mut problems),
            ProtocolName::Command => {
                self.check_framing(&mut problems);
                self.check_commands(&mut problems);
            }
            ProtocolName::Http => self.check_http(&mut problems),
            ProtocolName::Sink | ProtocolName::Source => {}
        }
        problems
    }

    fn check_sizes(&self, problems: &mut Vec<Problem>) {
        if self.read == 0 {
            problems.push(Problem::EmptyRead);
        }
        if self.read > MAX_READ {
            problems.push(Problem::LongRead { asked: self.read });
        }
        if self.write == Some(0) {
            problems.push(Problem::EmptyWrite);
        }
        if self.connections == 0 {
            problems.push(Problem::NoConnections);
        }
    }

    fn check_patience(&self, problems: &mut Vec<Problem>) {
        let is_whole = |time: Duration, unit: u64, most: u64| {
            let units = time.as_nanos() / u128::from(unit);
            time.as_nanos().is_multiple_of(u128::from(unit))
                && (1..=u128::from(most)).contains(&units)
        };
        if (self.keepalive).is_some_and(|time| !is_whole(time, 1_000_000_000, 32_767)) {
            problems.push(Problem::Keepalive);
        }
        if (self.keepalive_probes).is_some_and(|probes| !(1..=127).contains(&probes)) {
            problems.push(Problem::KeepaliveProbes);
        }
        if self.keepalive_probes.is_some() && self.keepalive.is_none() {
            problems.push(Problem::ProbesWithoutKeepalive);
        }
        // An int of milliseconds.
        if (self.user_timeout).is_some_and(|time| !is_whole(time, 1_000_000, i32::MAX as u64)) {
            problems.push(Problem::UserTimeout);
        }
    }

    fn check_datagrams(&self, problems: &mut Vec<Problem>) {
        for (number, message) in (1..).zip(&self.send) {
            let length = message.len();
            if length > MAX_DATAGRAM {
                problems.push(Problem::LongDatagram { number, length });
            }
        }
        if let Some(asked) = self.write.filter(|write| *write > MAX_DATAGRAM) {
            problems.push(Problem::LongDatagramWrite { asked });
        }
    }

    fn check_http(&self, problems: &mut Vec<Problem>) {
        if !http::is_framing(&self.framing) {
            let framing = self.framing.to_string();
            problems.push(Problem::HttpFraming { framing });
        }
        if self.send.len() > 1 {
            let paths = self.send.len();
            problems.push(Problem::SeveralRequests { paths });
        }
        let is_path =
            |path: &str| path.starts_with('/') && path.chars().all(|char| char.is_ascii_graphic());
        let wrong = self.send.iter().find(|path| !is_path(path));
        problems.extend(wrong.map(|path| Problem::Path { path: path.clone() }));
        if self.bytes > self.max_message {
            let (bytes, max) = (self.bytes, self.max_message);
            problems.push(Problem::BodyOverLimit { bytes, max });
        }
    }

    fn check_commands(&self, problems: &mut Vec<Problem>) {
        if self.role != Role::TcpServer {
            return;
        }
        if self.allow.is_empty() && !self.shell {
            problems.push(Problem::NothingAllowed);
        }
        let is_empty = |line: &String| line.is_empty() || line.trim() != line;
        if self.allow.iter().any(is_empty) {
            problems.push(Problem::EmptyCommand);
        }
        if self.time_limit.is_zero() {
            problems.push(Problem::NoTime);
        }
    }

    fn check_framing(&self, problems: &mut Vec<Problem>) {
        if let Framing::Fixed(size) = self.framing
            && size as u64 > self.max_message
        {
            let max = self.max_message;
            problems.push(Problem::FixedOverLimit { size, max });
            return;
        }
        if self.role == Role::TcpClient {
            self.check_messages(problems);
        }
    }

    fn check_messages(&self, problems: &mut Vec<Problem>) {
        if self.framing == Framing::Handshake && self.wait == Wait::Never && self.send.len() > 1 {
            problems.push(Problem::PipelinedHandshake);
        }
        if self.framing == Framing::UntilClose && self.send.len() > 1 {
            problems.push(Problem::SeveralUntilClose {
                messages: self.send.len(),
            });
        }
        let encoder = Encoder::new(self.framing.clone(), self.max_message);
        for (number, message) in (1..).zip(&self.send) {
            if let Err(error) = encoder.encode(&self.encoding.encode(message)) {
                problems.push(Problem::Message { number, error });
            }
        }
    }
}
