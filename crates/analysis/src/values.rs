//! What is measured for each program.

use crate::{
    diary::{Diary, Handled},
    flows,
    join::Joined,
    model::{
        Measured,
        connection::{Connection, Direction, Stream},
        flow::Flow,
    },
    queues,
    trips::round_trips,
};
use framing::Framing;
use protocol::{Role, Wait};
use record::manifest::{Manifest, ProgramRecord};
use scenario::{
    expectation::{Metric, ValuePath},
    plan::{Program, ProgramPlan},
};

/// Every metric of every program, in the plan's order. What does not exist for a program (reads
/// of one that keeps no diary, segments of one that speaks UDP) is there without a value.
pub(crate) fn values(
    manifest: &Manifest,
    joined: &[Joined<'_>],
    flows: &[Flow],
    diary: &Diary,
) -> Vec<Measured> {
    let mut values = Vec::new();
    for host in &manifest.variant.hosts {
        for program in &host.run {
            let facts = Facts::gather(&host.name, program, joined, flows, diary);
            for metric in Metric::ALL {
                let path = ValuePath {
                    host: host.name.clone(),
                    peer: program.name.clone(),
                    metric: *metric,
                };
                let value = match metric {
                    Metric::ExitStatus => exit_status(manifest, &path),
                    _ => facts.value(*metric),
                };
                values.push(Measured { path, value });
            }
        }
    }
    values
}

fn exit_status(manifest: &Manifest, path: &ValuePath) -> Option<u64> {
    let host = manifest.hosts.iter().find(|host| host.name == path.host)?;
    match host.programs.get(&path.peer)? {
        ProgramRecord::Exited(status) => u64::try_from(*status).ok(),
        _ => None,
    }
}

/// Whether a program sends its next message without waiting for the answer to the one before.
fn asks_on(plan: &ProgramPlan) -> bool {
    match &plan.program {
        Program::Peer(config) => {
            config.role == Role::TcpClient
                && config.wait == Wait::Never
                && config.framing != Framing::Handshake
        }
        Program::Command(_) => false,
    }
}

/// Everything that concerns one program.
struct Facts<'a> {
    keeps_diary: bool,
    /// What it sent and what it received, per connection.
    streams: Vec<[&'a Stream; 2]>,
    trips: u64,
    /// Datagrams it sent, by its diary.
    datagrams_sent: Vec<u64>,
    /// When it received datagrams, by its diary.
    datagrams_received: Vec<u64>,
    flows: Vec<(&'a Flow, Direction)>,
    gave_up: Option<u64>,
    /// The longest wait for a connection's first byte.
    first_byte: Option<u64>,
}

impl<'a> Facts<'a> {
    fn gather(
        host: &str,
        program: &ProgramPlan,
        joined: &'a [Joined<'_>],
        all_flows: &'a [Flow],
        diary: &Diary,
    ) -> Self {
        let mut streams = Vec::new();
        let mut trips = 0;
        let mut first_byte = None;
        for each in joined {
            let Some(out) = direction_of(&each.connection, host, &program.name) else {
                continue;
            };
            streams.push([
                each.connection.stream(out),
                each.connection.stream(out.reverse()),
            ]);
            trips += round_trips(each, out, asks_on(program));
            let read = each.connection.stream(out.reverse()).reads.first();
            let waited = each.connection.opened.zip(read);
            first_byte =
                first_byte.max(waited.map(|(opened, read)| read.end.saturating_sub(opened)));
        }
        let entries = || flows::entries_of(diary, host, &program.name);
        let flows = all_flows.iter().filter_map(|flow| {
            let sends = |direction| flows::is(flow.sender(direction), host, &program.name);
            Some((
                flow,
                Direction::BOTH
                    .into_iter()
                    .find(|direction| sends(*direction))?,
            ))
        });
        Self {
            keeps_diary: matches!(program.program, Program::Peer(_))
                || diary.is_kept(host, &program.name),
            streams,
            trips,
            datagrams_sent: entries()
                .filter(|entry| entry.what == Handled::Sent)
                .map(|entry| entry.begin)
                .collect(),
            datagrams_received: entries()
                .filter(|entry| entry.what != Handled::Sent)
                .map(|entry| entry.at)
                .collect(),
            flows: flows.collect(),
            first_byte,
            gave_up: diary
                .given_up
                .iter()
                .filter(|(at, who, _)| at == host && *who == program.name)
                .map(|(_, _, lived)| *lived)
                .max(),
        }
    }

    fn value(&self, metric: Metric) -> Option<u64> {
        let udp = !self.flows.is_empty()
            || !self.datagrams_sent.is_empty()
            || !self.datagrams_received.is_empty();
        match metric {
            Metric::Messages => self.told(|[out, _]| out.messages.len(), self.datagrams_sent.len()),
            Metric::Writes => self.told(|[out, _]| out.writes.len(), self.datagrams_sent.len()),
            Metric::Reads => self.told(|[_, back]| back.reads.len(), self.datagrams_received.len()),
            Metric::Understood => self.told(
                |[_, back]| back.understood.len(),
                self.datagrams_received.len(),
            ),
            Metric::DatagramsSent => self.told(|_| 0, self.datagrams_sent.len()),
            Metric::DatagramsReceived => self.told(|_| 0, self.datagrams_received.len()),
            Metric::Segments if !udp => self.sum(|[out, _]| out.segments.len() as u64),
            Metric::Retransmissions if !udp => self.sum(|[out, _]| {
                out.segments
                    .iter()
                    .filter(|segment| segment.is_retransmission())
                    .count() as u64
            }),
            Metric::SegmentPayload if !udp => {
                let fresh = |[out, _]: &[&Stream; 2]| {
                    let fresh = out.segments.iter().filter(|it| !it.is_retransmission());
                    fresh.count() as u64
                };
                let (payload, segments) = (self.sum(|[out, _]| out.payload)?, self.sum(fresh)?);
                (payload + segments / 2).checked_div(segments)
            }
            Metric::Segments | Metric::Retransmissions | Metric::SegmentPayload => None,
            Metric::Payload => {
                let sent = |(flow, out): &(&Flow, Direction)| {
                    flow.datagrams[out.index()]
                        .iter()
                        .map(|datagram| datagram.len)
                        .sum::<u64>()
                };
                Some(self.sum(|[out, _]| out.payload)? + self.flows.iter().map(sent).sum::<u64>())
            }
            Metric::Wire => {
                let flows = self
                    .flows
                    .iter()
                    .flat_map(|(flow, _)| flow.wire)
                    .sum::<u64>();
                Some(self.sum(|[out, back]| out.wire + back.wire)? + flows)
            }
            Metric::Elapsed => self.elapsed(),
            Metric::FirstByte => self.first_byte,
            Metric::RoundTrips => (self.keeps_diary && !udp).then_some(self.trips),
            Metric::GaveUp => self.gave_up,
            Metric::WriteCall => {
                let writes = self.streams.iter().flat_map(|[out, _]| &out.writes);
                writes
                    .map(|write| write.end.saturating_sub(write.begin))
                    .max()
            }
            Metric::Delivery => {
                let streams = self.streams.iter();
                streams.filter_map(|[out, _]| queues::slowest(out)).max()
            }
            Metric::SendQueue => {
                let queues = self
                    .streams
                    .iter()
                    .filter_map(|[out, _]| out.queues.as_ref());
                queues.map(|queues| queues.most_sent).max()
            }
            Metric::ReceiveQueue => {
                let queues = self.streams.iter();
                let queues = queues.filter_map(|[_, back]| back.queues.as_ref());
                queues.map(|queues| queues.most_received).max()
            }
            Metric::Waits if self.keeps_diary || udp => None,
            // Whoever answers at once leaves by the acknowledgment that the question brought, and waited
            // for nothing.
            Metric::Waits => {
                self.sum(|[out, _]| out.waits.iter().filter(|wait| !wait.with_data).count() as u64)
            }
            Metric::ExitStatus => None,
        }
    }

    fn told(&self, count: impl Fn(&[&'a Stream; 2]) -> usize, datagrams: usize) -> Option<u64> {
        let streams: usize = self.streams.iter().map(count).sum();
        self.keeps_diary.then_some((streams + datagrams) as u64)
    }

    fn sum(&self, of: impl Fn(&[&'a Stream; 2]) -> u64) -> Option<u64> {
        Some(self.streams.iter().map(of).sum())
    }

    fn elapsed(&self) -> Option<u64> {
        let writes = self
            .streams
            .iter()
            .flat_map(|[out, _]| &out.writes)
            .map(|write| write.begin);
        let reads = self
            .streams
            .iter()
            .flat_map(|[_, back]| &back.reads)
            .map(|read| read.end);
        let begin = writes.chain(self.datagrams_sent.iter().copied()).min()?;
        let end = reads.chain(self.datagrams_received.iter().copied()).max()?;
        // What was read before anything was written answers nothing.
        end.checked_sub(begin).filter(|elapsed| *elapsed > 0)
    }
}

fn direction_of(connection: &Connection, host: &str, program: &str) -> Option<Direction> {
    Direction::BOTH
        .into_iter()
        .find(|direction| flows::is(connection.sender(*direction), host, program))
}
