//! The runs of one command side by side: what each variant achieved and what it cost.

use crate::model::{
    Analysis,
    connection::{Connection, Direction, End, Stream},
    verdict::Verdict,
};
pub use crate::spread::{Percentiles, Spread};
use crate::{
    exchanges::{VariantExchanges, exchanges, of_variants},
    spread::spreads,
};
use record::manifest::Place;
use scenario::{
    expectation::{Metric, ValuePath},
    finding::FindingCode,
    plan::Plan,
    text::Text,
};
use serde::Serialize;

/// Version of the format of `comparison.json`.
pub const VERSION: u32 = 1;

/// A batch, analysed. Serialized it is what `tinygram run --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BatchAnalysis {
    /// The scenario's name.
    pub scenario: String,
    /// The scenario's title.
    pub title: Text,
    /// What the scenario shows.
    pub about: Text,
    /// Where all chance came from.
    pub seed: u64,
    /// The variants side by side.
    pub comparison: Comparison,
    /// The runs, in the order they were made.
    pub runs: Vec<Analysis>,
    /// The variants that were not played.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Skipped>,
}

/// A variant that this backend or stack can't play.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Skipped {
    /// Its name.
    pub variant: String,
    /// Why it was skipped, in words that follow "skipped: ".
    pub reason: String,
}

impl BatchAnalysis {
    /// Puts the runs of a scenario together, in the order they were made.
    pub fn new(plan: &Plan, runs: Vec<Analysis>) -> Self {
        Self {
            scenario: plan.name.clone(),
            title: plan.title.clone(),
            about: plan.about.clone(),
            seed: plan.seed,
            comparison: Comparison::new(&runs),
            runs,
            skipped: Vec::new(),
        }
    }
}

/// What compares the runs of a batch: `comparison.json`, version [`VERSION`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// Always [`VERSION`].
    pub version: u32,
    /// Where the runs took place; none where nothing was played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The direction of TCP messages that the figures are of; none where no TCP was spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// One per run.
    pub rows: Vec<Row>,
    /// How the values of variants that were played several times are spread.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spreads: Vec<Spread>,
    /// How long questions took over all runs, of variants whose clients wait for answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<VariantExchanges>,
}

/// One run in figures: its main direction, summed over all connections that have it.
///
/// The main direction is client to server over TCP, or server to client when the clients send no
/// message; without TCP, that of the UDP flows' clients. Then datagrams stand for messages,
/// writes, segments and reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The variant's name.
    pub variant: String,
    /// Its verdict.
    pub verdict: Option<Verdict>,
    /// Messages sent; none where no diary tells.
    pub messages: Option<u64>,
    /// Writes that handed them over.
    pub writes: Option<u64>,
    /// Segments with payload, retransmissions included.
    pub segments: u64,
    /// Reads that returned their bytes.
    pub reads: Option<u64>,
    /// What the receiving programs took for messages.
    pub understood: Option<u64>,
    /// How many of those were right.
    pub right: Option<u64>,
    /// Reads that returned bytes of several messages.
    pub sticky_reads: Option<u64>,
    /// Messages that needed several reads.
    pub split_reads: Option<u64>,
    /// From the first write of the client to the end of its last read, in ns, or of all clients together;
    /// where they do not do both, from the first write of the one that sends to the end of the other's last read.
    pub elapsed: Option<u64>,
    /// Bytes of all IP packets of these connections, both directions.
    pub wire: u64,
    /// Payload that their segments carried, in the direction that is compared; each byte once.
    pub payload: u64,
    /// Bytes of all IP packets in that direction: efficiency is `payload / payload-wire`.
    pub payload_wire: u64,
    /// Round trips that the client waited for.
    pub round_trips: Option<u64>,
    /// How long a question of a client's took until it was answered, in ns; none where clients ask
    /// without waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<Percentiles>,
    /// What it costs more than the first run; none for the first itself, and where another amount was
    /// sent.
    pub price: Option<Price>,
}

/// Differences to the first run of the batch. Negative where this one is cheaper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Price {
    /// Bytes on the wire.
    pub wire: i64,
    /// Round trips.
    pub round_trips: Option<i64>,
    /// Nanoseconds from the first write to the last read.
    pub elapsed: Option<i64>,
}

impl Comparison {
    /// Compares runs with the first of them.
    pub fn new(runs: &[Analysis]) -> Self {
        let direction = main_direction(runs);
        let mut rows: Vec<Row> = runs.iter().map(|run| row(run, direction)).collect();
        if let Some((first, others)) = rows.split_first_mut() {
            let amounts: Vec<Amount> = runs.iter().map(Amount::of).collect();
            let alike = others.iter_mut().zip(&amounts[1..]);
            for (row, _) in alike.filter(|(_, amount)| **amount == amounts[0]) {
                row.price = Some(Price {
                    wire: difference(row.wire, first.wire),
                    round_trips: zip(row.round_trips, first.round_trips),
                    elapsed: zip(row.elapsed, first.elapsed),
                });
            }
        }
        Self {
            version: VERSION,
            place: runs.first().and_then(|run| Some(run.run()?.place.clone())),
            direction,
            rows,
            spreads: spreads(runs),
            exchanges: of_variants(runs),
        }
    }
}

/// How much was to be said: what clients meant, else what servers did, however it was marked off; where no
/// diary tells, what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    messages: u64,
    bytes: u64,
}

impl Amount {
    fn of(run: &Analysis) -> Self {
        let streams = |direction: Direction| {
            let connections = run.connections.iter();
            connections.map(move |connection| connection.stream(direction))
        };
        let meant = |direction| {
            let messages = || streams(direction).flat_map(|stream| &stream.messages);
            Self {
                messages: messages().count() as u64,
                bytes: messages().map(|it| it.body.end - it.body.start).sum(),
            }
        };
        let flows = run.flows.iter();
        let datagrams = flows.flat_map(|flow| &flow.datagrams[Direction::ClientToServer.index()]);
        let datagrams = Self {
            messages: datagrams.clone().count() as u64,
            bytes: datagrams.map(|datagram| datagram.len).sum(),
        };
        let sent = Self {
            messages: 0,
            bytes: Direction::BOTH
                .map(|way| streams(way).map(|it| it.payload).sum::<u64>())
                .iter()
                .sum(),
        };
        let told = Direction::BOTH.map(meant).into_iter();
        let mut told = told.chain(run.connections.is_empty().then_some(datagrams));
        told.find(|it| it.messages > 0).unwrap_or(sent)
    }
}

fn zip(ours: Option<u64>, theirs: Option<u64>) -> Option<i64> {
    Some(difference(ours?, theirs?))
}

fn difference(ours: u64, theirs: u64) -> i64 {
    i64::try_from(i128::from(ours) - i128::from(theirs)).unwrap_or(i64::MAX)
}

fn row(run: &Analysis, direction: Option<Direction>) -> Row {
    let row = Row {
        variant: run.run().map(|run| run.variant.clone()).unwrap_or_default(),
        verdict: run.verdict,
        ..Row::default()
    };
    match direction.filter(|_| !run.connections.is_empty()) {
        Some(direction) => tcp(run, direction, row),
        None => udp(run, row),
    }
}

/// The direction of the runs' TCP messages that comparisons and pictures are about: where messages were
/// misunderstood, in most of the runs, else where they did not arrive, else where there are any, else where
/// there are bytes; the client's before the server's.
pub fn main_direction(runs: &[Analysis]) -> Option<Direction> {
    let is_any = |has: &dyn Fn(&Stream) -> bool| {
        let streams = |direction| {
            let connections = runs.iter().flat_map(|run| &run.connections);
            connections.map(move |connection| connection.stream(direction))
        };
        let mut both = Direction::BOTH.into_iter();
        both.find(|direction| streams(*direction).any(has))
    };
    let most = |is: &dyn Fn(&Analysis, Direction) -> bool| {
        let count = |direction| runs.iter().filter(|run| is(run, direction)).count();
        match Direction::BOTH.map(count) {
            [0, 0] => None,
            [ours, theirs] if ours >= theirs => Some(Direction::ClientToServer),
            _ => Some(Direction::ServerToClient),
        }
    };
    most(&misunderstands)
        .or_else(|| most(&misses))
        .or_else(|| is_any(&|stream| !stream.messages.is_empty()))
        .or_else(|| is_any(&|stream| !stream.segments.is_empty()))
}

/// Whether messages that travelled in this direction were misunderstood.
pub fn misunderstands(run: &Analysis, direction: Direction) -> bool {
    let mut streams = run.connections.iter().map(|each| each.stream(direction));
    streams.any(|stream| stream.understood.iter().any(|each| !each.right))
}

/// Whether messages that were to travel in this direction were not understood at all.
fn misses(run: &Analysis, direction: Direction) -> bool {
    run.connections.iter().any(|connection| {
        let stream = connection.stream(direction);
        let heard = value(run, connection.receiver(direction), Metric::Understood).is_some();
        heard && stream.understood.len() < stream.messages.len()
    })
}

fn tcp(run: &Analysis, direction: Direction, row: Row) -> Row {
    let streams = || {
        run.connections
            .iter()
            .map(|connection| connection.stream(direction))
    };
    let sum = |of: &dyn Fn(&Stream) -> usize| streams().map(of).sum::<usize>() as u64;
    let diary = |connection: &Connection| connection.sender(direction).program.is_some();
    let told = run.connections.iter().any(diary) && sum(&|stream| stream.writes.len()) > 0;
    let tell = |of: &dyn Fn(&Stream) -> usize| told.then(|| sum(of));
    // A receiver that keeps no diary (a user's program) has read and understood nobody knows what.
    let heard = told
        && run.connections.iter().any(|connection| {
            value(run, connection.receiver(direction), Metric::Understood).is_some()
        });
    let hear = |of: &dyn Fn(&Stream) -> usize| heard.then(|| sum(of));
    let findings = |code| {
        let here = |finding: &&crate::model::finding::Finding| {
            finding.code == code
                && matches!(
                    finding.place,
                    crate::model::finding::Place::Stream { direction: d, .. } if d == direction
                )
        };
        run.findings.iter().filter(here).count() as u64
    };
    let clients = programs(run.connections.iter().map(|connection| &connection.client));
    let of_clients = |metric| clients.iter().map(move |end| value(run, end, metric));
    Row {
        messages: tell(&|stream| stream.messages.len()),
        writes: tell(&|stream| stream.writes.len()),
        segments: sum(&|stream| stream.segments.len()),
        reads: hear(&|stream| stream.reads.len()),
        understood: hear(&|stream| stream.understood.len()),
        right: hear(&|stream| stream.understood.iter().filter(|each| each.right).count()),
        sticky_reads: heard.then(|| findings(FindingCode::StickyRead)),
        split_reads: heard.then(|| findings(FindingCode::SplitRead)),
        elapsed: match clients.as_slice() {
            [client] => value(run, client, Metric::Elapsed),
            _ => all_clients(run),
        }
        .or_else(|| one_way(run, direction)),
        payload: streams().map(|stream| stream.payload).sum(),
        payload_wire: streams().map(|stream| stream.wire).sum(),
        wire: run
            .connections
            .iter()
            .flat_map(|connection| &connection.streams)
            .map(|stream| stream.wire)
            .sum(),
        round_trips: of_clients(Metric::RoundTrips).sum(),
        exchanges: exchanges(run),
        ..row
    }
}

/// From the first write of any client to the end of the last read of any.
fn all_clients(run: &Analysis) -> Option<u64> {
    let streams = |direction| {
        run.connections
            .iter()
            .map(move |each| each.stream(direction))
    };
    let writes = streams(Direction::ClientToServer).flat_map(|stream| &stream.writes);
    let reads = streams(Direction::ServerToClient).flat_map(|stream| &stream.reads);
    let end = reads.map(|read| read.end).max()?;
    end.checked_sub(writes.map(|write| write.begin).min()?)
}

/// From the first write at one end to the last read at the other, where nothing comes back.
fn one_way(run: &Analysis, direction: Direction) -> Option<u64> {
    let streams = || run.connections.iter().map(|each| each.stream(direction));
    let begin = streams()
        .flat_map(|stream| &stream.writes)
        .map(|write| write.begin)
        .min()?;
    let end = streams()
        .flat_map(|stream| &stream.reads)
        .map(|read| read.end)
        .max()?;
    end.checked_sub(begin)
}

fn udp(run: &Analysis, row: Row) -> Row {
    let direction = Direction::ClientToServer;
    if run.flows.is_empty() {
        return row;
    }
    let senders = programs(run.flows.iter().map(|flow| flow.sender(direction)));
    let receivers = programs(run.flows.iter().map(|flow| flow.receiver(direction)));
    let total = |programs: &[&End], metric| {
        let each = programs.iter().map(|end| value(run, end, metric));
        each.sum::<Option<u64>>()
    };
    let sent = total(&senders, Metric::DatagramsSent);
    let received = total(&receivers, Metric::DatagramsReceived);
    let datagrams = || {
        run.flows
            .iter()
            .flat_map(|flow| &flow.datagrams[direction.index()])
    };
    let whole = datagrams().filter(|datagram| {
        datagram
            .received
            .is_some_and(|received| received.len == datagram.len)
    });
    Row {
        messages: sent,
        writes: sent,
        segments: datagrams().count() as u64,
        reads: received,
        understood: received,
        right: received.map(|_| whole.count() as u64),
        sticky_reads: received.map(|_| 0),
        split_reads: received.map(|_| 0),
        elapsed: senders
            .iter()
            .filter_map(|end| value(run, end, Metric::Elapsed))
            .max()
            .or_else(|| {
                let first = datagrams().map(|datagram| datagram.at).min()?;
                let read = datagrams().filter_map(|datagram| datagram.received);
                read.map(|read| read.at).max()?.checked_sub(first)
            }),
        wire: run.flows.iter().flat_map(|flow| flow.wire).sum(),
        round_trips: None,
        ..row
    }
}

/// One end for each program.
fn programs<'a>(ends: impl Iterator<Item = &'a End>) -> Vec<&'a End> {
    let mut ends: Vec<_> = ends.collect();
    ends.sort_by(|a, b| (&a.host, &a.program).cmp(&(&b.host, &b.program)));
    ends.dedup_by(|a, b| (&a.host, &a.program) == (&b.host, &b.program));
    ends
}

fn value(run: &Analysis, end: &End, metric: Metric) -> Option<u64> {
    let path = ValuePath {
        host: end.host.clone()?,
        peer: end.program.clone()?,
        metric,
    };
    run.value(&path)
}
