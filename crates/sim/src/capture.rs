//! A host's capture in memory, as the capture of an interface would be.

use crate::EPOCH;
use packet::{
    Direction, LinkType,
    pcapng::{Interface, Packet, Section, Statistics, WriteError, Writer},
};
use std::net::IpAddr;

/// The host's interface, as on Linux, seen from its programs: what they send.
const SENT: u32 = 0;
/// What arrives behind the links.
const ARRIVED: u32 = 1;

/// What a short run's capture takes.
const ROOM: usize = 8 << 10;

pub(crate) struct Capture {
    writer: Writer<Vec<u8>>,
    counts: [u64; 2],
}

impl Capture {
    pub(crate) fn begin<'n>(
        names: impl IntoIterator<Item = (IpAddr, &'n str)>,
    ) -> Result<Self, WriteError> {
        let section = Section {
            hardware: "",
            os: record::manifest::SIMULATED,
            application: concat!("tinygram ", env!("CARGO_PKG_VERSION")),
        };
        let mut writer = Writer::new(Vec::with_capacity(ROOM), &section)?;
        let interfaces = [
            (
                "lab0",
                "what the host sends, and what a router on its link answers",
            ),
            ("eth0", "what arrives at the host"),
        ];
        for (name, description) in interfaces {
            writer.interface(&Interface {
                name,
                description,
                link_type: LinkType::RAW,
                snaplen: 0,
            })?;
        }
        writer.names(names)?;
        Ok(Self {
            writer,
            counts: [0; 2],
        })
    }

    pub(crate) fn sent(&mut self, at: u64, packet: &[u8]) -> Result<(), WriteError> {
        self.packet(at, SENT, Direction::Outgoing, packet)
    }

    /// What the link's router answers.
    pub(crate) fn answered(&mut self, at: u64, packet: &[u8]) -> Result<(), WriteError> {
        self.packet(at, SENT, Direction::Incoming, packet)
    }

    pub(crate) fn arrived(&mut self, at: u64, packet: &[u8]) -> Result<(), WriteError> {
        self.packet(at, ARRIVED, Direction::Incoming, packet)
    }

    fn packet(
        &mut self,
        at: u64,
        interface: u32,
        direction: Direction,
        data: &[u8],
    ) -> Result<(), WriteError> {
        self.counts[interface as usize] += 1;
        self.writer.packet(&Packet {
            interface,
            at,
            direction: Some(direction),
            // An IP packet has 65,575 bytes at most.
            original_len: data.len() as u32,
            data,
        })
    }

    /// The file, and how many packets it holds.
    pub(crate) fn end(mut self, at: u64) -> Result<(Vec<u8>, u64), WriteError> {
        for interface in [SENT, ARRIVED] {
            let count = self.counts[interface as usize];
            self.writer.statistics(&Statistics {
                interface,
                started: EPOCH,
                ended: at,
                received: count,
                dropped: 0,
                delivered: count,
            })?;
        }
        Ok((self.writer.into_inner(), self.counts.iter().sum()))
    }
}
