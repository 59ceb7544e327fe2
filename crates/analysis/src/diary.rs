//! The diaries of a run's peers, sorted by connection.

use crate::{
    frame::plain,
    model::{
        connection::{Message, Read, Understood, Write},
        note::Note,
    },
    span::Spans,
};
use record::event::{Closing, Conn, Event, EventKind};
use scenario::plan::HostPlan;
use std::{
    collections::{BTreeSet, HashMap},
    net::{IpAddr, SocketAddr},
    ops::Range,
};

/// One life of one connection, as one of its two programs saw it.
#[derive(Debug)]
pub(crate) struct Chapter {
    pub(crate) host: String,
    pub(crate) program: String,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    /// When the program had the connection.
    pub(crate) at: u64,
    /// Whether this program opened it.
    pub(crate) is_client: bool,
    pub(crate) messages: Vec<Message>,
    pub(crate) writes: Vec<Write>,
    pub(crate) reads: Vec<Read>,
    pub(crate) understood: Vec<Understood>,
    pub(crate) malformed: Option<String>,
    /// Whether it read the end of the stream.
    pub(crate) is_ended: bool,
    /// When and how it came to the connection's end.
    pub(crate) closing: Option<(u64, Closing)>,
}

/// A datagram that a program sent or received.
#[derive(Debug)]
pub(crate) struct DatagramEntry {
    pub(crate) host: String,
    pub(crate) program: String,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) begin: u64,
    pub(crate) at: u64,
    pub(crate) what: Handled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handled {
    Sent,
    Received { len: u64, full: u64, digest: u64 },
}

/// Everything the diaries of a run say.
#[derive(Debug, Default)]
pub(crate) struct Diary {
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) datagrams: Vec<DatagramEntry>,
    /// How long connections lived that the kernel gave up: host, program, ns.
    pub(crate) given_up: Vec<(String, String, u64)>,
    /// Who tells of anything: host, program.
    tellers: BTreeSet<(String, String)>,
}

impl Diary {
    /// Adds one host's diary. Its events must be sorted by time.
    pub(crate) fn add(&mut self, host: &HostPlan, events: &[Event]) {
        let mut current: HashMap<(&str, Conn), usize> = HashMap::new();
        for event in events {
            if !self.is_kept(&host.name, &event.peer) {
                self.tellers.insert((host.name.clone(), event.peer.clone()));
            }
            if let Some(what) = handled(&event.kind) {
                self.datagrams.push(DatagramEntry {
                    host: host.name.clone(),
                    program: event.peer.clone(),
                    local: lab_address(event.conn.local, host.address),
                    remote: plain(event.conn.remote),
                    begin: begin(event),
                    at: event.at,
                    what,
                });
                continue;
            }
            let opens = matches!(event.kind, EventKind::Opened { .. } | EventKind::Accepted);
            let key = (event.peer.as_str(), event.conn);
            let at = match current.get(&key) {
                Some(at) if !opens => *at,
                _ => {
                    self.chapters.push(Chapter::begin(host, event));
                    current.insert(key, self.chapters.len() - 1);
                    self.chapters.len() - 1
                }
            };
            let chapter = &mut self.chapters[at];
            chapter.note(event);
            let how = Closing::TimedOut;
            if event.kind == (EventKind::Closed { how }) {
                let (host, program) = (chapter.host.clone(), chapter.program.clone());
                let lived = event.at.saturating_sub(chapter.at);
                self.given_up.push((host, program, lived));
            }
        }
        for chapter in &mut self.chapters {
            chapter.sort();
        }
    }
}

impl Diary {
    /// Whether that program of that host tells of anything.
    pub(crate) fn is_kept(&self, host: &str, program: &str) -> bool {
        let mut tellers = self.tellers.iter();
        tellers.any(|(at, who)| at == host && who == program)
    }

    /// Where a peer's framing broke.
    pub(crate) fn malformed(&self) -> impl Iterator<Item = Note> {
        self.chapters.iter().filter_map(|chapter| {
            Some(Note::Malformed {
                host: chapter.host.clone(),
                program: chapter.program.clone(),
                error: chapter.malformed.clone()?,
            })
        })
    }
}

impl Chapter {
    fn begin(host: &HostPlan, event: &Event) -> Self {
        Self {
            host: host.name.clone(),
            program: event.peer.clone(),
            local: lab_address(event.conn.local, host.address),
            remote: plain(event.conn.remote),
            at: event.at,
            is_client: matches!(event.kind, EventKind::Opened { .. }),
            messages: Vec::new(),
            writes: Vec::new(),
            reads: Vec::new(),
            understood: Vec::new(),
            malformed: None,
            is_ended: false,
            closing: None,
        }
    }

    fn note(&mut self, event: &Event) {
        let at = event.at;
        match event.kind.clone() {
            EventKind::Message { range, body } => {
                self.messages.push(Message {
                    at,
                    range,
                    body,
                    text: None,
                });
            }
            EventKind::Write { begin, range } => {
                self.writes.push(Write {
                    begin,
                    end: at,
                    range,
                });
            }
            EventKind::Read {
                begin,
                range,
                asked,
            } => {
                self.reads.push(Read {
                    begin,
                    end: at,
                    range,
                    asked,
                });
            }
            EventKind::Understood { range, body } => {
                self.understood.push(Understood {
                    at,
                    range,
                    body,
                    right: false,
                    text: None,
                });
            }
            EventKind::Malformed { error } => self.malformed = Some(error),
            EventKind::Eof => self.is_ended = true,
            EventKind::Closed { how } => self.closing = Some((at, how)),
            _ => {}
        }
    }

    /// By offset: events of one instant may have been written down in any order. What no program
    /// can have done, but a hand-made or damaged diary may hold, is left out: calls that moved
    /// nothing, the same bytes written, read or meant twice, bodies outside of their message.
    fn sort(&mut self) {
        self.messages
            .retain(|message| encloses(&message.range, &message.body));
        self.understood
            .retain(|understood| encloses(&understood.range, &understood.body));
        self.writes.retain(|write| !write.range.is_empty());
        self.reads.retain(|read| !read.range.is_empty());
        self.understood
            .sort_by_key(|understood| understood.range.start);
        in_a_row(&mut self.messages);
        in_a_row(&mut self.writes);
        in_a_row(&mut self.reads);
    }
}

fn encloses(range: &Range<u64>, body: &Range<u64>) -> bool {
    range.start <= body.start && body.start <= body.end && body.end <= range.end
}

/// Sorts by offset, without those that begin before the one ahead ends.
fn in_a_row<T: Spans>(items: &mut Vec<T>) {
    items.sort_by_key(|item| item.span().start);
    let mut end = 0;
    items.retain(|item| {
        let follows = item.span().start >= end;
        if follows {
            end = item.span().end;
        }
        follows
    });
}

fn handled(kind: &EventKind) -> Option<Handled> {
    match *kind {
        EventKind::DatagramSent { .. } => Some(Handled::Sent),
        EventKind::DatagramReceived {
            len, full, digest, ..
        } => Some(Handled::Received { len, full, digest }),
        _ => None,
    }
}

fn begin(event: &Event) -> u64 {
    match event.kind {
        EventKind::DatagramSent { begin, .. } | EventKind::DatagramReceived { begin, .. } => begin,
        _ => event.at,
    }
}

/// A socket bound to every address of its host has, in the lab, the host's only one.
fn lab_address(address: SocketAddr, host: IpAddr) -> SocketAddr {
    let address = plain(address);
    if address.ip().is_unspecified() {
        SocketAddr::new(host, address.port())
    } else {
        address
    }
}
