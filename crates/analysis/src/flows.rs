//! Datagrams and diaries put together.

use crate::{
    diary::{DatagramEntry, Diary, Handled},
    model::{
        connection::{Direction, End},
        flow::Received,
    },
    programs::{Programs, Protocol},
    wire::datagrams::WireFlow,
};
use record::event::digest;

/// Names the ends of each flow and adds how the receiving programs got its datagrams.
pub(crate) fn tell(flows: &mut [WireFlow<'_>], diary: &Diary, programs: &Programs) {
    for flow in flows {
        let ends = [&mut flow.flow.client, &mut flow.flow.server];
        for end in ends {
            end.host = programs.host_of(end.address).map(str::to_owned);
            end.program = programs
                .command_at(end.address, Protocol::Udp)
                .map(str::to_owned);
        }
        let (client, server) = (flow.flow.client.address, flow.flow.server.address);
        for entry in &diary.datagrams {
            let end = if (entry.local, entry.remote) == (client, server) {
                &mut flow.flow.client
            } else if (entry.local, entry.remote) == (server, client) {
                &mut flow.flow.server
            } else {
                continue;
            };
            end.program = Some(entry.program.clone());
        }
        for direction in Direction::BOTH {
            receive(flow, direction, diary);
        }
    }
}

/// A program receives datagrams in the order of their arrival, less those the socket dropped: so
/// its receive calls are matched with the arrivals in order, by digest.
fn receive(flow: &mut WireFlow<'_>, direction: Direction, diary: &Diary) {
    let WireFlow { flow, payloads } = flow;
    let (from, to) = (
        flow.sender(direction).address,
        flow.receiver(direction).address,
    );
    let datagrams = &mut flow.datagrams[direction.index()];
    let payloads = &payloads[direction.index()];
    let mut arrived: Vec<(u64, usize)> = Vec::new();
    for (at, datagram) in datagrams.iter().enumerate() {
        arrived.extend(datagram.arrivals.iter().map(|arrival| (arrival.at, at)));
    }
    arrived.sort_unstable();
    let mut next = 0;
    for entry in &diary.datagrams {
        let Handled::Received {
            len,
            full,
            digest: seen,
        } = entry.what
        else {
            continue;
        };
        if (entry.local, entry.remote) != (to, from) {
            continue;
        }
        let fits = |(_, at): &(u64, usize)| {
            // Of a fragmented datagram only the first fragment's payload is at hand.
            let (payload, returned) = (payloads[*at], len as usize);
            datagrams[*at].len == full
                && (payload.len() < returned || digest(&payload[..returned]) == seen)
        };
        let Some(skipped) = arrived[next..].iter().position(fits) else {
            continue;
        };
        let (_, at) = arrived[next + skipped];
        next += skipped + 1;
        datagrams[at]
            .received
            .get_or_insert(Received { at: entry.at, len });
    }
}

/// The diary's entries about one end of a flow.
pub(crate) fn entries_of<'d>(
    diary: &'d Diary,
    host: &str,
    program: &str,
) -> impl Iterator<Item = &'d DatagramEntry> {
    diary
        .datagrams
        .iter()
        .filter(move |entry| entry.host == host && entry.program == program)
}

/// Whether an end is this program.
pub(crate) fn is(end: &End, host: &str, program: &str) -> bool {
    end.host.as_deref() == Some(host) && end.program.as_deref() == Some(program)
}
