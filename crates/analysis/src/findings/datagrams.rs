//! What happened to datagrams on their way. All of it is seen at the receiver.

use crate::{
    links::Fates,
    model::{
        connection::{Arrival, Direction},
        finding::{Cost, Details, Finding, FrameRef, Place},
        flow::{Datagram, Flow},
    },
};
use scenario::finding::{Cause, FindingCode};

/// What is known of a host.
pub(crate) struct Known<'a> {
    /// Whether it has a capture. Without the receiver's nothing is known of arrivals.
    pub(crate) is_captured: &'a dyn Fn(&str) -> bool,
    /// Whether what its link lost it was asked to lose, as far as the captures tell.
    pub(crate) loses_as_asked: &'a dyn Fn(&str) -> bool,
    /// Whether its link loses only what finds its queue full.
    pub(crate) drops_only: &'a dyn Fn(&str) -> bool,
    /// What became of single frames.
    pub(crate) fates: &'a Fates,
}

/// Everything found in the UDP flows.
pub(crate) fn in_flows(flows: &[Flow], known: &Known<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, flow) in flows.iter().enumerate() {
        for direction in Direction::BOTH {
            let way = Way {
                number,
                flow,
                direction,
            };
            let receiver = flow.receiver(direction).host.as_deref();
            if receiver.is_some_and(known.is_captured) {
                let sender = flow.sender(direction).host.as_deref();
                let from = findings.len();
                let fates = known.fates;
                let why_lost = |datagram: &Datagram| match sender {
                    Some(host) if fates.is_under_way(host, datagram.frame) => None,
                    Some(host) if fates.is_flipped(host, datagram.frame) => {
                        Some(Cause::LinkCorruption)
                    }
                    Some(host) if fates.is_refused(host, datagram.frame) => Some(Cause::Mtu),
                    Some(host) if (known.loses_as_asked)(host) => {
                        Some(match (known.drops_only)(host) {
                            true => Cause::QueueFull,
                            false => Cause::LinkLoss,
                        })
                    }
                    _ => Some(Cause::Undetermined),
                };
                way.find(why_lost, &mut findings);
                findings[from..].sort_by_key(|finding| finding.at);
            }
        }
    }
    findings
}

struct Way<'a> {
    number: usize,
    flow: &'a Flow,
    direction: Direction,
}

impl Way<'_> {
    /// `why_lost` gives no cause where one that did not arrive is not lost.
    fn find(&self, why_lost: impl Fn(&Datagram) -> Option<Cause>, findings: &mut Vec<Finding>) {
        let datagrams = &self.flow.datagrams[self.direction.index()];
        let last_received = datagrams
            .iter()
            .filter(|datagram| datagram.received.is_some())
            .filter_map(first_arrival)
            .max();
        // Earliest arrival among those that were sent later.
        let mut overtaken_at: Option<u64> = None;
        for (place, datagram) in datagrams.iter().enumerate().rev() {
            let mut add = |code, cause, lost: bool| {
                findings.push(self.finding(place, datagram, code, cause, lost));
            };
            if datagram.fragmented {
                add(FindingCode::DatagramFragmented, Cause::Mtu, false);
            }
            let Some(arrived) = first_arrival(datagram) else {
                if let Some(cause) = why_lost(datagram) {
                    add(FindingCode::DatagramLost, cause, true);
                }
                continue;
            };
            if datagram.arrivals.len() > 1 {
                // It left once: each datagram that its sender sends is one of its own.
                add(
                    FindingCode::DatagramDuplicated,
                    Cause::LinkDuplication,
                    false,
                );
            }
            if overtaken_at.is_some_and(|at| at < arrived) {
                add(FindingCode::DatagramReordered, Cause::LinkReordering, false);
            }
            match datagram.received {
                Some(received) if received.len < datagram.len => {
                    add(
                        FindingCode::DatagramTruncated,
                        Cause::SmallReadBuffer,
                        false,
                    );
                }
                // The program went on to receive what arrived after it, so it was dropped.
                None if last_received.is_some_and(|last| last > arrived) => {
                    add(FindingCode::DatagramLost, Cause::ReceiveBuffer, true);
                }
                _ => {}
            }
            overtaken_at = Some(overtaken_at.map_or(arrived, |at| at.min(arrived)));
        }
    }

    fn finding(
        &self,
        place: usize,
        datagram: &Datagram,
        code: FindingCode,
        cause: Cause,
        lost: bool,
    ) -> Finding {
        let (sender, receiver) = (
            self.flow.sender(self.direction),
            self.flow.receiver(self.direction),
        );
        let sent = FrameRef {
            host: sender.host.clone(),
            number: datagram.frame,
        };
        let arrived = datagram.arrivals.iter().map(|arrival| FrameRef {
            host: receiver.host.clone(),
            number: arrival.frame,
        });
        Finding {
            code,
            cause,
            host: receiver.host.clone(),
            program: receiver.program.clone(),
            place: Place::Flow {
                flow: self.number,
                direction: self.direction,
            },
            at: datagram.at,
            frames: std::iter::once(sent).chain(arrived).collect(),
            range: None,
            cost: Cost {
                waited: 0,
                bytes: if lost { datagram.len } else { 0 },
                packets: u64::from(lost),
            },
            details: Details::Datagram { datagram: place },
            filter: None,
        }
    }
}

fn first_arrival(datagram: &Datagram) -> Option<u64> {
    datagram.arrivals.iter().map(|Arrival { at, .. }| *at).min()
}
