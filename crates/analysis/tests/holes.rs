//! Bytes that came late, and what waited behind them.

mod support;

use support::{
    DELAY, Lab,
    Side::{Client, Server},
};

/// Three messages of ten bytes, one each 1 ms; the first is lost and comes again 50 ms later.
fn lost_and_sent_again() -> Lab {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..3 {
        tcp.write(Client, 100_000 + 1_000 * n, &["0123456789"]);
        match n {
            0 => tcp.send_lost(Client, 100_010, 10),
            _ => tcp.send(Client, 100_010 + 1_000 * n, 10),
        }
    }
    tcp.send_range(Client, 150_000, 0..10, &[150_000 + DELAY]);
    tcp.read(Server, 150_010 + DELAY, 1_024, 30);
    lab
}

#[test]
fn messages_wait_behind_what_was_lost() {
    let analysis = lost_and_sent_again().analyse();
    let [hole] = &analysis.connections[0].streams[0].holes[..] else {
        panic!("{:?}", analysis.connections[0].streams[0].holes)
    };
    assert_eq!((hole.range.clone(), &hole.tries[..]), (0..10, &[0, 3][..]));
    let behind = hole.behind.iter();
    let behind: Vec<_> = behind.map(|held| (held.message, held.waited)).collect();
    // From the arrival of each until 150 ms and the delay.
    assert_eq!(behind, [(1, 48_990_000), (2, 47_990_000)]);
}

#[test]
fn what_is_overtaken_was_tried_once() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["0123456789"]);
    tcp.send_range(Client, 100_010, 0..10, &[130_000]);
    tcp.write(Client, 101_000, &["0123456789"]);
    tcp.send_range(Client, 101_010, 10..20, &[122_000]);
    let analysis = lab.analyse();
    let [hole] = &analysis.connections[0].streams[0].holes[..] else {
        panic!("{:?}", analysis.connections[0].streams[0].holes)
    };
    assert_eq!(hole.tries, [0]);
    assert_eq!(
        (hole.behind[0].message, hole.behind[0].waited),
        (1, 8_000_000)
    );
}

#[test]
fn two_holes_hold_what_lies_behind_both() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..4 {
        tcp.write(Client, 100_000 + 1_000 * n, &["0123456789"]);
        match n {
            0 | 2 => tcp.send_lost(Client, 100_010 + 1_000 * n, 10),
            _ => tcp.send(Client, 100_010 + 1_000 * n, 10),
        }
    }
    // The later one first.
    tcp.send_range(Client, 140_000, 20..30, &[140_000 + DELAY]);
    tcp.send_range(Client, 160_000, 0..10, &[160_000 + DELAY]);
    let analysis = lab.analyse();
    let holes = &analysis.connections[0].streams[0].holes;
    let told: Vec<_> = holes
        .iter()
        .flat_map(|hole| &hole.behind)
        .map(|held| (held.message, held.waited))
        .collect();
    assert_eq!(told, [(1, 58_990_000), (2, 20_000_000), (3, 56_990_000)]);
}

#[test]
fn what_comes_in_turn_leaves_no_hole() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..3 {
        tcp.write(Client, 100_000 + 1_000 * n, &["0123456789"]);
        tcp.send(Client, 100_010 + 1_000 * n, 10);
    }
    assert!(lab.analyse().connections[0].streams[0].holes.is_empty());
}
