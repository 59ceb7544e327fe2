//! Nagle's algorithm.

use super::*;

#[test]
fn nagle_holds_small_data_until_the_small_segment_ahead_is_acknowledged() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    let analysis = lab.analyse();
    let finding = only(&analysis, FindingCode::CoalescedSegment);
    assert_eq!(finding.cause, Cause::Nagle);
    assert_eq!(finding.host.as_deref(), Some("client"));
    assert_eq!(finding.program.as_deref(), Some("tcp"));
    // SYN, SYN-ACK, ACK, Michael, ACK, TracySarah.
    assert_eq!(frames(finding), ["client#6", "client#4", "client#5"]);
    assert_eq!(finding.range, Some(7..17));
    assert_eq!(finding.cost.waited, at(140_030) - at(100_015));
    let Details::Coalesced {
        messages,
        writes,
        hold,
        ..
    } = &finding.details
    else {
        panic!("{finding:?}")
    };
    assert_eq!((messages.clone(), writes.clone()), (1..3, 1..3));
    let hold = hold.as_ref().unwrap();
    assert_eq!(
        (hold.behind, hold.released_by, hold.bytes),
        (Some(0), Some(5), 10)
    );
}

#[test]
fn nagle_lets_go_when_the_data_fill_a_segment() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["x".repeat(300).as_str()]);
    tcp.write(Client, 100_020, &["y".repeat(300).as_str()]);
    tcp.send(Client, 100_022, 536);
    let analysis = lab.analyse();
    let finding = only(&analysis, FindingCode::CoalescedSegment);
    assert_eq!(finding.cause, Cause::Nagle);
    assert_eq!(frames(finding), ["client#5", "client#4"]);
}

#[test]
fn what_leaves_full_but_late_was_not_held_by_nagle_alone() {
    // Its last byte was written 9 ms before, and the small segment is still under way.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["x".repeat(300).as_str()]);
    tcp.write(Client, 100_020, &["y".repeat(236).as_str()]);
    tcp.send(Client, 109_000, 536);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn nagle_is_proven_by_a_window_that_has_just_enough_room() {
    for (room, cause) in [(10, Cause::Nagle), (9, Cause::Undetermined)] {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp();
        tcp.window(Server, 7 + room);
        let mut tcp = tcp.open(0);
        tcp.write(Client, 100_000, &["Michael"]);
        tcp.send(Client, 100_002, 7);
        tcp.write(Client, 100_010, &["Tracy"]);
        tcp.write(Client, 100_020, &["Sarah"]);
        // "Michael" is not read yet: the acknowledgment opens nothing.
        tcp.window(Server, room);
        tcp.ack(Server, 120_020);
        tcp.send(Client, 140_030, 10);
        let analysis = lab.analyse();
        let finding = only(&analysis, FindingCode::CoalescedSegment);
        assert_eq!(finding.cause, cause, "room for {room}");
    }
}

#[test]
fn with_nodelay_each_write_is_a_segment() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
        let micros = 100_000 + 20 * n as u64;
        tcp.write(Client, micros, &[name]);
        tcp.send(Client, micros + 2, name.len() as u64);
    }
    assert_eq!(
        found(&lab.analyse(), FindingCode::CoalescedSegment).len(),
        0
    );
}

#[test]
fn what_waited_before_the_segment_ahead_left_was_not_held_by_nagle_alone() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
        tcp.write(Client, 100_000 + 10 * n as u64, &[name]);
    }
    // All three were written when the first left.
    tcp.send(Client, 130_000, 7);
    tcp.ack(Server, 150_010);
    tcp.send(Client, 170_020, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn behind_a_full_initial_window_nagle_is_not_proven() {
    // So many full segments and a small one are under way; the window takes ten.
    let cause = |full: u64| {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().mss(536).open(0);
        let len = 536 * full + 7;
        tcp.mean(Client, 100_000, len);
        tcp.write_bytes(Client, 100_000, &vec![b'x'; len as usize]);
        for n in 0..full {
            tcp.send(Client, 100_002 + n, 536);
        }
        tcp.send(Client, 100_012, 7);
        tcp.write(Client, 100_020, &["Tracy"]);
        tcp.write(Client, 100_030, &["Sarah"]);
        tcp.ack(Server, 120_020);
        tcp.send(Client, 140_030, 10);
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause
    };
    assert_eq!(cause(8), Cause::Nagle);
    assert_eq!(cause(9), Cause::Undetermined);
}

#[test]
fn after_a_loss_nagle_is_proven_only_when_one_segment_is_under_way() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 50_000, &["Bob"]);
    tcp.send_lost(Client, 50_002, 3);
    tcp.send_range(Client, 300_000, 0..3, &[300_000 + DELAY]);
    tcp.ack(Server, 320_010);
    // Two under way may be all that the window takes after a loss.
    tcp.write(Client, 400_000, &["x".repeat(543).as_str()]);
    tcp.send(Client, 400_002, 536);
    tcp.send(Client, 400_003, 7);
    tcp.write(Client, 400_010, &["Tracy"]);
    tcp.write(Client, 400_020, &["Sarah"]);
    tcp.ack(Server, 420_020);
    tcp.send(Client, 440_030, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn a_slow_program_is_not_nagle() {
    // It writes again when all is acknowledged: no byte waits for anything.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for (n, name) in ["Michael", "Tracy", "Sarah"].into_iter().enumerate() {
        let start = 100_000 + n as u64 * (RTT + 100);
        tcp.write(Client, start, &[name]);
        tcp.send(Client, start + 7, name.len() as u64);
        tcp.ack(Server, start + DELAY + 20);
    }
    assert_eq!(lab.analyse().findings, []);
}

#[test]
fn long_after_a_loss_nagle_is_proven_again() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 50_000, &["Bob"]);
    tcp.send_lost(Client, 50_002, 3);
    tcp.send_range(Client, 300_000, 0..3, &[300_000 + DELAY]);
    tcp.ack(Server, 320_010);
    tcp.write(Client, 400_000, &["Michael"]);
    tcp.send(Client, 400_002, 7);
    tcp.write(Client, 400_010, &["Tracy"]);
    tcp.write(Client, 400_020, &["Sarah"]);
    tcp.ack(Server, 420_020);
    tcp.send(Client, 440_030, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Nagle
    );
}

#[test]
fn where_nagle_and_the_window_would_both_have_held_neither_is_proven() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp();
    // Room for "Michael" and three bytes more.
    tcp.window(Server, 10);
    let mut tcp = tcp.open(0);
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
fn nagle_does_not_let_go_while_the_small_segment_is_still_unacknowledged() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["x".repeat(536).as_str()]);
    tcp.send(Client, 100_002, 536);
    tcp.write(Client, 100_010, &["Michael"]);
    tcp.send(Client, 100_300, 7);
    tcp.write(Client, 100_310, &["Tracy"]);
    tcp.write(Client, 100_320, &["Sarah"]);
    // It acknowledges the large segment only.
    tcp.ack(Server, 120_010);
    tcp.send(Client, 140_020, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn a_late_release_is_not_taken_for_nagle() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    tcp.ack(Server, 120_020);
    // 30 ms after the acknowledgment came in: something else held the bytes.
    tcp.send(Client, 170_000, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}
