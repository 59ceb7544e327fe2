//! What a peer tells the person who started it by hand: one line for each thing that matters.

use protocol::Encoding;
use record::event::Conn;
use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// Tells what happens, or nothing. Clones tell to the same place.
#[derive(Clone, Default)]
pub struct Story {
    place: Option<Arc<Mutex<dyn Write + Send>>>,
    /// How messages are written as bytes.
    encoding: Encoding,
}

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_on() {
            "Story(on)"
        } else {
            "Story(off)"
        })
    }
}

impl Story {
    /// Tells nothing.
    pub fn off() -> Self {
        Self::default()
    }

    /// Tells to `place`, line by line.
    pub fn to(place: impl Write + Send + 'static) -> Self {
        Self {
            place: Some(Arc::new(Mutex::new(place))),
            encoding: Encoding::default(),
        }
    }

    /// The same, of messages that are written so.
    pub fn written_in(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.place.is_some()
    }

    pub(crate) fn line(&self, line: fmt::Arguments<'_>) {
        let Some(place) = &self.place else { return };
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        // A reader that has gone away (`tcp-server | head`) is no reason to stop serving.
        let _ = writeln!(place, "{line}").and_then(|()| place.flush());
    }

    /// A datagram of `full` bytes, of which `bytes` fitted into the buffer.
    pub(crate) fn datagram(&self, conn: Conn, bytes: &[u8], full: usize) {
        self.message(conn, bytes.len() as u64, Some(bytes));
        if full > bytes.len() {
            self.happened(conn, format_args!("cut: it had {full} bytes"));
        }
    }

    pub(crate) fn happened(&self, conn: Conn, what: fmt::Arguments<'_>) {
        self.line(format_args!("{} {what}", conn.remote));
    }

    pub(crate) fn message(&self, conn: Conn, len: u64, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => {
                let text = self.encoding.decode(bytes);
                self.happened(conn, format_args!("{text:?} ({len} bytes)"));
            }
            None => self.happened(conn, format_args!("a message of {len} bytes")),
        }
    }
}
