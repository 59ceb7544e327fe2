//! Two hosts joined by one cable, each set up as an agent sets up its host.

#![allow(dead_code, reason = "each test uses its part")]

use link::{Link, LinkSpec};
use nix::{
    errno::Errno,
    sched::{CloneFlags, CpuSet, sched_getaffinity, sched_setaffinity, setns, unshare},
    unistd::Pid,
};
use scenario::{impairment::Impairments, plan::LinkPlan};
use std::{
    fs,
    fs::File,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    os::fd::AsRawFd,
    thread,
};
use sys::{
    ethtool::disable_offloads,
    netlink::{Neighbour, Netlink, Request, Veth, VethEnd},
};

const WIRE_MTU: u32 = 65_535;

/// Addresses of the hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    V4,
    V6,
}

/// A host: a network namespace with `lab0`, `lab0-tap` and `eth0`.
#[derive(Debug)]
pub(crate) struct Host {
    network: File,
    pub(crate) address: IpAddr,
    mac: [u8; 6],
}

/// Two hosts whose `lab0` has this MTU.
pub(crate) fn two_hosts(family: Family, mtu: u16) -> [Host; 2] {
    let hosts = [1, 2].map(|number| {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        Host {
            network: File::open("/proc/thread-self/ns/net").unwrap(),
            address: match family {
                Family::V4 => Ipv4Addr::new(198, 18, 0, number).into(),
                Family::V6 => Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, number.into()).into(),
            },
            mac: [2, 0, 0, 0, 0, number],
        }
    });
    if family == Family::V4 {
        for host in &hosts {
            host.enter();
            set("net.ipv6.conf.default.disable_ipv6", "1");
        }
    }
    hosts[0].enter();
    let end = |name: &str, mac, mtu, arp| VethEnd {
        name: name.into(),
        mac,
        mtu,
        arp,
    };
    apply(&[Request::Veth(Veth {
        near: end("eth0", Some(hosts[0].mac), WIRE_MTU, true),
        far: end("eth0", Some(hosts[1].mac), WIRE_MTU, true),
        far_namespace: Some(hosts[1].network.as_raw_fd()),
        bridge: None,
    })]);
    for (host, other) in [(&hosts[0], &hosts[1]), (&hosts[1], &hosts[0])] {
        host.enter();
        up("eth0");
        apply(&[Request::Veth(Veth {
            near: end("lab0", Some(host.mac), mtu.into(), false),
            far: end("lab0-tap", None, mtu.into(), false),
            far_namespace: None,
            bridge: None,
        })]);
        up("lab0-tap");
        host.set_up(other, family);
    }
    for host in &hosts {
        host.enter();
        for interface in ["lab0", "lab0-tap", "eth0"] {
            wait_until_it_sends(interface);
        }
    }
    hosts
}

impl Host {
    /// Moves this thread into the host's network.
    pub(crate) fn enter(&self) {
        setns(&self.network, CloneFlags::CLONE_NEWNET).unwrap();
    }

    fn set_up(&self, other: &Self, family: Family) {
        for interface in ["lab0", "lab0-tap", "eth0"] {
            disable_offloads(interface).unwrap();
            match family {
                Family::V4 => set(&format!("net.ipv4.conf.{interface}.rp_filter"), "0"),
                Family::V6 => {
                    for (name, value) in [
                        ("accept_dad", "0"),
                        ("accept_ra", "0"),
                        ("addr_gen_mode", "1"),
                        ("router_solicitations", "0"),
                    ] {
                        set(&format!("net.ipv6.conf.{interface}.{name}"), value);
                    }
                }
            }
        }
        if family == Family::V4 {
            set("net.ipv4.conf.all.rp_filter", "0");
        }
        let index = Netlink::open().unwrap().index("lab0").unwrap();
        apply(&[
            Request::Address {
                index,
                address: self.address,
                prefix: if family == Family::V4 { 24 } else { 64 },
            },
            Request::Neighbour(Neighbour {
                index,
                address: other.address,
                mac: other.mac,
            }),
        ]);
    }

    /// Gives an interface another address, in a network of its own.
    pub(crate) fn add_address(&self, interface: &str, address: IpAddr) {
        self.enter();
        let index = Netlink::open().unwrap().index(interface).unwrap();
        let prefix = if address.is_ipv4() { 24 } else { 64 };
        apply(&[Request::Address {
            index,
            address,
            prefix,
        }]);
    }

    /// Sets a sysctl.
    pub(crate) fn set(&self, name: &str, value: &str) {
        self.enter();
        set(name, value);
    }

    /// Puts a link into force.
    pub(crate) fn link(&self, name: &str, impairments: &Impairments, seed: u64) -> Link {
        self.link_by_plan(name, impairments.clone().into(), Vec::new(), seed)
    }

    /// Puts a link into force that tells other hosts apart, and may change.
    pub(crate) fn link_by_plan(
        &self,
        name: &str,
        plan: LinkPlan,
        hosts: Vec<(String, IpAddr)>,
        seed: u64,
    ) -> Link {
        self.enter();
        Link::start(LinkSpec {
            host: name.into(),
            tap: "lab0-tap".into(),
            wire: "eth0".into(),
            plan,
            hosts,
            router: match self.address {
                IpAddr::V4(_) => Ipv4Addr::new(198, 18, 0, 254).into(),
                IpAddr::V6(_) => Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 254).into(),
            },
            seed,
        })
        .unwrap()
    }

    /// A UDP socket of this host. Reading fails after ten seconds rather than hang the test.
    pub(crate) fn udp(&self) -> UdpSocket {
        self.enter();
        let socket = UdpSocket::bind(SocketAddr::new(self.address, 0)).unwrap();
        let patience = std::time::Duration::from_secs(10);
        socket.set_read_timeout(Some(patience)).unwrap();
        socket
    }

    /// Frames that this interface has received and sent so far.
    pub(crate) fn frames(&self, interface: &str) -> (u64, u64) {
        self.enter();
        let table = fs::read_to_string("/proc/thread-self/net/dev").unwrap();
        let line = table
            .lines()
            .find_map(|line| line.trim().strip_prefix(interface)?.strip_prefix(':'))
            .unwrap();
        let fields: Vec<u64> = line
            .split_whitespace()
            .map(|field| field.parse().unwrap())
            .collect();
        (fields[1], fields[9])
    }
}

fn apply(requests: &[Request]) {
    Netlink::open().unwrap().apply(requests).unwrap();
}

fn up(interface: &str) {
    let index = Netlink::open().unwrap().index(interface).unwrap();
    apply(&[Request::Up { index }]);
}

fn wait_until_it_sends(interface: &str) {
    let mut netlink = Netlink::open().unwrap();
    let index = netlink.index(interface).unwrap();
    while !netlink.is_sending(index).unwrap() {
        thread::yield_now();
    }
}

fn set(name: &str, value: &str) {
    let path = format!("/proc/sys/{}", name.replace('.', "/"));
    match fs::write(&path, value) {
        // A kernel without IPv6 has nothing to switch off.
        Err(error) if error.raw_os_error() == Some(Errno::ENOENT as i32) => {}
        result => result.unwrap(),
    }
}

/// Two processors that this thread may use; twice the same when it may use one only.
pub(crate) fn two_processors() -> [usize; 2] {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap();
    let mut processors = (0..CpuSet::count()).filter(|number| allowed.is_set(*number).unwrap());
    let first = processors.next().unwrap();
    [first, processors.next_back().unwrap_or(first)]
}

/// Keeps this thread, and those it starts, on one processor.
pub(crate) fn run_on(processor: usize) {
    let mut only = CpuSet::new();
    only.set(processor).unwrap();
    sched_setaffinity(Pid::from_raw(0), &only).unwrap();
}

/// Lets routers cut the datagrams of sockets that the host opens from now on (ip_no_pmtu_disc in
/// ip(7)); Linux sets DF otherwise.
pub(crate) fn without_path_mtu_discovery(host: &Host) {
    host.enter();
    set("net.ipv4.ip_no_pmtu_disc", "1");
}
