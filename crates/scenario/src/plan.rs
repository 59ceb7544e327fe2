//! A scenario with everything resolved: valid by construction, ready to be played.

mod link;
mod route;

pub use link::{Change, Engine, LinkPlan, LinkState};
pub use route::RoutePlan;

use crate::{
    expectation::{Expectation, Stack},
    need::Need,
    text::Text,
};
use protocol::PeerConfig;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, net::IpAddr, str::FromStr, time::Duration};

/// A whole scenario: its variants, each complete in itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// The scenario's name: its file's name without the ending.
    pub name: String,
    /// One line.
    pub title: Text,
    /// What it shows.
    pub about: Text,
    /// Where all chance comes from.
    pub seed: u64,
    /// The variants in the order they were written; one named `plain` when none was.
    pub variants: Vec<VariantPlan>,
}

/// One variant, resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VariantPlan {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub about: Text,
    /// The network all hosts are on.
    pub network: Network,
    /// When a run is ended that has not ended itself.
    #[serde(with = "humantime_serde")]
    pub deadline: Duration,
    /// What it can't be played without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// The hosts, in the order they were written.
    pub hosts: Vec<HostPlan>,
    /// What the run must show.
    pub expect: Vec<Expectation>,
}

impl VariantPlan {
    /// The host of that name.
    pub fn host(&self, name: &str) -> Option<&HostPlan> {
        self.hosts.iter().find(|host| host.name == name)
    }

    /// The address that ICMP errors of a link's router come from: the highest of the subnet that no
    /// host has, broadcast's not counted.
    pub fn router(&self) -> IpAddr {
        let taken = |address: &IpAddr| self.hosts.iter().any(|host| host.address == *address);
        let highest = match self.network.subnet {
            IpAddr::V4(subnet) => {
                let hosts = u32::MAX
                    .checked_shr(self.network.prefix.into())
                    .unwrap_or(0);
                let end = u32::from(subnet) | hosts;
                let below = (0..=hosts).map(move |n| IpAddr::V4((end - n).into()));
                below.skip(1).find(|address| !taken(address))
            }
            IpAddr::V6(subnet) => {
                let hosts = u128::MAX
                    .checked_shr(self.network.prefix.into())
                    .unwrap_or(0);
                let end = u128::from(subnet) | hosts;
                let below = (0..=hosts).map(move |n| IpAddr::V6((end - n).into()));
                below.into_iter().find(|address| !taken(address))
            }
        };
        highest.unwrap_or(self.network.subnet)
    }
}

/// The lab network: one subnet, closed to the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Network {
    /// Its lowest address.
    pub subnet: IpAddr,
    /// Its prefix length.
    pub prefix: u8,
}

/// One host, resolved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostPlan {
    /// Its name, which is also its host name in the lab.
    pub name: String,
    /// Its address.
    pub address: IpAddr,
    /// Its link's Ethernet address.
    pub mac: Mac,
    /// What its link does to packets that leave it.
    pub link: LinkPlan,
    /// Whose TCP and IP it speaks, where that is not left to the backend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Stack>,
    /// Sysctls of its network namespace, by their names below `net.ipv4`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: BTreeMap<String, u64>,
    /// Attributes of its route to the lab network.
    #[serde(default, skip_serializing_if = "RoutePlan::is_plain")]
    pub route: RoutePlan,
    /// The container image that it is made of, where hosts are containers; the lab's own when there is
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What it runs.
    pub run: Vec<ProgramPlan>,
}

impl HostPlan {
    /// Whether its programs run on smoltcp wherever it is played.
    pub fn is_on_smoltcp(&self) -> bool {
        self.stack == Some(Stack::Smoltcp)
    }
}

/// One program a host runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProgramPlan {
    /// Its name in the scenario (`tcp` in `server.tcp.understood`).
    pub name: String,
    /// What it is.
    pub program: Program,
}

/// A program of the lab's own, or any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// One of the three peers.
    Peer(Box<PeerConfig>),
    /// Any program, captured and analysed on the wire only.
    Command(Command),
}

/// Any program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Command {
    /// The program and its arguments; no shell takes part. Relative paths are taken from `dir`.
    pub argv: Vec<String>,
    /// The scenario file's folder, where the program is started.
    pub dir: String,
    /// The port it serves: the others start when it listens there, and it is told to end
    /// (SIGTERM) when they have. A program without one ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listens: Option<Listens>,
}

/// A port that a `command:` program serves, written `tcp/9999` or `udp/9999`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listens {
    /// A TCP port.
    Tcp(u16),
    /// A UDP port.
    Udp(u16),
}

impl ProgramPlan {
    /// Whether it ends by itself rather than when it is told to.
    pub fn ends_by_itself(&self) -> bool {
        match &self.program {
            Program::Peer(config) => config.ends_by_itself(),
            Program::Command(command) => command.listens.is_none(),
        }
    }
}

/// An Ethernet address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// A locally administered address that follows from the IP address, so that a run's frames are
    /// the same every time and no ARP or neighbour discovery is needed.
    pub fn for_address(address: IpAddr) -> Self {
        let tail: [u8; 4] = match address {
            IpAddr::V4(v4) => v4.octets(),
            IpAddr::V6(v6) => {
                let o = v6.octets();
                [o[12], o[13], o[14], o[15]]
            }
        };
        Self([0x02, 0x74, tail[0], tail[1], tail[2], tail[3]])
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl FromStr for Mac {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes: Option<Vec<u8>> = text
            .split(':')
            .map(|part| u8::from_str_radix(part, 16).ok())
            .collect();
        bytes
            .and_then(|bytes| <[u8; 6]>::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not an Ethernet address"))
    }
}

impl TryFrom<String> for Mac {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Mac> for String {
    fn from(mac: Mac) -> Self {
        mac.to_string()
    }
}
