//! Messages that a program puts together itself.

use super::*;

#[test]
fn one_write_puts_messages_together_before_the_kernel_has_them() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy", "Sarah"]);
    tcp.send(Client, 100_002, 17);
    let analysis = lab.analyse();
    let finding = only(&analysis, FindingCode::CoalescedSegment);
    assert_eq!(finding.cause, Cause::OneWrite);
    assert_eq!(finding.cost.waited, 0);
}

#[test]
fn without_a_write_in_the_diary_there_is_no_telling() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael", "Tracy"]);
    tcp.send(Client, 100_002, 12);
    let mut run = lab.run();
    run.hosts[CLIENT]
        .events
        .retain(|event| !matches!(event.kind, EventKind::Write { .. }));
    assert_eq!(
        only(&analysis::analyse(&run), FindingCode::CoalescedSegment).cause,
        Cause::Undetermined
    );
}

#[test]
fn one_write_is_not_the_cause_when_nagle_joined_two_writes() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.write(Client, 100_010, &["Tracy", "Sarah"]);
    tcp.write(Client, 100_020, &["Bob"]);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 13);
    assert_eq!(
        only(&lab.analyse(), FindingCode::CoalescedSegment).cause,
        Cause::Nagle
    );
}
