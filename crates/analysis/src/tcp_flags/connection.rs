//! One connection: its two directions, and the rules one after another.

use super::{
    duplicate_ack,
    flag::{FlagSet, TcpFlag},
    half::{Half, Scale},
    keep_alive, lost,
    segment::{Segment, is_after},
    sent_again, windows,
};

/// What is remembered of a connection.
#[derive(Debug, Default)]
pub struct Connection {
    halves: [Half; 2],
    /// When the last SYN came, in ns.
    syn_at: Option<u64>,
    /// From the last SYN to the first acknowledgment without SYN, in ns.
    first_rtt: Option<u64>,
}

impl Connection {
    /// The flags of the next segment; `from` is 0 or 1, the side that sent it.
    ///
    /// # Panics
    /// `from` is neither.
    pub fn next(&mut self, from: usize, segment: &Segment) -> FlagSet {
        let mut flags = FlagSet::default();
        if segment.flags.syn() || self.halves.iter().any(|half| half.base.is_none()) {
            self.begin(from, segment, &mut flags);
        }
        let [a, b] = &mut self.halves;
        let (own, peer) = if from == 0 { (a, b) } else { (b, a) };
        replies(segment, own, peer, &mut flags);
        if segment.ack != own.ack {
            own.repeats = 0;
            own.is_overtaken = false;
        }
        if lost::acknowledges_unseen(segment, peer) {
            flags.insert_if(TcpFlag::AckLostSegment, lost::is_told(peer));
            if peer.unbroken == peer.next {
                peer.is_overtaken = true;
                peer.repeats = 0;
            }
            peer.unbroken = peer.next;
        }
        if (segment.len > 0 || segment.takes_number())
            && !flags.contains(TcpFlag::KeepAlive)
            && let Some(kind) = sent_again::kind(segment, own, peer, self.first_rtt)
        {
            flags.insert(kind);
            flags.insert_if(TcpFlag::Retransmission, kind != TcpFlag::OutOfOrder);
        }
        remember(segment, own, flags);
        peer.unacked.acknowledge(segment.ack);
        self.end(from, segment);
        flags
    }

    /// A SYN may begin another connection between the same ports.
    fn begin(&mut self, from: usize, segment: &Segment, flags: &mut FlagSet) {
        let base = self.halves[from].base;
        let is_other = base.is_some_and(|base| base != segment.seq);
        let (syn, ack) = (segment.flags.syn(), segment.flags.ack());
        if syn && !ack && is_other {
            *self = Self::default();
            flags.insert(TcpFlag::PortReuse);
        } else if syn && ack && is_other {
            self.halves[from].base = Some(segment.seq);
            flags.insert(TcpFlag::PortReuse);
        }
        let number = segment.seq.wrapping_sub(u32::from(!syn));
        self.halves[from].base.get_or_insert(number);
        if ack {
            let number = segment.ack.wrapping_sub(1);
            self.halves[1 - from].base.get_or_insert(number);
        }
        if syn && !ack {
            self.syn_at = Some(segment.at);
        }
    }

    fn end(&mut self, from: usize, segment: &Segment) {
        let (syn, ack) = (segment.flags.syn(), segment.flags.ack());
        if ack && !syn && self.first_rtt.is_none() {
            // To Wireshark none at all is none that is known yet.
            let took = self.syn_at.map(|at| segment.at.wrapping_sub(at));
            self.first_rtt = took.filter(|took| *took > 0);
        }
        let [a, b] = &mut self.halves;
        let (own, peer) = if from == 0 { (a, b) } else { (b, a) };
        own.is_unscaled = syn;
        if !syn {
            return;
        }
        match segment.window_scale {
            Some(_) if ack && peer.scale == Scale::None => {}
            Some(bits) => own.scale = Scale::By(bits),
            None if own.scale == Scale::Unknown => {
                own.scale = Scale::None;
                peer.scale = Scale::None;
            }
            None => {}
        }
    }
}

/// The flags that tell what a segment is for; a few exclude those behind them.
fn replies(segment: &Segment, own: &mut Half, peer: &mut Half, flags: &mut FlagSet) {
    if windows::is_probe(segment, own, peer) {
        flags.insert(TcpFlag::ZeroWindowProbe);
        return;
    }
    flags.insert_if(TcpFlag::ZeroWindow, windows::is_zero(segment));
    flags.insert_if(TcpFlag::LostSegment, lost::is_behind_a_gap(segment, own));
    flags.insert_if(TcpFlag::KeepAlive, keep_alive::is_keep_alive(segment, own));
    flags.insert_if(TcpFlag::WindowFull, windows::is_full(segment, peer));
    // What is left is about segments without data.
    if segment.len > 0 {
        return;
    }
    flags.insert_if(TcpFlag::WindowUpdate, windows::is_update(segment, own));
    if keep_alive::is_answer(segment, own, peer) {
        flags.insert(TcpFlag::KeepAliveAck);
    } else if windows::is_probe_ack(segment, own, peer) {
        flags.insert(TcpFlag::ZeroWindowProbeAck);
    } else if duplicate_ack::is_duplicate(segment, own) {
        own.repeats = own.repeats.saturating_add(1);
        own.is_overtaken = false;
        flags.insert(TcpFlag::DuplicateAck);
    }
}

fn remember(segment: &Segment, own: &mut Half, flags: FlagSet) {
    let mut next = segment.end();
    if (segment.len > 0 || segment.takes_number()) && own.unacked.has_room() {
        next = next.wrapping_add(segment.takes_number().into());
        own.unacked.push(segment.seq, next);
    }
    if !flags.contains(TcpFlag::ZeroWindowProbe) {
        if own.next == 0 || is_after(next, own.next) {
            own.next = next;
            own.next_at = segment.at;
        }
        if own.unbroken == 0 || segment.seq == own.unbroken {
            own.unbroken = own.next;
        }
    }
    own.ack = segment.ack;
    own.at = segment.at;
    own.window = Some(segment.window);
    own.flags = flags;
}
