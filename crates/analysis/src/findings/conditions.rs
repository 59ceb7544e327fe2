//! Conditions that were asked for and not seen.

use crate::model::{
    finding::{Cost, Details, Finding, Place},
    verdict::Doubt,
};
use scenario::finding::{Cause, FindingCode};

/// `condition-unproven`: one per link that did clearly not do what it was asked.
pub(crate) fn unproven(doubts: &[Doubt], at: u64) -> Vec<Finding> {
    let host = |doubt: &Doubt| match doubt {
        Doubt::ConditionUnproven { host, .. } => Some(host.clone()),
        _ => None,
    };
    let finding = |host: String| Finding {
        code: FindingCode::ConditionUnproven,
        cause: Cause::Undetermined,
        host: Some(host.clone()),
        program: None,
        place: Place::Link { host },
        at,
        frames: Vec::new(),
        range: None,
        cost: Cost::default(),
        details: Details::Condition,
        filter: None,
    };
    doubts.iter().filter_map(host).map(finding).collect()
}
