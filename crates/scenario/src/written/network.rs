//! The network and its addresses.

use crate::{
    decode::{Decode, choices, keys, scalar},
    problem::{Problems, quoted},
    shape::{Form, Shape},
    tree::Node,
};
use std::net::IpAddr;

keys! {
    /// The network that all hosts are on; nothing leaves it.
    struct NetworkKeys as "a network" {
        /// Which Internet Protocol the lab speaks.
        "family" family: Family = "ipv4",
        /// Where the hosts' addresses come from. 198.18.0.0/15 is set aside for benchmarks
        /// (RFC 2544); for IPv6 the default is `fd00:74::/64`.
        "subnet" subnet: Subnet = "198.18.0.0/24",
    }
}

/// IPv4 or IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

choices! { Family, "families":
    "ipv4" = Family::V4,
    "ipv6" = Family::V6,
}

impl Family {
    pub(crate) fn of(address: IpAddr) -> Self {
        if address.is_ipv4() {
            Self::V4
        } else {
            Self::V6
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

/// A range of addresses; some of its bits may still stick out of its prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subnet {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
}

const SUBNET: Form = Form {
    what: "a subnet",
    pattern: "^[0-9a-fA-F.:]+/[0-9]{1,3}$",
    example: "198.18.0.0/24",
};

impl Decode for Subnet {
    const SHAPE: Shape = Shape::Form(&SUBNET);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let text = scalar(node, key, "a subnet, such as `198.18.0.0/24`", problems)?;
        let parts = text.split_once('/');
        let subnet = parts.and_then(|(address, prefix)| {
            let (address, prefix) = (address.parse().ok()?, prefix.parse().ok()?);
            Some(Self { address, prefix })
        });
        if subnet.is_none() {
            let message = format!("{} is no subnet", quoted(text));
            problems.add(
                node.span,
                message,
                "write `198.18.0.0/24` or `fd00:74::/64`",
            );
        }
        subnet
    }
}

const ADDRESS: Form = Form {
    what: "an IP address",
    pattern: "^[0-9a-fA-F.:]+$",
    example: "198.18.0.7",
};

impl Decode for IpAddr {
    const SHAPE: Shape = Shape::Form(&ADDRESS);

    fn decode(node: &Node, key: &str, problems: &mut Problems) -> Option<Self> {
        let text = scalar(node, key, "an IP address, such as `198.18.0.7`", problems)?;
        let address = text.parse().ok();
        if address.is_none() {
            let message = format!("{} is no IP address", quoted(text));
            problems.add(
                node.span,
                message,
                "write it as `198.18.0.7` or `fd00:74::7`",
            );
        }
        address
    }
}
