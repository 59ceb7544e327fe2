//! What happened to datagrams on their way. All of it is seen at the receiver.

use crate::model::{
    connection::{Arrival, Direction},
    finding::{Cost, Details, Finding, FrameRef, Place},
    flow::{Datagram, Flow},
};
use scenario::finding::{Cause, FindingCode};

/// Everything found in the UDP flows. `link_is_sound` says of a host whether its link lost
/// nothing but what it was asked to, and both captures are complete.
pub(crate) fn in_flows(flows: &[Flow], is_sound: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, flow) in flows.iter().enumerate() {
        for direction in Direction::BOTH {
            let way = Way {
                number,
                flow,
                direction,
            };
            // Without the receiver's capture nothing is known of arrivals.
            if flow.receiver(direction).host.is_some() {
                let from = findings.len();
                way.find(is_sound, &mut findings);
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
    fn find(&self, is_sound: &dyn Fn(&str) -> bool, findings: &mut Vec<Finding>) {
        let datagrams = &self.flow.datagrams[self.direction.index()];
        let sender = self.flow.sender(self.direction).host.as_deref();
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
            let Some(arrived) = first_arrival(datagram) else {
                let sound = sender.is_some_and(is_sound);
                let cause = if sound {
                    Cause::LinkLoss
                } else {
                    Cause::Undetermined
                };
                add(FindingCode::DatagramLost, cause, true);
                continue;
            };
            if datagram.arrivals.len() > 1 {
                add(FindingCode::DatagramDuplicated, Cause::Undetermined, false);
            }
            if overtaken_at.is_some_and(|at| at < arrived) {
                add(FindingCode::DatagramReordered, Cause::Undetermined, false);
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
        }
    }
}

fn first_arrival(datagram: &Datagram) -> Option<u64> {
    datagram.arrivals.iter().map(|Arrival { at, .. }| *at).min()
}
