//! A subnet for a run's network.
//!
//! Hosts' own addresses never show on it: frames cross it in disguise (see [`super::cable`]). The engine
//! wants one all the same, and one that nobody else has.

use std::{
    fs,
    hash::{BuildHasher, RandomState},
    net::Ipv4Addr,
};

/// 198.18.0.0/15 is set aside for benchmarks (RFC 2544, RFC 6890): no LAN, no VPN and no engine has it.
const BEGIN: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const LENGTH: u8 = 15;

/// How many are tried.
const TRIES: u32 = 32;

/// Addresses that the engine needs besides the hosts': the subnet's own, broadcast, gateway.
const OTHERS: usize = 3;

/// A subnet of IPv4 addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subnet {
    address: u32,
    prefix: u8,
}

impl Subnet {
    fn overlaps(self, other: Self) -> bool {
        let shorter = self.prefix.min(other.prefix);
        let shift = 32 - u32::from(shorter);
        let head = |address: u32| address.checked_shr(shift).unwrap_or(0);
        let (one, two) = (u64::from(self.address), u64::from(other.address));
        shorter == 0 || (one == two) || head(self.address) == head(other.address)
    }

    /// As the engine writes it.
    pub(super) fn text(self) -> String {
        format!("{}/{}", Ipv4Addr::from(self.address), self.prefix)
    }

    /// Its highest address but broadcast's: out of the way of the engine, which counts upwards.
    pub(super) fn gateway(self) -> String {
        let hosts = (1_u32 << (32 - self.prefix)) - 1;
        Ipv4Addr::from((self.address | hosts) - 1).to_string()
    }
}

/// Subnets with room for so many hosts, in an order of chance, none of which this machine has a route to.
/// Which networks other engines' have, only their creation tells.
pub(super) fn candidates(hosts: usize) -> impl Iterator<Item = Subnet> {
    let routes = fs::read_to_string("/proc/net/route").unwrap_or_default();
    let taken = routed(&routes);
    let prefix = prefix(hosts);
    let random = RandomState::new();
    (0..TRIES)
        .map(move |n| {
            let count = 1_u64 << (prefix - LENGTH);
            // The first is compose.yaml's.
            let number = 1 + random.hash_one(n) % (count - 1);
            let address = BEGIN + ((number as u32) << (32 - prefix));
            Subnet { address, prefix }
        })
        .filter(move |subnet| !taken.iter().any(|other| subnet.overlaps(*other)))
}

/// The longest prefix, up to 24, that leaves room for so many hosts.
fn prefix(hosts: usize) -> u8 {
    let fits = |prefix: &u8| (1_usize << (32 - prefix)) >= hosts + OTHERS;
    (LENGTH + 1..=24).rev().find(fits).unwrap_or(LENGTH + 1)
}

/// The subnets in /proc/net/route (proc(5)), but for the default route, which leads everywhere.
fn routed(table: &str) -> Vec<Subnet> {
    let row = |line: &str| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        // Hexadecimal, as it stands in memory.
        let number = |column: &str| u32::from_str_radix(column, 16).ok().map(u32::from_be);
        let (address, mask) = (number(columns.get(1)?)?, number(columns.get(7)?)?);
        Some(Subnet {
            address,
            prefix: mask.count_ones() as u8,
        })
    };
    let rows = table.lines().skip(1).filter_map(row);
    rows.filter(|subnet| subnet.prefix > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_lie_in_the_range_for_benchmarks_and_have_room() {
        for hosts in [1, 3, 253, 254, 4000] {
            for subnet in candidates(hosts) {
                let range = Subnet {
                    address: BEGIN,
                    prefix: LENGTH,
                };
                assert!(subnet.overlaps(range) && subnet.prefix > LENGTH);
                assert_ne!(subnet.address, BEGIN, "compose.yaml's");
                assert!((1_usize << (32 - subnet.prefix)) >= hosts + OTHERS);
            }
        }
    }

    #[test]
    fn what_the_machine_has_a_route_to_is_not_taken() {
        let table = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n\
                     eth0 00000000 0100A8C0 0003 0 0 0 00000000 0 0 0\n\
                     lab0 000712C6 00000000 0001 0 0 0 00FFFFFF 0 0 0\n";
        let taken = routed(table);
        assert_eq!(taken.len(), 1);
        assert_eq!(taken[0].text(), "198.18.7.0/24");
        let here = |third: u8| Subnet {
            address: u32::from_be_bytes([198, 18, third, 0]),
            prefix: 24,
        };
        assert!(here(7).overlaps(taken[0]) && !here(8).overlaps(taken[0]));
        assert_eq!(here(7).gateway(), "198.18.7.254");
    }
}
