//! Flipped bits.

use super::*;

/// Of so many the first `damaged` arrive with a flipped bit, each another one.
fn flips(asked: &str, count: u64, damaged: u64) -> Lab {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = Impairments {
        corrupt: Chance::of(percent(asked)),
        ..delayed()
    }
    .into();
    let mut udp = lab.udp();
    for n in 0..count {
        let sent = 100_000 + n * 1_000;
        udp.send_changed(Client, sent, &payload(n, 20), |mut packet| {
            if n < damaged {
                let bit = n as usize * 7 % (packet.len() * 8);
                packet[bit / 8] ^= 1 << (bit % 8);
            }
            vec![(sent + DELAY, packet)]
        });
    }
    lab
}

#[test]
fn a_flipped_bit_is_found_wherever_it_is() {
    let lab = flips("25%", 200, 48);
    let link = client(&lab);
    assert_eq!((link.corrupted, link.missing, link.duplicated), (48, 0, 0));
    assert_eq!(state(&lab, Condition::Corrupt), Proven);
    assert_eq!(state(&flips("25%", 200, 90), Condition::Corrupt), Refuted);
    assert_eq!(state(&flips("25%", 200, 0), Condition::Corrupt), Refuted);
    assert_eq!(state(&flips("1%", 20, 0), Condition::Corrupt), TooFew);
    assert_eq!(
        state(&flips("0%", 200, 1), Condition::Corrupt),
        Refuted,
        "nobody asked"
    );
}

#[test]
fn a_datagram_with_a_flipped_bit_is_lost_by_the_flip() {
    let analysis = flips("25%", 200, 48).analyse();
    let lost = found(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.len(), 48);
    assert!(
        lost.iter()
            .all(|finding| finding.cause == Cause::LinkCorruption)
    );
}

#[test]
fn a_frame_for_another_address_has_not_arrived() {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = delayed().into();
    let mut udp = lab.udp();
    udp.send_astray(Client, 100_000, b"Michael", 100_000 + DELAY);
    let link = client(&lab);
    assert_eq!((link.corrupted, link.missing), (1, 0));
    let analysis = lab.analyse();
    let lost = only(&analysis, FindingCode::DatagramLost);
    assert_eq!(lost.cause, Cause::LinkCorruption);
}

#[test]
fn two_flipped_bits_are_another_packet() {
    let mut lab = Lab::new();
    lab.udp()
        .send_changed(Client, 100_000, &payload(1, 20), |mut packet| {
            packet[30] ^= 3;
            vec![(100_000 + DELAY, packet)]
        });
    let link = client(&lab);
    assert_eq!((link.corrupted, link.missing), (0, 1));
}
