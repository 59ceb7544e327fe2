//! What a host's kernel is told besides: sysctls and attributes of its route.

use crate::{
    decode::{Decode, entries, integer, keys, unknown_key},
    problem::Problems,
    shape::{KeyInfo, Object, Shape},
    tree::Node,
};
use std::{collections::BTreeMap, time::Duration};

/// Sysctls of a host's own network namespace, by their names below `net.ipv4`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sysctls(pub(crate) BTreeMap<&'static str, u64>);

impl Sysctls {
    pub(crate) const OBJECT: Object = Object {
        name: "a set of sysctls",
        about: "Settings of the host's own kernel namespace, by their names below `net.ipv4` in the \
            kernel's documentation (ip-sysctl). What is not written is as on the machine, but for \
            `tcp_congestion_control` (`reno`) and `tcp_no_metrics_save` (1).",
        keys: ALLOWED,
    };
}

/// Only what shapes a host's own traffic: nothing here reaches the machine.
const ALLOWED: &[KeyInfo] = &[
    number(
        "tcp_autocorking",
        "Whether small writes wait while earlier ones are still in the kernel's queue.",
        0,
        1,
    ),
    number(
        "tcp_base_mss",
        "Where path MTU probing begins, in bytes of payload (RFC 4821).",
        48,
        65_495,
    ),
    number(
        "tcp_early_retrans",
        "Tail loss probes: 3 sends them, 0 does not (RFC 8985).",
        0,
        4,
    ),
    number(
        "tcp_keepalive_intvl",
        "Seconds between keepalive probes (RFC 9293, section 3.8.4).",
        1,
        32_767,
    ),
    number(
        "tcp_keepalive_probes",
        "Keepalive probes without an answer until the connection is given up.",
        1,
        127,
    ),
    number(
        "tcp_keepalive_time",
        "Seconds of silence before the first keepalive probe.",
        1,
        32_767,
    ),
    number(
        "tcp_mtu_probing",
        "Path MTU probing (RFC 4821): 0 never, 1 when a black hole is suspected, 2 always.",
        0,
        2,
    ),
    number(
        "tcp_retries1",
        "Retransmissions until the path is suspected.",
        0,
        255,
    ),
    number(
        "tcp_retries2",
        "Retransmissions until the connection is given up.",
        0,
        255,
    ),
    number(
        "tcp_rto_max_ms",
        "The longest retransmission time-out, in ms (Linux 6.15 and newer).",
        1_000,
        120_000,
    ),
    number("tcp_sack", "Selective acknowledgements (RFC 2018).", 0, 1),
    number(
        "tcp_slow_start_after_idle",
        "Whether the congestion window shrinks when nothing was sent for a time-out (RFC 5681).",
        0,
        1,
    ),
    number("tcp_timestamps", "Time stamps (RFC 7323).", 0, 1),
    number(
        "tcp_window_scaling",
        "Windows of more than 65,535 bytes (RFC 7323).",
        0,
        1,
    ),
    number(
        "ipfrag_high_thresh",
        "Memory for fragments of packets that are not complete, in bytes.",
        0,
        1 << 30,
    ),
];

const fn number(name: &'static str, about: &'static str, least: u64, most: u64) -> KeyInfo {
    KeyInfo {
        name,
        about,
        shape: Shape::Integer(least, most),
        default: "",
    }
}

impl Decode for Sysctls {
    const SHAPE: Shape = Shape::Object(&Self::OBJECT);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let mut sysctls = BTreeMap::new();
        for entry in entries(node, key, "a map of sysctls", problems)? {
            let Some(info) = Self::OBJECT.key(&entry.key) else {
                unknown_key(entry, &Self::OBJECT, problems);
                continue;
            };
            if let Shape::Integer(least, most) = info.shape {
                let value = integer(&entry.value, info.name, least..=most, problems);
                sysctls.extend(value.map(|value| (info.name, value)));
            }
        }
        Some(Self(sysctls))
    }
}

keys! {
    /// Attributes of the host's route to the lab network (ip-route(8)).
    struct RouteKeys as "a route" {
        /// The initial congestion window, in segments (RFC 6928 has 10).
        "initcwnd" initcwnd: Count = "10",
        /// The initial receive window, in segments.
        "initrwnd" initrwnd: Count = "the kernel's",
        /// The maximum segment size to announce, in bytes.
        "advmss" advmss: Count = "from the MTU",
        /// Whether every segment is acknowledged at once, without delay.
        "quickack" quickack: bool = "false",
        /// The shortest retransmission time-out.
        "rto_min" rto_min: Duration = "200ms",
    }
}

/// A number that the kernel keeps in 16 bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Count(pub(crate) u32);

impl Decode for Count {
    const SHAPE: Shape = Shape::Integer(1, 65_535);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let number = integer(node, key, 1..=65_535, problems)?;
        u32::try_from(number).ok().map(Self)
    }
}
