//! The user-space link.

mod carrier;
mod clock;
mod entrance;
mod exit;
mod pace;
mod pool;
mod shared;

use crate::{Counters, InForce, LinkError, LinkReport, LinkSpec, engine, netem::Netem};
use carrier::Carrier;
use clock::wall_clock;
use entrance::Entrance;
use exit::Exit;
use shared::Shared;
use std::{
    io,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use sys::packet_socket::{FrameRing, PacketSocket};

/// Slots of the receive ring: at 400,000 packets/s, 20 ms in which the thread may be kept waiting.
const SLOTS: usize = 8192;

/// Memory that a ring may take when frames are large.
const RING_BYTES: usize = 32 << 20;

/// A link in force. Dropping it ends it; packets under way are gone then.
#[derive(Debug)]
pub struct Link {
    shared: Arc<Shared>,
    in_force: InForce,
    /// How the thread ended. It is not joined: after this it still closes its packet sockets, which
    /// takes the kernel up to 30 ms that nobody has to wait for.
    ended: Option<mpsc::Receiver<io::Result<LinkReport>>>,
}

impl Link {
    /// Starts carrying frames from the tap to the wire.
    ///
    /// # Errors
    /// See [`LinkError`].
    pub fn start(spec: LinkSpec) -> Result<Self, LinkError> {
        let index = |name: &str| {
            nix::net::if_::if_nametoindex(name).map_err(|source| LinkError::NoInterface {
                name: name.to_owned(),
                source,
            })
        };
        let (tap, wire) = (index(&spec.tap)?, index(&spec.wire)?);
        let longest = usize::from(spec.plan.mtu()) + ETHERNET_WITH_VLAN;
        let open = || {
            let receiver = PacketSocket::open()?;
            receiver.ignore_outgoing()?;
            let slots = SLOTS.min(RING_BYTES / longest.next_power_of_two());
            let ring = FrameRing::new(receiver, longest, slots)?;
            ring.socket().bind(tap)?;
            Ok(ring)
        };
        let ring = open().map_err(LinkError::Socket)?;
        let lanes = spec.surroundings().names();
        let (netem, in_force) = engine::choose(&spec, &lanes)?;
        let outlets = outlets(wire, netem.as_ref(), lanes.len()).map_err(LinkError::Socket)?;
        let entrance = Entrance::new(&spec, netem, wall_clock(), longest)?;
        let shared = Arc::new(Shared::new().map_err(LinkError::Thread)?);
        let carrier = Carrier::new(ring, entrance, Exit::new(outlets), Arc::clone(&shared));
        let (end, ended) = mpsc::channel();
        thread::Builder::new()
            .name(format!("link {}", spec.host))
            .spawn(move || carrier.run(&end))
            .map_err(LinkError::Thread)?;
        Ok(Self {
            shared,
            in_force,
            ended: Some(ended),
        })
    }

    /// Who puts the impairments into force.
    pub fn in_force(&self) -> &InForce {
        &self.in_force
    }

    /// The programs began at `at` (wall clock, ns since 1970): the link's changes are timed from
    /// there.
    pub fn begin(&self, at: u64) {
        self.shared.begin(at);
    }

    /// Waits until the tap is empty and no packet is under way, at most so long. Returns whether it
    /// came to that.
    pub fn drain(&self, patience: Duration) -> bool {
        self.shared.drain(patience)
    }

    /// What the link had done when it was last drained.
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }

    /// Ends the link.
    ///
    /// # Errors
    /// It had already ended, by an error.
    pub fn stop(mut self) -> Result<LinkReport, LinkError> {
        self.end()
    }

    fn end(&mut self) -> Result<LinkReport, LinkError> {
        self.shared.stop();
        let ended = self.ended.take().ok_or(LinkError::Panicked)?;
        match ended.recv() {
            Ok(Ok(report)) => Ok(report),
            Ok(Err(error)) => Err(LinkError::Broken(error)),
            Err(mpsc::RecvError) => Err(LinkError::Panicked),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = self.end();
    }
}

/// What frames are sent by: a socket for each lane where netem tells lanes apart by it, else one. It
/// is not the ring's: used by sender and link at once, a socket costs both more time.
fn outlets(wire: u32, netem: Option<&Netem>, lanes: usize) -> io::Result<Vec<PacketSocket>> {
    let lanes = if netem.is_some() { lanes } else { 1 };
    let outlets = (0..lanes).map(|lane| {
        let outlet = PacketSocket::open()?;
        if let Some(priority) = netem.and_then(|netem| netem.priority(lane)) {
            outlet.set_priority(priority)?;
        }
        outlet.bind_to_send(wire)?;
        Ok(outlet)
    });
    outlets.collect()
}

/// Ethernet's header and one VLAN tag.
const ETHERNET_WITH_VLAN: usize = 18;
