//! What happened on one connection, as events with stream offsets: the part of a diary that is the
//! same whatever carries the connection.

use crate::event::{Closing, EventKind};
use protocol::Note;

/// Where both directions of one connection stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    written: u64,
    read: u64,
    totals: Totals,
}

/// What came of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages understood.
    pub understood: u64,
    /// Whether the incoming stream broke the framing's rules.
    pub malformed: bool,
    /// Whether the other side reset the connection or was lost.
    pub broken: bool,
}

impl Ledger {
    /// A write of `len` bytes, called at `begin`, has returned.
    pub fn wrote(&mut self, begin: u64, len: usize) -> EventKind {
        let range = self.written..self.written + len as u64;
        self.written = range.end;
        EventKind::Write { begin, range }
    }

    /// A read for `asked` bytes, called at `begin`, has returned `len` of them.
    pub fn read(&mut self, begin: u64, len: usize, asked: usize) -> EventKind {
        let range = self.read..self.read + len as u64;
        self.read = range.end;
        EventKind::Read {
            begin,
            range,
            asked: asked as u64,
        }
    }

    /// What the machine says about its messages.
    pub fn said(&mut self, note: Note) -> EventKind {
        match note {
            Note::Message { range, body } => EventKind::Message { range, body },
            Note::Understood { range, body } => {
                self.totals.understood += 1;
                EventKind::Understood { range, body }
            }
            Note::Malformed(error) => {
                self.totals.malformed = true;
                EventKind::Malformed { error }
            }
        }
    }

    /// The program is done with the connection.
    pub fn closed(&mut self, how: Closing) -> EventKind {
        self.totals.broken = matches!(how, Closing::Reset | Closing::TimedOut);
        EventKind::Closed { how }
    }

    /// What came of it so far.
    pub fn totals(&self) -> Totals {
        self.totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_both_directions_go_on_by_themselves() {
        let mut ledger = Ledger::default();
        ledger.wrote(1, 7);
        ledger.read(2, 9, 1024);
        assert_eq!(
            ledger.wrote(3, 5),
            EventKind::Write {
                begin: 3,
                range: 7..12
            }
        );
        assert_eq!(
            ledger.read(4, 1, 16),
            EventKind::Read {
                begin: 4,
                range: 9..10,
                asked: 16
            }
        );
    }

    #[test]
    fn only_a_reset_or_a_lost_connection_is_broken() {
        let mut ledger = Ledger::default();
        ledger.closed(Closing::Reset);
        assert!(ledger.totals().broken);
        ledger.closed(Closing::Finished);
        assert!(!ledger.totals().broken);
    }
}
