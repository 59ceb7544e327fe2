//! A lab on paper: tests say what happened when, and get the run that a real lab would have left.
//!
//! Times are microseconds from the beginning of the run. Every link delays by [`DELAY`].

// Each test file uses another part of it, and a lab that can't be built is a bug of the test.
#![allow(dead_code, clippy::unwrap_used)]

mod frames;
pub(crate) mod link;
pub(crate) mod tcp;
mod udp;

pub(crate) use tcp::{Side, Tcp};
pub(crate) use udp::Udp;

use analysis::{
    Analysis,
    model::finding::{Finding, FrameRef},
};
use packet::{
    Direction, LinkType,
    pcapng::{Interface, Packet, Section, Writer},
};
use record::{
    event::{Conn, Event, EventKind},
    manifest::{
        self, CaptureRecord, HostRecord, LinkRecord, Manifest, Outcome, PhaseRecord, Place,
    },
    run::{HostData, Run},
};
use scenario::{
    expectation::{Claim, Expectation},
    finding::FindingCode,
    impairment::Impairments,
    plan::{HostPlan, LinkState, Mac, Network, Program, ProgramPlan, VariantPlan},
    text::Text,
};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// What every link delays, in µs.
pub(crate) const DELAY: u64 = 20_000;

/// When runs begin, in ns since 1970.
pub(crate) const START: u64 = 1_800_000_000_000_000_000;

/// ns since 1970 at so many µs of the run.
pub(crate) fn at(micros: u64) -> u64 {
    START + micros * 1_000
}

/// Two hosts, `server` and `client`, each with a program named `tcp` and one named `udp`.
pub(crate) struct Lab {
    hosts: Vec<Host>,
    pub(crate) manifest: Manifest,
    next_port: u16,
}

struct Host {
    name: &'static str,
    address: IpAddr,
    /// Time, way, bytes.
    frames: Vec<(u64, Direction, Vec<u8>)>,
    events: Vec<Event>,
}

pub(crate) const SERVER: usize = 0;
pub(crate) const CLIENT: usize = 1;

impl Lab {
    pub(crate) fn new() -> Self {
        Self::with_addresses(["198.18.0.1", "198.18.0.2"])
    }

    pub(crate) fn ipv6() -> Self {
        Self::with_addresses(["fd00:74::1", "fd00:74::2"])
    }

    fn with_addresses(addresses: [&str; 2]) -> Self {
        let hosts: Vec<Host> = ["server", "client"]
            .into_iter()
            .zip(addresses)
            .map(|(name, address)| Host {
                name,
                address: address.parse().unwrap(),
                frames: Vec::new(),
                events: Vec::new(),
            })
            .collect();
        let manifest = manifest(&hosts);
        Self {
            hosts,
            manifest,
            next_port: 40_000,
        }
    }

    /// Sets what the variant is to show.
    pub(crate) fn expect(&mut self, claims: impl IntoIterator<Item = Claim>) {
        self.manifest.variant.expect = claims
            .into_iter()
            .map(|claim| Expectation {
                written: format!("{claim:?}"),
                claim,
                on: None,
            })
            .collect();
    }

    /// Changes a peer's options, as the plan has them.
    pub(crate) fn plan(&mut self, host: usize, change: impl FnOnce(&mut protocol::PeerConfig)) {
        if let Program::Peer(config) = &mut self.manifest.variant.hosts[host].run[0].program {
            change(config);
        }
    }

    /// A new connection from the client's `tcp` to the server's, not yet open.
    pub(crate) fn tcp(&mut self) -> Tcp<'_> {
        self.next_port += 1;
        let client = SocketAddr::new(self.hosts[CLIENT].address, self.next_port);
        let server = SocketAddr::new(self.hosts[SERVER].address, 9999);
        Tcp::new(self, client, server)
    }

    /// The conversation between the two `udp` programs.
    pub(crate) fn udp(&mut self) -> Udp<'_> {
        let client = SocketAddr::new(self.hosts[CLIENT].address, 50_000);
        let server = SocketAddr::new(self.hosts[SERVER].address, 9998);
        Udp::new(self, client, server)
    }

    fn capture(&mut self, host: usize, micros: u64, way: Direction, frame: Vec<u8>) {
        self.hosts[host].frames.push((at(micros), way, frame));
    }

    /// An ICMP packet from a router that is no host comes in.
    pub(crate) fn answer_of_router(&mut self, host: usize, micros: u64) {
        const PROTOCOL: usize = 14 + 9;
        let router = "198.18.0.254:1".parse().unwrap();
        let to = SocketAddr::new(self.hosts[host].address, 1);
        let other = SocketAddr::new(self.hosts[CLIENT + SERVER - host].address, 1);
        let refused = frames::udp(to, other, 2, b"");
        let mut frame = frames::udp(router, to, 1, &refused[14..]);
        frame[PROTOCOL] = 1;
        // "Fragmentation needed" (RFC 1191).
        frame[14 + 20..14 + 22].copy_from_slice(&[3, 4]);
        self.capture(host, micros, Direction::Incoming, frame);
    }

    fn event(
        &mut self,
        host: usize,
        program: &str,
        ends: [SocketAddr; 2],
        micros: u64,
        kind: EventKind,
    ) {
        let [local, remote] = ends;
        self.hosts[host].events.push(Event {
            at: at(micros),
            peer: program.to_owned(),
            conn: Conn { local, remote },
            kind,
        });
    }

    /// The run that all this leaves.
    pub(crate) fn run(&self) -> Run {
        let data = self.hosts.iter().map(|host| {
            let mut events = host.events.clone();
            events.sort_by_key(|event| event.at);
            HostData {
                name: host.name.to_owned(),
                events,
                bad_lines: Vec::new(),
                diary_missing: false,
                outputs: BTreeMap::new(),
                capture: host.capture(),
            }
        });
        Run {
            manifest: self.manifest.clone(),
            hosts: data.collect(),
        }
    }

    pub(crate) fn analyse(&self) -> Analysis {
        analysis::analyse(&self.run())
    }

    /// What `inspect` makes of one host's capture.
    pub(crate) fn inspect(&self, host: usize) -> Analysis {
        analysis::inspect("some.pcapng", &self.hosts[host].capture()).unwrap()
    }
}

impl Host {
    fn capture(&self) -> Vec<u8> {
        let mut frames: Vec<_> = self.frames.iter().collect();
        frames.sort_by_key(|(at, ..)| *at);
        let mut writer = Writer::new(Vec::new(), &Section::default()).unwrap();
        let interfaces = ["lab0", "eth0"].map(|name| {
            let interface = Interface {
                name,
                description: "",
                link_type: LinkType::ETHERNET,
                snaplen: 0,
            };
            writer.interface(&interface).unwrap()
        });
        for (at, way, data) in frames {
            let packet = Packet {
                interface: interfaces[usize::from(*way == Direction::Incoming)],
                at: *at,
                direction: Some(*way),
                original_len: data.len() as u32,
                data,
            };
            writer.packet(&packet).unwrap();
        }
        writer.into_inner()
    }
}

fn manifest(hosts: &[Host]) -> Manifest {
    let link = Impairments {
        delay: Duration::from_micros(DELAY),
        ..Impairments::default()
    };
    let plan = |host: &Host| {
        let roles = match host.name {
            "server" => protocol::Role::TcpServer,
            _ => protocol::Role::TcpClient,
        };
        let program = |name: &str, role| ProgramPlan {
            name: name.to_owned(),
            program: Program::Peer(Box::new(protocol::PeerConfig::new(role))),
        };
        HostPlan {
            name: host.name.to_owned(),
            address: host.address,
            mac: Mac::for_address(host.address),
            link: link.clone().into(),
            stack: None,
            sysctls: Default::default(),
            route: Default::default(),
            image: None,
            run: vec![
                program("tcp", roles),
                program("udp", protocol::Role::UdpPeer),
            ],
        }
    };
    let record = |host: &Host| HostRecord {
        name: host.name.to_owned(),
        link: LinkRecord {
            engine: "user-space".to_owned(),
            phases: vec![PhaseRecord {
                began: START,
                applied: LinkState {
                    egress: link.clone(),
                    ..LinkState::default()
                },
            }],
            ..LinkRecord::default()
        },
        capture: CaptureRecord::default(),
        programs: BTreeMap::new(),
        sysctls: BTreeMap::new(),
        stack: None,
        nudges: 0,
    };
    Manifest {
        version: manifest::VERSION,
        tinygram: "0.1.0".to_owned(),
        scenario: "sticky".to_owned(),
        title: Text {
            en: "Sticky packets".to_owned(),
            zh: Some("粘包".to_owned()),
        },
        variant: VariantPlan {
            name: "naive".to_owned(),
            about: Text {
                en: "No framing, Nagle on.".to_owned(),
                zh: Some("没有分帧，Nagle 开着。".to_owned()),
            },
            network: Network {
                subnet: hosts[0].address,
                prefix: 24,
            },
            deadline: Duration::from_secs(30),
            needs: Vec::new(),
            hosts: hosts.iter().map(plan).collect(),
            expect: Vec::new(),
        },
        seed: 7,
        place: Place {
            backend: "namespaces".to_owned(),
            kernel: "Linux 6.1".to_owned(),
            machine: "x86_64".to_owned(),
        },
        started: START,
        began: Some(START),
        ended: at(10_000_000),
        outcome: Outcome::Completed,
        hosts: hosts.iter().map(record).collect(),
        measured: None,
    }
}

/// The findings with that code.
pub(crate) fn found(analysis: &Analysis, code: FindingCode) -> Vec<&Finding> {
    let fits = |finding: &&Finding| finding.code == code;
    analysis.findings.iter().filter(fits).collect()
}

/// The one finding with that code.
pub(crate) fn only(analysis: &Analysis, code: FindingCode) -> &Finding {
    match found(analysis, code)[..] {
        [finding] => finding,
        ref others => panic!(
            "one {code} expected, there are {}: {others:#?}",
            others.len()
        ),
    }
}

/// Frames as `host#number`.
pub(crate) fn frames(finding: &Finding) -> Vec<String> {
    let name =
        |frame: &FrameRef| format!("{}#{}", frame.host.as_deref().unwrap_or("?"), frame.number);
    finding.frames.iter().map(name).collect()
}
