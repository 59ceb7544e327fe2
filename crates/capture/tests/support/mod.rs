//! A host with two cables to another: one it sends by, one it receives by.

use capture::{Capture, CaptureSpec, Direction, Interface};
use nix::{
    errno::Errno,
    sched::{CloneFlags, setns, unshare},
};
use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    os::fd::AsRawFd,
    path::Path,
};
use sys::netlink::{Neighbour, Netlink, Request, Veth, VethEnd};

/// A network namespace.
#[derive(Debug)]
pub(crate) struct Host {
    network: File,
    /// Last byte of its addresses.
    number: u8,
}

/// The cables, by the names of the captured host's interfaces, with their subnets.
pub(crate) const LAB: Cable = Cable("lab0", 0);
pub(crate) const WIRE: Cable = Cable("eth0", 1);

/// Name and subnet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cable(pub(crate) &'static str, u8);

/// The host that is captured and the one it talks with.
pub(crate) fn hosts() -> [Host; 2] {
    let hosts = [1, 2].map(|number| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        match fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1") {
            // A kernel without IPv6 has nothing to switch off.
            Err(error) if error.raw_os_error() == Some(Errno::ENOENT as i32) => {}
            result => result.unwrap(),
        }
        let network = File::open("/proc/thread-self/ns/net").unwrap();
        Host { network, number }
    });
    hosts[0].enter();
    let end = |name: &str, host: &Host| VethEnd {
        name: name.into(),
        mac: Some(host.mac()),
        mtu: 1500,
        arp: false,
    };
    for cable in [LAB, WIRE] {
        apply(&[Request::Veth(Veth {
            near: end(cable.0, &hosts[0]),
            far: end(cable.0, &hosts[1]),
            far_namespace: Some(hosts[1].network.as_raw_fd()),
            bridge: None,
        })]);
    }
    for (host, other) in [(&hosts[0], &hosts[1]), (&hosts[1], &hosts[0])] {
        host.enter();
        for cable in [LAB, WIRE] {
            let index = host.index(cable);
            apply(&[
                Request::Up { index },
                Request::Address {
                    index,
                    address: host.address(cable),
                    prefix: 24,
                },
                Request::Neighbour(Neighbour {
                    index,
                    address: other.address(cable),
                    mac: other.mac(),
                }),
            ]);
        }
    }
    hosts
}

impl Host {
    /// Moves this thread into the host's network.
    pub(crate) fn enter(&self) {
        setns(&self.network, CloneFlags::CLONE_NEWNET).unwrap();
    }

    pub(crate) fn address(&self, cable: Cable) -> IpAddr {
        Ipv4Addr::new(198, 18, cable.1, self.number).into()
    }

    fn mac(&self) -> [u8; 6] {
        [2, 0, 0, 0, 0, self.number]
    }

    fn index(&self, cable: Cable) -> u32 {
        Netlink::open().unwrap().index(cable.0).unwrap()
    }

    /// A UDP socket at this end of a cable.
    pub(crate) fn udp(&self, cable: Cable) -> UdpSocket {
        self.enter();
        UdpSocket::bind(SocketAddr::new(self.address(cable), 0)).unwrap()
    }

    /// What the lab captures: all of one interface, what arrived by the other.
    pub(crate) fn spec(&self, file: &Path) -> CaptureSpec {
        self.enter();
        let interface = |cable: Cable, direction| Interface {
            name: cable.0.into(),
            index: self.index(cable),
            direction,
        };
        CaptureSpec {
            file: file.into(),
            interfaces: vec![
                interface(LAB, None),
                interface(WIRE, Some(Direction::Incoming)),
            ],
            longest: 65_600,
            names: vec![(self.address(LAB), "client".into())],
        }
    }

    pub(crate) fn capture(&self, file: &Path) -> Capture {
        Capture::start(self.spec(file)).unwrap()
    }
}

fn apply(requests: &[Request]) {
    Netlink::open().unwrap().apply(requests).unwrap();
}
