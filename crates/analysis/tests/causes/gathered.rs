//! Small writes that something keeps together.

use super::*;

#[test]
fn writes_that_would_have_been_tinygrams_gather_behind_a_full_window() {
    let analysis = gathered(12, 1).analyse();
    let finding = only(&analysis, FindingCode::GatheredWrites);
    assert_eq!(finding.cause, Cause::CongestionWindow);
    let Details::Gathered { writes, hold, .. } = &finding.details else {
        panic!("{finding:?}")
    };
    assert_eq!((writes.clone(), hold.bytes), (10..22, 12));
    assert_eq!(found(&analysis, FindingCode::CoalescedSegment).len(), 0);
}

#[test]
fn few_writes_or_large_ones_are_not_worth_a_word() {
    for (writes, len) in [(9, 1), (12, 40)] {
        let analysis = gathered(writes, len).analyse();
        assert_eq!(
            found(&analysis, FindingCode::GatheredWrites).len(),
            0,
            "{writes} × {len}"
        );
    }
}
