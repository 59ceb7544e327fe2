//! The silly window syndrome: who brings it about, and what only looks like it.

mod support;

use analysis::{Analysis, model::finding::Details};
use scenario::finding::{Cause, FindingCode};
use support::{
    CLIENT, DELAY, Lab, SERVER,
    Side::{Client, Server},
    found, frames, only,
};

/// A write of 200 bytes fills a window of `window` bytes, which then opens by `opens` bytes, twelve
/// times. The sender answers each time after `after` µs.
fn opens_by(lab: &mut Lab, window: u16, opens: u16, after: u64, diary: bool) {
    let mut tcp = lab.tcp();
    if !diary {
        tcp = tcp.without_diary();
    }
    tcp.window(Server, window);
    let mut tcp = tcp.open(0);
    tcp.write_bytes(Client, 100_000, &[b'x'; 1_000]);
    tcp.send(Client, 100_010, window.into());
    tcp.window(Server, 0);
    tcp.ack(Server, 130_000);
    for n in 0..12 {
        let at = 200_000 + 100_000 * n;
        tcp.read(Server, at - 10, 1_024, opens.into());
        tcp.window(Server, opens);
        tcp.ack(Server, at);
        tcp.send(Client, at + DELAY + after, opens.into());
        tcp.window(Server, 0);
        tcp.ack(Server, at + 2 * DELAY + after + 10);
    }
}

fn has_none(analysis: &Analysis) -> bool {
    let codes = [
        FindingCode::SillyWindowSender,
        FindingCode::SillyWindowReceiver,
    ];
    codes.iter().all(|code| found(analysis, *code).is_empty())
}

#[test]
fn a_window_that_opens_by_crumbs_is_the_receivers_doing() {
    let mut lab = Lab::new();
    opens_by(&mut lab, 64, 1, 10, true);
    let analysis = lab.analyse();
    assert!(found(&analysis, FindingCode::SillyWindowSender).is_empty());
    let silly = only(&analysis, FindingCode::SillyWindowReceiver);
    assert_eq!(silly.cause, Cause::ReceiveWindow);
    assert_eq!(silly.host.as_deref(), Some("server"));
    // The packet that opened the window by one byte, and the first and the last that filled it.
    assert_eq!(frames(silly), ["client#6", "client#7", "client#40"]);
    let Details::SillyReceiver {
        pieces,
        window,
        rule,
        read,
    } = silly.details
    else {
        panic!("{silly:?}")
    };
    assert_eq!(
        (pieces.count, pieces.payload, pieces.headers),
        (12, 12, 480)
    );
    assert_eq!((window, rule, read), (64, 32, Some(1)));
    assert_eq!((silly.cost.packets, silly.cost.bytes), (11, 440));
}

#[test]
fn a_capture_alone_proves_it_too() {
    for host in [CLIENT, SERVER] {
        let mut lab = Lab::new();
        opens_by(&mut lab, 64, 1, 10, false);
        let analysis = lab.inspect(host);
        let silly = only(&analysis, FindingCode::SillyWindowReceiver);
        assert_eq!(silly.cause, Cause::ReceiveWindow);
    }
}

#[test]
fn a_window_that_opens_as_the_rule_asks_is_none() {
    // Half of the largest window; and what is not beyond doubt is not said.
    for opens in [32, 16] {
        let mut lab = Lab::new();
        opens_by(&mut lab, 64, opens, 10, true);
        assert!(has_none(&lab.analyse()), "{opens} bytes");
    }
    let mut lab = Lab::new();
    opens_by(&mut lab, 64, 15, 10, true);
    only(&lab.analyse(), FindingCode::SillyWindowReceiver);
}

#[test]
fn whoever_writes_after_the_window_opened_was_not_held_by_it() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp();
    tcp.window(Server, 64);
    let mut tcp = tcp.open(0);
    tcp.write_bytes(Client, 100_000, &[b'x'; 64]);
    tcp.send(Client, 100_010, 64);
    tcp.window(Server, 0);
    tcp.ack(Server, 130_000);
    for n in 0..12 {
        let at = 200_000 + 100_000 * n;
        tcp.window(Server, 1);
        tcp.ack(Server, at);
        tcp.write_bytes(Client, at + DELAY + 5_000, b"x");
        tcp.send(Client, at + DELAY + 5_010, 1);
        tcp.window(Server, 0);
        tcp.ack(Server, at + 2 * DELAY + 5_020);
    }
    let analysis = lab.analyse();
    let silly = only(&analysis, FindingCode::SillyWindowReceiver);
    assert_eq!(silly.cause, Cause::Undetermined);
    assert!(found(&analysis, FindingCode::SillyWindowSender).is_empty());
}

/// Twelve bytes, one every `pause` µs.
fn one_by_one(lab: &mut Lab, pause: u64, diary: bool, answered: bool) {
    let mut tcp = lab.tcp();
    if !diary {
        tcp = tcp.without_diary();
    }
    let mut tcp = tcp.open(0);
    for n in 0..12 {
        let at = 100_000 + pause * n;
        tcp.write_bytes(Client, at, b"x");
        tcp.send(Client, at + 2, 1);
        if answered {
            tcp.write_bytes(Server, at + DELAY + 10, b"y");
            tcp.send(Server, at + DELAY + 12, 1);
        }
    }
}

#[test]
fn a_slow_producer_is_the_senders_doing() {
    let mut lab = Lab::new();
    one_by_one(&mut lab, 1_000, true, false);
    let analysis = lab.analyse();
    assert!(found(&analysis, FindingCode::SillyWindowReceiver).is_empty());
    let silly = only(&analysis, FindingCode::SillyWindowSender);
    assert_eq!(silly.cause, Cause::SmallWrites);
    assert_eq!(silly.host.as_deref(), Some("client"));
    assert_eq!(frames(silly), ["client#4", "client#15"]);
    let Details::SillySender { pieces, pause } = silly.details else {
        panic!("{silly:?}")
    };
    assert_eq!((pieces.count, pieces.payload, pause), (12, 12, 1_000_000));
    assert_eq!((silly.cost.packets, silly.cost.bytes), (11, 440));
}

#[test]
fn without_a_diary_it_takes_segments_that_did_not_wait_for_each_other() {
    // One each 1 ms, while an acknowledgment takes 40: Nagle's algorithm was off.
    let mut lab = Lab::new();
    one_by_one(&mut lab, 1_000, false, false);
    let analysis = lab.inspect(CLIENT);
    let silly = only(&analysis, FindingCode::SillyWindowSender);
    assert_eq!(silly.cause, Cause::SmallWrites);

    // One each 50 ms, with the one before acknowledged: who knows.
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().without_diary().open(0);
    for n in 0..12 {
        let at = 100_000 + 50_000 * n;
        tcp.write_bytes(Client, at, b"x");
        tcp.send(Client, at + 2, 1);
        tcp.ack(Server, at + DELAY + 10);
    }
    let analysis = lab.inspect(CLIENT);
    let silly = only(&analysis, FindingCode::SillyWindowSender);
    assert_eq!(silly.cause, Cause::Undetermined);
}

#[test]
fn questions_in_two_writes_are_a_dialogue_with_the_answer_to_the_last() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..8 {
        let at = 100_000 + 100_000 * n;
        // A busy machine: the second half comes late, too.
        for half in [at, at + 1_000] {
            tcp.write_bytes(Client, half, b"x");
            tcp.send(Client, half + 2, 1);
        }
        tcp.write_bytes(Server, at + DELAY + 1_010, b"y");
        tcp.send(Server, at + DELAY + 1_012, 1);
    }
    assert!(has_none(&lab.analyse()));
}

#[test]
fn a_producer_that_does_not_pause_is_not_slow() {
    let mut lab = Lab::new();
    one_by_one(&mut lab, 50, true, false);
    let analysis = lab.analyse();
    assert!(has_none(&analysis));
    only(&analysis, FindingCode::TinygramRun);
}

#[test]
fn small_questions_with_answers_are_a_dialogue() {
    let mut lab = Lab::new();
    one_by_one(&mut lab, 50_000, true, true);
    assert!(has_none(&lab.analyse()));
}

#[test]
fn what_was_gathered_is_not_as_it_was_written() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..12 {
        let at = 100_000 + 50_000 * n;
        for again in 0..5 {
            tcp.write_bytes(Client, at + 1_000 * again, b"x");
        }
        tcp.send(Client, at + 4_002, 5);
        tcp.ack(Server, at + 4_002 + DELAY + 10);
    }
    assert!(has_none(&lab.analyse()));
}

#[test]
fn nine_are_not_enough_for_either() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    for n in 0..9 {
        tcp.write_bytes(Client, 100_000 + 1_000 * n, b"x");
        tcp.send(Client, 100_002 + 1_000 * n, 1);
    }
    assert!(has_none(&lab.analyse()));
}
