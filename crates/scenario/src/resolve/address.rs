//! The network's addresses: which there are and who has which.

use crate::{
    decode::Name,
    plan::{Mac, Network},
    problem::Problems,
    span::Span,
    written::{Family, Host, NetworkKeys, Subnet},
};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// The network, and the family that it speaks.
pub(super) fn network(
    written: &crate::decode::Key<NetworkKeys>,
    problems: &mut Problems,
) -> (Network, Family) {
    let nothing = NetworkKeys::default();
    let written = written.value().unwrap_or(&nothing);
    let subnet = written.subnet.given();
    let implied = subnet.map_or(Family::V4, |given| Family::of(given.value.address));
    let family = written.family.value_or(implied);
    let Some(given) = subnet else {
        return (default_network(family), family);
    };
    let hint = match (family == implied, family) {
        (true, _) => check_subnet(given.value),
        (false, Family::V4) => Some("write an IPv4 subnet: `198.18.0.0/24`".to_owned()),
        (false, Family::V6) => Some("write an IPv6 subnet: `fd00:74::/64`".to_owned()),
    };
    if let Some(hint) = hint {
        let Subnet { address, prefix } = given.value;
        let message = format!(
            "{address}/{prefix} is no subnet for an {} lab",
            family.name()
        );
        problems.add(given.span, message, hint);
        return (default_network(family), family);
    }
    let network = Network {
        subnet: given.value.address,
        prefix: given.value.prefix,
    };
    (network, family)
}

fn default_network(family: Family) -> Network {
    match family {
        Family::V4 => Network {
            subnet: Ipv4Addr::new(198, 18, 0, 0).into(),
            prefix: 24,
        },
        Family::V6 => Network {
            subnet: Ipv6Addr::new(0xfd00, 0x74, 0, 0, 0, 0, 0, 0).into(),
            prefix: 64,
        },
    }
}

/// What is wrong with a subnet: a hint.
fn check_subnet(Subnet { address, prefix }: Subnet) -> Option<String> {
    let prefixes = match address {
        IpAddr::V4(_) => 8..=30,
        IpAddr::V6(_) => 32..=126,
    };
    if !prefixes.contains(&prefix) {
        return Some(format!(
            "write a length of {} to {}",
            prefixes.start(),
            prefixes.end()
        ));
    }
    let special = match address {
        IpAddr::V4(v4) => v4.octets()[0] == 0 || v4.octets()[0] >= 224,
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_unicast_link_local(),
    };
    if special || address.is_multicast() || address.is_loopback() {
        return Some("write a subnet of ordinary addresses, such as `198.18.0.0/24`".to_owned());
    }
    let lowest = from_bits(address, bits(address) & !host_bits(address, prefix));
    (lowest != address).then(|| format!("did you mean `{lowest}/{prefix}`?"))
}

/// Each host's address: its own, or the lowest that is free.
pub(super) fn assign(
    network: Network,
    hosts: &[Name<Host>],
    problems: &mut Problems,
) -> Vec<IpAddr> {
    let mut taken: HashMap<Mac, &str> = HashMap::new();
    for host in hosts {
        let Some(given) = host.value.as_ref().and_then(|value| value.address.given()) else {
            continue;
        };
        let problem = match is_usable(network, given.value) {
            Err(problem) => Some(problem),
            Ok(()) => taken
                .insert(Mac::for_address(given.value), &host.name)
                .map(|other| clash(given.value, other, hosts)),
        };
        if let Some((message, hint)) = problem {
            problems.add(given.span, message, hint);
        }
    }
    let mut free =
        free_addresses(network).filter(|address| !taken.contains_key(&Mac::for_address(*address)));
    let mut full: Option<Span> = None;
    let addresses = hosts
        .iter()
        .map(|host| {
            let own = host.value.as_ref().and_then(|value| value.address.value());
            own.copied().or_else(|| free.next()).unwrap_or_else(|| {
                full.get_or_insert(host.span);
                network.subnet
            })
        })
        .collect();
    if let Some(span) = full {
        let message = format!("{}/{} has no address left", network.subnet, network.prefix);
        problems.add(span, message, "write a larger `subnet` below `network`");
    }
    addresses
}

/// Ethernet addresses follow from IP addresses, so two of these may clash where the addresses
/// themselves do not.
fn clash(address: IpAddr, other: &str, hosts: &[Name<Host>]) -> (String, String) {
    let theirs = hosts
        .iter()
        .find(|host| host.name == other)
        .and_then(|host| host.value.as_ref()?.address.value());
    let message = if theirs == Some(&address) {
        format!("{address} is {other}'s address already")
    } else {
        format!("{address} ends in the same four bytes as {other}'s address")
    };
    (
        message,
        "give one of them another, or leave `address` away".to_owned(),
    )
}

fn is_usable(network: Network, address: IpAddr) -> Result<(), (String, String)> {
    let Network { subnet, prefix } = network;
    let mask = host_bits(subnet, prefix);
    let outside = address.is_ipv4() != subnet.is_ipv4() || bits(address) & !mask != bits(subnet);
    if outside {
        let message = format!("{address} is not in the lab's subnet {subnet}/{prefix}");
        return Err((
            message,
            "leave `address` away, or write a `subnet` below `network`".into(),
        ));
    }
    let host = bits(address) & mask;
    if host == 0 || (subnet.is_ipv4() && host == mask) {
        let message = format!("{address} is no host's: it stands for the subnet itself");
        return Err((message, "write one between the first and the last".into()));
    }
    Ok(())
}

fn free_addresses(network: Network) -> impl Iterator<Item = IpAddr> {
    let Network { subnet, prefix } = network;
    let last = match subnet {
        IpAddr::V4(_) => host_bits(subnet, prefix) - 1,
        IpAddr::V6(_) => host_bits(subnet, prefix),
    };
    (1..=last).map(move |host| from_bits(subnet, bits(subnet) + host))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_bits().into(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The other way round, in the family of `like`.
fn from_bits(like: IpAddr, bits: u128) -> IpAddr {
    match like {
        // An IPv4 address never has more than these bits.
        IpAddr::V4(_) => Ipv4Addr::from_bits((bits & u128::from(u32::MAX)) as u32).into(),
        IpAddr::V6(_) => Ipv6Addr::from_bits(bits).into(),
    }
}

/// A mask of the bits that tell hosts apart.
fn host_bits(like: IpAddr, prefix: u8) -> u128 {
    let width = if like.is_ipv4() { 32 } else { 128 };
    (1 << (width - u32::from(prefix))) - 1
}
