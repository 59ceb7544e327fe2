//! The diary as a file: JSON Lines of [`record::event::Event`].
//!
//! A peer only pushes onto a list; a thread of its own turns the list into lines, so that neither
//! JSON nor a slow disk shows in the times that the diary is there to measure. Several peers of a
//! host append to one file: each writes whole lines in one `O_APPEND` write.

use record::event::{Conn, Event, EventKind};
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tokio::sync::Notify;

/// Entries that are worth a write of their own.
const BATCH: usize = 8192;
/// Entries held in memory at most; beyond, the peer waits for the disk.
const HELD: usize = 1 << 18;
/// How old an entry may grow before it is written.
const IDLE: Duration = Duration::from_secs(1);
/// Bytes handed to one write, from which on a line ends it.
const CHUNK: usize = 1 << 20;

/// A diary that could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum DiaryError {
    /// The file can't be opened.
    #[error("can't open the diary {path}: check that its folder exists and may be written")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file can't be written; what it holds is incomplete.
    #[error("can't write the diary {path}: make room on its disk")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The thread that writes can't be started.
    #[error(
        "can't start the thread that writes the diary: end some processes or raise `ulimit -u`"
    )]
    Thread(#[source] io::Error),
}

/// The diary of one peer, open until [`close`](Self::close).
#[derive(Debug)]
pub struct Diary {
    path: PathBuf,
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

impl Diary {
    /// Opens, or creates, `path` for appending. `peer` is the program's name in the scenario.
    ///
    /// # Errors
    /// The file or the thread that writes it is refused.
    pub fn open(path: &Path, peer: &str) -> Result<Self, DiaryError> {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|source| DiaryError::Open {
            path: path.to_owned(),
            source,
        })?;
        let shared = Arc::new(Shared::default());
        let writer = std::thread::Builder::new().name("diary".into()).spawn({
            let (shared, peer) = (Arc::clone(&shared), peer.to_owned());
            move || shared.keep(file, peer)
        });
        Ok(Self {
            path: path.to_owned(),
            shared,
            writer: Some(writer.map_err(DiaryError::Thread)?),
        })
    }

    /// What the peer writes with.
    pub fn pen(&self) -> Pen {
        Pen(Some(Arc::clone(&self.shared)))
    }

    /// Writes what is left and waits until it is in the file.
    ///
    /// # Errors
    /// This write or an earlier one failed.
    pub fn close(mut self) -> Result<(), DiaryError> {
        self.finish();
        match self.shared.lock().error.take() {
            Some(source) => Err(DiaryError::Write {
                path: self.path.clone(),
                source,
            }),
            None => Ok(()),
        }
    }

    fn finish(&mut self) {
        self.shared.lock().closing = true;
        self.shared.more.notify_all();
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the diary's thread panicked");
        }
    }
}

impl Drop for Diary {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Writes into a [`Diary`], or nowhere. Clones write into the same.
#[derive(Clone, Debug, Default)]
pub struct Pen(Option<Arc<Shared>>);

impl Pen {
    /// Writes nothing.
    pub fn off() -> Self {
        Self::default()
    }

    pub(crate) fn note(&self, at: u64, conn: Conn, kind: EventKind) {
        let Some(shared) = &self.0 else { return };
        let mut list = shared.lock();
        while list.entries.len() >= HELD && list.error.is_none() {
            list = shared
                .room
                .wait(list)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if list.error.is_some() {
            return;
        }
        list.entries.push(Entry { at, conn, kind });
        if list.entries.len() == BATCH {
            shared.more.notify_one();
        }
    }

    /// Ends when the diary can't be written any more; [`Diary::close`] has the error.
    pub(crate) async fn failed(&self) {
        match &self.0 {
            Some(shared) => shared.failed.notified().await,
            None => std::future::pending().await,
        }
    }
}

#[derive(Debug)]
struct Entry {
    at: u64,
    conn: Conn,
    kind: EventKind,
}

#[derive(Debug, Default)]
struct List {
    entries: Vec<Entry>,
    closing: bool,
    error: Option<io::Error>,
}

#[derive(Debug, Default)]
struct Shared {
    list: Mutex<List>,
    more: Condvar,
    room: Condvar,
    failed: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, mut file: File, peer: String) {
        let mut spare = Vec::new();
        loop {
            let waiting = |list: &mut List| !list.closing && list.entries.len() < BATCH;
            let (mut list, _) = self
                .more
                .wait_timeout_while(self.lock(), IDLE, waiting)
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut list.entries, &mut spare);
            let closing = list.closing;
            drop(list);
            self.room.notify_all();
            if let Err(error) = write(&mut file, &peer, &mut spare) {
                self.lock().error = Some(error);
                self.room.notify_all();
                self.failed.notify_one();
                return;
            }
            if closing {
                return;
            }
        }
    }
}

fn write(file: &mut File, peer: &str, entries: &mut Vec<Entry>) -> io::Result<()> {
    let mut lines = Vec::with_capacity(CHUNK.min(entries.len() * 256));
    for Entry { at, conn, kind } in entries.drain(..) {
        let peer = peer.to_owned();
        serde_json::to_writer(
            &mut lines,
            &Event {
                at,
                peer,
                conn,
                kind,
            },
        )?;
        lines.push(b'\n');
        if lines.len() >= CHUNK {
            file.write_all(&lines)?;
            lines.clear();
        }
    }
    file.write_all(&lines)
}

#[cfg(test)]
mod tests;
