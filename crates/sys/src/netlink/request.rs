//! What the lab asks of rtnetlink, as values.

use netlink_packet_route::{
    AddressFamily, RouteNetlinkMessage,
    address::{AddressAttribute, AddressFlags, AddressMessage},
    link::{InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage},
    neighbour::{
        NeighbourAddress, NeighbourAttribute, NeighbourFlags, NeighbourMessage, NeighbourState,
    },
    route::{
        RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteMetric, RouteProtocol,
        RouteScope, RouteType,
    },
};
use std::{fmt, net::IpAddr, os::fd::RawFd};

/// One change to the network.
#[derive(Clone, Debug)]
pub enum Request {
    /// Make a bridge, up.
    Bridge {
        /// Its name.
        name: String,
    },
    /// Make a pair of connected interfaces.
    Veth(Veth),
    /// Bring an interface up.
    Up {
        /// Its index.
        index: u32,
    },
    /// Set an interface's MTU.
    Mtu {
        /// Its index.
        index: u32,
        /// In bytes of IP packet.
        mtu: u32,
    },
    /// Give an interface an address, and with it the route to its subnet.
    Address {
        /// The interface.
        index: u32,
        /// The address.
        address: IpAddr,
        /// Prefix length of its subnet.
        prefix: u8,
    },
    /// Take an interface away, and with it the other end of its pair and all routes by it.
    Remove {
        /// Its index.
        index: u32,
    },
    /// Take an address from an interface.
    NoAddress {
        /// The interface.
        index: u32,
        /// The address.
        address: IpAddr,
        /// Prefix length of its subnet.
        prefix: u8,
    },
    /// Give the route to an interface's own subnet attributes, ip-route(8).
    Metrics(Metrics),
    /// Tell where a neighbour is, for ever.
    Neighbour(Neighbour),
    /// Tell a bridge, for ever, that an Ethernet address is behind one of its ports. What it does not
    /// know it sends to all, and every host would see the first packets of others.
    Behind {
        /// The port's index.
        port: u32,
        /// The address.
        mac: [u8; 6],
    },
}

/// A pair of connected Ethernet interfaces, veth(4). The near end is up; the far end is to be
/// brought [up](Request::Up) from its own namespace, as the kernel configures it before it has a
/// peer, without which it refuses to come up.
#[derive(Clone, Debug)]
pub struct Veth {
    /// The end in the socket's namespace.
    pub near: VethEnd,
    /// The end in `far_namespace`.
    pub far: VethEnd,
    /// Descriptor of the far end's namespace; the socket's own when absent.
    pub far_namespace: Option<RawFd>,
    /// Index of the bridge that the near end joins.
    pub bridge: Option<u32>,
}

/// One end of a [`Veth`].
#[derive(Clone, Debug)]
pub struct VethEnd {
    /// Interface name, at most 15 bytes.
    pub name: String,
    /// Ethernet address; random when absent.
    pub mac: Option<[u8; 6]>,
    /// In bytes of IP packet.
    pub mtu: u32,
    /// Whether neighbours are looked up by ARP or neighbour discovery.
    pub arp: bool,
}

/// The route to an interface's own subnet, and its attributes.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// The interface.
    pub index: u32,
    /// The interface's address in that subnet.
    pub address: IpAddr,
    /// Prefix length of the subnet.
    pub prefix: u8,
    /// The attributes.
    pub metrics: Vec<RouteMetric>,
}

/// A permanent neighbour entry.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    /// The interface it is reached by.
    pub index: u32,
    /// Its IP address.
    pub address: IpAddr,
    /// Its Ethernet address.
    pub mac: [u8; 6],
}

impl VethEnd {
    fn message(&self) -> LinkMessage {
        let mut message = LinkMessage::default();
        if !self.arp {
            message.header.flags |= LinkFlags::Noarp;
            message.header.change_mask |= LinkFlags::Noarp;
        }
        message.attributes = vec![
            LinkAttribute::IfName(self.name.clone()),
            LinkAttribute::Mtu(self.mtu),
            LinkAttribute::TxQueueLen(10_000),
        ];
        if let Some(mac) = self.mac {
            message
                .attributes
                .push(LinkAttribute::Address(mac.to_vec()));
        }
        message
    }
}

impl Metrics {
    fn message(&self) -> RouteMessage {
        let mut message = RouteMessage::default();
        message.header.address_family = family(self.address);
        message.header.destination_prefix_length = self.prefix;
        message.header.table = RouteHeader::RT_TABLE_MAIN;
        message.header.protocol = RouteProtocol::Kernel;
        message.header.kind = RouteType::Unicast;
        let (destination, priority) = match self.address {
            IpAddr::V4(address) => {
                message.header.scope = RouteScope::Link;
                message
                    .attributes
                    .push(RouteAttribute::PrefSource(RouteAddress::Inet(address)));
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix))
                    .unwrap_or(0);
                let subnet = u32::from(address) & mask;
                (RouteAddress::Inet(subnet.into()), None)
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix))
                    .unwrap_or(0);
                let subnet = u128::from(address) & mask;
                // The kernel's own routes of interfaces have it (IP6_RT_PRIO_ADDRCONF).
                (RouteAddress::Inet6(subnet.into()), Some(256))
            }
        };
        message
            .attributes
            .push(RouteAttribute::Destination(destination));
        message
            .attributes
            .extend(priority.map(RouteAttribute::Priority));
        message.attributes.push(RouteAttribute::Oif(self.index));
        message
            .attributes
            .push(RouteAttribute::Metrics(self.metrics.clone()));
        message
    }
}

impl Request {
    pub(super) fn message(&self) -> RouteNetlinkMessage {
        match self {
            Self::Bridge { name } => {
                let mut message = LinkMessage::default();
                message.header.flags = LinkFlags::Up;
                message.header.change_mask = LinkFlags::Up;
                message.attributes = vec![
                    LinkAttribute::IfName(name.clone()),
                    LinkAttribute::LinkInfo(vec![LinkInfo::Kind(InfoKind::Bridge)]),
                ];
                RouteNetlinkMessage::NewLink(message)
            }
            Self::Veth(veth) => {
                let mut far = veth.far.message();
                if let Some(fd) = veth.far_namespace {
                    far.attributes.push(LinkAttribute::NetNsFd(fd));
                }
                let mut near = veth.near.message();
                near.header.flags |= LinkFlags::Up;
                near.header.change_mask |= LinkFlags::Up;
                near.header.flags |= LinkFlags::Up;
                near.header.change_mask |= LinkFlags::Up;
                if let Some(bridge) = veth.bridge {
                    near.attributes.push(LinkAttribute::Controller(bridge));
                }
                near.attributes.push(LinkAttribute::LinkInfo(vec![
                    LinkInfo::Kind(InfoKind::Veth),
                    LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(far))),
                ]));
                RouteNetlinkMessage::NewLink(near)
            }
            Self::Up { index } => {
                let mut message = LinkMessage::default();
                message.header.index = *index;
                message.header.flags = LinkFlags::Up;
                message.header.change_mask = LinkFlags::Up;
                RouteNetlinkMessage::SetLink(message)
            }
            Self::Remove { index } => {
                let mut message = LinkMessage::default();
                message.header.index = *index;
                RouteNetlinkMessage::DelLink(message)
            }
            Self::NoAddress {
                index,
                address,
                prefix,
            } => {
                let mut message = AddressMessage::default();
                message.header.family = family(*address);
                message.header.prefix_len = *prefix;
                message.header.index = *index;
                message.attributes = vec![AddressAttribute::Local(*address)];
                RouteNetlinkMessage::DelAddress(message)
            }
            Self::Mtu { index, mtu } => {
                let mut message = LinkMessage::default();
                message.header.index = *index;
                message.attributes.push(LinkAttribute::Mtu(*mtu));
                RouteNetlinkMessage::SetLink(message)
            }
            Self::Address {
                index,
                address,
                prefix,
            } => {
                let mut message = AddressMessage::default();
                message.header.family = family(*address);
                message.header.prefix_len = *prefix;
                message.header.index = *index;
                message.attributes = vec![
                    AddressAttribute::Address(*address),
                    AddressAttribute::Local(*address),
                ];
                if address.is_ipv6() {
                    // Duplicate address detection would send packets of its own and hold back ours.
                    message
                        .attributes
                        .push(AddressAttribute::Flags(AddressFlags::Nodad));
                }
                RouteNetlinkMessage::NewAddress(message)
            }
            Self::Metrics(route) => RouteNetlinkMessage::NewRoute(route.message()),
            Self::Behind { port, mac } => {
                let mut message = NeighbourMessage::default();
                message.header.family = AddressFamily::Bridge;
                message.header.ifindex = *port;
                message.header.state = NeighbourState::Noarp;
                message.header.flags = NeighbourFlags::Controller;
                message.attributes = vec![NeighbourAttribute::LinkLayerAddress(mac.to_vec())];
                RouteNetlinkMessage::NewNeighbour(message)
            }
            Self::Neighbour(neighbour) => {
                let mut message = NeighbourMessage::default();
                message.header.family = family(neighbour.address);
                message.header.ifindex = neighbour.index;
                message.header.state = NeighbourState::Permanent;
                message.attributes = vec![
                    NeighbourAttribute::Destination(match neighbour.address {
                        IpAddr::V4(address) => NeighbourAddress::Inet(address),
                        IpAddr::V6(address) => NeighbourAddress::Inet6(address),
                    }),
                    NeighbourAttribute::LinkLayerAddress(neighbour.mac.to_vec()),
                ];
                RouteNetlinkMessage::NewNeighbour(message)
            }
        }
    }
}

fn family(address: IpAddr) -> AddressFamily {
    if address.is_ipv4() {
        AddressFamily::Inet
    } else {
        AddressFamily::Inet6
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bridge { name } => write!(f, "make the bridge {name}"),
            Self::Veth(veth) => {
                write!(
                    f,
                    "make the interfaces {} and {}",
                    veth.near.name, veth.far.name
                )
            }
            Self::Up { index } => write!(f, "bring interface {index} up"),
            Self::Remove { index } => write!(f, "take interface {index} away"),
            Self::NoAddress {
                index,
                address,
                prefix,
            } => {
                write!(
                    f,
                    "take the address {address}/{prefix} from interface {index}"
                )
            }
            Self::Mtu { index, mtu } => write!(f, "set the MTU of interface {index} to {mtu}"),
            Self::Address {
                index,
                address,
                prefix,
            } => {
                write!(f, "give interface {index} the address {address}/{prefix}")
            }
            Self::Metrics(route) => {
                write!(f, "give interface {}'s route attributes", route.index)
            }
            Self::Behind { port, .. } => write!(f, "tell the bridge who is behind port {port}"),
            Self::Neighbour(neighbour) => {
                write!(
                    f,
                    "note the neighbour {} of interface {}",
                    neighbour.address, neighbour.index
                )
            }
        }
    }
}
