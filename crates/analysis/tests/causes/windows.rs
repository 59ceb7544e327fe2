//! The congestion and the receive window.

use super::*;

#[test]
fn windows_are_scaled_when_both_ends_offer_it() {
    let cause = |window: u16, both: bool| {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().scale(Server, 2);
        if both {
            tcp = tcp.scale(Client, 7);
        }
        tcp.window(Server, window);
        let mut tcp = tcp.open(0);
        // What a SYN offers is never scaled; what this is acknowledged with is.
        tcp.write(Client, 50_000, &["Bob"]);
        tcp.send(Client, 50_002, 3);
        tcp.ack(Server, 70_010);
        tcp.write(Client, 100_000, &["Michael"]);
        tcp.send(Client, 100_002, 7);
        tcp.write(Client, 100_010, &["Tracy"]);
        tcp.write(Client, 100_020, &["Sarah"]);
        tcp.ack(Server, 120_020);
        tcp.send(Client, 140_030, 10);
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause
    };
    // 40 bytes have room for 17, 12 have not.
    assert_eq!(cause(10, true), Cause::Nagle);
    assert_eq!(cause(10, false), Cause::Undetermined);
    assert_eq!(cause(3, true), Cause::Undetermined);
}

#[test]
fn no_cause_is_proven_when_the_window_is_not_known() {
    let mut lab = Lab::new();
    // The captures begin after the handshake.
    let mut tcp = lab.tcp();
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn the_congestion_window_holds_the_eleventh_write() {
    let mut lab = Lab::new();
    let mut tcp = ten_tinygrams(&mut lab);
    tcp.ack(Server, 120_003);
    tcp.send(Client, 100_000 + RTT + 10, 2);
    let analysis = lab.analyse();
    let finding = only(&analysis, FindingCode::CoalescedSegment);
    assert_eq!(finding.cause, Cause::CongestionWindow);
    let Details::Coalesced {
        hold: Some(hold), ..
    } = &finding.details
    else {
        panic!("{finding:?}")
    };
    assert_eq!(hold.in_flight, 10);
}

#[test]
fn what_leaves_without_an_acknowledgment_was_held_by_something_else() {
    let mut lab = Lab::new();
    let mut tcp = ten_tinygrams(&mut lab);
    tcp.send(Client, 130_000, 2);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn the_receive_window_holds_what_it_has_no_room_for() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536);
    tcp.window(Server, 540);
    let mut tcp = tcp.open(0);
    tcp.write(Client, 100_000, &["x".repeat(536).as_str()]);
    tcp.send(Client, 100_002, 536);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::ReceiveWindow
    );
}

#[test]
fn a_window_that_was_not_opened_let_nothing_go() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536);
    tcp.window(Server, 540);
    let mut tcp = tcp.open(0);
    tcp.write(Client, 100_000, &["x".repeat(536).as_str()]);
    tcp.send(Client, 100_002, 536);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    // The receiver's buffer is full: it takes no more than it said before.
    tcp.window(Server, 4);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn a_congestion_window_that_was_wider_before_held_nothing() {
    let mut lab = Lab::new();
    let mut tcp = ten_tinygrams(&mut lab);
    tcp.ack(Server, 120_100);
    tcp.send(Client, 140_110, 2);
    for n in 0..3 {
        tcp.write(Client, 200_000 + 10 * n, &["x"]);
        tcp.send(Client, 200_002 + 10 * n, 1);
    }
    tcp.write(Client, 200_100, &["v"]);
    tcp.write(Client, 200_110, &["w"]);
    tcp.ack(Server, 220_003);
    tcp.send(Client, 240_010, 2);
    let analysis = lab.analyse();
    let causes: Vec<_> = found(&analysis, FindingCode::CoalescedSegment)
        .iter()
        .map(|f| f.cause)
        .collect();
    assert_eq!(causes, [Cause::CongestionWindow, Cause::Undetermined]);
}

#[test]
fn a_congestion_window_that_never_was_full_held_nothing() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    // Two under way are the most there ever were, and few.
    for n in 0..2 {
        tcp.write(Client, 100_000 + 10 * n, &["x"]);
        tcp.send(Client, 100_002 + 10 * n, 1);
    }
    tcp.write(Client, 139_900, &["y"]);
    tcp.write(Client, 139_910, &["z"]);
    tcp.ack(Server, 120_003);
    tcp.send(Client, 140_010, 2);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}
