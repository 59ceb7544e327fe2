//! Drives one machine on one TCP connection.
//!
//! Four lanes (read, write, wait, run) with one order outstanding in each. The loop gives every lane a
//! turn: a call is tried first and only where it would block is its readiness awaited, so a
//! machine that writes three messages makes three write(2) calls in a row.

mod call;

use crate::{PeerError, clock::now, command, journal::Journal};
use call::{ReadCall, Start, WriteCall};
use protocol::{Broken, End, Orders, StreamEvent, StreamPeer};
use record::{event::Closing, journal::Totals};
use socket2::SockRef;
use std::{
    future::Future,
    io,
    net::Shutdown,
    pin::Pin,
    time::{Duration, Instant},
};
use sys::alarm::Alarm;
use tokio::{net::TcpStream, sync::watch, task::coop};

/// How often the send queue is looked at while a half-close waits for it to be acknowledged. The
/// kernel has no event for that: EPOLLOUT tells of room, not of emptiness.
const QUEUE_POLL: Duration = Duration::from_millis(1);

/// Plays `machine` on `stream` until it ends, the connection breaks, or `cut` turns true. `quickack` is
/// [`PeerConfig::quickack`](protocol::PeerConfig::quickack).
///
/// # Errors
/// The machine's orders can't be carried out for want of a descriptor.
pub(crate) async fn drive(
    stream: TcpStream,
    machine: Box<dyn StreamPeer + Send>,
    journal: Journal,
    quickack: Option<bool>,
    mut cut: watch::Receiver<bool>,
) -> Result<Totals, PeerError> {
    let mut driver = Driver {
        stream,
        machine,
        journal,
        read: None,
        write: None,
        wake: None,
        running: None,
        draining: false,
        end: None,
        broken: None,
        eof: false,
        buffer: Vec::new(),
        quickack,
    };
    driver.acknowledge(quickack);
    let how = driver.run(&mut cut).await;
    if matches!(how, Ok(Closing::Aborted)) {
        // The stream may be closed already; then there is nothing left to reset.
        let _ = driver.stream.set_zero_linger();
    }
    drop(driver.stream);
    let totals = driver
        .journal
        .closed(now(), how.as_ref().map_or(Closing::Aborted, |how| *how));
    how.map(|_| totals).map_err(|source| PeerError::Resource {
        what: "wait for a connection",
        source,
    })
}

/// One connection. Each call begins when it is first tried and returns with its last byte: what
/// a blocking call would have taken.
struct Driver {
    stream: TcpStream,
    machine: Box<dyn StreamPeer + Send>,
    journal: Journal,
    read: Option<ReadCall>,
    write: Option<WriteCall>,
    wake: Option<Instant>,
    running: Option<Pin<Box<dyn Future<Output = command::Ended> + Send>>>,
    /// A half-close was ordered and waits.
    draining: bool,
    end: Option<End>,
    /// Why a write failed. What arrived before may still be read.
    broken: Option<Broken>,
    eof: bool,
    buffer: Vec<u8>,
    quickack: Option<bool>,
}

impl Driver {
    async fn run(&mut self, cut: &mut watch::Receiver<bool>) -> io::Result<Closing> {
        let mut alarm = Alarm::default();
        self.tell(StreamEvent::Opened);
        loop {
            // The calls below bypass tokio's own accounting; without this line a busy connection
            // would never let another one run.
            coop::consume_budget().await;
            let moved = self.turn_to_write() | self.turn_to_read() | self.turn_to_wake();
            if let Some(how) = self.over() {
                return Ok(how);
            }
            if *cut.borrow() {
                return Ok(self.breaks(Broken::Stopped));
            }
            self.turn_to_half_close();
            if moved {
                continue;
            }
            let read = self.read.as_ref().map(|call| call.start);
            let write = self.write.as_ref().filter(|_| self.broken.is_none());
            let write = write.map(|call| call.start);
            let pauses = [read, write].into_iter().flatten().filter_map(Start::due);
            let next = pauses.chain(self.wake).min();
            let is_draining = self.is_draining();
            tokio::select! {
                ready = self.stream.readable(), if read.is_some_and(Start::has_begun) => ready?,
                ready = self.stream.writable(), if write.is_some_and(Start::has_begun) => ready?,
                rang = alarm.at(next.unwrap_or_else(Instant::now)), if next.is_some() => rang?,
                ended = ended(&mut self.running) => {
                    self.running = None;
                    self.tell(StreamEvent::Ran(ended.as_ran()));
                }
                () = tokio::time::sleep(QUEUE_POLL), if is_draining => {}
                _ = cut.wait_for(|cut| *cut) => {}
            }
        }
    }

    /// Sets TCP_QUICKACK.
    fn acknowledge(&self, quickack: Option<bool>) {
        if let Some(quickack) = quickack {
            // It fails only on a connection that is gone, which the next call tells.
            let _ = self.stream.set_quickack(quickack);
        }
    }

    fn tell(&mut self, event: StreamEvent<'_>) {
        let mut orders = Orders::default();
        self.machine.on(event, &mut orders);
        for note in orders.notes {
            self.journal.said(note);
        }
        if let Some(cork) = orders.cork {
            // It fails only on a connection that is gone, which the next call tells.
            let _ = SockRef::from(&self.stream).set_tcp_cork(cork);
        }
        if let Some(bytes) = orders.write {
            self.write = Some(WriteCall {
                start: Start::after(orders.write_pause),
                bytes,
                done: 0,
            });
        }
        if let Some(asked) = orders.read {
            self.read = Some(ReadCall {
                start: Start::after(orders.read_pause),
                asked,
            });
        }
        if let Some(pause) = orders.wait {
            self.wake = Some(Instant::now() + pause);
        }
        if let Some(command) = orders.run {
            self.running = Some(Box::pin(command::run(command)));
        }
        match orders.end {
            Some(End::HalfClose) => self.draining = true,
            Some(end) => {
                self.end = Some(end);
                self.read = None;
                self.wake = None;
                self.running = None;
            }
            None => {}
        }
    }

    /// Whether the connection is done with, and how it came to that.
    fn over(&mut self) -> Option<Closing> {
        if self.end == Some(End::Abort) && self.is_drained() {
            return Some(Closing::Aborted);
        }
        let closes = self.end.is_some_and(|end| end != End::Abort);
        if closes && self.write.is_none() {
            return Some(if self.eof {
                Closing::Finished
            } else {
                Closing::Closed
            });
        }
        let reason = self.broken?;
        // After a reset what had arrived before can still be read, now or after a pause.
        let waits = self.read.is_some() || self.wake.is_some() || self.running.is_some();
        let hopeless = !waits || self.end.is_some();
        hopeless.then(|| self.breaks(reason))
    }

    fn breaks(&mut self, reason: Broken) -> Closing {
        self.tell(StreamEvent::Broken(reason));
        match reason {
            Broken::Reset => Closing::Reset,
            Broken::TimedOut => Closing::TimedOut,
            Broken::Stopped => Closing::Stopped,
        }
    }

    fn turn_to_write(&mut self) -> bool {
        let Some(call) = self.write.as_mut().filter(|_| self.broken.is_none()) else {
            return false;
        };
        let Some(begin) = call.start.begin() else {
            return false;
        };
        match self.stream.try_write(&call.bytes[call.done..]) {
            Ok(n) => call.done += n,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
            Err(error) => self.broken = Some(reason(&error)),
        }
        if call.done == call.bytes.len() {
            self.journal.wrote(begin, now(), call.done);
            self.write = None;
            self.tell(StreamEvent::Wrote);
        }
        true
    }

    fn turn_to_read(&mut self) -> bool {
        let Some(call) = &mut self.read else {
            return false;
        };
        let asked = call.asked;
        let Some(begin) = call.start.begin() else {
            return false;
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        if buffer.len() < asked {
            buffer.resize(asked, 0);
        }
        let got = self.stream.try_read(&mut buffer[..asked]);
        let at = now();
        let moved = match got {
            Ok(0) => {
                self.read = None;
                // The end of file that follows a reset is no end of the stream.
                if self.broken.is_none() {
                    self.eof = true;
                    self.journal.eof(at);
                    self.tell(StreamEvent::Eof);
                }
                true
            }
            Ok(n) => {
                self.read = None;
                self.journal.read(begin, at, &buffer[..n], asked);
                self.acknowledge(self.quickack.filter(|quickack| *quickack));
                self.tell(StreamEvent::Read(&buffer[..n]));
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(error) => {
                self.read = None;
                self.wake = None;
                self.broken.get_or_insert(reason(&error));
                true
            }
        };
        self.buffer = buffer;
        moved
    }

    fn turn_to_wake(&mut self) -> bool {
        let due = self.wake.is_some_and(|wake| wake <= Instant::now());
        if due {
            self.wake = None;
            self.tell(StreamEvent::Woke);
        }
        due
    }

    /// Sends FIN once everything is acknowledged: close(2) and shutdown(2) push out what Nagle's
    /// algorithm holds (Linux: tcp_send_fin), so an earlier FIN would hide it.
    fn turn_to_half_close(&mut self) {
        if self.draining && self.is_drained() {
            self.draining = false;
            // The other side may have reset the connection meanwhile; a read tells.
            let _ = SockRef::from(&self.stream).shutdown(Shutdown::Write);
        }
    }

    /// Whether an end waits until everything written has been acknowledged.
    fn is_draining(&self) -> bool {
        self.draining || self.end == Some(End::Abort)
    }

    /// Whether everything written has been acknowledged. That the connection broke is noticed.
    fn is_drained(&mut self) -> bool {
        if self.write.is_some() || self.broken.is_some() {
            return false;
        }
        match sys::socket::unacknowledged(&self.stream) {
            Ok(0) => return true,
            // A dead connection keeps its queue; without a read outstanding only this tells.
            Ok(_) => self.broken = self.stream.take_error().ok().flatten().map(|e| reason(&e)),
            Err(error) => self.broken = Some(reason(&error)),
        }
        false
    }
}

/// The end of the command that runs; for ever pending while none does.
async fn ended(
    running: &mut Option<Pin<Box<dyn Future<Output = command::Ended> + Send>>>,
) -> command::Ended {
    match running {
        Some(running) => running.await,
        None => std::future::pending().await,
    }
}

/// Names what a socket call said. Anything but a reset means that the kernel gave up.
fn reason(error: &io::Error) -> Broken {
    tracing::debug!(%error, "connection broken");
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => Broken::Reset,
        _ => Broken::TimedOut,
    }
}

#[cfg(test)]
mod tests;
