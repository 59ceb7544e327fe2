//! Streams that end in the middle of a message, and who knows.

mod support;

use analysis::model::{finding::Details, note::Note};
use framing::Framing;
use record::event::Closing;
use scenario::finding::{Cause, FindingCode};
use support::{Lab, SERVER, Side::*, Tcp, found, frames, only};

/// A client means a message of ten bytes and sends six, which the server reads.
fn half_a_message(lab: &mut Lab) -> Tcp<'_> {
    let mut tcp = lab.tcp().open(0);
    tcp.mean(Client, 100_000, 10);
    tcp.write_bytes(Client, 100_000, b"Michae");
    tcp.send(Client, 100_002, 6);
    tcp.read(Server, 120_050, 1_024, 6);
    tcp
}

#[test]
fn a_piece_that_nobody_took_for_a_message_is_incomplete_and_how_it_ended_is_told() {
    for (is_ended, how, cause) in [
        (true, Closing::Finished, Cause::ClosedEarly),
        (true, Closing::Closed, Cause::ClosedEarly),
        (false, Closing::Reset, Cause::ConnectionReset),
        (false, Closing::TimedOut, Cause::ConnectionLost),
    ] {
        let mut lab = Lab::new();
        let mut tcp = half_a_message(&mut lab);
        if is_ended {
            tcp.read_end(Server, 130_000);
        }
        tcp.closed(Server, 130_010, how);
        let analysis = lab.analyse();
        let incomplete = only(&analysis, FindingCode::IncompleteMessage);
        assert_eq!(incomplete.cause, cause);
        assert_eq!(incomplete.host.as_deref(), Some("server"));
        assert_eq!(frames(incomplete), ["server#4"]);
        let (message, bytes) = (0, 6);
        assert_eq!(incomplete.details, Details::Incomplete { message, bytes });
        assert!(found(&analysis, FindingCode::TornMessage).is_empty());
    }
}

#[test]
fn who_gave_up_is_told_what_had_no_answer() {
    let told = |answered: bool, asks: bool| {
        let mut lab = Lab::new();
        let mut tcp = half_a_message(&mut lab);
        if answered {
            tcp.ack(Server, 120_100);
        }
        if asks {
            tcp.keep_alive(Client, 1_200_000);
        }
        tcp.closed(Client, 3_200_000, Closing::TimedOut);
        let notes = lab.analyse().notes;
        let mut told = notes.into_iter().filter_map(|note| match note {
            Note::GivenUp {
                host,
                program,
                keepalive,
                ..
            } => Some((host, program, keepalive)),
            _ => None,
        });
        let one = told.next();
        assert_eq!(told.next(), None);
        one
    };
    let client = |keepalive| Some(("client".to_owned(), "tcp".to_owned(), keepalive));
    assert_eq!(told(true, true), client(true));
    assert_eq!(told(true, false), client(false), "it had not asked");
    assert_eq!(told(false, true), client(false), "what it had sent");
    assert_eq!(told(false, false), client(false));
}

#[test]
fn who_leaves_by_himself_or_is_stopped_was_not_left_with_a_piece() {
    for how in [Closing::Stopped, Closing::Aborted, Closing::Closed] {
        let mut lab = Lab::new();
        half_a_message(&mut lab).closed(Server, 130_010, how);
        assert!(found(&lab.analyse(), FindingCode::IncompleteMessage).is_empty());
    }
}

#[test]
fn an_end_between_messages_is_none_in_a_message() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.read(Server, 120_050, 1_024, 7);
    tcp.read_end(Server, 130_000);
    tcp.closed(Server, 130_010, Closing::Finished);
    assert!(found(&lab.analyse(), FindingCode::IncompleteMessage).is_empty());
}

#[test]
fn who_takes_the_end_of_the_stream_for_that_of_the_message_has_torn_it() {
    let mut lab = Lab::new();
    lab.plan(SERVER, |config| config.framing = Framing::UntilClose);
    let mut tcp = half_a_message(&mut lab);
    tcp.read_end(Server, 130_000);
    tcp.understand(Server, 130_005, 6);
    tcp.closed(Server, 130_010, Closing::Finished);
    let analysis = lab.analyse();
    let torn = only(&analysis, FindingCode::TornMessage);
    assert_eq!(torn.cause, Cause::EndOfStream);
    assert!(found(&analysis, FindingCode::IncompleteMessage).is_empty());
}

/// The same piece, taken for a message before the stream had ended, has another cause.
#[test]
fn without_the_end_of_the_stream_it_is_not_the_cause() {
    let mut lab = Lab::new();
    half_a_message(&mut lab).understand(Server, 120_055, 6);
    let torn = lab.analyse();
    let torn = only(&torn, FindingCode::TornMessage);
    assert_eq!(torn.cause, Cause::NoFraming);
}

#[test]
fn a_length_that_was_read_in_part_is_the_cause_from_there_on() {
    let mut lab = Lab::new();
    lab.plan(SERVER, |config| config.framing = Framing::PrefixInOneRead);
    let mut tcp = lab.tcp().open(0);
    for _ in 0..2 {
        tcp.message_with_head(Client, 100_000, 4, 5);
    }
    tcp.write_bytes(Client, 100_000, b"\x05\0\0\0Tracy\x05\0\0\0Sarah");
    tcp.send(Client, 100_002, 18);
    tcp.read(Server, 120_050, 1, 1);
    tcp.read(Server, 120_060, 5, 5);
    tcp.understand_with_head(Server, 120_065, 1, 5);
    tcp.read(Server, 120_070, 4, 4);
    tcp.read(Server, 120_080, 5, 5);
    tcp.understand_with_head(Server, 120_085, 4, 5);
    let analysis = lab.analyse();
    let torn = found(&analysis, FindingCode::TornMessage);
    let causes: Vec<_> = torn.iter().map(|finding| finding.cause).collect();
    assert_eq!(causes, [Cause::LengthInOneRead; 2]);
}
