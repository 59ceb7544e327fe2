//! Wire and diaries put together: connections whose bytes are accounted for at every layer.

use crate::{
    diary::{Chapter, Diary},
    frame::TooBig,
    holes,
    model::{
        connection::{Connection, Direction, End, Message, Stream, Trace},
        note::Note,
    },
    programs::{Programs, Protocol},
    queues,
    span::{SegmentIndex, overlapping},
    tcp_flags::Counts,
    wire::{
        Capture,
        arrivals::Arrivals,
        contents::Contents,
        conversation::{Conversation, conversations},
        course::course,
        handshake,
        sender::{Situation, situations},
        stream::{self, Acknowledgment, Step, WireStream},
        waits,
        windows::{self, Closed},
    },
};
use record::event::Closing;
use std::{collections::HashMap, net::SocketAddr, ops::Range};

/// A connection and what only the search for causes needs.
#[derive(Debug)]
pub(crate) struct Joined<'a> {
    pub(crate) connection: Connection,
    /// One per segment, per direction.
    pub(crate) situations: [Vec<Situation>; 2],
    /// When the receiver's window was closed, per direction.
    pub(crate) closed: [Vec<Closed>; 2],
    /// Whether a router told the sender that its packets are too large, per direction.
    pub(crate) told_too_big: [bool; 2],
    /// How the receiver came to the end, per direction.
    pub(crate) endings: [Option<Ending>; 2],
    contents: [Contents<'a>; 2],
    /// Whether there were keepalives or window probes, per direction.
    probed: [bool; 2],
    /// What came in at the sender, per direction.
    acknowledged: [Vec<Acknowledgment>; 2],
}

/// How a program came to the end of a stream that it read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    pub(crate) at: u64,
    /// How long it had had the connection.
    pub(crate) after: u64,
    /// Whether it read the stream's end.
    pub(crate) is_ended: bool,
    pub(crate) how: Closing,
}

/// Puts captures and diaries together, by connection.
pub(crate) fn connections<'a>(
    captures: &[Capture<'a>],
    arrivals: &Arrivals,
    diary: &mut Diary,
    programs: &Programs,
) -> Vec<Joined<'a>> {
    let mut conversations = conversations(captures);
    let mut joined: Vec<_> = conversations
        .iter()
        .map(|found| read_wire(captures, arrivals, found, programs))
        .collect();
    for chapter in diary.chapters.drain(..) {
        let at = match life_of(&conversations, &chapter) {
            Some(at) => at,
            None => {
                let (client, server) = if chapter.is_client {
                    (chapter.local, chapter.remote)
                } else {
                    (chapter.remote, chapter.local)
                };
                let found = Conversation::unseen(client, server, chapter.at);
                joined.push(read_wire(captures, arrivals, &found, programs));
                conversations.push(found);
                joined.len() - 1
            }
        };
        joined[at].tell(chapter);
    }
    for each in &mut joined {
        each.complete(programs);
    }
    joined
}

/// The connections of a single capture, which no diary tells of.
pub(crate) fn captured<'a>(captures: &[Capture<'a>]) -> Vec<Joined<'a>> {
    let arrivals = Arrivals::default();
    let found = conversations(captures);
    let mut joined: Vec<_> = found
        .iter()
        .map(|found| read_wire(captures, &arrivals, found, &Programs::default()))
        .collect();
    for (each, found) in joined.iter_mut().zip(&found) {
        let vantage = handshake::vantage(captures, found, 0);
        for way in Direction::BOTH
            .into_iter()
            .filter(|way| vantage.is_at_sender(*way))
        {
            let stream = &mut each.connection.streams[way.index()];
            stream.waits = waits::waits(&stream.segments, &each.situations[way.index()]);
        }
    }
    joined
}

/// The life of the four-tuple that a chapter tells of: the last that had begun when it begins.
fn life_of(conversations: &[Conversation], chapter: &Chapter) -> Option<usize> {
    let same = |found: &Conversation| {
        (found.client, found.server) == (chapter.local, chapter.remote)
            || (found.client, found.server) == (chapter.remote, chapter.local)
    };
    let lives = || {
        conversations
            .iter()
            .enumerate()
            .filter(|(_, found)| same(found))
    };
    lives()
        .filter(|(_, found)| found.first <= chapter.at)
        .max_by_key(|(_, found)| found.first)
        .or_else(|| lives().next())
        .map(|(at, _)| at)
}

fn read_wire<'a>(
    captures: &[Capture<'a>],
    arrivals: &Arrivals,
    conversation: &Conversation,
    programs: &Programs,
) -> Joined<'a> {
    let ends = [conversation.client, conversation.server];
    // An end that talks to itself is the client.
    let has_two = ends[0] != ends[1];
    let [ours, theirs] = [Some(ends[0]), Some(ends[1]).filter(|_| has_two)].map(|sender| {
        let Some(sender) = sender else {
            return WireStream::default();
        };
        let mut wire = stream::read(captures, arrivals, conversation, sender);
        wire.stream.course = course(&wire.stream.segments, &wire.steps);
        wire
    });
    let situations = [&ours, &theirs].map(|wire| situations(&wire.stream.segments, &wire.steps));
    let closed = [&ours, &theirs].map(|wire| windows::closed(&wire.steps));
    let acknowledged = [&ours, &theirs].map(|wire| {
        let acks = wire.steps.iter().filter_map(|step| match step {
            Step::Acknowledged(ack) => Some(*ack),
            Step::Sent(_) | Step::Probe(_) => None,
        });
        acks.collect()
    });
    let is_probe = |step: &Step| matches!(step, Step::Probe(_));
    let probed = [&ours, &theirs].map(|wire| wire.steps.iter().any(is_probe));
    let told_too_big = [
        (conversation.client, conversation.server),
        (conversation.server, conversation.client),
    ]
    .map(|(from, to)| {
        let told = TooBig {
            from: from.ip(),
            to: to.ip(),
        };
        let mut captures = captures.iter();
        captures.any(|capture| capture.frames.too_big.contains(&told))
    });
    let end = |address: SocketAddr| End {
        address,
        host: programs.host_of(address).map(str::to_owned),
        program: programs
            .command_at(address, Protocol::Tcp)
            .map(str::to_owned),
    };
    Joined {
        connection: Connection {
            client: end(conversation.client),
            server: end(conversation.server),
            opened: conversation.client_isn.map(|_| conversation.first),
            handshake: handshake::round_trip(captures, conversation),
            syns: handshake::sent_again(captures, conversation),
            flags: Counts::default(),
            streams: [ours.stream, theirs.stream],
        },
        situations,
        closed,
        told_too_big,
        endings: [None, None],
        contents: [ours.contents, theirs.contents],
        probed,
        acknowledged,
    }
}

impl Joined<'_> {
    /// Adds what one program's diary says.
    fn tell(&mut self, chapter: Chapter) {
        let is_client = self.connection.client.address == chapter.local;
        let [out, back] = if is_client {
            Direction::BOTH
        } else {
            [Direction::ServerToClient, Direction::ClientToServer]
        };
        let end = if is_client {
            &mut self.connection.client
        } else {
            &mut self.connection.server
        };
        end.host = Some(chapter.host);
        end.program = Some(chapter.program);
        let out = &mut self.connection.streams[out.index()];
        out.messages = chapter.messages;
        out.writes = chapter.writes;
        self.endings[back.index()] = chapter.closing.map(|(at, how)| Ending {
            at,
            after: at.saturating_sub(chapter.at),
            is_ended: chapter.is_ended,
            how,
        });
        let back = &mut self.connection.streams[back.index()];
        back.reads = chapter.reads;
        back.understood = chapter.understood;
    }

    /// Who was told by its kernel that the connection is dead.
    pub(crate) fn given_up(&self) -> impl Iterator<Item = Note> {
        Direction::BOTH.into_iter().filter_map(|out| {
            let ending = self.endings[out.reverse().index()]?;
            let end = self.connection.sender(out);
            Some(Note::GivenUp {
                host: end.host.clone()?,
                program: end.program.clone()?,
                after: ending.after,
                keepalive: self.probed[out.index()] && !self.has_unacknowledged(out, ending.at),
            })
            .filter(|_| ending.how == Closing::TimedOut)
        })
    }

    /// Whether bytes that had left in that direction were not acknowledged at that time.
    fn has_unacknowledged(&self, out: Direction, at: u64) -> bool {
        let sent = self.connection.stream(out).segments.iter();
        let sent = sent.take_while(|segment| segment.at <= at);
        let sent = sent.map(|segment| segment.range.end).max();
        let heard = self.acknowledged[out.index()].iter();
        let heard = heard.take_while(|ack| ack.at <= at);
        let heard = heard.map(|ack| ack.up_to).max();
        sent > heard
    }

    fn complete(&mut self, programs: &Programs) {
        let senders = [&self.connection.client, &self.connection.server];
        let encodings = senders.map(|sender| programs.encoding(sender));
        let known = self.contents.iter().zip(&self.situations);
        let known = known.zip(&self.acknowledged).zip(encodings);
        let streams = self.connection.streams.iter_mut();
        for (stream, (((contents, situations), acknowledged), encoding)) in streams.zip(known) {
            stream.queues = queues::queues(stream, acknowledged);
            stream.holes = holes::holes(stream);
            if stream.writes.is_empty() {
                stream.waits = waits::waits(&stream.segments, situations);
            }
            for message in &mut stream.messages {
                message.text = contents.text(&message.body, encoding);
            }
            let mut rights = Rights::new(&stream.messages);
            for understood in &mut stream.understood {
                understood.text = contents.text(&understood.body, encoding);
                understood.right = rights.take(&understood.body);
            }
            stream.provenance = traces(stream);
        }
    }
}

/// The bodies of messages, each to be understood once.
struct Rights(HashMap<(u64, u64), usize>);

impl Rights {
    fn new(messages: &[Message]) -> Self {
        let mut bodies = HashMap::new();
        for message in messages {
            *bodies
                .entry((message.body.start, message.body.end))
                .or_insert(0) += 1;
        }
        Self(bodies)
    }

    fn take(&mut self, body: &Range<u64>) -> bool {
        match self.0.get_mut(&(body.start, body.end)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }
}

fn traces(stream: &Stream) -> Vec<Trace> {
    let index = SegmentIndex::new(&stream.segments);
    let trace = |message: &Message| Trace {
        writes: overlapping(&stream.writes, &message.range),
        segments: index.overlapping(&stream.segments, &message.range),
        reads: overlapping(&stream.reads, &message.range),
        understood: overlapping(&stream.understood, &message.range),
    };
    stream.messages.iter().map(trace).collect()
}
