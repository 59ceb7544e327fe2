//! Sysctls that every host has, so that a run does not depend on the machine's own settings.

use scenario::plan::VariantPlan;
use std::{collections::BTreeMap, net::IpAddr};

/// For the whole network namespace.
const PINNED: &[(&str, &str)] = &[
    // A host sends by one interface and receives by another.
    ("net.ipv4.conf.all.rp_filter", "0"),
    ("net.ipv4.conf.default.rp_filter", "0"),
    ("net.ipv4.ip_forward", "0"),
    // Namespaces inherit the machine's algorithm; reno is in every kernel.
    ("net.ipv4.tcp_congestion_control", "reno"),
    // One connection must not inherit another's round-trip time.
    ("net.ipv4.tcp_no_metrics_save", "1"),
];

/// For interfaces that are made from then on, where hosts speak IPv6: no packets of its own, which would
/// pass the link and shift the numbers of the programs' packets: no router solicitations, no duplicate
/// address detection, no link-local addresses.
const PINNED_IPV6: &[(&str, &str)] = &[
    ("net.ipv6.conf.all.disable_ipv6", "0"),
    ("net.ipv6.conf.default.disable_ipv6", "0"),
    ("net.ipv6.conf.default.accept_ra", "0"),
    ("net.ipv6.conf.default.accept_dad", "0"),
    ("net.ipv6.conf.default.router_solicitations", "0"),
    ("net.ipv6.conf.default.addr_gen_mode", "1"),
];

/// Where a scenario's sysctl is; IPv6 shares those of TCP.
pub fn below_ipv4(name: &str) -> String {
    format!("net.ipv4.{name}")
}

/// The sysctls of that host, by their names with dots: those of every host, and its own.
pub fn sysctls(variant: &VariantPlan, host: &str) -> BTreeMap<String, String> {
    let speaks_ipv6 = variant
        .hosts
        .iter()
        .any(|host| matches!(host.address, IpAddr::V6(_)));
    let ipv6 = PINNED_IPV6.iter().filter(|_| speaks_ipv6);
    let pinned = PINNED
        .iter()
        .chain(ipv6)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let own = variant
        .host(host)
        .into_iter()
        .flat_map(|host| &host.sysctls);
    let own = own.map(|(name, value)| (below_ipv4(name), value.to_string()));
    pinned.chain(own).collect()
}
