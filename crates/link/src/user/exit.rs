//! Where frames leave the link: out of their lanes, to the wire.

use super::{
    entrance::{ETHERNET, Entrance},
    pool::{Handle, LINE},
    shared::Shared,
};
use emulator::Nanos;
use std::{hint, io, thread, time::Duration};
use sys::packet_socket::{BATCH, PacketSocket};

/// Frames sent before the thread looks for frames to take in: fewer than it takes in at once, so that a
/// burst makes packets late rather than overrun the ring.
const SPELL: usize = 256;

/// When packets are so late, this thread is what the burst is too much for. It sends more in turn
/// and lets the ring overrun: memory is no endless queue.
const LATE: Nanos = 50_000_000;
const LONG_SPELL: usize = 16 * SPELL;

#[derive(Debug)]
pub(super) struct Exit {
    /// What each lane's frames are sent by, or one for all lanes.
    outlets: Vec<PacketSocket>,
    leaving: Vec<Handle>,
}

impl Exit {
    pub(super) fn new(outlets: Vec<PacketSocket>) -> Self {
        Self {
            outlets,
            leaving: Vec::with_capacity(BATCH),
        }
    }

    /// Sends what has left the lanes by now, batch by batch, at most a spell of each lane. Returns
    /// how many frames that was.
    ///
    /// Not what leaves meanwhile: that would be one or two frames each time.
    pub(super) fn send_due(
        &mut self,
        entrance: &mut Entrance,
        now: Nanos,
        shared: &Shared,
    ) -> io::Result<usize> {
        let mut sent = 0;
        for lane in 0..entrance.lanes.count() {
            let due = entrance.lanes.lane_due(lane);
            let is_late = due.is_some_and(|due| due.saturating_add(LATE) < now);
            let mut rest = if is_late { LONG_SPELL } else { SPELL };
            while rest > 0 && self.collect(entrance, lane, now) {
                rest = rest.saturating_sub(self.leaving.len());
                sent += self.leaving.len();
                self.send_leaving(entrance, lane, shared)?;
            }
        }
        Ok(sent)
    }

    /// Collects a batch of what has left a lane by `now`. Returns whether there is any.
    fn collect(&mut self, entrance: &mut Entrance, lane: usize, now: Nanos) -> bool {
        let Entrance { lanes, pool, .. } = entrance;
        while self.leaving.len() < BATCH
            && let Some(leaving) = lanes.take(lane, now)
        {
            if let Some(flip) = leaving.flip {
                pool.flip(leaving.packet, ETHERNET, flip);
            }
            self.leaving.push(leaving.packet);
        }
        !self.leaving.is_empty()
    }

    fn send_leaving(
        &mut self,
        entrance: &mut Entrance,
        lane: usize,
        shared: &Shared,
    ) -> io::Result<()> {
        let Entrance {
            pool,
            counters,
            netem,
            ..
        } = entrance;
        let outlet = &self.outlets[lane.min(self.outlets.len() - 1)];
        // Netem refuses a packet by an error, which sendmmsg keeps to itself when it is not about
        // the first: sent once more, the packet would be counted twice, or even pass.
        let most = if netem.is_some() { 1 } else { BATCH };
        let mut sent = 0;
        while sent < self.leaving.len() && !shared.is_stopping() {
            let mut frames: [&[u8]; BATCH] = [&[]; BATCH];
            let batch = (self.leaving.len() - sent).min(most);
            for (frame, handle) in frames.iter_mut().zip(&self.leaving[sent..][..batch]) {
                *frame = pool.get(*handle);
                // They have left the processor's cache since they came. Asked for here, all are
                // fetched at once; the kernel would have to wait for one after the other.
                hint::black_box([frame.first(), frame.get(LINE)].map(Option::<&u8>::copied));
            }
            match outlet.send_batch(&frames[..batch]) {
                Ok(count) => {
                    counters.delivered += count as u64;
                    sent += count;
                }
                Err(error) => match error.raw_os_error() {
                    // So netem tells that its queue is full: drop-tail.
                    Some(libc::ENOBUFS) if netem.is_some() => {
                        counters.dropped += 1;
                        sent += 1;
                    }
                    // The wire's queue is full for a moment. Yielding would not do: a real-time
                    // thread only yields to its like, and an ordinary one empties the queue.
                    Some(libc::ENOBUFS | libc::EAGAIN) => thread::sleep(FULL_QUEUE),
                    Some(libc::EINTR) => {}
                    // This one frame can't go; the next may.
                    Some(libc::EMSGSIZE | libc::EINVAL) => {
                        counters.overrun += 1;
                        sent += 1;
                    }
                    _ => return Err(error),
                },
            }
        }
        for handle in self.leaving.drain(..) {
            pool.free(handle);
        }
        Ok(())
    }
}

/// How long a full queue is left to empty: at 400,000 packets/s, 20 find room again.
const FULL_QUEUE: Duration = Duration::from_micros(50);
