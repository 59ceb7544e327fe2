//! The file that a capture writes.

use crate::{CaptureCounters, CaptureError, Direction, Interface};
use packet::{
    LinkType,
    pcapng::{self, Section, Statistics, WriteError, Writer},
};
use std::{
    fs::{self, File},
    io::BufWriter,
    net::IpAddr,
    path::PathBuf,
    time::SystemTime,
};
use sys::packet_socket::{self, RingPacket};

const BUFFER: usize = 256 << 10;

pub(crate) struct CaptureFile {
    path: PathBuf,
    writer: Writer<BufWriter<File>>,
    interfaces: Vec<Counted>,
    started: u64,
}

struct Counted {
    index: u32,
    number: u32,
    packets: u64,
}

impl CaptureFile {
    /// Creates the file and writes what stands in front of the packets.
    pub(crate) fn create(
        path: PathBuf,
        interfaces: &[Interface],
        names: &[(IpAddr, String)],
    ) -> Result<Self, CaptureError> {
        let file = match File::create(&path) {
            Ok(file) => file,
            Err(source) => return Err(CaptureError::Create { path, source }),
        };
        match begin(file, interfaces, names) {
            Ok((writer, interfaces)) => Ok(Self {
                path,
                writer,
                interfaces,
                started: now(),
            }),
            Err(source) => Err(CaptureError::Write { path, source }),
        }
    }

    pub(crate) fn write(&mut self, packets: &[RingPacket<'_>]) -> Result<(), CaptureError> {
        for packet in packets {
            // The filter lets no other interface through.
            let Some(interface) = self
                .interfaces
                .iter_mut()
                .find(|interface| interface.index == packet.interface)
            else {
                continue;
            };
            let packet = pcapng::Packet {
                interface: interface.number,
                at: packet.at,
                direction: Some(match packet.direction {
                    packet_socket::Direction::Incoming => Direction::Incoming,
                    packet_socket::Direction::Outgoing => Direction::Outgoing,
                }),
                original_len: packet.original_len,
                data: packet.data,
            };
            interface.packets += 1;
            let written = self.writer.packet(&packet);
            written.map_err(|source| self.failed(source))?;
        }
        Ok(())
    }

    /// Writes what was counted and hands everything over to the operating system.
    pub(crate) fn finish(&mut self, dropped: u64) -> Result<CaptureCounters, CaptureError> {
        let ended = now();
        // The kernel counts drops for the socket, which sees all interfaces. They are told once,
        // with the first interface, so that the sum over the interfaces is right.
        let mut untold = dropped;
        for interface in &self.interfaces {
            let told = self.writer.statistics(&Statistics {
                interface: interface.number,
                started: self.started,
                ended,
                received: interface.packets + untold,
                dropped: untold,
                delivered: interface.packets,
            });
            told.map_err(|source| self.failed(source))?;
            untold = 0;
        }
        let flushed = self.writer.flush();
        flushed.map_err(|source| self.failed(source))?;
        Ok(CaptureCounters {
            packets: self.interfaces.iter().map(|each| each.packets).sum(),
            dropped,
        })
    }

    fn failed(&self, source: WriteError) -> CaptureError {
        CaptureError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

fn begin(
    file: File,
    interfaces: &[Interface],
    names: &[(IpAddr, String)],
) -> Result<(Writer<BufWriter<File>>, Vec<Counted>), WriteError> {
    // Where /proc is hidden, the version is left out.
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let os = format!("Linux {release}");
    let section = Section {
        hardware: std::env::consts::ARCH,
        os: os.trim(),
        application: concat!("tinygram ", env!("CARGO_PKG_VERSION")),
    };
    let mut writer = Writer::new(BufWriter::with_capacity(BUFFER, file), &section)?;
    let mut counted = Vec::new();
    for interface in interfaces {
        let number = writer.interface(&pcapng::Interface {
            name: &interface.name,
            description: match interface.direction {
                Some(Direction::Outgoing) => "what the host sends",
                Some(Direction::Incoming) => "what arrives at the host",
                None => "what the host sends, and what a router on its link answers",
            },
            link_type: LinkType::ETHERNET,
            snaplen: 0,
        })?;
        counted.push(Counted {
            index: interface.index,
            number,
            packets: 0,
        });
    }
    let names = names
        .iter()
        .map(|(address, name)| (*address, name.as_str()));
    writer.names(names)?;
    // A capture that breaks off is a readable one nevertheless.
    writer.flush()?;
    Ok((writer, counted))
}

fn now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_nanos().try_into().unwrap_or(u64::MAX)
}
