//! From the packets of one direction, and the acknowledgments that come back, to what they mean.

use super::{
    stream::{Acknowledgment, Opening},
    timing::Timing,
};
use crate::{
    frame::{Frame, Tcp},
    model::connection::{Segment, Stream},
    sequence::Origin,
};

/// Who is told what a direction's packets mean, in their order.
pub(crate) trait Sink<'a> {
    /// A segment with payload left; with it what was captured of the bytes that none carried before.
    fn sent(&mut self, segment: Segment, fresh: &'a [u8]);

    /// A frame without news left: a keep-alive, or a probe of a closed window as Linux sends it.
    fn probed(&mut self, frame: u64);

    /// An acknowledgment came in.
    fn acknowledged(&mut self, ack: Acknowledgment);
}

/// Reads one direction, packet by packet.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    origin: Origin,
    /// Of both SYNs, as far as they are known.
    mss: Option<u16>,
    /// By which the receiver's windows are scaled, where that is known.
    scale: Option<u8>,
    /// End of what was sent so far.
    highest: u64,
    acknowledged: u64,
    packets: u64,
    wire: u64,
    framing: u64,
    payload: u64,
    is_finished: bool,
    is_reset: bool,
    timing: Timing,
}

impl Reader {
    /// Where offsets count from.
    pub(crate) fn begin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// What the SYNs say that are known so far.
    pub(crate) fn agree(&mut self, opening: &Opening) {
        self.mss = opening.mss();
        self.scale = opening.receiver_scale();
    }

    /// What segments may carry at most, without options.
    pub(crate) fn mss(&self) -> Option<u16> {
        self.mss
    }

    fn offset(&self, seq: u32, near: u64) -> i64 {
        self.origin.offset(seq, near as i64)
    }

    /// A packet of the sender.
    pub(crate) fn sent<'a>(&mut self, frame: &Frame<'a>, tcp: &Tcp, sink: &mut impl Sink<'a>) {
        self.packets += 1;
        self.wire += u64::from(frame.ip_len);
        self.framing += frame.ethernet();
        self.is_finished |= tcp.fin();
        self.is_reset |= tcp.rst();
        // The payload of a reset is a diagnostic, no part of the stream (RFC 9293, 3.5.3).
        if tcp.rst() {
            return;
        }
        let before = self.offset(tcp.seq, self.highest) < self.acknowledged as i64;
        if frame.payload_len <= 1 && before && !tcp.syn() && !tcp.fin() {
            sink.probed(frame.number);
        }
        if frame.payload_len == 0 {
            return;
        }
        let first = self.offset(tcp.seq.wrapping_add(u32::from(tcp.syn())), self.highest);
        let end = (first + i64::from(frame.payload_len)).max(0) as u64;
        // A keep-alive repeats one byte that is acknowledged already (RFC 9293, 3.8.4).
        if end == 0 || (frame.payload_len == 1 && end <= self.acknowledged) {
            return;
        }
        let start = first.max(0) as u64;
        let fresh = start.max(self.highest)..end.max(self.highest);
        self.timing
            .sent(&(start..end), fresh == (start..end), frame.at);
        self.payload += fresh.end - fresh.start;
        let skip = (fresh.start as i64 - first) as usize;
        let full = |mss| frame.payload_len + tcp.options_len >= u32::from(mss);
        let segment = Segment {
            frame: frame.number,
            at: frame.at,
            range: start..end,
            fresh: if fresh.is_empty() { end..end } else { fresh },
            headers: frame.ip_len.saturating_sub(frame.payload_len),
            full: self.mss.is_some_and(full),
            fin: tcp.fin(),
            arrival: None,
        };
        self.highest = self.highest.max(end);
        sink.sent(segment, frame.payload.get(skip..).unwrap_or_default());
    }

    /// A packet of the receiver.
    pub(crate) fn received<'a>(&mut self, frame: &Frame<'_>, tcp: &Tcp, sink: &mut impl Sink<'a>) {
        let Some(ack) = tcp.ack() else { return };
        let up_to = self.offset(ack, self.acknowledged).max(0) as u64;
        self.acknowledged = self.acknowledged.max(up_to);
        self.timing.acknowledged(up_to, frame.at);
        if let Some(scale) = self.scale.filter(|_| !tcp.syn() && !tcp.rst()) {
            self.timing.offered(u64::from(tcp.window) << scale);
        }
        let scale = if tcp.syn() { Some(0) } else { self.scale };
        sink.acknowledged(Acknowledgment {
            frame: frame.number,
            at: frame.at,
            up_to,
            edge: scale.map(|scale| up_to + (u64::from(tcp.window) << scale)),
            with_data: frame.payload_len > 0,
            said: None,
        });
    }

    /// What all packets so far add up to.
    pub(crate) fn figures(&self, stream: &mut Stream) {
        stream.mss = self.mss;
        stream.packets = self.packets;
        stream.wire = self.wire;
        stream.framing = self.framing;
        stream.payload = self.payload;
        stream.finished = self.is_finished;
        stream.reset = self.is_reset;
        (stream.round_trips, stream.offered) = self.timing.results();
    }
}
