//! The TPACKET_V2 receive ring: one slot a packet, handed over at once (packet_mmap in the kernel's
//! documentation). For those who must act on each packet, where [`super::BlockRing`] gathers.

use super::PacketSocket;
use libc::{tpacket_req, tpacket2_hdr};
use memmap2::{MmapOptions, MmapRaw};
use std::{
    fmt, io, mem,
    os::fd::AsRawFd,
    sync::atomic::{AtomicU32, Ordering},
};

/// Smallest block that the kernel allocates in one piece without effort.
const PAGE: usize = 4096;

/// What stands in a slot before the frame: header, address, alignment, room for a VLAN tag.
const OVERHEAD: usize = 128;

/// A packet socket that receives into a ring of slots.
pub struct FrameRing {
    map: MmapRaw,
    socket: PacketSocket,
    slot: usize,
    slots: usize,
    next: usize,
}

/// A frame in its slot.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Wall-clock time in ns since 1970, as the kernel stamped it.
    pub at: u64,
    /// Its length in bytes.
    pub len: usize,
    /// Its bytes from the link header on; only the beginning of a frame larger than the ring was
    /// made for.
    pub data: &'a [u8],
}

impl FrameRing {
    /// Gives a socket a ring of at least `slots` slots for frames of up to `longest` bytes. Bind it
    /// afterwards.
    ///
    /// # Errors
    /// ENOMEM: no memory for it.
    pub fn new(socket: PacketSocket, longest: usize, slots: usize) -> io::Result<Self> {
        // A power of two, so that slots fill blocks without a rest.
        let slot = (longest + OVERHEAD).next_power_of_two().max(512);
        let block = slot.max(PAGE);
        let slots = slots.next_multiple_of(block / slot);
        let too_large = io::Error::other;
        let request = tpacket_req {
            tp_block_size: block.try_into().map_err(too_large)?,
            tp_block_nr: (slots / (block / slot)).try_into().map_err(too_large)?,
            tp_frame_size: slot.try_into().map_err(too_large)?,
            tp_frame_nr: slots.try_into().map_err(too_large)?,
        };
        let version = libc::tpacket_versions::TPACKET_V2 as libc::c_int;
        socket.set(libc::PACKET_VERSION, &version)?;
        socket.set(libc::PACKET_RX_RING, &request)?;
        let map = MmapOptions::new()
            .len(slot * slots)
            .map_raw(socket.0.as_raw_fd())?;
        Ok(Self {
            map,
            socket,
            slot,
            slots,
            next: 0,
        })
    }

    /// The socket, to bind, to wait for frames and to ask for its counters.
    pub fn socket(&self) -> &PacketSocket {
        &self.socket
    }

    /// The next frame, given to `use_it` while the slot still holds it; `None` when there is none.
    pub fn receive<T>(&mut self, use_it: impl FnOnce(Frame<'_>) -> T) -> Option<T> {
        // Acquire: what the kernel wrote before the status is seen after it.
        if self.status().load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: the slot begins with a header, the kernel does not write to it before it is
        // given back, and any bytes are valid numbers.
        let header: tpacket2_hdr = unsafe { self.start().cast::<tpacket2_hdr>().read() };
        let begin = usize::from(header.tp_mac).min(self.slot);
        let len = (header.tp_snaplen as usize).min(self.slot - begin);
        // SAFETY: inside the slot (bounded above), which nobody writes to before it is given back.
        let data = unsafe { std::slice::from_raw_parts(self.start().add(begin), len) };
        let at = u64::from(header.tp_sec) * 1_000_000_000 + u64::from(header.tp_nsec);
        let len = header.tp_len as usize;
        let result = use_it(Frame { at, len, data });
        // Release: all reads of the slot are done before the kernel may write it.
        self.status()
            .store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.next = (self.next + 1) % self.slots;
        Some(result)
    }

    fn status(&self) -> &AtomicU32 {
        let offset = mem::offset_of!(tpacket2_hdr, tp_status);
        // SAFETY: the word lies in the mapping, which lives as long as `self`, is aligned, and is
        // accessed as an atomic only.
        unsafe { AtomicU32::from_ptr(self.start().add(offset).cast()) }
    }

    fn start(&self) -> *mut u8 {
        // SAFETY: `next` is below `slots`, so this is inside the mapping.
        unsafe { self.map.as_mut_ptr().add(self.next * self.slot) }
    }
}

impl fmt::Debug for FrameRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameRing")
            .field("socket", &self.socket)
            .field("slot", &self.slot)
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}
