//! Packets that vanish because they are too large.

use super::*;

/// Three full segments vanish, and a small one gets through; or a full one does.
fn vanishing(last: u64, told: bool) -> Lab {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(1_460).open(0);
    tcp.write_bytes(Client, 100_000, &[b'x'; 1_460]);
    for again in 0..3 {
        tcp.send_range(Client, 100_000 + again * 200_000, 0..1_460, &[]);
    }
    tcp.send_range(Client, 900_000, 0..last, &[900_000 + DELAY]);
    if told {
        lab.answer_of_router(CLIENT, 150_000);
    }
    lab
}

#[test]
fn what_vanishes_above_some_size_is_a_black_hole() {
    let analysis = vanishing(512, false).analyse();
    let hole = only(&analysis, FindingCode::PmtuBlackHole);
    assert_eq!(hole.cause, Cause::Mtu);
    assert_eq!(hole.cost.packets, 3);
    assert_eq!(hole.cost.waited, (800_000 + DELAY) * 1_000);
}

#[test]
fn what_is_lost_and_then_gets_through_is_no_black_hole() {
    let analysis = vanishing(1_460, false).analyse();
    assert!(found(&analysis, FindingCode::PmtuBlackHole).is_empty());
}

#[test]
fn a_router_that_says_so_is_no_black_hole() {
    let analysis = vanishing(512, true).analyse();
    assert!(found(&analysis, FindingCode::PmtuBlackHole).is_empty());
}
