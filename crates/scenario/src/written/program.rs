//! Programs and their options.

mod types;

pub(crate) use types::{CallSize, Connections, Endpoint, MessageSize, Port, Probes, SocketBuffer};

use crate::{
    decode::{Item, keys},
    units::Bytes,
};
use protocol::{Cut, Encoding, Framing, ProtocolName, Role, Wait};
use std::time::Duration;

keys! {
    /// One program of a host: one of the lab's peers with its options, or any `command`.
    struct Program as "a program" {
        /// Which of the lab's peers it is.
        "peer" peer: Role,
        /// Any program instead: its name and arguments, without a shell, started in the scenario
        /// file's folder. It is captured; more than the wire is known of it where it tells events (docs/events.md).
        "command" command: Vec<Item<String>>,
        /// The port that a `command` serves: the others start when it listens, and when they have ended
        /// it is ended, too (SIGTERM), unless it has by itself. A command without one ends by itself.
        "listens" listens: crate::plan::Listens,
        /// What the peer speaks; docs/wire.md has the bytes.
        "protocol" protocol: ProtocolName = "greeting",
        /// How messages are marked off in a TCP stream: `none` (whatever one read returns is taken
        /// for a message), `handshake`, `i32`, `u16`, `u32` (binary lengths), `i32-one-read` (whose receiver reads
        /// the length with one read), `content-length`, `chunked`, `until-close`,
        /// `{delimiter: "\n"}` or `{fixed: 16}` (bytes). With the protocol `http` the server's says
        /// how its body is marked off, and the client follows.
        "framing" framing: Framing = "none",
        /// The port a server listens on; for a client, the server's.
        "port" port: Port = "9999; for a client, what the other host serves",
        /// Whom a client connects to, or a UDP peer sends to: `HOST` or `HOST:PORT`. A UDP peer
        /// without it answers.
        "to" to: Endpoint,
        /// The messages to send, in order: with the protocol `command`, commands; with `http`, the
        /// path to ask for.
        "send" send: Vec<Item<String>> = "[]",
        /// When the next message is sent: at once (`never`), or when the reply to the one before
        /// has been understood (`reply`).
        "wait" wait: Wait = "reply",
        /// How much the protocol `source` sends in all, or how long the body is that an `http` server
        /// answers with.
        "bytes" bytes: Bytes,
        /// How much one read asks for, `1B` to `16MiB`.
        "read" read: CallSize = "1KiB",
        /// A pause before each read.
        "read-pause" read_pause: Duration = "0ms",
        /// How much one write hands over at most, `1B` to `16MiB`.
        "write" write: CallSize = "each piece whole",
        /// A pause between two writes.
        "write-pause" write_pause: Duration = "0ms",
        /// How long a server thinks before each reply.
        "think" think: Duration = "0ms",
        /// An `http` server leaves in the middle of the body: it closes (`fin`), or resets the
        /// connection (`rst`).
        "cut" cut: Cut = "it stays to the end",
        /// The commands that a `command` server runs, each as it is asked for: a program and its
        /// arguments, without a shell.
        "allow" allow: Vec<Item<String>> = "[]",
        /// Whether a `command` server gives anything that it is asked for to `sh -c`.
        "shell" shell: bool = "false",
        /// How long a command may take before it is killed.
        "time-limit" time_limit: Duration = "5s",
        /// How commands and what they say are written as bytes.
        "encoding" encoding: Encoding = "utf-8",
        /// TCP_NODELAY: Nagle's algorithm (RFC 896) off.
        "nodelay" nodelay: bool = "false",
        /// TCP_CORK around each burst of writes, see tcp(7).
        "cork" cork: bool = "false",
        /// Whether all that is to be said at once is handed over by one write: with `wait: never`,
        /// all of a client's messages.
        "gather" gather: bool = "false",
        /// SO_RCVBUF as it is set, `1B` to `1GiB`; the kernel doubles it, see socket(7).
        "rcvbuf" rcvbuf: SocketBuffer = "the kernel's",
        /// SO_SNDBUF as it is set, `1B` to `1GiB`; the kernel doubles it, see socket(7).
        "sndbuf" sndbuf: SocketBuffer = "the kernel's",
        /// SO_KEEPALIVE: an idle connection is probed after so long, and again after as long while no
        /// answer comes; whole seconds.
        "keepalive" keepalive: Duration = "no probes",
        /// TCP_KEEPCNT: so many probes without an answer end the connection, 1 to 127.
        "keepalive-probes" keepalive_probes: Probes = "the kernel's",
        /// TCP_USER_TIMEOUT: how long what was sent may stay unacknowledged before the connection
        /// ends; whole milliseconds.
        "user-timeout" user_timeout: Duration = "the kernel's",
        /// TCP_QUICKACK, see tcp(7): `false` when the connection opens, so that acknowledgments are delayed
        /// from the first segment on; `true` after every read, since the kernel does not keep to it.
        "quickack" quickack: bool = "the kernel's",
        /// Whether the server serves one connection after the other. The others are open meanwhile, and
        /// wait.
        "one-at-a-time" one_at_a_time: bool = "false",
        /// How many connections a client opens, all at once, 1 to 1000.
        "connections" connections: Connections = "1",
        /// How long a client tries again while the server refuses or does not answer.
        "connect-timeout" connect_timeout: Duration = "5s",
        /// How long a UDP peer waits for a reply before it goes on without.
        "reply-timeout" reply_timeout: Duration = "2s",
        /// The largest message that the framing accepts, `1B` to `1GiB`.
        "max-message" max_message: MessageSize = "16MiB",
    }
}
