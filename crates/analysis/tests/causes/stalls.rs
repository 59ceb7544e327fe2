//! Nagle's algorithm and delayed acknowledgments.

use super::*;

#[test]
fn a_stall_is_nagle_waiting_for_an_acknowledgment_that_is_put_off() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    // Arrived at 120,002; Linux puts the acknowledgment off for 40 ms.
    tcp.ack(Server, 160_002);
    tcp.send(Client, 180_010, 10);
    let analysis = lab.analyse();
    let stall = only(&analysis, FindingCode::NagleDelackStall);
    assert_eq!(
        (stall.cause, stall.host.as_deref()),
        (Cause::Nagle, Some("client"))
    );
    assert_eq!(frames(stall), ["client#6", "client#4", "client#5"]);
    assert_eq!(stall.cost.waited, at(180_010) - at(100_015));
    let Details::Stall {
        acknowledgment_delay,
        ..
    } = stall.details
    else {
        panic!("{stall:?}")
    };
    assert_eq!(acknowledgment_delay, 40_000_000);
}

#[test]
fn an_acknowledgment_that_was_lost_on_its_way_was_not_put_off_until_the_next() {
    let stalled = |first: u64| {
        let mut lab = Lab::new();
        let mut tcp = michael_then(&mut lab);
        // Arrived at 120,002. The first acknowledgment is lost, the next one 40 ms later is not.
        tcp.ack_lost(Server, first);
        tcp.ack(Server, first + 40_000);
        tcp.send(Client, first + 60_010, 10);
        let analysis = lab.analyse();
        let stalls = found(&analysis, FindingCode::NagleDelackStall);
        let details = stalls.first().map(|stall| stall.details.clone());
        details.map(|details| match details {
            Details::Stall {
                acknowledgment_delay,
                in_vain,
                ..
            } => (acknowledgment_delay, in_vain),
            other => panic!("{other:?}"),
        })
    };
    assert_eq!(stalled(160_002), Some((40_000_000, true)));
    assert_eq!(
        stalled(120_020),
        None,
        "it came at once, and the link lost it"
    );
}

#[test]
fn an_acknowledgment_that_was_overtaken_is_not_lost() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    tcp.ack_arriving(Server, 160_002, 160_002 + DELAY + 500);
    tcp.ack(Server, 160_300);
    tcp.send(Client, 180_310, 10);
    let analysis = lab.analyse();
    let stall = only(&analysis, FindingCode::NagleDelackStall);
    let is_in_vain = matches!(stall.details, Details::Stall { in_vain: true, .. });
    assert!(!is_in_vain, "{stall:?}");
}

#[test]
fn what_left_during_its_write_did_not_stall() {
    let mut lab = Lab::new();
    let mut tcp = lab.tcp().open(0);
    tcp.write(Client, 100_000, &["Michael"]);
    tcp.send(Client, 100_002, 7);
    tcp.ack(Server, 160_001);
    // The acknowledgment comes in during the write, which takes until 180,005.
    tcp.write(Client, 180_000, &["Tracy"]);
    tcp.send(Client, 180_003, 5);
    assert_eq!(
        found(&lab.analyse(), FindingCode::NagleDelackStall).len(),
        0
    );
}

#[test]
fn a_prompt_acknowledgment_makes_no_stall() {
    let mut lab = Lab::new();
    let mut tcp = michael_then(&mut lab);
    tcp.ack(Server, 120_020);
    tcp.send(Client, 140_030, 10);
    assert_eq!(
        found(&lab.analyse(), FindingCode::NagleDelackStall).len(),
        0
    );
}
