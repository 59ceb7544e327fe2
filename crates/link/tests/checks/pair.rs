//! Two hosts, and a link from the first to the second by netem.

use crate::support::{Family, Host, two_hosts};
use link::{Counters, InForce, Link};
use scenario::{
    impairment::{Chance, Impairments, Loss},
    plan::{Engine, LinkPlan},
};
use std::{
    cell::Cell,
    net::UdpSocket,
    thread,
    time::{Duration, Instant, SystemTime},
};

/// How long a link may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long nothing comes any more once the link has handed over all.
const SILENCE: Duration = Duration::from_millis(300);

pub(super) struct Pair {
    pub(super) hosts: [Host; 2],
    pub(super) link: Link,
    client: UdpSocket,
    server: UdpSocket,
    sent: Cell<u64>,
}

impl Pair {
    /// A link that does this by netem.
    pub(super) fn new(impairments: Impairments) -> Self {
        Self::with_plan(impairments.into(), 1)
    }

    /// A link that follows a plan by netem.
    pub(super) fn with_plan(plan: LinkPlan, seed: u64) -> Self {
        let hosts = two_hosts(Family::V4, 1500);
        let plan = LinkPlan {
            engine: Engine::Netem,
            ..plan
        };
        let others = vec![("b".into(), hosts[1].address)];
        let link = hosts[0].link_by_plan("a", plan, others, seed);
        assert_eq!(*link.in_force(), InForce::Netem);
        let (client, server) = (hosts[0].udp(), hosts[1].udp());
        client.connect(server.local_addr().unwrap()).unwrap();
        Self {
            hosts,
            link,
            client,
            server,
            sent: Cell::new(0),
        }
    }

    /// Sends datagrams of this length that are numbered from 0.
    pub(super) fn send(&self, count: u16, length: usize) {
        for number in 0..count {
            self.send_one(number, length);
        }
    }

    /// Sends many that nothing delays, in lots: a busy kernel drops what waits in front of the tap
    /// beyond 1,000 packets (net.core.netdev_max_backlog).
    pub(super) fn send_in_lots(&self, count: u16, length: usize) {
        const LOT: u16 = 250;
        for first in (0..count).step_by(LOT.into()) {
            self.send(LOT.min(count - first), length);
            self.settle();
        }
    }

    pub(super) fn send_one(&self, number: u16, length: usize) {
        let mut content = vec![0; length];
        content[..2].copy_from_slice(&number.to_be_bytes());
        self.client.send(&content).unwrap();
        self.sent.set(self.sent.get() + 1);
    }

    /// Lets the link's time begin so long ago, and waits until it knows and is at rest.
    pub(super) fn begin(&self, ago: Duration) {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let begin = u64::try_from((now - ago).as_nanos()).unwrap();
        self.link.begin(begin);
        assert!(self.link.drain(PATIENCE));
    }

    /// The number of the next datagram to arrive.
    pub(super) fn receive(&self) -> u16 {
        let mut content = [0; 1500];
        let length = self.server.recv(&mut content).unwrap();
        assert!(length >= 2);
        u16::from_be_bytes([content[0], content[1]])
    }

    /// The numbers of all that arrive.
    pub(super) fn rest(&self) -> Vec<u16> {
        self.settle();
        self.server.set_read_timeout(Some(SILENCE)).unwrap();
        let mut content = [0; 1500];
        let mut numbers = Vec::new();
        while self.server.recv(&mut content).is_ok() {
            numbers.push(u16::from_be_bytes([content[0], content[1]]));
        }
        numbers
    }

    /// Waits until all that was sent has come to the link, and nothing of it is under way. A busy
    /// kernel lets frames wait in front of the tap, which the link then finds empty.
    #[track_caller]
    fn settle(&self) {
        let start = Instant::now();
        while !self.link.drain(PATIENCE) || self.link.counters().offered < self.sent.get() {
            assert!(start.elapsed() < PATIENCE, "{:?}", self.link.counters());
            thread::yield_now();
        }
    }

    /// How long each of these datagrams takes, one sent after the other has arrived.
    pub(super) fn delays(&self, count: u16) -> Vec<Duration> {
        let one = |number| {
            let start = Instant::now();
            self.send_one(number, 10);
            assert_eq!(self.receive(), number);
            start.elapsed()
        };
        (0..count).map(one).collect()
    }

    /// Frames that have come to the second host, once nothing is under way.
    pub(super) fn arrived(&self) -> u64 {
        self.settle();
        self.hosts[1].frames("eth0").0
    }

    /// What the link has done in the end.
    pub(super) fn end(self) -> Counters {
        self.settle();
        self.link.stop().unwrap().counters
    }
}

pub(super) fn chance(percent: &str) -> Chance {
    Chance::of(percent.parse().unwrap())
}

pub(super) fn losing(percent: &str) -> Impairments {
    Impairments {
        loss: Loss::Independent(chance(percent)),
        ..Impairments::default()
    }
}

pub(super) fn delayed(milliseconds: u64) -> Impairments {
    Impairments {
        delay: Duration::from_millis(milliseconds),
        ..Impairments::default()
    }
}
