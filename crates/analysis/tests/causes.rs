//! Why segments carry several messages: one test per cause, as a trace of what happened.

mod support;

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
fn one_write_puts_messages_together_before_the_kernel_has_them() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy", "Sarah"]);
    tcp.send(Client, 100_002, 17);
    let analysis = lab.analyse();
    let finding = only(&analysis, FindingCode::CoalescedSegment);
    assert_eq!(finding.cause, Cause::OneWrite);
    assert_eq!(finding.cost.waited, 0);
}

#[test]
fn without_a_write_in_the_diary_there_is_no_telling() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy"]);
    tcp.send(Client, 100_002, 12);
    let mut run = lab.run();
    run.hosts[CLIENT]
        .events
        .retain(|event| !matches!(event.kind, EventKind::Write { .. }));
    assert_eq!(
        only(&analysis::analyse(&run), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn one_write_is_not_the_cause_when_nagle_joined_two_writes() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy", "Sarah"]);
    tcp.write(Client, 100_020, &["Bob"]);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 13);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Nagle
    );
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
fn loss_recovery_holds_new_data_behind_a_retransmission() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.write(Client, 100_020, &["Sarah"]);
    tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
    tcp.ack(Server, 360_010);
    tcp.send(Client, 380_020, 10);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::LossRecovery
    );
}

#[test]
fn loss_recovery_joins_what_was_sent_before_with_what_was_not() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.send_range(Client, 340_000, 0..12, &[340_000 + DELAY]);
    let analysis = lab.analyse();
    let finding = only(&analysis, FindingCode::CoalescedSegment);
    assert_eq!(
        (finding.cause, &finding.range),
        (Cause::LossRecovery, &Some(0..12))
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

#[test]
fn a_stall_is_nagle_waiting_for_an_acknowledgment_that_is_put_off() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    // Arrived at 120,002; Linux puts the acknowledgment off for 40 ms.
    tcp.ack(Server, 160_002);
    tcp.send(Client, 180_010, 10);
    let analysis = lab.analyse();
    let stall = only(&analysis, FindingCode::NagleDelackStall);
    assert_eq!(
        (stall.cause, stall.host.as_deref()),
        (Cause::Nagle, Some("client"))
    );
    assert_eq!(frames(stall), ["client#6", "client#4", "client#5"]);
    assert_eq!(stall.cost.waited, at(180_010) - at(100_015));
    let Details::Stall {
        acknowledgment_delay,
        ..
    } = stall.details
    else {
        panic!("{stall:?}")
    };
    assert_eq!(acknowledgment_delay, 40_000_000);
}

#[test]
fn what_left_during_its_write_did_not_stall() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.ack(Server, 160_001);
    // The acknowledgment comes in during the write, which takes until 180,005.
    tcp.write(Client, 180_000, &["Tracy"]);
    tcp.send(Client, 180_003, 5);
    assert_eq!(
        found(&lab.analyse(), FindingCode::NagleDelackStall).len(),
        0
    );
}

#[test]
fn a_prompt_acknowledgment_makes_no_stall() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    assert_eq!(
        found(&lab.analyse(), FindingCode::NagleDelackStall).len(),
        0
    );
}

#[test]
fn many_tinygrams_are_a_run() {
    let mut lab = Lab::new();
    ten_tinygrams(&mut lab);
    let analysis = lab.analyse();
    let run = only(&analysis, FindingCode::TinygramRun);
    assert_eq!(
        (run.cause, frames(run)),
        (
            Cause::SmallWrites,
            vec!["client#4".to_owned(), "client#13".to_owned()]
        )
    );
    let Details::Tinygrams {
        count,
        payload,
        headers,
        nagle_off,
        ..
    } = run.details
    else {
        panic!("{run:?}")
    };
    assert_eq!((count, payload, headers, nagle_off), (10, 10, 400, true));
    // One segment would have done.
    assert_eq!((run.cost.packets, run.cost.bytes), (9, 360));
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

#[test]
fn writes_that_would_have_been_tinygrams_gather_behind_a_full_window() {
    let analysis = gathered(12, 1).analyse();
    let finding = only(&analysis, FindingCode::GatheredWrites);
    assert_eq!(finding.cause, Cause::CongestionWindow);
    let Details::Gathered { writes, hold, .. } = &finding.details else {
        panic!("{finding:?}")
    };
    assert_eq!((writes.clone(), hold.bytes), (10..22, 12));
    assert_eq!(found(&analysis, FindingCode::CoalescedSegment).len(), 0);
}

#[test]
fn few_writes_or_large_ones_are_not_worth_a_word() {
    for (writes, len) in [(9, 1), (12, 40)] {
        let analysis = gathered(writes, len).analyse();
        assert_eq!(
            found(&analysis, FindingCode::GatheredWrites).len(),
            0,
            "{writes} × {len}"
        );
    }
}

#[test]
fn that_some_writes_gathered_does_not_make_the_others_less_small() {
    let cause = |gathered: &[u64]| {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().open(0);
        for n in 0..20 {
            let writes = if gathered.contains(&n) { 2 } else { 1 };
            for again in 0..writes {
                tcp.write(Client, 100_000 + 10 * n + again, &["x"]);
            }
            tcp.send(Client, 100_005 + 10 * n, writes);
        }
        only(&lab.analyse(), FindingCode::TinygramRun).cause
    };
    assert_eq!(cause(&[]), Cause::SmallWrites);
    assert_eq!(cause(&[4, 11]), Cause::SmallWrites);
    assert_eq!(cause(&[4, 9, 11]), Cause::Undetermined);
}

#[test]
fn what_is_cut_within_a_write_was_not_written_so() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["xx"; 10]);
    for n in 0..20 {
        tcp.send(Client, 100_005 + 10 * n, 1);
    }
    let analysis = lab.analyse();
    let run = only(&analysis, FindingCode::TinygramRun);
    assert_eq!(run.cause, Cause::Undetermined);
}

#[test]
fn a_segment_with_as_much_payload_as_header_is_no_tinygram() {
    for (len, runs) in [(39, 1), (40, 0)] {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().open(0);
        for n in 0..10 {
            tcp.write(Client, 100_000 + 10 * n, &[&"x".repeat(len)]);
            tcp.send(Client, 100_002 + 10 * n, len as u64);
        }
        let found = found(&lab.analyse(), FindingCode::TinygramRun).len();
        assert_eq!(found, runs, "{len} bytes, 40 of headers");
    }
}

#[test]
fn nine_are_no_run_and_a_larger_one_ends_it() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..19 {
        let text = if n == 9 {
            "x".repeat(100)
        } else {
            "x".to_owned()
        };
        tcp.write(Client, 100_000 + 10 * n, &[&text]);
        tcp.send(Client, 100_002 + 10 * n, text.len() as u64);
    }
    assert_eq!(found(&lab.analyse(), FindingCode::TinygramRun).len(), 0);
}

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
