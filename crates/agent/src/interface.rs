//! The host's interfaces: `lab0`, which its programs use, and what leads from there to the wire.
//!
//! ```text
//! programs ── lab0 ══ lab0-tap ──(link)── wire ══ the lab network
//!              │ captured: sent             │ captured: arrived
//! ```
//!
//! All that programs send leaves by `lab0`, arrives at its other end, `lab0-tap`, and is carried on
//! to the wire by the link. What arrives there goes straight to the programs. Both interfaces
//! have the same Ethernet address and every neighbour is known beforehand, so frames need no
//! rewriting, no ARP or neighbour discovery runs, and every captured packet is a program's.

use crate::AgentError;
use record::manifest::LEFT_TO_KERNEL;
use scenario::plan::{RoutePlan, VariantPlan};
use std::{
    collections::BTreeMap,
    fs, io,
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};
use sys::netlink::{Metrics, Neighbour, Netlink, Request, RouteMetric, Veth, VethEnd};

/// The programs' interface.
pub(crate) const LAB: &str = "lab0";
/// Its other end, where the link takes packets over.
pub(crate) const TAP: &str = "lab0-tap";

/// Below this MTU an interface loses IPv6 (RFC 8200, section 5).
const IPV6_MIN_MTU: u16 = 1280;

/// The host's interfaces, by their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Interfaces {
    pub(crate) lab: u32,
    pub(crate) tap: u32,
    pub(crate) wire: u32,
    /// The name of the host's attachment to the lab network.
    pub(crate) wire_name: String,
}

/// How long interfaces may take until they send.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether they do.
const LOOK: Duration = Duration::from_millis(1);

impl Interfaces {
    /// Waits until the interfaces send what they are given: for some time after they came up, the
    /// kernel drops it without a word.
    pub(crate) fn wait_until_they_send(&self) -> Result<(), AgentError> {
        let mut netlink = Netlink::open()?;
        let deadline = Instant::now() + PATIENCE;
        let wire = (self.wire_name.as_str(), self.wire);
        for (name, index) in [(LAB, self.lab), (TAP, self.tap), wire] {
            while !netlink.is_sending(index)? {
                if Instant::now() >= deadline {
                    return Err(AgentError::NotSending(name.to_owned()));
                }
                thread::sleep(LOOK);
            }
        }
        Ok(())
    }
}

impl Interfaces {
    /// How many packets have come by the wire since it was made (proc(5), /proc/net/dev).
    pub(crate) fn arrived(&self) -> Result<u64, AgentError> {
        let table = fs::read_to_string("/proc/net/dev").map_err(AgentError::Count)?;
        let numbers = table.lines().find_map(|line| {
            let (name, numbers) = line.split_once(':')?;
            (name.trim() == self.wire_name).then_some(numbers)
        });
        // Bytes come first.
        let packets = numbers.and_then(|numbers| numbers.split_whitespace().nth(1)?.parse().ok());
        packets.ok_or_else(|| AgentError::Count(io::ErrorKind::InvalidData.into()))
    }
}

/// Makes `lab0` in a host that has the wire of that name. Returns the interfaces and the sysctls that
/// matter.
pub(crate) fn set_up(
    variant: &VariantPlan,
    host: &str,
    wire_name: &str,
) -> Result<(Interfaces, BTreeMap<String, String>), AgentError> {
    let sysctls = control::sysctls(variant, host);
    let host = variant
        .host(host)
        .ok_or_else(|| AgentError::NoSuchHost(host.to_owned()))?;
    // Before `lab0` is made, which takes over what holds for new interfaces.
    for (name, value) in &sysctls {
        set(name, value)?;
    }
    let mut netlink = Netlink::open()?;
    let wire = netlink.index(wire_name)?;
    let mtu = u32::from(host.link.mtu());
    netlink.apply(&[Request::Veth(Veth {
        near: VethEnd {
            name: LAB.into(),
            mac: Some(host.mac.0),
            mtu,
            arp: false,
        },
        far: VethEnd {
            name: TAP.into(),
            mac: None,
            mtu,
            arp: false,
        },
        far_namespace: None,
        bridge: None,
    })])?;
    let (lab, tap) = (netlink.index(LAB)?, netlink.index(TAP)?);
    netlink.apply(&[Request::Up { index: tap }])?;
    for interface in [LAB, TAP, wire_name] {
        sys::ethtool::disable_offloads(interface).map_err(|source| AgentError::Offload {
            interface: interface.to_owned(),
            source,
        })?;
    }
    set(&format!("net.ipv4.conf.{wire_name}.rp_filter"), "0")?;
    if host.address.is_ipv6() && host.link.mtu() >= IPV6_MIN_MTU {
        quiet_ipv6(wire_name)?;
    }
    let mut requests = vec![Request::Up {
        index: netlink.index("lo")?,
    }];
    let interfaces = Interfaces {
        lab,
        tap,
        wire,
        wire_name: wire_name.to_owned(),
    };
    if host.is_on_smoltcp() {
        // Of a kernel without an address nothing is heard, and its settings matter to nobody.
        netlink.apply(&requests)?;
        return Ok((interfaces, BTreeMap::new()));
    }
    requests.push(Request::Address {
        index: lab,
        address: host.address,
        prefix: variant.network.prefix,
    });
    for other in variant.hosts.iter().filter(|other| other.name != host.name) {
        let (address, mac): (IpAddr, _) = (other.address, other.mac.0);
        requests.push(Request::Neighbour(Neighbour {
            index: lab,
            address,
            mac,
        }));
    }
    let metrics = metrics(host.route);
    if !metrics.is_empty() {
        requests.push(Request::Metrics(Metrics {
            index: lab,
            address: host.address,
            prefix: variant.network.prefix,
            metrics,
        }));
    }
    netlink.apply(&requests)?;
    Ok((interfaces, report(sysctls.into_keys())))
}

fn metrics(route: RoutePlan) -> Vec<RouteMetric> {
    let millis = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    [
        route.initcwnd.map(RouteMetric::InitCwnd),
        route.initrwnd.map(RouteMetric::InitRwnd),
        route.advmss.map(RouteMetric::Advmss),
        route
            .quickack
            .map(|quickack| RouteMetric::QuickAck(quickack.into())),
        route.rto_min.map(|time| RouteMetric::RtoMin(millis(time))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// IPv6 without packets of its own: no router solicitations, no duplicate address detection, no
/// link-local addresses; they would pass the link and shift the numbers of the programs' packets.
fn quiet_ipv6(wire: &str) -> Result<(), AgentError> {
    for interface in [LAB, TAP, wire] {
        for (name, value) in [
            ("accept_ra", "0"),
            ("accept_dad", "0"),
            ("router_solicitations", "0"),
            ("addr_gen_mode", "1"),
        ] {
            set(&format!("net.ipv6.conf.{interface}.{name}"), value)?;
        }
    }
    Ok(())
}

fn path(name: &str) -> String {
    format!("/proc/sys/{}", name.replace('.', "/"))
}

/// Sets a sysctl. Where they can't be written, as in containers, it must have that value already.
fn set(name: &str, value: &str) -> Result<(), AgentError> {
    let path = path(name);
    fs::write(&path, value).or_else(|source| {
        let is = fs::read_to_string(&path).unwrap_or_default();
        let has_it = source.kind() == io::ErrorKind::ReadOnlyFilesystem && is.trim() == value;
        has_it.then_some(()).ok_or_else(|| AgentError::Sysctl {
            name: name.to_owned(),
            value: value.to_owned(),
            source,
        })
    })
}

/// The values of the sysctls that were set, and of others that matter.
fn report(set: impl Iterator<Item = String>) -> BTreeMap<String, String> {
    let names = LEFT_TO_KERNEL
        .iter()
        .map(|name| (*name).to_owned())
        .chain(set);
    let read = |name: String| {
        // Older and newer kernels lack some; what is not there is not reported.
        let value = fs::read_to_string(path(&name)).ok()?;
        Some((name, value.trim().replace('\t', " ")))
    };
    names.filter_map(read).collect()
}
