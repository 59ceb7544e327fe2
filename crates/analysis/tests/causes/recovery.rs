//! Loss recovery.

use super::*;

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
