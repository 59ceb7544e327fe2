//! The flags of short conversations, as traces. Whether tshark agrees is asked elsewhere, of other
//! captures (`scripts/parity`).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use analysis::tcp_flags::{Connection, Segment};
use packet::tcp::Flags;

/// Where the sequence numbers of both sides begin.
const BASE: [u32; 2] = [1_000_000, u32::MAX - 500];
const MS: u64 = 1_000_000;

/// Replays a trace: lines of side, ms, bits, sequence number, acknowledgment number, window, length
/// and, behind a bar, the flags it shall have. Numbers count from the side's beginning.
fn replay(trace: &str) {
    let mut connection = Connection::default();
    for line in trace.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (segment, flags) = line.split_once('|').unwrap();
        let mut words = segment.split_whitespace();
        let from = usize::from(words.next().unwrap() == "<");
        let at: f64 = words.next().unwrap().parse().unwrap();
        let bits = words
            .next()
            .unwrap()
            .chars()
            .fold(Flags(0), |bits, letter| {
                bits | match letter {
                    'S' => Flags::SYN,
                    'A' => Flags::ACK,
                    'F' => Flags::FIN,
                    'R' => Flags::RST,
                    _ => panic!("{letter}"),
                }
            });
        let mut number = || words.next().unwrap().parse::<i64>().unwrap();
        let [seq, ack, window, len] = [number(), number(), number(), number()];
        let scale = words.next().map(|scale| scale.parse().unwrap());
        let segment = Segment {
            at: (at * MS as f64) as u64,
            seq: BASE[from].wrapping_add(seq as u32),
            ack: match bits.ack() {
                true => BASE[1 - from].wrapping_add(ack as u32),
                false => 0,
            },
            flags: bits,
            window: window as u16,
            len: len as u32,
            window_scale: scale,
        };
        let shown = connection.next(from, &segment).to_string();
        assert_eq!(shown, flags.trim(), "{line}");
    }
}

#[test]
fn nothing_is_odd_about_an_ordinary_conversation() {
    replay(
        "> 0   S  0   0   1000 0 |
         < 10  SA 0   1   1000 0 |
         > 20  A  1   1   1000 0 |
         > 21  A  1   1   1000 100 |
         < 31  A  1   101 1000 700 |
         > 41  A  101 701 1000 0 |
         > 42  AF 101 701 1000 0 |
         < 52  AF 701 102 1000 0 |
         > 62  A  102 702 1000 0 |",
    );
}

#[test]
fn data_again_after_a_while_is_a_retransmission() {
    replay(
        "< 0   A  0  0  1000 0 |
         > 1   A  0  0  1000 100 |
         > 300 A  0  0  1000 100 | retransmission",
    );
}

#[test]
fn two_duplicate_acks_ask_for_a_fast_retransmission() {
    replay(
        "> 0  A  0   0   1000 100 |
         > 0  A  100 0   1000 100 |
         > 0  A  200 0   1000 100 |
         > 0  A  300 0   1000 100 |
         < 10 A  0   100 1000 0 |
         < 10 A  0   100 1000 0 | duplicate-ack
         < 11 A  0   100 1000 0 | duplicate-ack
         > 30 A  100 0   1000 100 | retransmission,fast-retransmission",
    );
    // 20 ms later it is none.
    replay(
        "> 0  A  0   0   1000 100 |
         > 0  A  100 0   1000 100 |
         < 10 A  0   100 1000 0 |
         < 10 A  0   100 1000 0 | duplicate-ack
         < 10 A  0   100 1000 0 | duplicate-ack
         > 30 A  100 0   1000 100 | retransmission",
    );
}

#[test]
fn what_was_acknowledged_is_retransmitted_in_vain() {
    replay(
        "> 0  A  0   0   1000 100 |
         < 10 A  0   100 1000 0 |
         > 20 A  0   0   1000 100 | retransmission,spurious-retransmission",
    );
}

#[test]
fn segments_overtake_one_another_within_3_ms_or_a_round_trip() {
    replay(
        "> 0 A 0   0 1000 100 |
         > 1 A 200 0 1000 100 | lost-segment
         > 2 A 100 0 1000 50 | out-of-order
         > 9 A 150 0 1000 50 | retransmission",
    );
    replay(
        "> 0  S  0   0 1000 0 |
         < 10 SA 0   1 1000 0 |
         > 20 A  1   1 1000 0 |
         > 21 A  101 1 1000 100 | lost-segment
         > 40 A  1   1 1000 100 | out-of-order
         > 41 A  1   1 1000 100 | retransmission",
    );
    // A handshake that took no time tells none: the next acknowledgment does.
    replay(
        "> 0   S  0   0 1000 0 |
         < 0   SA 0   1 1000 0 |
         > 0   A  1   1 1000 0 |
         > 200 A  101 1 1000 100 | lost-segment
         > 300 A  1   1 1000 100 | out-of-order",
    );
}

#[test]
fn a_window_closes_is_probed_and_opens() {
    replay(
        "> 0   A 0   0   1000 100 |
         < 1   A 0   100 0    0 | zero-window
         > 200 A 100 0   1000 1 | zero-window-probe
         < 201 A 0   100 0    0 | zero-window,zero-window-probe-ack
         < 300 A 0   100 500  0 | window-update
         > 301 A 100 0   1000 100 |",
    );
}

#[test]
fn a_window_is_full_by_its_scale() {
    replay(
        "> 0  S  0  0  1000 0 2 |
         < 1  SA 0  1  100  0 3 |
         > 2  A  1  1  1000 0 |
         < 3  A  1  1  100  0 | duplicate-ack
         > 4  A  1  1  1000 100 |
         > 5  A  101 1 1000 700 | window-full",
    );
}

#[test]
fn one_side_that_does_not_scale_windows_is_enough() {
    replay(
        "> 0  S  0  0  1000 0 2 |
         < 1  SA 0  1  100  0 |
         > 2  A  1  1  1000 0 |
         < 3  A  1  1  100  0 | duplicate-ack
         > 4  A  1  1  1000 100 | window-full",
    );
}

#[test]
fn keep_alives_are_answered() {
    replay(
        "> 0    A 0   0   1000 100 |
         < 1    A 0   100 1000 0 |
         > 9000 A 99  0   1000 0 | keep-alive
         < 9001 A 0   100 1000 0 | keep-alive-ack
         > 9900 A 99  0   1000 1 | keep-alive",
    );
}

#[test]
fn acknowledged_and_never_seen_is_told_once() {
    replay(
        "> 0 A 0   0   1000 100 |
         < 1 A 0   100 1000 100 |
         > 2 A 100 300 1000 0 | ack-lost-segment
         > 3 A 100 300 1000 0 | duplicate-ack
         > 4 A 100 300 1000 100 |",
    );
}

#[test]
fn a_syn_with_another_number_opens_another_connection() {
    replay(
        "> 0  S  0     0 1000 0 |
         < 1  SA 0     1 1000 0 |
         > 2  A  1     1 1000 0 |
         > 9  S  70000 0 1000 0 | port-reuse
         < 10 SA 900   70001 1000 0 |
         > 11 A  70001 901   1000 0 |",
    );
    // The same number again is a retransmission, even after an end.
    replay(
        "> 0    S  0 0 1000 0 |
         > 1000 S  0 0 1000 0 | retransmission
         < 1001 AR 0 1 0    0 |
         > 2000 S  0 0 1000 0 | retransmission",
    );
}
