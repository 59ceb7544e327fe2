//! Options of the three programs, and how they become a [`PeerConfig`].

use super::{BytesError, CliError, parse_bytes};
use clap::{Args, Parser, builder::PossibleValuesParser, builder::TypedValueParser};
use humantime::parse_duration;
use protocol::{Cut, Encoding, Framing, PeerConfig, ProtocolName, Role, Wait};
use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

/// Most bytes one call moves: 16 MiB.
const LARGEST_CALL: u64 = 16 << 20;

/// What the three programs have in common.
pub trait Program: Parser {
    /// The options as the peer takes them.
    ///
    /// # Errors
    /// A host name has no address.
    fn config(&self) -> Result<PeerConfig, CliError>;

    /// Where the diary goes.
    fn events(&self) -> Option<&Path>;
}

/// Accepts TCP connections and speaks a protocol on each, many at once.
///
/// docs/wire.md gives every protocol as bytes. Try: tcp-server --listen 127.0.0.1:9999
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct TcpServer {
    /// Address and port to listen on; port 0 lets the kernel choose
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:9999")]
    listen: SocketAddr,
    /// Serve one connection after the other, while the others wait
    #[arg(long)]
    one_at_a_time: bool,
    #[command(flatten)]
    talk: Talk,
    #[command(flatten)]
    stream: Stream,
    #[command(flatten)]
    think: Think,
    #[command(flatten)]
    commands: Commands,
    /// Leave an `http` client in the middle of the body: close (fin), or reset the connection (rst)
    #[arg(long, value_parser = cut())]
    cut: Option<Cut>,
}

/// Opens TCP connections, sends messages and prints the replies.
///
/// Try: tcp-client --to 127.0.0.1:9999 --send Michael --send Tracy
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct TcpClient {
    /// The server
    #[arg(long, value_name = "HOST:PORT")]
    to: String,
    #[command(flatten)]
    send: Send,
    #[command(flatten)]
    talk: Talk,
    #[command(flatten)]
    stream: Stream,
    /// Connections to open, all at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// How long to try again while the server refuses or does not answer
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    connect_timeout: Duration,
}

/// Sends and receives UDP datagrams; answers them when it has none of its own to send.
///
/// Try: udp-peer --listen 127.0.0.1:9999, and udp-peer --to 127.0.0.1:9999 --send Michael
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct UdpPeer {
    /// Address and port to bind; port 0 lets the kernel choose [default: 127.0.0.1:9999, or any
    /// free port with --to]
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Whom to send to
    #[arg(long, value_name = "HOST:PORT")]
    to: Option<String>,
    #[command(flatten)]
    send: Send,
    #[command(flatten)]
    talk: Talk,
    #[command(flatten)]
    think: Think,
    /// How long to wait for the reply to a datagram before going on without
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = parse_duration)]
    reply_timeout: Duration,
}

#[derive(Debug, Args)]
struct Send {
    /// A message to send, a command, or the path that `http` asks for; give it several times for
    /// several messages
    #[arg(long = "send", value_name = "TEXT")]
    messages: Vec<String>,
    /// What to wait for before the next message: nothing, or the reply to the one before
    #[arg(long, default_value = "reply", value_parser = wait())]
    wait: Wait,
}

/// What every peer has.
#[derive(Debug, Args)]
struct Talk {
    /// What to say: greet, speak HTTP/1.1, send or run commands, read only, or write only
    #[arg(long, default_value = "greeting", value_parser = protocol_name())]
    protocol: ProtocolName,
    /// Bytes that `source` writes in all, or that the body of an `http` server has (64KiB, 10MB)
    #[arg(long, value_name = "BYTES", default_value = "0", value_parser = parse_bytes)]
    bytes: u64,
    /// Most bytes one read may return, 1 to 16MiB
    #[arg(long, value_name = "BYTES", default_value = "1KiB", value_parser = size)]
    read: usize,
    /// Most bytes one write hands over [default: all there are, 64KiB for source on TCP, 1KiB a
    /// datagram on UDP]
    #[arg(long, value_name = "BYTES", value_parser = size)]
    write: Option<usize>,
    /// Pause between two writes (20ms, 1s 500us)
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    write_pause: Duration,
    /// SO_RCVBUF in bytes; the kernel doubles it [default: the kernel's]
    #[arg(long, value_name = "BYTES", value_parser = buffer)]
    rcvbuf: Option<u32>,
    /// SO_SNDBUF in bytes; the kernel doubles it [default: the kernel's]
    #[arg(long, value_name = "BYTES", value_parser = buffer)]
    sndbuf: Option<u32>,
    /// Append the diary of every read and write to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

/// What peers on TCP have besides.
#[derive(Debug, Args)]
struct Stream {
    /// How messages are marked off: none, handshake, i32, i32-one-read, u16, u32, delimiter:TEXT,
    /// fixed:N, content-length, chunked or until-close; of `http` the server's body
    #[arg(long, default_value = "none")]
    framing: Framing,
    /// How commands and what they say are written as bytes
    #[arg(long, default_value = "utf-8", value_parser = encoding())]
    encoding: Encoding,
    /// Pause before each read (20ms, 1s 500us)
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    read_pause: Duration,
    /// Largest message accepted
    #[arg(long, value_name = "BYTES", default_value = "16MiB", value_parser = parse_bytes)]
    max_message: u64,
    /// TCP_NODELAY: send small segments at once (Nagle's algorithm off, RFC 896)
    #[arg(long)]
    nodelay: bool,
    /// TCP_CORK: gather each burst of writes into full segments
    #[arg(long)]
    cork: bool,
    /// Hand over all that is to be said at once by one write
    #[arg(long)]
    gather: bool,
    /// SO_KEEPALIVE: probe an idle connection after so long, and again after as long (1s) [default: never]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    keepalive: Option<Duration>,
    /// TCP_KEEPCNT: so many probes without an answer end the connection [default: the kernel's]
    #[arg(long, value_name = "COUNT")]
    keepalive_probes: Option<u32>,
    /// TCP_USER_TIMEOUT: how long sent data may stay unacknowledged (2s) [default: the kernel's]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    user_timeout: Option<Duration>,
    /// TCP_QUICKACK: false when a connection opens (acknowledgments are delayed from the first segment
    /// on), true after every read [default: the kernel's]
    #[arg(long, value_name = "BOOL")]
    quickack: Option<bool>,
}

/// What a `command` server runs. It listens on loopback addresses only.
#[derive(Debug, Args)]
struct Commands {
    /// A command that may be asked for, with its arguments, just so; give it several times
    #[arg(long, value_name = "LINE")]
    allow: Vec<String>,
    /// Give whatever is asked for to `sh -c`
    #[arg(long)]
    shell: bool,
    /// How long a command may take before it is killed
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = parse_duration)]
    time_limit: Duration,
}

/// What answers.
#[derive(Debug, Args)]
struct Think {
    /// Pause before each reply (20ms, 1s 500us)
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    think: Duration,
}

impl Program for TcpServer {
    fn config(&self) -> Result<PeerConfig, CliError> {
        let config = PeerConfig {
            listen: Some(self.listen),
            one_at_a_time: self.one_at_a_time,
            think: self.think.think,
            cut: self.cut,
            allow: self.commands.allow.clone(),
            shell: self.commands.shell,
            time_limit: self.commands.time_limit,
            ..PeerConfig::new(Role::TcpServer)
        };
        Ok(self.stream.fill(self.talk.fill(config)))
    }

    fn events(&self) -> Option<&Path> {
        self.talk.events.as_deref()
    }
}

impl Program for TcpClient {
    fn config(&self) -> Result<PeerConfig, CliError> {
        let config = PeerConfig {
            to: Some(resolve(&self.to)?),
            connections: self.connections,
            connect_timeout: self.connect_timeout,
            ..PeerConfig::new(Role::TcpClient)
        };
        Ok(self.stream.fill(self.talk.fill(self.send.fill(config))))
    }

    fn events(&self) -> Option<&Path> {
        self.talk.events.as_deref()
    }
}

impl Program for UdpPeer {
    fn config(&self) -> Result<PeerConfig, CliError> {
        let to = self.to.as_deref().map(resolve).transpose()?;
        let usual = SocketAddr::from(([127, 0, 0, 1], 9999));
        let config = PeerConfig {
            listen: self.listen.or(to.is_none().then_some(usual)),
            to,
            think: self.think.think,
            reply_timeout: self.reply_timeout,
            ..PeerConfig::new(Role::UdpPeer)
        };
        Ok(self.talk.fill(self.send.fill(config)))
    }

    fn events(&self) -> Option<&Path> {
        self.talk.events.as_deref()
    }
}

impl Send {
    fn fill(&self, config: PeerConfig) -> PeerConfig {
        PeerConfig {
            send: self.messages.clone(),
            wait: self.wait,
            ..config
        }
    }
}

impl Talk {
    fn fill(&self, config: PeerConfig) -> PeerConfig {
        PeerConfig {
            protocol: self.protocol,
            bytes: self.bytes,
            read: self.read,
            write: self.write,
            write_pause: self.write_pause,
            rcvbuf: self.rcvbuf,
            sndbuf: self.sndbuf,
            ..config
        }
    }
}

impl Stream {
    fn fill(&self, config: PeerConfig) -> PeerConfig {
        PeerConfig {
            framing: self.framing.clone(),
            encoding: self.encoding,
            read_pause: self.read_pause,
            max_message: self.max_message,
            nodelay: self.nodelay,
            cork: self.cork,
            gather: self.gather,
            keepalive: self.keepalive,
            keepalive_probes: self.keepalive_probes,
            user_timeout: self.user_timeout,
            quickack: self.quickack,
            ..config
        }
    }
}

fn resolve(host: &str) -> Result<SocketAddr, CliError> {
    let addresses = host.to_socket_addrs().map_err(|source| CliError::Resolve {
        host: host.to_owned(),
        source,
    });
    let first = addresses?.next();
    first.ok_or_else(|| CliError::NoSuchHost(host.to_owned()))
}

fn wait() -> impl TypedValueParser<Value = Wait> {
    PossibleValuesParser::new(["never", "reply"]).map(|word| match word.as_str() {
        "never" => Wait::Never,
        _ => Wait::Reply,
    })
}

fn protocol_name() -> impl TypedValueParser<Value = ProtocolName> {
    let words = ["greeting", "http", "command", "sink", "source"];
    PossibleValuesParser::new(words).map(|word| match word.as_str() {
        "http" => ProtocolName::Http,
        "command" => ProtocolName::Command,
        "sink" => ProtocolName::Sink,
        "source" => ProtocolName::Source,
        _ => ProtocolName::Greeting,
    })
}

fn cut() -> impl TypedValueParser<Value = Cut> {
    PossibleValuesParser::new(["fin", "rst"]).map(|word| match word.as_str() {
        "rst" => Cut::Rst,
        _ => Cut::Fin,
    })
}

fn encoding() -> impl TypedValueParser<Value = Encoding> {
    PossibleValuesParser::new(["utf-8", "gbk"]).map(|word| match word.as_str() {
        "gbk" => Encoding::Gbk,
        _ => Encoding::Utf8,
    })
}

/// Bytes that one call moves.
fn size(text: &str) -> Result<usize, BytesError> {
    match parse_bytes(text)? {
        bytes @ 1..=LARGEST_CALL => Ok(bytes as usize),
        _ => Err(BytesError::CallSize(text.to_owned())),
    }
}

fn buffer(text: &str) -> Result<u32, BytesError> {
    let bytes = u32::try_from(parse_bytes(text)?);
    bytes
        .ok()
        .ok_or_else(|| BytesError::TooLarge(text.to_owned()))
}
