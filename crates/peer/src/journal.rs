//! What happened on one connection, with its stream offsets: into the diary and the story.

use crate::{Witness, clock::now, recent::Recent};
use protocol::Note;
use record::event::{Closing, Conn, EventKind};

/// The journal of one connection.
#[derive(Debug)]
pub(crate) struct Journal {
    witness: Witness,
    conn: Conn,
    written: u64,
    read: u64,
    recent: Recent,
    totals: Totals,
}

/// What came of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Messages understood.
    pub(crate) understood: u64,
    /// Whether the incoming stream broke the framing's rules.
    pub(crate) malformed: bool,
    /// Whether the other side reset the connection or was lost.
    pub(crate) broken: bool,
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
            written: 0,
            read: 0,
            recent: Recent::default(),
            totals: Totals::default(),
        }
    }

    pub(crate) fn wrote(&mut self, begin: u64, at: u64, len: usize) {
        let range = self.written..self.written + len as u64;
        self.written = range.end;
        self.note(at, EventKind::Write { begin, range });
    }

    pub(crate) fn read(&mut self, begin: u64, at: u64, bytes: &[u8], asked: usize) {
        if self.witness.story.is_on() {
            self.recent.push(bytes);
        }
        let range = self.read..self.read + bytes.len() as u64;
        self.read = range.end;
        let asked = asked as u64;
        self.note(
            at,
            EventKind::Read {
                begin,
                range,
                asked,
            },
        );
    }

    pub(crate) fn eof(&mut self, at: u64) {
        self.note(at, EventKind::Eof);
    }

    /// What the machine says about its messages.
    pub(crate) fn said(&mut self, note: Note) {
        let kind = match note {
            Note::Message { range, body } => EventKind::Message { range, body },
            Note::Understood { range, body } => {
                self.totals.understood += 1;
                let len = body.end - body.start;
                let bytes = self.recent.get(&body);
                self.witness.story.message(self.conn, len, bytes);
                EventKind::Understood { range, body }
            }
            Note::Malformed(error) => {
                self.totals.malformed = true;
                let story = &self.witness.story;
                story.happened(self.conn, format_args!("malformed: {error}"));
                EventKind::Malformed { error }
            }
        };
        self.note(now(), kind);
    }

    pub(crate) fn closed(mut self, at: u64, how: Closing) -> Totals {
        self.totals.broken = matches!(how, Closing::Reset | Closing::TimedOut);
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
        self.note(at, EventKind::Closed { how });
        self.totals
    }

    fn note(&self, at: u64, kind: EventKind) {
        self.witness.pen.note(at, self.conn, kind);
    }
}
