//! What a host could do here, found out by trying.

use control::{Ability, HostAbilities};
use record::reason;
use std::{error::Error, io};
use sys::{
    netlink::{Netlink, Request, Veth, VethEnd},
    packet_socket::{FrameRing, PacketSocket},
};

/// One end of the pair that is tried on.
const NEAR: &str = "probe";
/// The other end.
const FAR: &str = "probe-peer";

/// Room of one frame and their number in the ring that is tried.
const FRAME: usize = 2048;
const FRAMES: usize = 8;

/// Tries everything a host does with its network. Call it in a network namespace that nobody else
/// uses and that ends with the process: what it makes stays.
#[must_use]
pub fn probe() -> HostAbilities {
    let pair = make_pair();
    let link = match &pair {
        Ok(index) => match open_ring(*index) {
            Ok(()) => Ability::ok("user-space: interface pairs and packet sockets"),
            Err(error) => unable(&error),
        },
        Err(error) => unable(error),
    };
    let offloads = match sys::ethtool::disable_offloads(NEAR) {
        Ok(()) => Ability::ok("off on both ends of a link"),
        Err(error) => unable(&error),
    };
    HostAbilities {
        link,
        offloads,
        netem: match link::netem::probe(NEAR) {
            Ok(true) => Ability::ok("sch_netem, which takes a seed"),
            Ok(false) => Ability::ok("sch_netem, which takes no seed (Linux 6.6 does)"),
            Err(error) => unable(&error),
        },
    }
}

fn unable(error: &(dyn Error + 'static)) -> Ability {
    // The operating system's own word is the last of the chain.
    let chain = std::iter::successors(Some(error), |error| (*error).source());
    let os = chain
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .last();
    match os.map(io::Error::kind) {
        Some(io::ErrorKind::PermissionDenied) => Ability::forbidden(reason(error)),
        _ => Ability::missing(reason(error)),
    }
}

fn make_pair() -> Result<u32, sys::netlink::NetlinkError> {
    let end = |name: &str| VethEnd {
        name: name.into(),
        mac: None,
        mtu: 1500,
        arp: false,
    };
    let mut netlink = Netlink::open()?;
    netlink.apply(&[Request::Veth(Veth {
        near: end(NEAR),
        far: end(FAR),
        far_namespace: None,
        bridge: None,
    })])?;
    netlink.index(NEAR)
}

fn open_ring(index: u32) -> io::Result<()> {
    let ring = FrameRing::new(PacketSocket::open()?, FRAME, FRAMES)?;
    ring.socket().bind(index)
}
