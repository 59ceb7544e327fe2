//! Calls that a machine ordered and that have not returned yet.

use super::{Scene, Stream, socket::Found};
use crate::Nanos;
use protocol::{Broken, End, StreamEvent};
use record::event::{Closing, EventKind};
use smoltcp::socket::tcp::State;

/// A read order.
pub(super) struct ReadCall {
    pub(super) begin: Nanos,
    /// Most bytes it may return.
    pub(super) asked: usize,
    /// When it returns; none while it blocks.
    pub(super) due: Option<Nanos>,
}

/// A write order.
pub(super) struct WriteCall {
    pub(super) begin: Nanos,
    pub(super) bytes: Vec<u8>,
    /// How many of them the stack has taken.
    pub(super) done: usize,
    /// When it hands over more; none while it blocks.
    pub(super) due: Option<Nanos>,
}

impl Stream {
    /// Carries out one call that is due. Returns whether there was any.
    pub(super) fn turn(&mut self, scene: &mut Scene<'_>) -> bool {
        self.turn_to_write(scene) || self.turn_to_read(scene) || self.turn_to_wake(scene)
    }

    /// When a call is due, or one may begin.
    pub(super) fn calls_due(&self) -> Option<Nanos> {
        let read = self.read.as_ref().and_then(|call| match call.due {
            // A read that may have begun waits for a packet, not for a time.
            None if self.socket.is_readable() => Some(call.begin),
            due => due,
        });
        let write = self.write.as_ref().filter(|_| self.broken.is_none());
        let write = write.and_then(|call| call.due);
        [read, write, self.wake].into_iter().flatten().min()
    }

    fn turn_to_write(&mut self, scene: &mut Scene<'_>) -> bool {
        let Some(call) = self.write.as_mut().filter(|_| self.broken.is_none()) else {
            return false;
        };
        match call.due {
            None => {
                if self.socket.is_writable(call.bytes.len() - call.done) {
                    call.due = Some(scene.now + self.costs.next());
                }
                return false;
            }
            Some(due) if due > scene.now => return false,
            Some(_) => {}
        }
        match self.socket.write(&call.bytes[call.done..]) {
            Some(taken) => call.done += taken,
            None => {
                self.broken = Some(self.why());
                return true;
            }
        }
        if call.done < call.bytes.len() {
            call.due = None;
            return true;
        }
        let (begin, len) = (call.begin, call.done);
        self.write = None;
        let kind = self.ledger.wrote(begin, len);
        self.note(kind, scene);
        // What was written may leave before the program does anything else.
        self.socket.send(scene.now, scene.net);
        self.tell(StreamEvent::Wrote, scene);
        true
    }

    fn turn_to_read(&mut self, scene: &mut Scene<'_>) -> bool {
        let Some(call) = &mut self.read else {
            return false;
        };
        match call.due {
            None => {
                if call.begin <= scene.now && self.socket.is_readable() {
                    call.due = Some(scene.now + self.costs.next());
                }
                return false;
            }
            Some(due) if due > scene.now => return false,
            Some(_) => {}
        }
        let (begin, asked) = (call.begin, call.asked);
        self.read = None;
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.len() < asked {
            buffer.resize(asked, 0);
        }
        match self.socket.read(&mut buffer[..asked]) {
            Found::Bytes(n) => {
                let kind = self.ledger.read(begin, n, asked);
                self.note(kind, scene);
                self.tell(StreamEvent::Read(&buffer[..n]), scene);
            }
            Found::End => {
                // The end of file that follows a reset is no end of the stream.
                if self.broken.is_none() {
                    self.eof = true;
                    self.note(EventKind::Eof, scene);
                    self.tell(StreamEvent::Eof, scene);
                }
            }
            Found::Broken => {
                self.wake = None;
                let why = self.why();
                self.broken.get_or_insert(why);
            }
        }
        self.buffer = buffer;
        true
    }

    fn turn_to_wake(&mut self, scene: &mut Scene<'_>) -> bool {
        let due = self.wake.is_some_and(|wake| wake <= scene.now);
        if due {
            self.wake = None;
            self.tell(StreamEvent::Woke, scene);
        }
        due
    }

    /// Sends FIN once everything is acknowledged: a FIN pushes out what Nagle's algorithm holds, so
    /// an earlier one would hide it.
    pub(super) fn turn_to_half_close(&mut self) {
        if !self.draining || self.write.is_some() || self.broken.is_some() {
            return;
        }
        if self.socket.state() == State::Closed {
            self.broken = Some(self.why());
        } else if self.socket.unacknowledged() == 0 {
            self.draining = false;
            self.socket.half_close();
        }
    }

    /// Whether the program is done with the connection, and how it came to that.
    pub(super) fn over(&mut self, scene: &mut Scene<'_>) -> Option<Closing> {
        match self.end {
            Some(End::Abort) => {
                let is_closed = self.socket.state() == State::Closed;
                if self.write.is_none() && (is_closed || self.socket.unacknowledged() == 0) {
                    return Some(Closing::Aborted);
                }
            }
            Some(_) if self.write.is_none() => {
                return Some(if self.eof {
                    Closing::Finished
                } else {
                    Closing::Closed
                });
            }
            _ => {}
        }
        let reason = self.broken?;
        // After a reset what had arrived before can still be read, now or after a pause.
        let hopeless = self.read.is_none() && self.wake.is_none() || self.end.is_some();
        hopeless.then(|| self.breaks(reason, scene))
    }

    /// Why smoltcp has closed the connection.
    fn why(&self) -> Broken {
        match self.socket.has_timed_out() {
            true => Broken::TimedOut,
            false => Broken::Reset,
        }
    }

    pub(super) fn breaks(&mut self, reason: Broken, scene: &mut Scene<'_>) -> Closing {
        self.tell(StreamEvent::Broken(reason), scene);
        match reason {
            Broken::Reset => Closing::Reset,
            Broken::TimedOut => Closing::TimedOut,
            Broken::Stopped => Closing::Stopped,
        }
    }
}
