//! What reads return, and what programs make of it: one test per cause.

mod support;

use analysis::model::finding::Details;
use framing::Framing;
use scenario::finding::{Cause, FindingCode};
use support::{DELAY, Lab, SERVER, Side::*, found, frames, only};

#[test]
fn a_read_sticks_when_one_segment_brought_both() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy"]);
    tcp.send(Client, 100_002, 12);
    tcp.read(Server, 120_050, 1_024, 12);
    let analysis = lab.analyse();
    let sticky = only(&analysis, FindingCode::StickyRead);
    assert_eq!(sticky.cause, Cause::CoalescedSegment);
    assert_eq!(
        (sticky.host.as_deref(), sticky.program.as_deref()),
        (Some("server"), Some("tcp"))
    );
    assert_eq!(frames(sticky), ["server#4"]);
    let Details::StickyRead {
        read,
        messages,
        segments,
    } = &sticky.details
    else {
        panic!("{sticky:?}")
    };
    assert_eq!(
        (*read, messages.clone(), &segments[..]),
        (0, 0..2, &[0][..])
    );
}

#[test]
fn a_read_sticks_when_segments_waited_in_the_socket() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.send(Client, 100_012, 5);
    tcp.read(Server, 500_000, 1_024, 12);
    let analysis = lab.analyse();
    let sticky = only(&analysis, FindingCode::StickyRead);
    assert_eq!(sticky.cause, Cause::ReceiverBacklog);
    assert_eq!(frames(sticky), ["server#4", "server#5"]);
}

#[test]
fn a_read_sticks_when_a_retransmission_filled_the_hole_before_it() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send_lost(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy"]);
    tcp.send(Client, 100_012, 5);
    tcp.send_range(Client, 340_000, 0..7, &[340_000 + DELAY]);
    tcp.read(Server, 360_050, 1_024, 12);
    assert_eq!(
        only(&lab.analyse(), FindingCode::StickyRead).cause,
        Cause::LossRecovery
    );
}

#[test]
fn a_read_that_was_full_splits_the_message() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read(Server, 120_050, 4, 4);
    tcp.read(Server, 120_060, 4, 3);
    let analysis = lab.analyse();
    let split = only(&analysis, FindingCode::SplitRead);
    assert_eq!(split.cause, Cause::SmallReadBuffer);
    let Details::SplitRead {
        message,
        reads,
        cuts,
    } = &split.details
    else {
        panic!("{split:?}")
    };
    assert_eq!((*message, reads.clone(), &cuts[..]), (0, 0..2, &[4][..]));
}

#[test]
fn a_message_larger_than_any_read_is_split_by_the_reads_whatever_else_cut_it() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["x".repeat(600).as_str()]);
    tcp.send(Client, 100_002, 536);
    tcp.send(Client, 100_400, 64);
    tcp.read(Server, 120_050, 590, 536);
    tcp.read(Server, 120_450, 590, 64);
    assert_eq!(
        only(&lab.analyse(), FindingCode::SplitRead).cause,
        Cause::SmallReadBuffer
    );
}

#[test]
fn a_cut_inside_a_segment_that_the_read_had_room_for_is_not_explained() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read(Server, 120_050, 1_024, 4);
    tcp.read(Server, 120_060, 1_024, 3);
    assert_eq!(
        only(&lab.analyse(), FindingCode::SplitRead).cause,
        Cause::Undetermined
    );
}

#[test]
fn a_message_above_the_mss_is_split() {
    // A read of 600 bytes would have had room for it.
    for asked in [600, 1_024] {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().mss(536).open(0);
        tcp.write(Client, 100_000, &["x".repeat(600).as_str()]);
        tcp.send(Client, 100_002, 536);
        tcp.send(Client, 100_400, 64);
        tcp.read(Server, 120_050, asked, 536);
        tcp.read(Server, 120_450, asked, 64);
        let analysis = lab.analyse();
        let split = only(&analysis, FindingCode::SplitRead);
        assert_eq!(split.cause, Cause::Mss, "asked for {asked}");
        assert_eq!(frames(split), ["server#4", "server#5"]);
        assert_eq!(split.host.as_deref(), Some("server"));
    }
}

#[test]
fn a_message_above_what_fits_is_split_though_more_was_announced() {
    // Linux announces 256 where less fits; where one that is usual was announced, something else cut.
    for (announced, cause) in [(256, Cause::Mss), (1_460, Cause::SeparateSegments)] {
        let mut lab = Lab::new();
        let mut tcp = lab.tcp().mss(announced).open(0);
        tcp.write(Client, 100_000, &["x".repeat(100).as_str()]);
        tcp.send(Client, 100_002, 60);
        tcp.send(Client, 100_400, 40);
        tcp.read(Server, 120_050, 1_024, 60);
        tcp.read(Server, 120_450, 1_024, 40);
        let analysis = lab.analyse();
        assert_eq!(only(&analysis, FindingCode::SplitRead).cause, cause);
    }
}

#[test]
fn a_read_that_was_full_splits_even_a_message_that_it_had_room_for() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Tracy", "Michael"]);
    tcp.send(Client, 100_002, 12);
    tcp.read(Server, 120_050, 8, 8);
    tcp.read(Server, 120_060, 8, 4);
    assert_eq!(
        only(&lab.analyse(), FindingCode::SplitRead).cause,
        Cause::SmallReadBuffer
    );
}

#[test]
fn a_message_written_in_two_pieces_is_split() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.mean(Client, 100_000, 7);
    tcp.write_bytes(Client, 100_000, b"Mic");
    tcp.send(Client, 100_002, 3);
    tcp.write_bytes(Client, 105_000, b"hael");
    tcp.send(Client, 105_002, 4);
    tcp.read(Server, 120_050, 1_024, 3);
    tcp.read(Server, 125_050, 1_024, 4);
    assert_eq!(
        only(&lab.analyse(), FindingCode::SplitRead).cause,
        Cause::SeparateSegments
    );
}

#[test]
fn a_message_whose_end_was_lost_is_split_by_loss_recovery() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(536).open(0);
    tcp.write(Client, 100_000, &["x".repeat(600).as_str()]);
    tcp.send(Client, 100_002, 536);
    tcp.send_lost(Client, 100_004, 64);
    tcp.read(Server, 120_050, 1_024, 536);
    tcp.send_range(Client, 340_000, 536..600, &[340_000 + DELAY]);
    tcp.read(Server, 360_050, 1_024, 64);
    assert_eq!(
        only(&lab.analyse(), FindingCode::SplitRead).cause,
        Cause::LossRecovery
    );
}

#[test]
fn a_handshakes_length_and_body_come_apart_by_design() {
    let framed = |framing| {
        let mut lab = Lab::new();
        lab.plan(SERVER, |config| config.framing = framing);
        let mut tcp = lab.tcp().open(0);
        tcp.message_with_head(Client, 100_000, 1, 7);
        tcp.write_bytes(Client, 100_000, b"7");
        tcp.send(Client, 100_002, 1);
        tcp.read(Server, 120_050, 1_024, 1);
        tcp.write_bytes(Client, 150_000, b"Michael");
        tcp.send(Client, 150_002, 7);
        tcp.read(Server, 170_050, 1_024, 7);
        found(&lab.analyse(), FindingCode::SplitRead).len()
    };
    assert_eq!(framed(Framing::Handshake), 0);
    assert_eq!(framed(Framing::None), 1);
}

#[test]
fn a_naive_receiver_merges_what_one_read_returns() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy"]);
    tcp.send(Client, 100_002, 12);
    tcp.read_naively(Server, 120_050, 12);
    let analysis = lab.analyse();
    let merged = only(&analysis, FindingCode::MergedMessage);
    assert_eq!(
        (merged.cause, merged.host.as_deref()),
        (Cause::NoFraming, Some("server"))
    );
    assert_eq!(found(&analysis, FindingCode::TornMessage).len(), 0);
    let stream = &analysis.connections[0].streams[0];
    assert_eq!(stream.understood[0].text.as_deref(), Some("MichaelTracy"));
    assert!(!stream.understood[0].right);
}

#[test]
fn a_sticky_read_is_no_merged_message_when_the_receiver_frames() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy"]);
    tcp.send(Client, 100_002, 12);
    tcp.read(Server, 120_050, 1_024, 12);
    tcp.understand(Server, 120_060, 7);
    tcp.understand(Server, 120_061, 5);
    let analysis = lab.analyse();
    assert_eq!(found(&analysis, FindingCode::StickyRead).len(), 1);
    assert_eq!(found(&analysis, FindingCode::MergedMessage).len(), 0);
    assert!(
        analysis.connections[0].streams[0]
            .understood
            .iter()
            .all(|each| each.right)
    );
}

#[test]
fn a_naive_receiver_tears_what_comes_in_pieces() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read(Server, 120_050, 4, 4);
    tcp.understand(Server, 120_051, 4);
    tcp.read(Server, 120_060, 4, 3);
    tcp.understand(Server, 120_061, 3);
    let analysis = lab.analyse();
    let torn = found(&analysis, FindingCode::TornMessage);
    assert_eq!(
        torn.iter().map(|t| t.cause).collect::<Vec<_>>(),
        [Cause::NoFraming; 2]
    );
    assert_eq!(found(&analysis, FindingCode::MergedMessage).len(), 0);
}

#[test]
fn half_of_one_message_and_all_of_the_next_is_both() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy"]);
    tcp.send(Client, 100_002, 12);
    tcp.read_naively(Server, 120_050, 4);
    tcp.read_naively(Server, 120_060, 8);
    let analysis = lab.analyse();
    assert_eq!(found(&analysis, FindingCode::TornMessage).len(), 2);
    assert_eq!(found(&analysis, FindingCode::MergedMessage).len(), 1);
}

#[test]
fn a_message_twice_understood_is_right_once() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read(Server, 120_050, 1_024, 7);
    tcp.understand(Server, 120_060, 7);
    tcp.understand_again(Server, 120_070, 0..7);
    let rights: Vec<_> = lab.analyse().connections[0].streams[0]
        .understood
        .iter()
        .map(|u| u.right)
        .collect();
    assert_eq!(rights, [true, false]);
}

/// A server's reply of ten bytes, of which the client's read of the first `taken` was asked for `asked`;
/// then the client asks again, or not, and reads the rest.
fn reply_read_in_two(asked: u64, taken: u64, asks_again: bool) -> Lab {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["one"]);
    tcp.send(Client, 100_002, 3);
    tcp.write(Server, 120_100, &["first-reply"]);
    tcp.send(Server, 120_102, 11);
    tcp.read(Client, 140_150, asked, taken);
    tcp.understand(Client, 140_151, taken);
    if asks_again {
        tcp.write(Client, 140_200, &["two"]);
        tcp.send(Client, 140_202, 3);
    }
    tcp.read(Client, 140_300, asked, 11 - taken);
    tcp.understand(Client, 140_301, 11 - taken);
    lab
}

#[test]
fn what_is_left_of_a_reply_answers_the_next_question() {
    let analysis = reply_read_in_two(8, 8, true).analyse();
    let left = only(&analysis, FindingCode::LeftoverReply);
    assert_eq!(
        (left.cause, left.host.as_deref()),
        (Cause::SmallReadBuffer, Some("client"))
    );
    assert_eq!(left.range, Some(8..11));
    let Details::Leftover { bytes, read, .. } = left.details else {
        panic!("{left:?}")
    };
    assert_eq!((bytes, read), (3, Some(0)));
    let analysis = reply_read_in_two(1_024, 8, true).analyse();
    let cause = only(&analysis, FindingCode::LeftoverReply).cause;
    assert_eq!(cause, Cause::SeparateSegments);
}

#[test]
fn a_reply_in_two_pieces_is_no_leftover_while_nothing_else_was_asked() {
    let analysis = reply_read_in_two(8, 8, false).analyse();
    assert!(found(&analysis, FindingCode::LeftoverReply).is_empty());
    assert_eq!(found(&analysis, FindingCode::TornMessage).len(), 2);
}
