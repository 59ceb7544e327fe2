//! The TPACKET_V3 receive ring: the kernel fills blocks of packets in shared memory and hands over
//! a block when it is full or has waited long enough (packet_mmap in the kernel's documentation).

use super::{Direction, PacketSocket};
use libc::{tpacket_block_desc, tpacket_hdr_v1, tpacket_req3, tpacket3_hdr};
use memmap2::{MmapOptions, MmapRaw};
use std::{
    fmt, io,
    marker::PhantomData,
    mem,
    os::fd::AsRawFd,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Where in a block's header its status and its number of packets are.
const STATUS: usize =
    mem::offset_of!(tpacket_block_desc, hdr) + mem::offset_of!(tpacket_hdr_v1, block_status);
const COUNT: usize =
    mem::offset_of!(tpacket_block_desc, hdr) + mem::offset_of!(tpacket_hdr_v1, num_pkts);

/// How much memory a ring has and how long a packet waits in it at most.
#[derive(Clone, Copy, Debug)]
pub struct RingSize {
    /// Bytes of a block: a power of two, at least a page, larger than any packet.
    pub block: usize,
    /// Number of blocks.
    pub blocks: usize,
    /// After this time (whole milliseconds) a block with packets is handed over though not full.
    pub retire: Duration,
}

/// A packet socket that receives into a ring of blocks.
///
/// Blocks are handed over in the order of their numbers, round and round. The reader may hold
/// several and gives each back by [`release`](Self::release); while it holds all, the kernel drops
/// packets and counts them.
pub struct BlockRing {
    map: MmapRaw,
    socket: PacketSocket,
    size: RingSize,
}

impl BlockRing {
    /// Gives a socket its ring. Bind it afterwards.
    ///
    /// # Errors
    /// EINVAL: the kernel does not like the size. ENOMEM: no memory for it.
    pub fn new(socket: PacketSocket, size: RingSize) -> io::Result<Self> {
        // Variable packets share a block; the kernel uses the frame size for its own checks only.
        const FRAME: usize = 2048;
        let too_large = io::Error::other;
        let request = tpacket_req3 {
            tp_block_size: size.block.try_into().map_err(too_large)?,
            tp_block_nr: size.blocks.try_into().map_err(too_large)?,
            tp_frame_size: FRAME as u32,
            tp_frame_nr: (size.block / FRAME * size.blocks)
                .try_into()
                .map_err(too_large)?,
            tp_retire_blk_tov: size.retire.as_millis().try_into().map_err(too_large)?,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        let version = libc::tpacket_versions::TPACKET_V3 as libc::c_int;
        socket.set(libc::PACKET_VERSION, &version)?;
        socket.set(libc::PACKET_RX_RING, &request)?;
        let map = MmapOptions::new()
            .len(size.block * size.blocks)
            .map_raw(socket.0.as_raw_fd())?;
        Ok(Self { map, socket, size })
    }

    /// The socket, to bind, to wait for packets and to ask for its counters.
    pub fn socket(&self) -> &PacketSocket {
        &self.socket
    }

    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.size.blocks
    }

    /// Block number `index`, when the kernel has handed it over.
    ///
    /// # Panics
    /// The ring has no such block.
    pub fn ready(&self, index: usize) -> Option<Block<'_>> {
        let status = self.word(index, STATUS);
        // Acquire: what the kernel wrote before the status is seen after it.
        (status.load(Ordering::Acquire) & libc::TP_STATUS_USER != 0).then(|| Block {
            start: self.block(index),
            size: self.size.block,
            _ring: PhantomData,
        })
    }

    /// Whether the kernel has put packets into a block, handed over or not.
    ///
    /// # Panics
    /// The ring has no such block.
    pub fn holds_packets(&self, index: usize) -> bool {
        self.word(index, COUNT).load(Ordering::Acquire) > 0
    }

    /// Gives a block back to the kernel.
    ///
    /// # Panics
    /// The ring has no such block.
    pub fn release(&mut self, index: usize) {
        // The kernel clears the count only when it comes to use the block again.
        self.word(index, COUNT).store(0, Ordering::Relaxed);
        let status = self.word(index, STATUS);
        // Release: all reads of the block are done before the kernel may write it.
        status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
    }

    /// A word of a block's header that both sides write.
    fn word(&self, index: usize, offset: usize) -> &AtomicU32 {
        // SAFETY: the word lies in the mapping, which lives as long as `self`, is aligned, and
        // this process accesses it as an atomic only while the kernel may write it.
        unsafe { AtomicU32::from_ptr(self.block(index).add(offset).cast()) }
    }

    fn block(&self, index: usize) -> *mut u8 {
        assert!(index < self.size.blocks, "the ring has no block {index}");
        // SAFETY: checked to be inside the mapping.
        unsafe { self.map.as_mut_ptr().add(index * self.size.block) }
    }
}

impl fmt::Debug for BlockRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockRing")
            .field("socket", &self.socket)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// A block of packets that the kernel handed over.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    start: *const u8,
    size: usize,
    _ring: PhantomData<&'a BlockRing>,
}

impl<'a> Block<'a> {
    /// The packets, in the order in which they came into the ring. Processors that receive at the
    /// same time may have put them there some microseconds out of order.
    pub fn packets(self) -> impl Iterator<Item = RingPacket<'a>> {
        let (count, first) = {
            let header: *const tpacket_block_desc = self.start.cast();
            // SAFETY: the block begins with a header, the kernel does not write to it before it is
            // released, and any bytes are valid numbers.
            let header = unsafe { (*header).hdr.bh1 };
            (header.num_pkts, header.offset_to_first_pkt as usize)
        };
        let mut offset = first;
        (0..count).map_while(move |_| {
            let (packet, next) = self.packet(offset)?;
            offset += next;
            Some(packet)
        })
    }

    /// The packet whose header lies `offset` bytes into the block, and how far the next one is.
    fn packet(self, offset: usize) -> Option<(RingPacket<'a>, usize)> {
        let header: tpacket3_hdr = self.read(offset)?;
        let behind = mem::size_of::<tpacket3_hdr>().next_multiple_of(libc::TPACKET_ALIGNMENT);
        let address: libc::sockaddr_ll = self.read(offset.checked_add(behind)?)?;
        let begin = offset.checked_add(header.tp_mac.into())?;
        let len = header.tp_snaplen as usize;
        if begin.checked_add(len)? > self.size {
            return None;
        }
        // SAFETY: checked to be inside the block, which nobody writes to during 'a.
        let data = unsafe { std::slice::from_raw_parts(self.start.add(begin), len) };
        let packet = RingPacket {
            at: u64::from(header.tp_sec) * 1_000_000_000 + u64::from(header.tp_nsec),
            interface: address.sll_ifindex.cast_unsigned(),
            direction: if address.sll_pkttype == libc::PACKET_OUTGOING {
                Direction::Outgoing
            } else {
                Direction::Incoming
            },
            original_len: header.tp_len,
            data,
        };
        Some((packet, header.tp_next_offset as usize))
    }

    fn read<T: Copy>(self, offset: usize) -> Option<T> {
        if offset.checked_add(mem::size_of::<T>())? > self.size {
            return None;
        }
        // SAFETY: checked to be inside the block, which nobody writes to during 'a; T is one of
        // the kernel's structs of plain numbers.
        Some(unsafe { self.start.add(offset).cast::<T>().read_unaligned() })
    }
}

/// A packet in a ring.
#[derive(Clone, Copy, Debug)]
pub struct RingPacket<'a> {
    /// Wall-clock time in ns since 1970, as the kernel stamped it.
    pub at: u64,
    /// The interface it passed.
    pub interface: u32,
    /// Which way.
    pub direction: Direction,
    /// Its length, of which `data` may be the beginning.
    pub original_len: u32,
    /// Its bytes from the link header on.
    pub data: &'a [u8],
}
