//! Where it is measured: two hosts, joined by a link and by the plain cable below it.

use crate::support::{Family, Host, two_hosts};
use link::Link;
use scenario::{
    impairment::Impairments,
    plan::{Engine, LinkPlan},
};
use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket},
    time::Duration,
};

/// What the link is asked to do to all packets.
pub(crate) const DELAY: Duration = Duration::from_millis(10);

/// Room for what a socket has received, so that it loses nothing.
const ROOM: usize = 64 << 20;

/// The receive buffer of a TCP connection, in bytes: about twice the window, and so half as much again
/// as 2.5 Gbit/s keep under way for 20 ms. With much more, slow start overruns the tap's ring.
const WINDOW: usize = 16 << 20;

/// Which way packets take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over the link.
    Link,
    /// Over the cable, past the link.
    Plain,
}

/// Two hosts.
#[derive(Debug)]
pub(crate) struct Course {
    hosts: [Host; 2],
    engine: Engine,
}

impl Course {
    pub(crate) fn new(engine: Engine) -> Self {
        let hosts = two_hosts(Family::V4, 1500);
        for (host, number) in hosts.iter().zip(1..) {
            // The cable's own network, where addresses are found by ARP and segments are as long
            // as on the link.
            host.add_address("eth0", plain(number));
            host.set("net.ipv4.tcp_rmem", &format!("4096 131072 {WINDOW}"));
            host.set("net.ipv4.tcp_wmem", &format!("4096 131072 {ROOM}"));
            host.set("net.ipv4.tcp_no_metrics_save", "1");
            host.set("net.ipv4.tcp_congestion_control", "reno");
        }
        Self { hosts, engine }
    }

    /// The links of both hosts, as far as that way has any.
    pub(crate) fn links(&self, way: Way) -> Vec<Link> {
        let impairments = Impairments {
            delay: DELAY,
            ..Impairments::default()
        };
        let plan = LinkPlan {
            engine: self.engine,
            ..impairments.into()
        };
        let link = |(host, name): (&Host, _)| host.link_by_plan(name, plan.clone(), Vec::new(), 1);
        match way {
            Way::Link => self.hosts.iter().zip(["a", "b"]).map(link).collect(),
            Way::Plain => Vec::new(),
        }
    }

    /// The first host's socket, connected to the second host's.
    pub(crate) fn sockets(&self, way: Way) -> (UdpSocket, UdpSocket) {
        let [sender, receiver] = [0, 1].map(|host| {
            let address = self.enter(host, way);
            UdpSocket::bind(SocketAddr::new(address, 0)).unwrap()
        });
        sender.connect(receiver.local_addr().unwrap()).unwrap();
        let option = nix::sys::socket::sockopt::RcvBufForce;
        nix::sys::socket::setsockopt(&receiver, option, &ROOM).unwrap();
        (sender, receiver)
    }

    /// Moves this thread to a host. Returns its address on that way.
    pub(crate) fn enter(&self, host: usize, way: Way) -> IpAddr {
        self.hosts[host].enter();
        match way {
            Way::Link => self.hosts[host].address,
            Way::Plain => plain(host as u8 + 1),
        }
    }
}

fn plain(number: u8) -> IpAddr {
    Ipv4Addr::new(198, 19, 0, number).into()
}

/// What the first host's link has cost so far, in CPU time of its thread: the kernel's work for the
/// receiver up to its socket included, which is done on that thread's time.
pub(crate) fn cost() -> Option<Duration> {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let mut tasks = tasks.filter_map(|task| Some(task.ok()?.path()));
    let task = tasks.find(|task| {
        fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "link a")
    })?;
    let times = fs::read_to_string(task.join("schedstat")).ok()?;
    let nanos = times.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}
