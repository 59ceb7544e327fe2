//! The thread that writes a capture.

use crate::{
    CaptureCounters, CaptureError, CaptureSpec, Direction, Interface, file::CaptureFile,
    queue::Queue,
};
use nix::{
    errno::Errno,
    sys::{
        epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout},
        eventfd::EventFd,
    },
};
use std::time::Duration;
use sys::packet_socket::{self, BlockRing, Filter, PacketSocket, RingSize};

/// Memory of the ring: room for about 20,000 small packets, what passes in dense traffic while the
/// thread gets no processor for some tens of milliseconds.
const RING_BYTES: usize = 4 << 20;

/// The kernel hands over a block after this time, even if it holds one packet only. So in sparse
/// traffic it is the number of blocks that decides how long the thread may be kept waiting: half a
/// second with the smallest.
const RETIRE: Duration = Duration::from_millis(4);

/// Blocks are at least this large, and always larger than a packet and the ring's own headers.
const LEAST_BLOCK: usize = 32 << 10;
const HEADERS: usize = 1 << 10;

fn ring_size(longest: usize) -> RingSize {
    let block = (longest + HEADERS).next_power_of_two().max(LEAST_BLOCK);
    RingSize {
        block,
        blocks: RING_BYTES / block,
        retire: RETIRE,
    }
}

const STOP: u64 = 0;
const PACKETS: u64 = 1;

pub(crate) struct Recorder {
    queue: Queue,
    epoll: Epoll,
    file: CaptureFile,
}

impl Recorder {
    pub(crate) fn start(spec: CaptureSpec, stop: &EventFd) -> Result<Self, CaptureError> {
        let file = CaptureFile::create(spec.file, &spec.interfaces, &spec.names)?;
        let size = ring_size(spec.longest);
        let queue = Queue::new(listen(&spec.interfaces, size)?);
        let epoll = watch(queue.socket(), stop).map_err(CaptureError::Wait)?;
        Ok(Self { queue, epoll, file })
    }

    /// Writes packets until it is told to stop, then what was counted.
    pub(crate) fn run(&mut self) -> Result<CaptureCounters, CaptureError> {
        let mut stopped = false;
        while !stopped {
            while self.take_block()? {}
            stopped = self.wait()?;
        }
        // Packets from before the stop are in blocks that are ready or in the one being filled.
        while self.take_block()? {}
        if self.queue.more_to_come() {
            while !self.take_block()? {
                self.wait()?;
            }
        }
        self.file.write(&self.queue.rest())?;
        let counted = self.queue.socket().statistics();
        self.file
            .finish(counted.map_err(CaptureError::Statistics)?.dropped)
    }

    /// Writes what a block brings, when one is ready.
    fn take_block(&mut self) -> Result<bool, CaptureError> {
        let Some(batch) = self.queue.batch() else {
            return Ok(false);
        };
        self.file.write(&batch.packets)?;
        let horizon = batch.horizon;
        self.queue.advance(horizon);
        Ok(true)
    }

    /// Waits for a block or the stop. Returns whether it was the stop.
    fn wait(&self) -> Result<bool, CaptureError> {
        let mut events = [EpollEvent::empty(); 2];
        match self.epoll.wait(&mut events, EpollTimeout::NONE) {
            Ok(count) => Ok(events[..count].iter().any(|event| event.data() == STOP)),
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(CaptureError::Wait(error)),
        }
    }
}

/// Opens the socket. It receives when this returns.
fn listen(interfaces: &[Interface], size: RingSize) -> Result<BlockRing, CaptureError> {
    const ALL_INTERFACES: u32 = 0;
    let passing: Vec<_> = interfaces
        .iter()
        .map(|interface| {
            let direction = interface.direction.map(|direction| match direction {
                Direction::Incoming => packet_socket::Direction::Incoming,
                Direction::Outgoing => packet_socket::Direction::Outgoing,
            });
            (interface.index, direction)
        })
        .collect();
    let receive = |source| CaptureError::Receive {
        interfaces: interfaces.iter().map(|each| each.index).collect(),
        source,
    };
    let socket = PacketSocket::open().map_err(CaptureError::Socket)?;
    socket
        .set_filter(&Filter::passing(&passing))
        .map_err(receive)?;
    let ring = BlockRing::new(socket, size).map_err(|source| CaptureError::Ring {
        bytes: size.block * size.blocks,
        source,
    })?;
    ring.socket().bind(ALL_INTERFACES).map_err(receive)?;
    Ok(ring)
}

fn watch(socket: &PacketSocket, stop: &EventFd) -> nix::Result<Epoll> {
    let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?;
    // Edges: a block that is held would otherwise count as readable all the time.
    let edge = EpollFlags::EPOLLIN | EpollFlags::EPOLLET;
    epoll.add(stop, EpollEvent::new(edge, STOP))?;
    epoll.add(socket, EpollEvent::new(edge, PACKETS))?;
    Ok(epoll)
}
