//! What happened on one connection: into the diary and the story.

use crate::{Witness, clock::now, recent::Recent};
use protocol::Note;
use record::{
    event::{Closing, Conn, EventKind},
    journal::{Ledger, Totals},
};

/// The journal of one connection.
#[derive(Debug)]
pub(crate) struct Journal {
    witness: Witness,
    conn: Conn,
    ledger: Ledger,
    recent: Recent,
}

impl Journal {
    pub(crate) fn opened(witness: Witness, conn: Conn, at: u64, begin: u64) -> Self {
        witness.pen.note(at, conn, EventKind::Opened { begin });
        witness.story.happened(conn, format_args!("connected"));
        Self::new(witness, conn)
    }

    pub(crate) fn accepted(witness: Witness, conn: Conn, at: u64) -> Self {
        witness.pen.note(at, conn, EventKind::Accepted);
        witness.story.happened(conn, format_args!("connected"));
        Self::new(witness, conn)
    }

    fn new(witness: Witness, conn: Conn) -> Self {
        Self {
            witness,
            conn,
            ledger: Ledger::default(),
            recent: Recent::default(),
        }
    }

    pub(crate) fn wrote(&mut self, begin: u64, at: u64, len: usize) {
        let kind = self.ledger.wrote(begin, len);
        self.note(at, kind);
    }

    pub(crate) fn read(&mut self, begin: u64, at: u64, bytes: &[u8], asked: usize) {
        if self.witness.story.is_on() {
            self.recent.push(bytes);
        }
        let kind = self.ledger.read(begin, bytes.len(), asked);
        self.note(at, kind);
    }

    pub(crate) fn eof(&mut self, at: u64) {
        self.note(at, EventKind::Eof);
    }

    /// What the machine says about its messages.
    pub(crate) fn said(&mut self, note: Note) {
        let kind = self.ledger.said(note);
        let story = &self.witness.story;
        match &kind {
            EventKind::Understood { body, .. } => {
                let bytes = self.recent.get(body);
                story.message(self.conn, body.end - body.start, bytes);
            }
            EventKind::Malformed { error } => {
                story.happened(self.conn, format_args!("malformed: {error}"));
            }
            _ => {}
        }
        self.note(now(), kind);
    }

    pub(crate) fn closed(mut self, at: u64, how: Closing) -> Totals {
        let how_told = match how {
            Closing::Finished => "finished",
            Closing::Closed => "closed by us",
            Closing::Aborted => "reset by us",
            Closing::Reset => "reset by the other side",
            Closing::TimedOut => "lost: the other side does not answer",
            Closing::Stopped => "cut, because this program was told to stop",
        };
        let story = &self.witness.story;
        story.happened(self.conn, format_args!("{how_told}"));
        let kind = self.ledger.closed(how);
        self.note(at, kind);
        self.ledger.totals()
    }

    fn note(&self, at: u64, kind: EventKind) {
        self.witness.pen.note(at, self.conn, kind);
    }
}
