//! The options' own types.

use crate::{
    decode::{Decode, Key, choices, integer, keys, scalar},
    plan::Listens,
    problem::{Problems, quoted},
    shape::{Form, Shape},
    suggest,
    tree::{Content, Node},
    units::Bytes,
};
use protocol::{Cut, Encoding, Framing, ProtocolName, Role, Wait};

choices! { Role, "peers":
    "tcp-server" = Role::TcpServer,
    "tcp-client" = Role::TcpClient,
    "udp-peer" = Role::UdpPeer,
}

choices! { ProtocolName, "protocols":
    "greeting" = ProtocolName::Greeting,
    "http" = ProtocolName::Http,
    "command" = ProtocolName::Command,
    "sink" = ProtocolName::Sink,
    "source" = ProtocolName::Source,
}

choices! { Cut, "ways to leave":
    "fin" = Cut::Fin,
    "rst" = Cut::Rst,
}

choices! { Encoding, "encodings":
    "utf-8" = Encoding::Utf8,
    "gbk" = Encoding::Gbk,
}

choices! { Wait, "the choices":
    "never" = Wait::Never,
    "reply" = Wait::Reply,
}

/// Declares whole numbers within limits: plain ones, or bytes with a unit.
macro_rules! limited {
    ($($(#[doc = $doc:literal])* $type:ident($of:ty) = $form:ident $least:literal..=$most:expr;)*) => {$(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $type(pub(crate) $of);

        impl Decode for $type {
            const SHAPE: Shape = limited!(@shape $form $least $most);

            fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
                let number = limited!(@decode $form $least $most, node, key, problems)?;
                <$of>::try_from(number).ok().map(Self)
            }
        }
    )*};
    (@shape plain $least:literal $most:expr) => { Shape::Integer($least, $most) };
    (@shape bytes $least:literal $most:expr) => { Bytes::SHAPE };
    (@decode plain $least:literal $most:expr, $node:ident, $key:ident, $problems:ident) => {
        integer($node, $key, $least..=$most, $problems)
    };
    (@decode bytes $least:literal $most:expr, $node:ident, $key:ident, $problems:ident) => {
        bytes_up_to($node, $key, $most, $problems)
    };
}

limited! {
    /// A port.
    Port(u16) = plain 1..=65_535;
    /// How many connections; each costs both hosts a file descriptor of the usual 1,024.
    Connections(u32) = plain 1..=1_000;
    /// Probes without an answer, as many as the kernel counts.
    Probes(u32) = plain 1..=127;
    /// Bytes of a message under `fixed`.
    FixedSize(usize) = plain 1..=MIB * 1024;
    /// Bytes that one call moves.
    CallSize(usize) = bytes 1..=16 * MIB;
    /// Bytes of a socket buffer; doubled by the kernel, and still no more than it can count.
    SocketBuffer(u32) = bytes 1..=1024 * MIB;
    /// Bytes of a message.
    MessageSize(u64) = bytes 1..=1024 * MIB;
}

const MIB: u64 = 1 << 20;

fn bytes_up_to(node: &Node, key: &str, most: u64, problems: &mut Problems) -> Option<u64> {
    let Bytes(number) = Bytes::decode(node, key, problems)?;
    if (1..=most).contains(&number) {
        return Some(number);
    }
    let hint = format!("write `1B` to `{}MiB`", most / MIB);
    problems.add(node.span, format!("`{key}` can't be {number} bytes"), hint);
    None
}

/// Whom to go to: a host, and a port unless the host's programs tell.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
}

const ENDPOINT: Form = Form {
    what: "a host and perhaps a port",
    pattern: "^[a-z][a-z0-9-]{0,62}(:[0-9]{1,5})?$",
    example: "server:9999",
};

impl Decode for Endpoint {
    const SHAPE: Shape = Shape::Form(&ENDPOINT);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let text = scalar(node, key, "a host: `HOST` or `HOST:PORT`", problems)?;
        let Some((host, port)) = text.split_once(':') else {
            let host = text.to_owned();
            return Some(Self { host, port: None });
        };
        let number = port.parse().ok().filter(|port| *port > 0);
        if number.is_none() {
            let span = node.span.of_part(text, port);
            problems.add(
                span,
                format!("{} is no port", quoted(port)),
                "write 1 to 65535",
            );
        }
        Some(Self {
            host: host.to_owned(),
            port: Some(number?),
        })
    }
}

const LISTENS: Form = Form {
    what: "a protocol and a port",
    pattern: "^(tcp|udp)/[0-9]{1,5}$",
    example: "tcp/9999",
};

impl Decode for Listens {
    const SHAPE: Shape = Shape::Form(&LISTENS);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let text = scalar(node, key, "`tcp/PORT` or `udp/PORT`", problems)?;
        let parts = text.split_once('/');
        let listens = parts.and_then(|(transport, port)| {
            let port = port.parse().ok().filter(|port| *port > 0)?;
            match transport {
                "tcp" => Some(Self::Tcp(port)),
                "udp" => Some(Self::Udp(port)),
                _ => None,
            }
        });
        if listens.is_none() {
            let message = format!("`{key}` can't be {}", quoted(text));
            problems.add(node.span, message, "write `tcp/9999` or `udp/9999`");
        }
        listens
    }
}

keys! {
    /// A framing that has a parameter; one of these.
    struct Parameter as "a framing" {
        /// The bytes behind every message.
        "delimiter" delimiter: String,
        /// How many bytes every message has; a plain number.
        "fixed" fixed: FixedSize,
    }
}

const FRAMING: Form = Form {
    what: "a framing",
    pattern: "^(none|handshake|i32|i32-one-read|u16|u32|content-length|chunked|until-close|delimiter:.+|fixed:[1-9][0-9]*)$",
    example: "i32",
};

impl Decode for Framing {
    const SHAPE: Shape = Shape::OneOf(&[Shape::Form(&FRAMING), Shape::Object(&Parameter::OBJECT)]);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        const WORDS: [&str; 9] = [
            "none",
            "handshake",
            "i32",
            "i32-one-read",
            "u16",
            "u32",
            "content-length",
            "chunked",
            "until-close",
        ];
        if matches!(node.content, Content::Map(_)) {
            let parameter = Parameter::decode(node, key, problems)?;
            return parameterised(&parameter, node, problems);
        }
        let wanted = "a framing, such as `none` or `i32`";
        let text = scalar(node, key, wanted, problems)?;
        let framing = text.parse().ok();
        if framing.is_none() {
            let hint = match suggest::closest(text, WORDS) {
                Some(word) => format!("did you mean `{word}`?"),
                None => {
                    format!(
                        "write {}, {{delimiter: TEXT}} or {{fixed: BYTES}}",
                        WORDS.join(", ")
                    )
                }
            };
            problems.add(node.span, format!("unknown framing {}", quoted(text)), hint);
        }
        framing
    }
}

fn parameterised(parameter: &Parameter, node: &Node, problems: &mut Problems) -> Option<Framing> {
    match (&parameter.delimiter, &parameter.fixed) {
        (Key::Given(delimiter), Key::Absent) if delimiter.value.is_empty() => {
            let hint = "write the bytes behind every message, such as \"\\n\"";
            problems.add(delimiter.span, "an empty delimiter marks nothing", hint);
            None
        }
        (Key::Given(delimiter), Key::Absent) => {
            Some(Framing::Delimiter(delimiter.value.clone().into_bytes()))
        }
        (Key::Absent, Key::Given(fixed)) => Some(Framing::Fixed(fixed.value.0)),
        (Key::Wrong(_), _) | (_, Key::Wrong(_)) => None,
        (Key::Absent, Key::Absent) | (Key::Given(_), Key::Given(_)) => {
            let message = "a framing has one parameter";
            problems.add(
                node.span,
                message,
                "write {delimiter: TEXT} or {fixed: BYTES}",
            );
            None
        }
    }
}
