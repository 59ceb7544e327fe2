//! Through a capture file, packet by packet.

use super::{
    Frame, Frames,
    fragments::{Fragment, Fragments, PATIENCE},
    frame, too_big,
};
use packet::{
    capture::{Packet, ReadError, Reader},
    decode::Decoded,
};
use std::collections::VecDeque;

/// So many frames wait for the rest of one that came in fragments.
const MOST_HELD: usize = 1 << 16;

/// Gives the TCP and UDP packets of a file in its order. One that came in fragments stands where the
/// first of them does, so those behind it wait until it is whole or given up.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    reader: Reader<'a>,
    /// What was met besides frames.
    met: Frames<'a>,
    fragments: Fragments,
    held: VecDeque<Frame<'a>>,
    /// How many frames have left `held`.
    gone: usize,
}

impl<'a> Walk<'a> {
    /// Begins with the bytes of a pcap or pcapng file.
    ///
    /// # Errors
    /// It is no capture.
    pub(crate) fn new(file: &'a [u8]) -> Result<Self, ReadError> {
        Ok(Self {
            reader: Reader::new(file)?,
            met: Frames {
                is_there: true,
                ..Frames::default()
            },
            fragments: Fragments::default(),
            held: VecDeque::new(),
            gone: 0,
        })
    }

    /// What was met besides frames, once all of them were given.
    pub(crate) fn end(mut self) -> Frames<'a> {
        self.met.other += self.fragments.later_left_over();
        let warnings = self.reader.warnings().iter();
        self.met.warnings = warnings.map(ToString::to_string).collect();
        self.met
    }

    /// The next frame, if nothing is to wait for; others are held.
    #[inline]
    fn take(&mut self, packet: &Packet<'a>) -> Option<Frame<'a>> {
        self.met.packets += 1;
        let (first, last) = self.met.span.unwrap_or((packet.at, packet.at));
        self.met.span = Some((first.min(packet.at), last.max(packet.at)));
        let Ok(decoded) = packet.decode() else {
            self.met.other += 1;
            return None;
        };
        let frame = frame(packet, &decoded);
        if decoded.network.fragment().is_some() {
            self.take_fragment(packet, &decoded, frame);
            return None;
        }
        if frame.is_none() {
            self.met.other += 1;
            self.met.too_big.extend(too_big(&decoded));
        }
        if self.held.is_empty() {
            self.gone += usize::from(frame.is_some());
            return frame;
        }
        self.held.extend(frame);
        None
    }

    fn take_fragment(
        &mut self,
        packet: &Packet<'a>,
        decoded: &Decoded<'a>,
        frame: Option<Frame<'a>>,
    ) {
        let Some(fragment) = Fragment::of(&decoded.network, packet.at) else {
            return;
        };
        self.met.too_big.extend(too_big(decoded));
        let place = frame.is_some().then_some(self.gone + self.held.len());
        self.held.extend(frame);
        if let Some(whole) = self.fragments.add(fragment, place)
            && let Some(held) = whole.frame.checked_sub(self.gone)
            && let Some(frame) = self.held.get_mut(held)
        {
            frame.complete(whole);
        }
    }

    /// The first frame held, unless its fragments may still come.
    fn release(&mut self, now: u64) -> Option<Frame<'a>> {
        let first = self.held.front()?;
        let waits = first.whole_at.is_none()
            && self.held.len() < MOST_HELD
            && now.saturating_sub(first.at) <= PATIENCE;
        if waits {
            return None;
        }
        self.gone += 1;
        self.held.pop_front()
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Frame<'a>;

    #[inline]
    fn next(&mut self) -> Option<Frame<'a>> {
        loop {
            if !self.held.is_empty()
                && let now = self.met.span.map_or(0, |(_, last)| last)
                && let Some(frame) = self.release(now)
            {
                return Some(frame);
            }
            let Some(packet) = self.reader.next() else {
                self.gone += 1;
                return self.held.pop_front();
            };
            if let Some(frame) = self.take(&packet) {
                return Some(frame);
            }
        }
    }
}
