//! The host's interfaces: `lab0`, which its programs use, and what leads from there to the wire.
//!
//! ```text
//! programs ── lab0 ══ lab0-tap ──(link)── eth0 ══ the lab network
//!              │ captured: sent             │ captured: arrived
//! ```
//!
//! All that programs send leaves by `lab0`, arrives at its other end, `lab0-tap`, and is carried on
//! to `eth0` by the link. What arrives at `eth0` goes straight to the programs. Both interfaces
//! have the same Ethernet address and every neighbour is known beforehand, so frames need no
//! rewriting, no ARP or neighbour discovery runs, and every captured packet is a program's.

use crate::AgentError;
use scenario::plan::{RoutePlan, VariantPlan};
use std::{
    collections::BTreeMap,
    fs,
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};
use sys::netlink::{Metrics, Neighbour, Netlink, Request, RouteMetric, Veth, VethEnd};

/// The programs' interface.
pub(crate) const LAB: &str = "lab0";
/// Its other end, where the link takes packets over.
pub(crate) const TAP: &str = "lab0-tap";
/// The host's attachment to the lab network.
pub(crate) const WIRE: &str = "eth0";

/// Below this MTU an interface loses IPv6 (RFC 8200, section 5).
const IPV6_MIN_MTU: u16 = 1280;

/// Sysctls that are set, so that a run does not depend on the machine's own settings.
const PINNED: &[(&str, &str)] = &[
    // A host sends by lab0 and receives by eth0.
    ("net.ipv4.conf.all.rp_filter", "0"),
    ("net.ipv4.conf.eth0.rp_filter", "0"),
    ("net.ipv4.conf.lab0.rp_filter", "0"),
    ("net.ipv4.ip_forward", "0"),
    // Namespaces inherit the machine's algorithm; reno is in every kernel.
    ("net.ipv4.tcp_congestion_control", "reno"),
    // One connection must not inherit another's round-trip time.
    ("net.ipv4.tcp_no_metrics_save", "1"),
];

/// Sysctls that are reported in the manifest besides, since they shape what is seen.
const REPORTED: &[&str] = &[
    "net.ipv4.tcp_autocorking",
    "net.ipv4.tcp_min_snd_mss",
    "net.ipv4.tcp_mtu_probing",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_sack",
    "net.ipv4.tcp_timestamps",
    "net.ipv4.tcp_window_scaling",
    "net.ipv4.tcp_wmem",
];

/// Interface numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interfaces {
    pub(crate) lab: u32,
    pub(crate) tap: u32,
    pub(crate) wire: u32,
}

/// How long interfaces may take until they send.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether they do.
const LOOK: Duration = Duration::from_millis(1);

impl Interfaces {
    /// Waits until the interfaces send what they are given: for some time after they came up, the
    /// kernel drops it without a word.
    pub(crate) fn wait_until_they_send(self) -> Result<(), AgentError> {
        let mut netlink = Netlink::open()?;
        let deadline = Instant::now() + PATIENCE;
        for (name, index) in [(LAB, self.lab), (TAP, self.tap), (WIRE, self.wire)] {
            while !netlink.is_sending(index)? {
                if Instant::now() >= deadline {
                    return Err(AgentError::NotSending(name));
                }
                thread::sleep(LOOK);
            }
        }
        Ok(())
    }
}

/// Makes `lab0` in a host that has `eth0`. Returns the interfaces and the sysctls that matter.
pub(crate) fn set_up(
    variant: &VariantPlan,
    host: &str,
) -> Result<(Interfaces, BTreeMap<String, String>), AgentError> {
    let host = variant
        .host(host)
        .ok_or_else(|| AgentError::NoSuchHost(host.to_owned()))?;
    let mut netlink = Netlink::open()?;
    let wire = netlink.index(WIRE)?;
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
    for interface in [LAB, TAP, WIRE] {
        sys::ethtool::disable_offloads(interface)
            .map_err(|source| AgentError::Offload { interface, source })?;
    }
    for (name, value) in PINNED {
        set(name, value)?;
    }
    for (name, value) in &host.sysctls {
        set(&below_ipv4(name), &value.to_string())?;
    }
    if host.address.is_ipv6() && host.link.mtu() >= IPV6_MIN_MTU {
        quiet_ipv6()?;
    }
    let mut requests = vec![Request::Up {
        index: netlink.index("lo")?,
    }];
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
    Ok((Interfaces { lab, tap, wire }, report(&host.sysctls)))
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
fn quiet_ipv6() -> Result<(), AgentError> {
    for interface in [LAB, TAP, WIRE] {
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

fn set(name: &str, value: &str) -> Result<(), AgentError> {
    fs::write(path(name), value).map_err(|source| AgentError::Sysctl {
        name: name.to_owned(),
        value: value.to_owned(),
        source,
    })
}

/// Where a scenario's sysctl is; IPv6 shares those of TCP.
fn below_ipv4(name: &str) -> String {
    format!("net.ipv4.{name}")
}

fn report(asked: &BTreeMap<String, u64>) -> BTreeMap<String, String> {
    let pinned = PINNED.iter().map(|(name, _)| *name);
    let known = pinned.chain(REPORTED.iter().copied()).map(str::to_owned);
    let names = known.chain(asked.keys().map(|name| below_ipv4(name)));
    let read = |name: String| {
        // Older and newer kernels lack some; what is not there is not reported.
        let value = fs::read_to_string(path(&name)).ok()?;
        Some((name, value.trim().replace('\t', " ")))
    };
    names.filter_map(read).collect()
}
