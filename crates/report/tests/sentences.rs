//! Every finding with every cause that analysis or the vocabulary gives it, as a reader sees it.

mod support;

use analysis::{
    Analysis,
    model::{
        connection::{Arrival, Direction},
        finding::{Cost, Details, Finding, FrameRef, Hold, Pieces, Place},
        flow::Received,
    },
};
use scenario::{
    finding::{Cause, FindingCode},
    text::Lang,
};
use support::{alone, naive};

const STREAM: Place = Place::Stream {
    connection: 0,
    direction: Direction::ClientToServer,
};
const FLOW: Place = Place::Flow {
    flow: 0,
    direction: Direction::ClientToServer,
};

fn finding(code: FindingCode, cause: Cause, frames: &[u64], details: Details) -> Finding {
    let at_sender = matches!(
        details,
        Details::Coalesced { .. }
            | Details::Gathered { .. }
            | Details::Stall { .. }
            | Details::Tinygrams { .. }
            | Details::WindowFull { .. }
            | Details::SillySender { .. }
            | Details::SmallMss { .. }
            | Details::BlackHole { .. }
    );
    let place = match &details {
        Details::Datagram { .. } => FLOW,
        _ => STREAM,
    };
    let host = if at_sender { "client" } else { "server" };
    let frame = |(place, number): (usize, &u64)| FrameRef {
        // Of a datagram the first frame is where it left.
        host: Some(match (&details, place) {
            (Details::Datagram { .. }, 0) => "udp-peer".to_owned(),
            _ => host.to_owned(),
        }),
        number: *number,
    };
    Finding {
        code,
        cause,
        host: Some(host.to_owned()),
        program: Some("tcp".to_owned()),
        place,
        at: 0,
        frames: frames.iter().enumerate().map(frame).collect(),
        range: None,
        cost: Cost::default(),
        details,
        filter: None,
    }
}

fn hold(released_by: Option<u64>) -> Hold {
    Hold {
        written: 1_000_000,
        left: 41_900_000,
        bytes: 10,
        behind: Some(0),
        released_by,
        in_flight: 1,
        room: Some(60_000),
    }
}

fn coalesced(cause: Cause, hold: Option<Hold>) -> Finding {
    let frames: &[u64] = match hold.as_ref().map(|hold| hold.released_by) {
        None => &[8],
        Some(None) => &[8, 5],
        Some(Some(_)) => &[8, 5, 7],
    };
    let details = Details::Coalesced {
        segment: 1,
        messages: 1..3,
        writes: 1..3,
        hold,
    };
    finding(FindingCode::CoalescedSegment, cause, frames, details)
}

fn of_segments() -> Vec<Finding> {
    let mut findings = vec![
        coalesced(Cause::Nagle, Some(hold(Some(7)))),
        coalesced(Cause::Nagle, Some(hold(None))),
        coalesced(Cause::OneWrite, None),
        coalesced(Cause::Undetermined, None),
    ];
    let held = [
        Cause::CongestionWindow,
        Cause::ReceiveWindow,
        Cause::LossRecovery,
        Cause::Autocorking,
        Cause::Undetermined,
    ];
    findings.extend(held.map(|cause| coalesced(cause, Some(hold(Some(7))))));
    findings.push(finding(
        FindingCode::GatheredWrites,
        Cause::CongestionWindow,
        &[15, 14],
        Details::Gathered {
            segment: 10,
            writes: 10..1_000,
            hold: Hold {
                behind: None,
                bytes: 990,
                ..hold(Some(14))
            },
        },
    ));
    findings.push(finding(
        FindingCode::NagleDelackStall,
        Cause::Nagle,
        &[8, 5, 7],
        Details::Stall {
            segment: 1,
            hold: hold(Some(7)),
            acknowledgment_delay: 40_300_000,
            in_vain: false,
        },
    ));
    let tinygrams = |cause, nagle_off| {
        let details = Details::Tinygrams {
            count: 7_412,
            payload: 14_824,
            headers: 385_424,
            smallest: 2,
            largest: 2,
            nagle_off,
        };
        finding(FindingCode::TinygramRun, cause, &[812, 8_640], details)
    };
    findings.extend([
        tinygrams(Cause::SmallWrites, true),
        tinygrams(Cause::SmallWrites, false),
        tinygrams(Cause::ReceiveWindow, false),
        tinygrams(Cause::Mss, false),
        tinygrams(Cause::Undetermined, false),
    ]);
    let zero = |frames, waited, probes| {
        let details = Details::ZeroWindow { waited, probes };
        finding(
            FindingCode::ZeroWindow,
            Cause::ReceiveBuffer,
            frames,
            details,
        )
    };
    findings.extend([
        zero(&[91, 97], Some(1_640_000_000), 3),
        zero(&[91, 97], Some(2_000_000), 0),
        zero(&[91], None, 1),
    ]);
    let full = |frames, times| {
        let details = Details::WindowFull { times };
        finding(
            FindingCode::WindowFull,
            Cause::ReceiveWindow,
            frames,
            details,
        )
    };
    findings.extend([full(&[90], 1), full(&[90, 140], 7)]);
    findings.extend(of_silly_windows());
    let hole = |frames, waited| {
        let details = Details::BlackHole {
            lost: 9,
            smallest_lost: 1_500,
            largest_arrived: 564,
            waited,
        };
        finding(FindingCode::PmtuBlackHole, Cause::Mtu, frames, details)
    };
    findings.extend([hole(&[4, 31], 3_370_000_000), hole(&[4], 0)]);
    findings.push(finding(
        FindingCode::SmallMss,
        Cause::Mss,
        &[6, 280],
        Details::SmallMss {
            announced: 256,
            largest: 76,
            segments: 264,
            payload: 20_000,
            headers: 13_728,
        },
    ));
    findings
}

fn of_silly_windows() -> Vec<Finding> {
    let pieces = Pieces {
        count: 700,
        payload: 736,
        headers: 36_400,
        smallest: 1,
        largest: 2,
    };
    let cost = Cost {
        packets: 677,
        bytes: 35_204,
        ..Cost::default()
    };
    let sender = |cause| Finding {
        cost,
        ..finding(
            FindingCode::SillyWindowSender,
            cause,
            &[4, 712],
            Details::SillySender {
                pieces,
                pause: 1_100_000,
            },
        )
    };
    let receiver = |cause, read| Finding {
        cost,
        ..finding(
            FindingCode::SillyWindowReceiver,
            cause,
            &[7, 8, 1_413],
            Details::SillyReceiver {
                pieces,
                window: 64,
                rule: 32,
                read,
            },
        )
    };
    vec![
        sender(Cause::SmallWrites),
        sender(Cause::Undetermined),
        receiver(Cause::ReceiveWindow, Some(1)),
        receiver(Cause::ReceiveWindow, Some(10)),
        receiver(Cause::Undetermined, None),
    ]
}

fn of_reads() -> Vec<Finding> {
    let sticky = [
        Cause::CoalescedSegment,
        Cause::ReceiverBacklog,
        Cause::LossRecovery,
        Cause::Undetermined,
    ];
    let split = [
        Cause::SmallReadBuffer,
        Cause::Mss,
        Cause::SeparateSegments,
        Cause::LossRecovery,
        Cause::Undetermined,
    ];
    let framing = [Cause::NoFraming, Cause::Undetermined];
    let sticky = sticky.map(|cause| {
        let details = Details::StickyRead {
            read: 1,
            messages: 1..3,
            segments: vec![1],
        };
        finding(FindingCode::StickyRead, cause, &[15], details)
    });
    let split = split.map(|cause| {
        let details = Details::SplitRead {
            message: 0,
            reads: 0..2,
            cuts: vec![3],
        };
        finding(FindingCode::SplitRead, cause, &[12, 13], details)
    });
    let merged = framing.map(|cause| {
        let details = Details::Merged {
            understood: 1,
            messages: 1..3,
            read: Some(1),
        };
        finding(FindingCode::MergedMessage, cause, &[15], details)
    });
    let torn = framing.map(|cause| {
        let details = Details::Torn {
            understood: 0,
            message: 0,
            read: Some(0),
        };
        finding(FindingCode::TornMessage, cause, &[12], details)
    });
    let left = [
        Cause::SmallReadBuffer,
        Cause::SeparateSegments,
        Cause::Undetermined,
    ];
    let left = left.map(|cause| {
        let details = Details::Leftover {
            understood: 1,
            message: 0,
            bytes: 3,
            read: (cause != Cause::Undetermined).then_some(0),
        };
        finding(FindingCode::LeftoverReply, cause, &[15], details)
    });
    sticky
        .into_iter()
        .chain(left)
        .chain(split)
        .chain(merged)
        .chain(torn)
        .collect()
}

fn of_datagrams() -> Vec<Finding> {
    let each = [
        (FindingCode::DatagramLost, Cause::LinkLoss),
        (FindingCode::DatagramLost, Cause::QueueFull),
        (FindingCode::DatagramLost, Cause::LinkCorruption),
        (FindingCode::DatagramLost, Cause::Mtu),
        (FindingCode::DatagramLost, Cause::ReceiveBuffer),
        (FindingCode::DatagramLost, Cause::Undetermined),
        (FindingCode::DatagramDuplicated, Cause::Undetermined),
        (FindingCode::DatagramReordered, Cause::Undetermined),
        (FindingCode::DatagramTruncated, Cause::SmallReadBuffer),
        (FindingCode::DatagramFragmented, Cause::Undetermined),
    ];
    let finding = |(code, cause)| {
        let frames: &[u64] = match (code, cause) {
            (
                FindingCode::DatagramLost,
                Cause::LinkLoss
                | Cause::QueueFull
                | Cause::LinkCorruption
                | Cause::Mtu
                | Cause::Undetermined,
            ) => &[3],
            (FindingCode::DatagramDuplicated, _) => &[3, 9, 10],
            _ => &[3, 9],
        };
        finding(code, cause, frames, Details::Datagram { datagram: 0 })
    };
    each.map(finding).into()
}

/// What has a name and no words of its own yet.
fn of_others() -> Vec<Finding> {
    let codes = [
        FindingCode::ZeroWindow,
        FindingCode::WindowFull,
        FindingCode::SmallMss,
        FindingCode::PmtuBlackHole,
    ];
    let nowhere = || Details::Datagram { datagram: 99 };
    codes
        .into_iter()
        .map(|code| finding(code, Cause::ReceiveWindow, &[3], nowhere()))
        .chain([finding(
            FindingCode::ZeroWindow,
            Cause::Undetermined,
            &[],
            nowhere(),
        )])
        .collect()
}

/// The run with this finding alone.
fn with(finding: Finding) -> Analysis {
    let mut analysis = naive();
    let datagram = &mut analysis.flows[0].datagrams[0][0];
    datagram.arrivals = vec![Arrival { frame: 9, at: 1 }, Arrival { frame: 10, at: 2 }];
    datagram.frame = 3;
    datagram.received = Some(Received { at: 3, len: 4 });
    if finding.code == FindingCode::TornMessage {
        analysis.connections[0].streams[0].understood[0].text = Some("Mich".to_owned());
    }
    analysis.findings = vec![finding];
    analysis
}

/// The paragraph of a finding: from its name to the next that is not further in.
fn told(finding: Finding, lang: Lang) -> String {
    let name = format!("  {}", finding.code);
    let text = alone(lang, &with(finding));
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&name));
    let first = lines.next().unwrap_or_else(|| panic!("{name} in {text}"));
    let later = lines.take_while(|line| line.starts_with("    "));
    std::iter::once(first)
        .chain(later)
        .map(|line| format!("{line}\n"))
        .collect()
}

fn table(findings: Vec<Finding>, lang: Lang) -> String {
    let tell = |finding: Finding| {
        let head = format!("{} by {}", finding.code, finding.cause);
        format!("{head}\n{}\n", told(finding, lang))
    };
    findings.into_iter().map(tell).collect()
}

#[test]
fn what_happened_to_segments() {
    insta::assert_snapshot!("segments_en", table(of_segments(), Lang::En));
    insta::assert_snapshot!("segments_zh", table(of_segments(), Lang::Zh));
}

#[test]
fn what_happened_to_reads() {
    insta::assert_snapshot!("reads_en", table(of_reads(), Lang::En));
    insta::assert_snapshot!("reads_zh", table(of_reads(), Lang::Zh));
}

#[test]
fn what_happened_to_datagrams() {
    insta::assert_snapshot!("datagrams_en", table(of_datagrams(), Lang::En));
    insta::assert_snapshot!("datagrams_zh", table(of_datagrams(), Lang::Zh));
}

#[test]
fn what_has_no_words_of_its_own_is_told_by_name_and_frame() {
    insta::assert_snapshot!("others_en", table(of_others(), Lang::En));
    insta::assert_snapshot!("others_zh", table(of_others(), Lang::Zh));
}

/// Each cause gives its own words: two findings that differ in it never read the same.
#[test]
fn no_two_causes_read_the_same() {
    for lang in [Lang::En, Lang::Zh] {
        let all = [of_segments(), of_reads(), of_datagrams(), of_others()].concat();
        let mut texts: Vec<String> = all.into_iter().map(|finding| told(finding, lang)).collect();
        let number = texts.len();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), number);
    }
}
