//! smoltcp's interface with its wire.

use crate::{Nanos, device::Device, host::Identity};
use smoltcp::{
    iface::{Config, Context, Interface, PollResult, SocketSet},
    time::Instant,
    wire::{HardwareAddress, IpCidr},
};
use std::cell::Cell;

/// The host's attachment to the network. Each connection has a socket set of its own: polling
/// costs by the number of sockets in a set.
pub(crate) struct Net {
    /// Boxed: it holds a whole datagram's fragments, and would be copied wherever the host goes.
    interface: Box<Interface>,
    device: Device,
}

thread_local! {
    /// What time it is for the stack that runs on this thread. smoltcp asks for time stamps (RFC
    /// 7323) through a plain function, which can be told nothing; so it is set before every poll.
    static MILLISECONDS: Cell<u32> = const { Cell::new(0) };
}

/// The time stamp of a segment that is sent now, in milliseconds as Linux counts them.
pub(crate) fn milliseconds() -> u32 {
    MILLISECONDS.get()
}

/// smoltcp counts microseconds.
fn instant(now: Nanos) -> Instant {
    MILLISECONDS.set((now / 1_000_000) as u32);
    Instant::from_micros(i64::try_from(now / 1000).unwrap_or(i64::MAX))
}

impl Net {
    pub(crate) fn new(identity: &Identity, seed: u64) -> Self {
        // What is not zero: identification 0 means none.
        let first_id = (seed >> 48) as u16 | 1;
        let mut device = Device::new(identity.mtu, first_id);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed;
        let mut interface = Box::new(Interface::new(config, &mut device, Instant::ZERO));
        interface.update_ip_addrs(|addresses| {
            // An interface that has just been made has room for one.
            let _ = addresses.push(IpCidr::new(identity.address.into(), identity.prefix));
        });
        Self { interface, device }
    }

    pub(crate) fn context(&mut self) -> &mut Context {
        self.interface.context()
    }

    /// Gives a packet that has arrived to these sockets.
    pub(crate) fn receive(&mut self, now: Nanos, packet: Vec<u8>, sockets: &mut SocketSet<'_>) {
        self.device.arrived = Some(packet);
        self.interface
            .poll_ingress_single(instant(now), &mut self.device, sockets);
    }

    /// Lets these sockets send what they can.
    pub(crate) fn send(&mut self, now: Nanos, sockets: &mut SocketSet<'_>) {
        let now = instant(now);
        loop {
            let before = self.device.sent.len();
            let result = self.interface.poll_egress(now, &mut self.device, sockets);
            // Fragments leave one by one, without any socket's state changing.
            if result == PollResult::None && self.device.sent.len() == before {
                return;
            }
        }
    }

    /// When these sockets want to be polled next.
    pub(crate) fn next_due(&mut self, now: Nanos, sockets: &SocketSet<'_>) -> Option<Nanos> {
        let at = self.interface.poll_at(instant(now), sockets)?;
        let at = u64::try_from(at.total_micros()).unwrap_or(0);
        // "Now" comes as the beginning of time.
        Some(at.saturating_mul(1000).max(now))
    }

    /// Takes the packets that were sent, in order.
    pub(crate) fn sent(&mut self) -> impl Iterator<Item = Vec<u8>> {
        self.device.sent.drain(..)
    }

    /// How many packets were larger than the MTU and not sent.
    pub(crate) fn oversized(&self) -> u64 {
        self.device.oversized
    }
}
