//! Through a capture file, packet by packet.

use super::{
    Frame, Frames,
    fragments::{Fragment, Fragments, PATIENCE},
    frame, too_big,
};
use crate::tcp_flags;
use packet::{
    capture::{Packet, ReadError, Reader},
    decode::Decoded,
};
use std::collections::VecDeque;

/// So many frames wait for the rest of one that came in fragments.
const MOST_HELD: usize = 1 << 16;

/// What a file holds, in its order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Passed<'p, 'a> {
    /// A TCP or UDP packet. One that came in fragments stands where the first of them does.
    Frame(&'p Frame<'a>),
    /// The last of its fragments, if it is TCP: there Wireshark counts the segment.
    Late(&'p tcp_flags::Addressed),
}

/// The same, while it waits.
#[derive(Debug)]
enum Held<'a> {
    Frame(Frame<'a>),
    Late(tcp_flags::Addressed),
}

impl<'a> Held<'a> {
    fn pass(&self) -> Passed<'_, 'a> {
        match self {
            Self::Frame(frame) => Passed::Frame(frame),
            Self::Late(late) => Passed::Late(late),
        }
    }
}

/// Gives the TCP and UDP packets of a file. Those behind one that came in fragments wait until it is
/// whole or given up.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    reader: Reader<'a>,
    /// What was met besides frames.
    met: Frames<'a>,
    fragments: Fragments,
    /// The same for the flags, which have rules of their own.
    for_flags: tcp_flags::Fragments<'a>,
    held: VecDeque<Held<'a>>,
    /// How many have left `held`, or went past it.
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
            for_flags: tcp_flags::Fragments::default(),
            held: VecDeque::new(),
            gone: 0,
        })
    }

    fn end(mut self) -> (Frames<'a>, Reader<'a>) {
        self.met.other += self.fragments.later_left_over();
        let warnings = self.reader.warnings().iter();
        self.met.warnings = warnings.map(ToString::to_string).collect();
        (self.met, self.reader)
    }

    /// The next frame, if nothing is to wait for; others are held. What is rare gets copies, so that what is usual
    /// needs no memory for anything but the frame.
    #[inline(always)]
    fn take(&mut self, packet: &Packet<'a>) -> Option<Frame<'a>> {
        self.met.packets += 1;
        let (first, last) = self.met.span.unwrap_or((packet.at, packet.at));
        self.met.span = Some((first.min(packet.at), last.max(packet.at)));
        let Ok(decoded) = packet.decode() else {
            self.met.other += 1;
            return None;
        };
        if decoded.network.fragment().is_some() {
            self.take_fragment(*packet, decoded);
            return None;
        }
        let Some(frame) = frame(packet, &decoded) else {
            self.take_other(decoded);
            return None;
        };
        if !self.held.is_empty() {
            self.held.push_back(Held::Frame(frame));
            return None;
        }
        self.gone += 1;
        Some(frame)
    }

    #[cold]
    fn take_other(&mut self, decoded: Decoded<'a>) {
        self.met.other += 1;
        self.met.too_big.extend(too_big(&decoded));
    }

    #[cold]
    fn take_fragment(&mut self, packet: Packet<'a>, decoded: Decoded<'a>) {
        let Some(fragment) = Fragment::of(&decoded.network, packet.at) else {
            return;
        };
        let frame = frame(&packet, &decoded);
        self.met.too_big.extend(too_big(&decoded));
        let place = frame.is_some().then_some(self.gone + self.held.len());
        self.held.extend(frame.map(Held::Frame));
        if let Some(whole) = self.fragments.add(fragment, place)
            && let Some(held) = whole.frame.checked_sub(self.gone)
            && let Some(Held::Frame(frame)) = self.held.get_mut(held)
        {
            frame.complete(whole);
        }
        let late = self.for_flags.add(packet.at, &decoded.network);
        self.held.extend(late.map(Held::Late));
    }

    /// The first that is held, unless fragments of it may still come.
    fn release(&mut self, now: u64) -> Option<Held<'a>> {
        if let Held::Frame(first) = self.held.front()?
            && first.whole_at.is_none()
            && self.held.len() < MOST_HELD
            && now.saturating_sub(first.at) <= PATIENCE
        {
            return None;
        }
        self.gone += 1;
        self.held.pop_front()
    }

    /// Gives all that the file holds, and then what was met besides, and the file, to read some again.
    #[inline]
    pub(crate) fn each(mut self, mut take: impl FnMut(Passed<'_, 'a>)) -> (Frames<'a>, Reader<'a>) {
        while let Some(packet) = self.reader.next() {
            if let Some(frame) = self.take(&packet) {
                take(Passed::Frame(&frame));
            }
            while !self.held.is_empty()
                && let now = self.met.span.map_or(0, |(_, last)| last)
                && let Some(held) = self.release(now)
            {
                take(held.pass());
            }
        }
        self.held.drain(..).for_each(|held| take(held.pass()));
        self.end()
    }
}
