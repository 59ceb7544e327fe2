//! Where a host's connections come from, and where they go.

use super::Host;
use crate::{
    Nanos, nanos,
    program::{Kind, ProgramId, Retry},
    stream::{News, Stream},
    wakes::Sleeper,
};
use record::event::Conn;
use std::{net::SocketAddr, time::Duration};

/// Pause after the first attempt that was refused; each later one is twice as long.
pub(super) const FIRST_PAUSE: Nanos = 5_000_000;
/// Longest pause between two attempts.
const LONGEST_PAUSE: Nanos = 250_000_000;

impl Host {
    /// Opens a connection for a client.
    pub(super) fn connect(&mut self, id: ProgramId, now: Nanos, pause: Nanos) {
        let Kind::Client(client) = &self.programs[id.0].kind else {
            return;
        };
        let remote = client.to;
        let port = self.free_port(|host, port| host.by_ends.contains_key(&(port, remote)));
        let conn = Conn {
            local: SocketAddr::new(self.identity.address, port),
            remote,
        };
        let costs = self.costs();
        let (config, identity) = (self.programs[id.0].config.clone(), self.identity);
        let opened = self.scene(now, |scene| {
            Stream::connect(&config, id, conn, &identity, costs, scene)
        });
        let Some(stream) = opened else {
            if let Kind::Client(client) = &mut self.programs[id.0].kind {
                client.failed = Some(format!("can't connect to {remote}: check the address"));
            }
            return;
        };
        let place = self.keep(stream);
        if let Kind::Client(client) = &mut self.programs[id.0].kind {
            client.open.insert(place);
            client.pauses.insert(place, pause);
        }
        self.run_stream(place, now);
    }

    /// Accepts a connection for a server, or will when its handshake is over.
    pub(super) fn accept(
        &mut self,
        id: ProgramId,
        port: u16,
        remote: SocketAddr,
        syn: Vec<u8>,
        now: Nanos,
    ) {
        let conn = Conn {
            local: SocketAddr::new(self.identity.address, port),
            remote,
        };
        let costs = self.costs();
        let (config, identity) = (self.programs[id.0].config.clone(), self.identity);
        let accepted = self.scene(now, |scene| {
            Stream::accept(&config, id, conn, &identity, costs, syn, scene)
        });
        // What was no SYN after all, a damaged one for example, is nobody's.
        let Some(stream) = accepted else { return };
        let place = self.keep(stream);
        if let Kind::Server(server) = &mut self.programs[id.0].kind {
            server.open.insert(place);
        }
        self.run_stream(place, now);
    }

    fn keep(&mut self, stream: Stream) -> usize {
        let ends = (stream.conn.local.port(), stream.conn.remote);
        let stream = Some(Box::new(stream));
        self.open += 1;
        let place = match self.free.pop() {
            Some(place) => {
                self.streams[place] = stream;
                place
            }
            None => {
                self.streams.push(stream);
                self.streams.len() - 1
            }
        };
        self.by_ends.insert(ends, place);
        place
    }

    pub(super) fn run_stream(&mut self, place: usize, now: Nanos) {
        self.with_stream(place, now, Stream::run);
    }

    pub(super) fn receive_for(&mut self, place: usize, now: Nanos, packet: Vec<u8>) {
        self.with_stream(place, now, |stream, scene| stream.receive(packet, scene));
    }

    pub(super) fn cut(&mut self, place: usize, now: Nanos) {
        self.with_stream(place, now, Stream::cut);
    }

    fn with_stream(
        &mut self,
        place: usize,
        now: Nanos,
        act: impl FnOnce(&mut Stream, &mut crate::stream::Scene<'_>) -> Option<News>,
    ) {
        let Some(mut stream) = self.streams[place].take() else {
            return;
        };
        let was_over = stream.is_over();
        let news = self.scene(now, |scene| act(&mut stream, scene));
        if !was_over && stream.is_over() {
            self.open -= 1;
        }
        let (id, is_gone) = (stream.program, stream.is_gone());
        if is_gone {
            self.nudges += stream.nudges;
            self.by_ends
                .remove(&(stream.conn.local.port(), stream.conn.remote));
            self.free.push(place);
        } else {
            let due = stream.next_due(now, &mut self.net);
            self.wakes
                .arm(Sleeper::Stream(place), &mut stream.armed, due);
            self.streams[place] = Some(stream);
        }
        if let Some(news) = news {
            self.hear(id, place, news, now);
        }
    }

    fn hear(&mut self, id: ProgramId, place: usize, news: News, now: Nanos) {
        match &mut self.programs[id.0].kind {
            Kind::Server(server) if news == News::Queued => {
                server.queue.push_back(place);
                self.admit(id, now);
            }
            Kind::Server(server) => {
                server.open.remove(&place);
                server.queue.retain(|queued| *queued != place);
                if server.served == Some(place) {
                    server.served = None;
                    self.admit(id, now);
                }
            }
            Kind::Client(client) => {
                client.open.remove(&place);
                let pause = client.pauses.remove(&place).unwrap_or(FIRST_PAUSE);
                if news == News::Refused {
                    let retry = Retry {
                        at: now + pause,
                        next_pause: LONGEST_PAUSE.min(pause * 2),
                    };
                    match client.patience {
                        Some(patience) if retry.at < patience => client.retries.push(retry),
                        _ => self.give_up(id, "the connection was refused"),
                    }
                }
            }
            Kind::Udp(_) => {}
        }
        self.settle(id, now);
    }

    /// Accepts the next connection that waits, if the server serves none.
    fn admit(&mut self, id: ProgramId, now: Nanos) {
        let Kind::Server(server) = &mut self.programs[id.0].kind else {
            return;
        };
        if server.served.is_some() || !server.is_accepting {
            return;
        }
        if let Some(place) = server.queue.pop_front() {
            server.served = Some(place);
            if let Some(stream) = &mut self.streams[place] {
                stream.admit(now);
            }
            self.run_stream(place, now);
        }
    }

    fn give_up(&mut self, id: ProgramId, why: &str) {
        let program = &mut self.programs[id.0];
        let waited = program.config.connect_timeout;
        if let Kind::Client(client) = &mut program.kind {
            let reason = format!(
                "no connection to {} within {}: {why}",
                client.to,
                told(waited)
            );
            client.failed.get_or_insert(reason);
        }
    }

    /// Makes the attempts that are due again, and gives up those that took too long.
    pub(super) fn retry(&mut self, id: ProgramId, now: Nanos) {
        let Kind::Client(client) = &mut self.programs[id.0].kind else {
            return;
        };
        let is_late = client.patience.is_some_and(|at| at <= now);
        let due = client.retries.extract_if(.., |retry| retry.at <= now);
        let due: Vec<Retry> = due.collect();
        for retry in due {
            self.connect(id, now, retry.next_pause);
        }
        if !is_late {
            return;
        }
        let Kind::Client(client) = &self.programs[id.0].kind else {
            return;
        };
        let is_in_handshake = |place: &usize| {
            let stream = self.streams[*place].as_ref();
            stream.is_some_and(|stream| stream.is_in_handshake())
        };
        let late: Vec<usize> = client
            .open
            .iter()
            .copied()
            .filter(is_in_handshake)
            .collect();
        for place in late {
            self.give_up(id, "nobody answers");
            self.cut(place, now);
        }
    }
}

fn told(span: Duration) -> String {
    let millis = nanos(span) / 1_000_000;
    match millis % 1000 {
        0 => format!("{} s", millis / 1000),
        _ => format!("{millis} ms"),
    }
}
