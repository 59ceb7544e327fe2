//! From what happened to phenomena with names, causes and evidence.

mod black_holes;
mod conditions;
mod datagrams;
mod gaps;
mod gathered;
mod incomplete;
mod leftovers;
mod mss;
mod programs;
mod reads;
mod run;
mod segments;
mod silly_receiver;
mod silly_sender;
mod stalls;
mod tinygrams;
pub(crate) mod watch;
mod windows;

pub(crate) use conditions::unproven;
pub(crate) use datagrams::{Known, in_flows};

use crate::{
    join::{Ending, Joined},
    model::{
        connection::{Connection, Direction, Segment, Stream},
        finding::{Cost, Details, Finding, FrameRef, Place},
    },
    programs::Programs,
    wire::{sender::Situation, windows::Closed},
};
use framing::Framing;
use scenario::finding::{Cause, FindingCode};
use std::ops::Range;
use watch::Watch;

/// Everything found in the TCP connections, by connection, direction and time.
pub(crate) fn in_connections(joined: &[Joined<'_>], programs: &Programs) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, each) in joined.iter().enumerate() {
        for direction in Direction::BOTH {
            let receiver = each.connection.receiver(direction);
            let sender = each.connection.sender(direction);
            let case = Case {
                number,
                connection: &each.connection,
                direction,
                stream: each.connection.stream(direction),
                situations: &each.situations[direction.index()],
                closed: &each.closed[direction.index()],
                is_told_too_big: each.told_too_big[direction.index()],
                ending: each.endings[direction.index()],
                framing: programs.framing(receiver.host.as_deref(), receiver.program.as_deref()),
                nodelay: programs.nodelay(sender.host.as_deref(), sender.program.as_deref()),
            };
            let from = findings.len();
            segments::coalesced(&case, &mut findings);
            gathered::gathered(&case, &mut findings);
            stalls::stalls(&case, &mut findings);
            tinygrams::runs(&case, &mut findings);
            silly_sender::slow_producer(&case, &mut findings);
            silly_receiver::crumbs(&case, &mut findings);
            mss::small(&case, &mut findings);
            black_holes::black_hole(&case, &mut findings);
            windows::filled(&case, &mut findings);
            findings.extend(case.closed.iter().map(|each| windows::closed(&case, each)));
            reads::sticky(&case, &mut findings);
            reads::split(&case, &mut findings);
            programs::merged_and_torn(&case, &mut findings);
            incomplete::incomplete(&case, &mut findings);
            leftovers::leftovers(&case, &mut findings);
            findings[from..].sort_by_key(|finding| finding.at);
        }
    }
    findings
}

/// What was watched in a connection that no diary tells of.
pub(crate) fn watched(
    number: usize,
    connection: &Connection,
    watches: [&Watch; 2],
) -> Vec<Finding> {
    let told = Direction::BOTH.into_iter().flat_map(|direction| {
        watches[direction.index()].findings(&Case {
            number,
            connection,
            direction,
            stream: connection.stream(direction),
            situations: &[],
            closed: &[],
            is_told_too_big: false,
            ending: None,
            framing: None,
            nodelay: false,
        })
    });
    told.collect()
}

/// One direction of one connection, with all there is to know of it.
struct Case<'a> {
    number: usize,
    connection: &'a Connection,
    direction: Direction,
    stream: &'a Stream,
    situations: &'a [Situation],
    closed: &'a [Closed],
    /// Whether a router told the sender that packets to the receiver are too large.
    is_told_too_big: bool,
    /// How the receiver came to the end; none without its diary.
    ending: Option<Ending>,
    /// The receiver's.
    framing: Option<&'a Framing>,
    /// Whether the sender is known to have set TCP_NODELAY.
    nodelay: bool,
}

/// At which end a finding is seen.
#[derive(Clone, Copy)]
enum Seen {
    AtSender,
    AtReceiver,
}

/// What all findings in a stream have in common is filled in by [`Case::finding`].
struct Found {
    code: FindingCode,
    cause: Cause,
    seen: Seen,
    at: u64,
    frames: Vec<FrameRef>,
    range: Range<u64>,
    cost: Cost,
    details: Details,
}

impl<'a> Case<'a> {
    /// Each segment, and how it left.
    fn judged(&self) -> impl Iterator<Item = (&'a Segment, &'a Situation)> + use<'a> {
        self.stream.segments.iter().zip(self.situations)
    }

    fn finding(&self, found: Found) -> Finding {
        let end = match found.seen {
            Seen::AtSender => self.connection.sender(self.direction),
            Seen::AtReceiver => self.connection.receiver(self.direction),
        };
        Finding {
            code: found.code,
            cause: found.cause,
            host: end.host.clone(),
            program: end.program.clone(),
            place: Place::Stream {
                connection: self.number,
                direction: self.direction,
            },
            at: found.at,
            frames: found.frames,
            range: Some(found.range),
            cost: found.cost,
            details: found.details,
            filter: None,
        }
    }

    /// A frame of the sender's capture.
    fn sent(&self, number: u64) -> FrameRef {
        FrameRef {
            host: self.connection.sender(self.direction).host.clone(),
            number,
        }
    }
}
