//! Why segments carry several messages: one test per cause, as a trace of what happened.

#[path = "../support/mod.rs"]
mod support;

mod black_holes;
mod gathered;
mod nagle;
mod one_write;
mod recovery;
mod stalls;
mod tinygrams;
mod windows;

use analysis::model::finding::Details;
use record::event::EventKind;
use scenario::finding::{Cause, FindingCode};
use support::{CLIENT, DELAY, Lab, Side::*, Tcp, at, found, frames, only};

const RTT: u64 = 2 * DELAY;

/// "Michael" is under way when "Tracy" and "Sarah" are written.
fn michael_then<'a>(lab: &'a mut Lab) -> Tcp<'a> {
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    tcp
}

/// Ten small segments at once: Nagle's algorithm is off, the congestion window is full.
fn ten_tinygrams<'a>(lab: &'a mut Lab) -> Tcp<'a> {
    let mut tcp = lab.tcp().open(0);
    for n in 0..10 {
        tcp.write(Client, 100_000 + 10 * n, &["x"]);
        tcp.send(Client, 100_002 + 10 * n, 1);
    }
    tcp.write(Client, 100_100, &["y"]);
    tcp.write(Client, 100_110, &["z"]);
    tcp
}

/// Ten small segments fill the congestion window; so many more writes of that many bytes each, all of
/// one message, leave together when the first is acknowledged.
fn gathered(writes: u64, len: u64) -> Lab {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.mean(Client, 99_999, 10 + writes * len);
    for n in 0..10 {
        tcp.write_bytes(Client, 100_000 + 10 * n, b"x");
        tcp.send(Client, 100_002 + 10 * n, 1);
    }
    for n in 0..writes {
        tcp.write_bytes(
            Client,
            100_100 + 10 * n,
            "y".repeat(len as usize).as_bytes(),
        );
    }
    tcp.ack(Server, 120_003);
    tcp.send(Client, 100_000 + RTT + 10, writes * len);
    lab
}
