//! Packets that are too large.

use super::*;

#[test]
fn nothing_larger_than_the_mtu_arrives() {
    let sends = |mtu, len: usize| {
        let asked = Impairments { mtu, ..delayed() };
        state(
            &run(asked, 10, 1_000, len - 28, |_, sent| vec![sent + DELAY]),
            Condition::Mtu,
        )
    };
    assert_eq!(sends(576, 576), Proven);
    assert_eq!(sends(576, 580), Refuted);
    assert_eq!(sends(576, 100), TooFew);
}

fn narrow() -> Impairments {
    Impairments {
        path_mtu: Some(576),
        ..delayed()
    }
}

/// An IPv4 packet cut in two, the first piece with so many bytes of payload.
fn cut(packet: &[u8], first: usize) -> [Vec<u8>; 2] {
    let piece = |part: &[u8], flags: u16| {
        let mut piece = [&packet[..20], part].concat();
        let len = piece.len() as u16;
        piece[2..4].copy_from_slice(&len.to_be_bytes());
        piece[6..8].copy_from_slice(&flags.to_be_bytes());
        piece
    };
    let (front, back) = packet[20..].split_at(first);
    [piece(front, 0x2000), piece(back, first as u16 / 8)]
}

/// Ten packets of 828 bytes that may be cut, and what arrives of them.
fn through_narrow(arrives: impl Fn(Vec<u8>) -> Vec<Vec<u8>>) -> Lab {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = narrow().into();
    let mut udp = lab.udp();
    for n in 0..10 {
        let sent = 100_000 + n * 1_000;
        udp.send_breakable(Client, sent, &payload(n, 800), |packet| {
            let pieces = arrives(packet).into_iter();
            pieces.map(|piece| (sent + DELAY, piece)).collect()
        });
    }
    lab
}

#[test]
fn a_router_cuts_packets_and_each_piece_counts() {
    let lab = through_narrow(|packet| cut(&packet, 552).into());
    let link = client(&lab);
    assert_eq!((link.sent, link.missing, link.largest), (10, 0, Some(572)));
    assert_eq!(link.fragmented, 10);
    assert_eq!(state(&lab, Condition::Mtu), Proven);
    assert!(
        lab.analyse().doubts.is_empty(),
        "{:?}",
        lab.analyse().doubts
    );
    let half = client(&through_narrow(|packet| cut(&packet, 552)[..1].to_vec()));
    assert_eq!((half.sent, half.missing), (10, 10));
    assert_eq!(
        state(&through_narrow(|packet| vec![packet]), Condition::Mtu),
        Refuted
    );
}

#[test]
fn where_nothing_arrives_no_mtu_is_proven() {
    let lab = through_narrow(|_| vec![]);
    assert_eq!(state(&lab, Condition::Mtu), TooFew);
}

#[test]
fn what_a_router_refuses_is_not_lost() {
    let refuse = |n: u64, sent| {
        if n.is_multiple_of(2) {
            vec![sent + DELAY]
        } else {
            vec![]
        }
    };
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = narrow().into();
    let mut udp = lab.udp();
    for n in 0..20 {
        let len = if n % 2 == 0 { 100 } else { 1_000 };
        let sent = 100_000 + n * 1_000;
        udp.send_arriving(Client, sent, &payload(n, len), &refuse(n, sent));
    }
    let link = client(&lab);
    assert_eq!((link.sent, link.missing, link.refused), (20, 0, 10));
    assert_eq!(state(&lab, Condition::Mtu), Proven);
    assert_ne!(state(&lab, Condition::Loss), Refuted);
}

#[test]
fn what_a_router_answers_is_nobodys_packet() {
    let mut lab = run(delayed(), 10, 1_000, 8, |_, sent| vec![sent + DELAY]);
    lab.answer_of_router(CLIENT, 150_000);
    let analysis = lab.analyse();
    assert_eq!(analysis.doubts, []);
    assert_eq!(client(&lab).sent, 10);
}

#[test]
fn what_the_path_refuses_is_not_lost_by_the_link() {
    let asked = Impairments {
        path_mtu: Some(576),
        ..delayed()
    };
    let lab = run(asked, 20, 1_000, 600, |n, sent| {
        if n < 5 { vec![] } else { vec![sent + DELAY] }
    });
    let link = client(&lab);
    assert_eq!((link.sent, link.missing, link.refused), (20, 0, 5));
    let analysis = lab.analyse();
    let lost = found(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.len(), 5);
    assert!(lost.iter().all(|finding| finding.cause == Cause::Mtu));
}
