//! Runs of small segments.

use super::*;
use scenario::plan::Program;

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

#[test]
fn that_some_writes_gathered_does_not_make_the_others_less_small() {
    let cause = |nodelay: bool, gathered: &[u64]| {
        let mut lab = Lab::new();
        let client = &mut lab.manifest.variant.hosts[CLIENT].run[0].program;
        if let Program::Peer(client) = client {
            client.nodelay = nodelay;
        }
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
    assert_eq!(cause(false, &[]), Cause::SmallWrites);
    assert_eq!(cause(false, &[4, 11]), Cause::SmallWrites);
    assert_eq!(cause(false, &[4, 9, 11]), Cause::Undetermined);
    // Nagle's algorithm is known to be off: whatever gathered them, the writes are small.
    assert_eq!(cause(true, &[4, 9, 11]), Cause::SmallWrites);
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

/// Writes of that length leave in segments of 36 bytes, though the SYNs announced `mss`, into a window of that size.
fn cut_at_36(mss: u16, write: usize, window: u16) -> Cause {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().mss(mss);
    tcp.window(Server, window);
    let mut tcp = tcp.open(0);
    let mut at = 100_000;
    for _ in 0..15 {
        tcp.write(Client, at, &[&"x".repeat(write)]);
        for begin in (0..write).step_by(36) {
            at += 10;
            tcp.send(Client, at, 36.min(write - begin) as u64);
        }
    }
    only(&lab.analyse(), FindingCode::TinygramRun).cause
}

#[test]
fn what_a_small_segment_size_cut_is_small_because_of_it() {
    // Linux announces 256 where less fits.
    assert_eq!(cut_at_36(256, 100, u16::MAX), Cause::Mss);
    assert_eq!(cut_at_36(256, 36, u16::MAX), Cause::SmallWrites);
    // Something else cut it.
    assert_eq!(cut_at_36(1_460, 100, u16::MAX), Cause::Undetermined);
    assert_eq!(cut_at_36(256, 100, 36), Cause::Undetermined);
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
