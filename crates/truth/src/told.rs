//! What diaries tell by themselves: which reads and messages don't match, which datagrams were not
//! received. Written without `analysis`, whose answers it judges.

use record::{
    event::{Event, EventKind},
    run::Run,
};
use scenario::finding::FindingCode;
use std::{collections::HashMap, ops::Range};

/// Findings of which diaries say exactly where they are.
pub(crate) const TOLD: [FindingCode; 8] = [
    FindingCode::StickyRead,
    FindingCode::SplitRead,
    FindingCode::MergedMessage,
    FindingCode::TornMessage,
    FindingCode::LeftoverReply,
    FindingCode::DatagramLost,
    FindingCode::DatagramReordered,
    FindingCode::DatagramTruncated,
];

/// One of them: at which host, and which bytes of the stream, or which of the datagrams sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) code: FindingCode,
    pub(crate) host: String,
    pub(crate) bytes: Range<u64>,
    /// Nothing that was sent later was received. Whether a program would have received it had it gone
    /// on, its diary can't tell.
    pub(crate) is_behind_all: bool,
}

/// All that the diaries of two hosts with one connection tell.
pub(crate) fn told(run: &Run) -> Vec<Told> {
    let mut all = Vec::new();
    for receiver in &run.hosts {
        for sender in run.hosts.iter().filter(|host| host.name != receiver.name) {
            let mut add = |code, bytes, is_behind_all| {
                let host = receiver.name.clone();
                all.push(Told {
                    code,
                    host,
                    bytes,
                    is_behind_all,
                });
            };
            streams(&sender.events, &receiver.events, &mut |code, bytes| {
                add(code, bytes, false);
            });
            datagrams(&sender.events, &receiver.events, &mut add);
        }
    }
    all
}

fn streams(sender: &[Event], receiver: &[Event], add: &mut impl FnMut(FindingCode, Range<u64>)) {
    let mut messages = Vec::new();
    for event in sender {
        if let EventKind::Message { range, body } = &event.kind {
            messages.push((range.clone(), body.clone()));
        }
    }
    let (mut reads, mut understood, mut writes) = (Vec::new(), Vec::new(), Vec::new());
    for event in receiver {
        match &event.kind {
            EventKind::Read { range, .. } => reads.push(range.clone()),
            EventKind::Understood { range, body } => {
                understood.push((event.at, range.clone(), body.clone()));
            }
            EventKind::Write { begin, .. } => writes.push(*begin),
            _ => {}
        }
    }
    for read in &reads {
        if messages
            .iter()
            .filter(|(range, _)| meet(range, read))
            .count()
            > 1
        {
            add(FindingCode::StickyRead, read.clone());
        }
    }
    for (range, _) in &messages {
        if reads.iter().filter(|read| meet(range, read)).count() > 1 {
            add(FindingCode::SplitRead, range.clone());
        }
    }
    let mut before: Option<u64> = None;
    for (at, range, body) in &understood {
        let is_right = messages.iter().any(|(_, other)| other == body);
        let met = messages.iter().filter(|(other, _)| meet(other, range));
        if !is_right && met.clone().count() > 1 {
            add(FindingCode::MergedMessage, range.clone());
        }
        let is_cut = |body: &Range<u64>| body.start < range.start || range.end < body.end;
        if !is_right && met.clone().any(|(_, body)| is_cut(body)) {
            add(FindingCode::TornMessage, range.clone());
        }
        let begins_inside = met.clone().any(|(other, _)| other.start < range.start);
        let asked = before.is_some_and(|before| writes.iter().any(|w| (before..=*at).contains(w)));
        if asked && begins_inside {
            add(FindingCode::LeftoverReply, range.clone());
        }
        before = Some(*at);
    }
}

fn meet(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

fn datagrams(
    sender: &[Event],
    receiver: &[Event],
    add: &mut impl FnMut(FindingCode, Range<u64>, bool),
) {
    let mut received = HashMap::new();
    let mut cut = Vec::new();
    let mut count = 0;
    for event in receiver {
        if let EventKind::DatagramReceived {
            len, full, digest, ..
        } = &event.kind
        {
            if len < full {
                // Its digest is that of the part that fitted: it is found by its turn.
                cut.push(count);
            }
            received.entry(*digest).or_insert(count);
            count += 1;
        }
    }
    let mut number = 0;
    // The first of those that were sent later to have been received.
    let mut sent = Vec::new();
    for event in sender {
        if let EventKind::DatagramSent { digest, .. } = &event.kind {
            sent.push((number, received.get(digest).copied()));
            number += 1;
        }
    }
    if !cut.is_empty() {
        for turn in cut {
            add(FindingCode::DatagramTruncated, turn..turn + 1, false);
        }
        return;
    }
    let mut first_later: Option<u64> = None;
    for (number, turn) in sent.into_iter().rev() {
        match turn {
            None => add(
                FindingCode::DatagramLost,
                number..number + 1,
                first_later.is_none(),
            ),
            Some(turn) => {
                if first_later.is_some_and(|later| later < turn) {
                    add(FindingCode::DatagramReordered, number..number + 1, false);
                }
                first_later = Some(first_later.map_or(turn, |later| later.min(turn)));
            }
        }
    }
}
