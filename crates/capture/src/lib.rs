//! Interface to pcapng, with counted drops.
//!
//! ```text
//! interfaces ─ filter ─ ring ─ recorder ─ file        one thread, one packet socket
//!  (kernel)            (shared memory)
//! ```
//!
//! One socket sees all interfaces of the network namespace, so there is one order of packets; its
//! filter keeps, of each interface asked for, the packets of one direction. A capture takes whole
//! packets, begins when [`Capture::start`] returns and holds everything that passed before
//! [`Capture::stop`] is called.

mod error;
mod file;
mod queue;
mod recorder;

pub use error::CaptureError;
pub use packet::Direction;

use nix::sys::eventfd::{EfdFlags, EventFd};
use recorder::Recorder;
use std::{
    net::IpAddr,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, sync_channel},
    },
    thread,
};

/// What to capture, and where to.
#[derive(Clone, Debug)]
pub struct CaptureSpec {
    /// The file to write. One that exists is replaced.
    pub file: PathBuf,
    /// The interfaces, in the order in which the file describes them.
    pub interfaces: Vec<Interface>,
    /// Bytes of the longest packet that may pass, its link header included.
    pub longest: usize,
    /// Names that a reader of the file should see in the place of addresses.
    pub names: Vec<(IpAddr, String)>,
}

/// An interface to capture on.
#[derive(Clone, Debug)]
pub struct Interface {
    /// Its name, for the file.
    pub name: String,
    /// Its number in this network namespace.
    pub index: u32,
    /// Which of its packets to keep; all when none is given.
    pub direction: Option<Direction>,
}

/// What a capture counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaptureCounters {
    /// Packets written.
    pub packets: u64,
    /// Packets the kernel dropped because the ring was full. Should be 0.
    pub dropped: u64,
}

/// A capture that runs. When it is dropped it ends without a word, its file complete up to there.
#[derive(Debug)]
pub struct Capture {
    stop: Arc<EventFd>,
    result: Receiver<Result<CaptureCounters, CaptureError>>,
}

impl Capture {
    /// Begins to capture in the network namespace of the calling thread. Needs CAP_NET_RAW there.
    ///
    /// # Errors
    /// The file can't be created, or the kernel refuses the socket.
    pub fn start(spec: CaptureSpec) -> Result<Self, CaptureError> {
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let stop = EventFd::from_value_and_flags(0, flags).map_err(CaptureError::Wait)?;
        let stop = Arc::new(stop);
        let mut recorder = Recorder::start(spec, &stop)?;
        let (tell, result) = sync_channel(1);
        thread::Builder::new()
            .name("capture".into())
            .spawn(move || {
                // Nobody listens when the capture was dropped. What follows is the closing of the
                // socket, for which the kernel takes its time: nobody has to wait for it.
                let _ = tell.send(recorder.run());
            })
            .map_err(CaptureError::Thread)?;
        Ok(Self { stop, result })
    }

    /// Ends the capture. When this returns, all packets that passed before the call are in the
    /// file, or counted as dropped. Takes some milliseconds, until the kernel hands over the last.
    ///
    /// # Errors
    /// What went wrong since the start: the disk was full, for example. The file holds what came
    /// before that.
    pub fn stop(self) -> Result<CaptureCounters, CaptureError> {
        self.signal();
        self.result.recv().map_err(CaptureError::Lost)?
    }

    fn signal(&self) {
        // It fails only when the counter is at its limit, and then it was signalled before.
        let _ = self.stop.write(1);
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.signal();
    }
}
