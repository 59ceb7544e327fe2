//! What the recorded runs don't have: doubts, losses, many messages, odd texts, nothing at all.

mod support;

use analysis::{
    Analysis,
    model::{
        connection::{Connection, Message, Read, Segment, Stream, Understood, Wait, Write},
        note::Note,
        verdict::{Doubt, Judgement, Seen, Verdict},
    },
    tcp_flags::TcpFlag,
};
use scenario::{
    expectation::{Claim, Condition, Expectation},
    finding::{Cause, FindingCode},
    impairment::{Chance, Distribution, Impairments, Jitter, Loss},
    text::Lang,
    units::Percent,
};
use std::time::Duration;
use support::{alone, inspected, naive};

/// The naive run with nothing but its connection.
fn bare() -> Analysis {
    let mut analysis = naive();
    analysis.findings.clear();
    analysis.flows.clear();
    analysis.links.clear();
    analysis.expectations.clear();
    analysis
}

/// Messages back to back, each written, sent, read and understood by itself.
fn stream(texts: &[&str], len: u64) -> Stream {
    let mut stream = Stream::default();
    for (n, text) in (0..).zip(texts) {
        let (at, range) = (n * 1_000, n * len..(n + 1) * len);
        stream.messages.push(Message {
            at,
            range: range.clone(),
            body: range.clone(),
            text: Some((*text).to_owned()),
        });
        stream.writes.push(Write {
            begin: at,
            end: at + 500,
            range: range.clone(),
        });
        stream.segments.push(Segment {
            frame: 4 + n,
            at,
            range: range.clone(),
            fresh: range.clone(),
            headers: 52,
            full: false,
            fin: false,
            arrival: None,
        });
        stream.reads.push(Read {
            begin: at,
            end: at,
            range: range.clone(),
            asked: 1_024,
        });
        stream.understood.push(Understood {
            at,
            range: range.clone(),
            body: range,
            right: true,
            text: Some((*text).to_owned()),
        });
    }
    stream
}

fn connection(analysis: &mut Analysis) -> &mut Connection {
    &mut analysis.connections[0]
}

/// Both languages, one below the other.
fn both(analysis: &Analysis) -> String {
    format!(
        "{}\n{}",
        alone(Lang::En, analysis),
        alone(Lang::Zh, analysis)
    )
}

#[test]
fn the_first_of_many_messages_are_drawn() {
    let mut analysis = bare();
    let texts = [
        "zero", "one", "two", "three", "four", "five", "six", "seven",
    ];
    connection(&mut analysis).streams = [stream(&texts, 100), Stream::default()];
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn the_first_of_many_connections_is_drawn() {
    let mut analysis = bare();
    let first = connection(&mut analysis).clone();
    analysis.connections.extend([first.clone(), first]);
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn one_write_of_many_messages_goes_on_behind_the_picture() {
    let mut analysis = bare();
    let mut stream = stream(&["a", "b", "c", "d", "e", "f", "g", "h"], 10);
    stream.writes = vec![Write {
        begin: 0,
        end: 9,
        range: 0..80,
    }];
    connection(&mut analysis).streams = [stream, Stream::default()];
    insta::assert_snapshot!(alone(Lang::En, &analysis));
}

#[test]
fn texts_of_any_kind_keep_the_picture_straight() {
    let mut analysis = bare();
    let texts = [
        "\u{1b}[2J\r\n",
        "粘包问题很常见",
        "\u{202e}drow",
        "e\u{301}te\u{301}",
        "👩‍👩‍👧‍👦 family",
        "",
    ];
    connection(&mut analysis).streams = [stream(&texts, 24), Stream::default()];
    insta::assert_snapshot!(alone(Lang::En, &analysis));
}

#[test]
fn what_was_not_captured_has_a_number() {
    let mut analysis = naive();
    for message in &mut connection(&mut analysis).streams[0].messages {
        message.text = None;
    }
    for understood in &mut connection(&mut analysis).streams[0].understood {
        understood.text = None;
    }
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn empty_messages_alone_make_no_picture() {
    let mut analysis = bare();
    connection(&mut analysis).streams = [stream(&["", ""], 0), Stream::default()];
    insta::assert_snapshot!(alone(Lang::En, &analysis));
}

#[test]
fn without_diaries_the_segments_are_drawn() {
    let mut analysis = bare();
    let connection = connection(&mut analysis);
    connection.client.program = None;
    let segments = stream(&["a"; 8], 700).segments;
    connection.streams = [Stream::default(), Stream::default()];
    connection.streams[0].segments = segments;
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn retransmissions_are_counted_and_not_drawn() {
    let mut analysis = bare();
    let mut stream = stream(&["Michael", "Tracy"], 7);
    let mut again = stream.segments[0].clone();
    (again.frame, again.fresh) = (9, 7..7);
    stream.segments.push(again);
    connection(&mut analysis).streams = [stream, Stream::default()];
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn a_run_with_datagrams_only_tells_where_they_went() {
    let mut analysis = naive();
    analysis.connections.clear();
    analysis.findings.clear();
    let sent = &mut analysis.flows[0].datagrams[0];
    sent[0].arrivals.clear();
    sent[0].received = None;
    sent[1].received = None;
    let flow = analysis.flows[0].clone();
    analysis.flows.resize(6, flow);
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn nothing_is_said_of_what_no_diary_tells() {
    let mut analysis = naive();
    analysis.connections.clear();
    analysis.findings.clear();
    analysis.values.clear();
    for datagram in analysis.flows[0].datagrams.iter_mut().flatten() {
        datagram.received = None;
    }
    let text = alone(Lang::En, &analysis);
    assert!(
        text.contains("3 sent, all arrived; back: 3 sent, all arrived."),
        "{text}"
    );
    analysis.flows[0].server.host = None;
    let text = alone(Lang::En, &analysis);
    assert!(
        text.contains(": 3 sent; back: 3 sent, all arrived."),
        "{text}"
    );
}

#[test]
fn a_run_in_which_nothing_happened() {
    let mut analysis = bare();
    analysis.connections.clear();
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn every_link_has_its_own_line_when_they_differ() {
    let mut analysis = bare();
    analysis.links = naive().links;
    analysis.links[0].asked = Impairments::default();
    analysis.links[1].asked = Impairments {
        delay: Duration::from_millis(5),
        loss: Loss::Independent(Chance::of("2.5%".parse().unwrap())),
        mtu: 576,
        ..Impairments::default()
    };
    (analysis.links[1].sent, analysis.links[1].missing) = (1_000, 27);
    (analysis.links[2].sent, analysis.links[2].missing) = (3, 3);
    analysis.links[2].delay = None;
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn what_was_under_way_at_the_end_is_not_called_missing() {
    let mut analysis = bare();
    analysis.links = naive().links;
    for link in &mut analysis.links {
        (link.sent, link.missing, link.under_way) = (1_000, 0, 582);
    }
    let words = |lang| {
        let text = alone(lang, &analysis);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let english = words(Lang::En);
    assert!(english.contains("582 of 1,000 still under way at the end"));
    assert!(!english.contains("missing"), "{english}");
    assert!(words(Lang::Zh).contains("在途中"));
    // A link that is told alone, as it was asked something else.
    analysis.links[0].asked = Impairments::default();
    let text = alone(Lang::En, &analysis);
    assert_eq!(text.matches("582 of 1,000").count(), 3, "{text}");
}

#[test]
fn a_delay_and_its_jitter_are_doubted_in_one() {
    let mut analysis = naive();
    analysis.links[1].asked.jitter = Some(Jitter {
        spread: Duration::from_millis(4),
        distribution: Distribution::Normal,
        correlation: Percent::ZERO,
    });
    let host = analysis.links[1].host.clone();
    let unproven = |condition| Doubt::ConditionUnproven {
        host: host.clone(),
        toward: None,
        phase: 0,
        condition,
    };
    analysis.doubts = vec![unproven(Condition::Delay), unproven(Condition::Jitter)];
    analysis.verdict = Some(Verdict::Inconclusive);
    let text = alone(Lang::En, &analysis);
    assert_eq!(text.matches("Doubt:").count(), 1, "{text}");
}

#[test]
fn doubts_say_what_is_wrong_with_the_evidence() {
    let mut analysis = naive();
    let host = || "server".to_owned();
    analysis.links[1].asked.loss = Loss::Independent(Chance::of("5%".parse().unwrap()));
    analysis.links[1].missing = 400;
    analysis.links[1].sent = 1_000;
    analysis.links[1].proofs[1].probability = Some(1e-5);
    let unproven = |host: &str, condition| Doubt::ConditionUnproven {
        host: host.to_owned(),
        toward: None,
        phase: 0,
        condition,
    };
    analysis.doubts = vec![
        Doubt::Broken { host: host() },
        Doubt::NoCapture { host: host() },
        Doubt::NoDiary { host: host() },
        Doubt::CaptureDropped {
            host: host(),
            packets: 1,
        },
        Doubt::LinkOverrun {
            host: host(),
            packets: 1_200,
        },
        unproven("server", Condition::Delay),
        unproven("server", Condition::Loss),
        unproven("client", Condition::Loss),
        unproven("client", Condition::Rate),
        unproven("another", Condition::Loss),
    ];
    for judgement in &mut analysis.expectations {
        judgement.verdict = Verdict::Inconclusive;
    }
    analysis.verdict = Some(Verdict::Inconclusive);
    let text = both(&analysis);
    let lines = text.lines();
    let doubts = lines
        .skip_while(|line| !line.ends_with("inconclusive"))
        .collect::<Vec<_>>();
    insta::assert_snapshot!(doubts.join("\n"));
}

#[test]
fn what_was_expected_stands_beside_what_was_seen() {
    let mut analysis = bare();
    let mut expect = |written: &str, verdict, seen| {
        let claim = match written.split_once('.') {
            None => Claim::Finding {
                code: FindingCode::CoalescedSegment,
                cause: None,
                host: None,
                count: None,
            },
            Some(_) => Claim::Value {
                path: scenario::expectation::ValuePath {
                    host: "client".to_owned(),
                    peer: "tcp".to_owned(),
                    metric: written.split(['.', ' ']).nth(2).unwrap().parse().unwrap(),
                },
                check: scenario::expectation::Check::Is(0),
            },
        };
        analysis.expectations.push(Judgement {
            expectation: Expectation {
                written: written.to_owned(),
                claim,
                on: None,
            },
            verdict,
            seen,
        });
    };
    let seen = |count, undetermined, other_causes: &[Cause]| Seen::Findings {
        count,
        undetermined,
        other_causes: other_causes.to_vec(),
    };
    use Verdict::*;
    expect(
        "client.tcp.elapsed below 20ms",
        Failed,
        Seen::Value(Some(62_900_000)),
    );
    expect("client.tcp.wire is 412B", Failed, Seen::Value(Some(1_642)));
    expect(
        "client.tcp.segments between 2 and 3",
        Failed,
        Seen::Value(Some(1_234)),
    );
    expect(
        "client.tcp.round-trips is 0",
        Inconclusive,
        Seen::Value(None),
    );
    expect("coalesced-segment, host client", Failed, seen(0, 0, &[]));
    expect("coalesced-segment, count is 0", Failed, seen(2, 0, &[]));
    expect(
        "coalesced-segment, cause nagle",
        Inconclusive,
        seen(0, 1, &[Cause::Undetermined]),
    );
    expect(
        "coalesced-segment, cause nagle, host client, count above 2",
        Failed,
        seen(1, 2, &[Cause::OneWrite, Cause::Mss, Cause::Undetermined]),
    );
    expect("client.tcp.reads is 0", Held, Seen::Value(Some(0)));
    analysis.verdict = Some(Failed);
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn notes_say_what_could_not_be_read() {
    let mut analysis = bare();
    analysis.connections.clear();
    let host = || "server".to_owned();
    analysis.notes = vec![
        Note::Capture {
            host: Some(host()),
            warning: "packet 7 is cut short at byte 812".to_owned(),
        },
        Note::BadLines {
            program: None,
            host: host(),
            count: 1,
            first: 12,
            error: "expected value".to_owned(),
        },
        Note::FewPackets {
            host: host(),
            count: 3,
        },
        Note::GivenUp {
            host: host(),
            program: "tcp".to_owned(),
            after: 4_083_000_000,
            keepalive: false,
        },
        Note::GivenUp {
            host: host(),
            program: "other".to_owned(),
            after: 2_100_000_000,
            keepalive: true,
        },
        Note::Malformed {
            host: host(),
            program: "tcp".to_owned(),
            error: "a length of 2,036,427,848 bytes is more than the limit of 16 MiB".to_owned(),
        },
    ];
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn more_findings_than_fit_are_counted() {
    let mut analysis = naive();
    let kinds = analysis.findings.clone();
    for cause in Cause::ALL {
        let mut finding = kinds[0].clone();
        finding.cause = *cause;
        analysis.findings.push(finding);
    }
    analysis.findings.extend(kinds);
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn the_flags_of_all_connections_are_added_up() {
    let mut analysis = inspected("naive", "client");
    let second = analysis.connections[0].clone();
    analysis.connections.push(second);
    for (connection, times) in analysis.connections.iter_mut().zip([1, 1_200]) {
        for _ in 0..times {
            let flags = [TcpFlag::DuplicateAck, TcpFlag::WindowUpdate];
            connection.flags.add(flags.into_iter().collect());
        }
    }
    let only = [TcpFlag::SpuriousRetransmission].into_iter().collect();
    analysis.connections[0].flags.add(only);
    let flagged = |text: String| -> String {
        let behind = text.lines().skip_while(|line| !line.contains("Wireshark"));
        let told = behind.take_while(|line| !line.is_empty());
        told.map(|line| format!("{line}\n")).collect()
    };
    insta::assert_snapshot!(
        flagged(alone(Lang::En, &analysis)) + &flagged(alone(Lang::Zh, &analysis))
    );
}

#[test]
fn a_capture_lists_its_connections_findings_and_waits() {
    let mut analysis = inspected("naive", "client");
    let mut second = analysis.connections[0].clone();
    second.streams[0].waits.clear();
    let mut third = analysis.connections[0].clone();
    let more = third.streams[0].waits.clone();
    third.streams[0].waits.extend(more.clone());
    third.streams[0]
        .waits
        .extend(more.into_iter().map(|wait| Wait {
            with_data: true,
            ..wait
        }));
    analysis.connections.extend([second, third]);
    for finding in naive().findings {
        analysis.findings.push(analysis::model::finding::Finding {
            host: None,
            filter: Some("tcp.stream eq 0 && frame.number in {6, 7, 8}".to_owned()),
            ..finding
        });
    }
    analysis.notes = vec![Note::Capture {
        host: None,
        warning: "block 18 ends in the middle, the rest is left out".to_owned(),
    }];
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn a_capture_with_long_addresses_is_a_list() {
    let mut analysis = inspected("naive", "client");
    let connection = connection(&mut analysis);
    let address = |port: u16| format!("[2001:db8:85a3:1234:5678:8a2e:370:7334]:{port}").parse();
    connection.client.address = address(65_535).unwrap();
    connection.server.address = address(443).unwrap();
    insta::assert_snapshot!(both(&analysis));
}

#[test]
fn a_capture_of_hundreds_of_connections_shows_the_first() {
    let mut analysis = inspected("naive", "client");
    let connection = analysis.connections[0].clone();
    analysis.connections.resize(500, connection);
    let text = alone(Lang::En, &analysis);
    assert!(text.contains(" 29  198.18.0.2"), "{text}");
    assert!(!text.contains(" 30  198.18.0.2"), "{text}");
    assert!(text.contains("and 470 more"), "{text}");
    assert!(text.lines().count() < 250, "{text}");
}

#[test]
fn an_empty_capture_and_one_without_tcp() {
    let mut analysis = inspected("naive", "client");
    analysis.connections.clear();
    let no_tcp = both(&analysis);
    analysis.captures.clear();
    insta::assert_snapshot!(format!("{no_tcp}\n{}", both(&analysis)));
}

#[test]
fn the_last_lines_of_a_log_are_told_whole_and_harmless() {
    let mut analysis = bare();
    let analysis::model::Subject::Run(run) = &mut analysis.subject else {
        panic!("a run")
    };
    let long = format!("\u{1b}]0;owned\u{7} {}", "x".repeat(120));
    run.outcome = record::manifest::Outcome::Broken {
        host: "server".to_owned(),
        reason: "tcp exited with status 7 before it served its port".to_owned(),
        log: vec![long],
    };
    let text = support::unchecked(Lang::En, &analysis);
    assert!(text.contains(&"x".repeat(120)), "{text}");
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{7}'),
        "{text:?}"
    );
    let analysis::model::Subject::Run(run) = &mut analysis.subject else {
        panic!("a run")
    };
    run.outcome = record::manifest::Outcome::Broken {
        host: "server".to_owned(),
        reason: "never became ready after 3s".to_owned(),
        log: Vec::new(),
    };
    insta::assert_snapshot!(both(&analysis));
}
