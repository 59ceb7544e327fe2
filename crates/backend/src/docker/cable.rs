//! A container's attachment to the lab network.
//!
//! ```text
//! …(link)── wire0 ══ wire0-port ──(cable)── eth0 ══ the engine's bridge ══ other containers
//! ```
//!
//! `wire0` is what `eth0` is to a host in a namespace: IP packets as they are. Between `wire0-port` and the
//! container's `eth0` two threads carry frames, one each way, and change nothing but their EtherType: IPv4
//! and IPv6 cross the bridge as 0x88b5 and 0x88b6, which IEEE 802 keeps for local experiments. What is no
//! IP to a bridge is none of its firewall's business (see [`super`]), and none of the machine's: nothing a
//! host sends can be taken for IP by anything but another host.
//!
//! A bridge sends what it does not know yet to all, so each cable takes only what is meant for its host.

use scenario::plan::VariantPlan;
use std::{
    fs, io,
    os::fd::AsFd,
    thread,
    time::{Duration, Instant},
};
use sys::{
    ethtool::{self, EthtoolError},
    netlink::{Netlink, NetlinkError, Request, Veth, VethEnd},
    packet_socket::{BATCH, FrameRing, PacketSocket},
};

/// The host's attachment, and its other end.
pub(super) const WIRE: &str = "wire0";
const PORT: &str = "wire0-port";

/// The container's own interface.
pub(super) const ETH: &str = "eth0";

/// Above every MTU that a link can be given.
const WIRE_MTU: u32 = 65_535;

/// Slots of a ring: some 10 ms at 400,000 packets/s.
const SLOTS: usize = 4096;
/// Memory that a ring may take when frames are large.
const RING_BYTES: usize = 16 << 20;

/// Ethernet's header: destination, source, EtherType.
const HEADER: usize = 14;

/// IPv4 and IPv6, and what they are called on the bridge.
const ETHER_TYPES: [([u8; 2], [u8; 2]); 2] =
    [([0x08, 0x00], [0x88, 0xb5]), ([0x86, 0xdd], [0x88, 0xb6])];

/// How long interfaces may take until they send, and how often it is looked whether they do.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(1);

/// How long a full queue is left to empty.
const FULL_QUEUE: Duration = Duration::from_micros(50);

/// Why a host can't be connected.
#[derive(Debug, thiserror::Error)]
pub enum CableError {
    /// The plan has no such host.
    #[error("the plan has no host named {0}")]
    NoSuchHost(String),
    /// The network's frames are too small for what the host may send.
    #[error("the container's network carries {network} bytes a packet, and the host's link {link}")]
    Mtu {
        /// The MTU of the container's interface.
        network: u32,
        /// The MTU of the host's link.
        link: u32,
    },
    /// Interfaces.
    #[error(transparent)]
    Netlink(#[from] NetlinkError),
    /// Offloads.
    #[error(transparent)]
    Ethtool(#[from] EthtoolError),
    /// Packet sockets and threads.
    #[error("can't carry frames between {WIRE} and {ETH}")]
    Carry(#[source] io::Error),
    /// Interfaces came up and do not send.
    #[error("the interface {0} is up and sends nothing; is the machine overloaded?")]
    NotSending(&'static str),
}

/// Connects a host of the variant, in whose container this process is. Returns the name of the interface
/// that leads to the lab network. The cable holds until the process ends.
///
/// # Errors
/// See [`CableError`].
pub fn plug(variant: &VariantPlan, host: &str) -> Result<String, CableError> {
    let plan = variant
        .host(host)
        .ok_or_else(|| CableError::NoSuchHost(host.to_owned()))?;
    let mtus = variant.hosts.iter().map(|host| u32::from(host.link.mtu()));
    let longest = mtus.max().unwrap_or(WIRE_MTU);
    let network = fs::read_to_string(format!("/sys/class/net/{ETH}/mtu")).unwrap_or_default();
    if let Ok(network) = network.trim().parse::<u32>()
        && network < longest
    {
        let link = longest;
        return Err(CableError::Mtu { network, link });
    }
    let mut netlink = Netlink::open()?;
    netlink.apply(&[Request::Veth(Veth {
        near: VethEnd {
            name: PORT.into(),
            mac: None,
            mtu: WIRE_MTU,
            arp: false,
        },
        far: VethEnd {
            name: WIRE.into(),
            mac: Some(plan.mac.0),
            mtu: WIRE_MTU,
            arp: false,
        },
        far_namespace: None,
        bridge: None,
    })])?;
    let [wire, port, eth] = [
        netlink.index(WIRE)?,
        netlink.index(PORT)?,
        netlink.index(ETH)?,
    ];
    netlink.apply(&[Request::Up { index: wire }])?;
    for interface in [WIRE, PORT, ETH] {
        ethtool::disable_offloads(interface)?;
    }
    let deadline = Instant::now() + PATIENCE;
    for (name, index) in [(WIRE, wire), (PORT, port), (ETH, eth)] {
        while !netlink.is_sending(index)? {
            if Instant::now() >= deadline {
                return Err(CableError::NotSending(name));
            }
            thread::sleep(LOOK);
        }
    }
    let longest = longest as usize + HEADER;
    let carry = |from, to, disguise: fn(&mut [u8], [u8; 6]) -> bool| {
        Carrier::open(from, to, longest)?.start(plan.mac.0, disguise)
    };
    carry(port, eth, put_on)
        .and_then(|()| carry(eth, port, take_off))
        .map_err(CableError::Carry)?;
    Ok(WIRE.to_owned())
}

/// Puts the bridge's EtherType on a frame of the host's. Returns whether it may go.
fn put_on(frame: &mut [u8], _: [u8; 6]) -> bool {
    change(frame, |(plain, disguised)| (plain, disguised))
}

/// Takes the bridge's EtherType off a frame. Returns whether it is the host's.
fn take_off(frame: &mut [u8], mac: [u8; 6]) -> bool {
    let is_group = frame.first().is_some_and(|byte| byte & 1 == 1);
    (is_group || frame.starts_with(&mac)) && change(frame, |(plain, disguised)| (disguised, plain))
}

type Pair = ([u8; 2], [u8; 2]);

fn change(frame: &mut [u8], direction: fn(Pair) -> Pair) -> bool {
    let Some(ether_type) = frame.get_mut(HEADER - 2..HEADER) else {
        return false;
    };
    let to = ETHER_TYPES
        .into_iter()
        .map(direction)
        .find(|(from, _)| from == ether_type);
    to.is_some_and(|(_, to)| {
        ether_type.copy_from_slice(&to);
        true
    })
}

/// Carries frames one way.
struct Carrier {
    ring: FrameRing,
    outlet: PacketSocket,
    frames: Vec<Vec<u8>>,
}

impl Carrier {
    fn open(from: u32, to: u32, longest: usize) -> io::Result<Self> {
        let receiver = PacketSocket::open()?;
        receiver.ignore_outgoing()?;
        let slots = SLOTS.min(RING_BYTES / longest.next_power_of_two());
        let ring = FrameRing::new(receiver, longest, slots)?;
        ring.socket().bind(from)?;
        let outlet = PacketSocket::open()?;
        outlet.bind_to_send(to)?;
        let frames = (0..BATCH).map(|_| Vec::with_capacity(longest)).collect();
        Ok(Self {
            ring,
            outlet,
            frames,
        })
    }

    fn start(mut self, mac: [u8; 6], disguise: fn(&mut [u8], [u8; 6]) -> bool) -> io::Result<()> {
        let run = move || {
            // Without the right to it the cable is as good as an ordinary thread can be.
            let _ = sys::scheduling::real_time();
            // An interface that went away has no frames any more; the host is being taken down.
            while self.wait().is_ok() {
                while self.carry(mac, disguise) > 0 {}
            }
        };
        thread::Builder::new()
            .name("cable".into())
            .spawn(run)
            .map(drop)
    }

    fn wait(&self) -> io::Result<()> {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        let mut fds = [PollFd::new(self.ring.socket().as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, PollTimeout::NONE) {
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let events = fds[0].revents().unwrap_or(PollFlags::empty());
        if events.contains(PollFlags::POLLERR) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        Ok(())
    }

    /// Carries one batch. Returns how many frames were taken in.
    fn carry(&mut self, mac: [u8; 6], disguise: fn(&mut [u8], [u8; 6]) -> bool) -> usize {
        let (mut taken, mut ready) = (0, 0);
        while ready < BATCH {
            let frame = &mut self.frames[ready];
            let fits = self.ring.receive(|received| {
                frame.clear();
                frame.extend_from_slice(received.data);
                received.data.len() == received.len && disguise(frame, mac)
            });
            let Some(fits) = fits else { break };
            taken += 1;
            ready += usize::from(fits);
        }
        let mut frames: [&[u8]; BATCH] = [&[]; BATCH];
        for (slot, frame) in frames.iter_mut().zip(&self.frames) {
            *slot = frame;
        }
        let mut sent = 0;
        while sent < ready {
            match self.outlet.send_batch(&frames[sent..ready]) {
                Ok(count) => sent += count,
                Err(error) => match error.raw_os_error() {
                    Some(libc::ENOBUFS | libc::EAGAIN) => thread::sleep(FULL_QUEUE),
                    Some(libc::EINTR) => {}
                    // This one can't go; as on any wire, nobody is told.
                    _ => sent += 1,
                },
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: [u8; 6] = [2, 0x74, 198, 18, 0, 1];

    fn frame(to: [u8; 6], ether_type: [u8; 2]) -> Vec<u8> {
        [&to[..], &[2, 0x74, 198, 18, 0, 2], &ether_type, b"content"].concat()
    }

    #[test]
    fn what_is_put_on_is_taken_off_again() {
        for plain in [[0x08, 0x00], [0x86, 0xdd]] {
            let mut carried = frame(MAC, plain);
            assert!(put_on(&mut carried, MAC));
            assert_ne!(
                carried,
                frame(MAC, plain),
                "it would still be IP to a bridge"
            );
            assert!(take_off(&mut carried, MAC));
            assert_eq!(carried, frame(MAC, plain));
        }
    }

    #[test]
    fn only_ip_leaves_and_only_what_is_meant_for_the_host_comes_in() {
        assert!(!put_on(&mut frame(MAC, [0x08, 0x06]), MAC), "ARP");
        assert!(
            !take_off(&mut frame(MAC, [0x08, 0x00]), MAC),
            "the engine's own IP"
        );
        let other = [2, 0x74, 198, 18, 0, 9];
        assert!(
            !take_off(&mut frame(other, [0x88, 0xb5]), MAC),
            "another host's"
        );
        assert!(
            take_off(&mut frame([0xff; 6], [0x88, 0xb5]), MAC),
            "everybody's"
        );
        assert!(!put_on(&mut [0; 5], MAC), "no frame at all");
    }
}
