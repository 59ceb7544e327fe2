//! What links have room for.

use super::impairments::Frame;
use crate::{
    decode::{Key, OrShort},
    impairment::{Impairments, Queue, RateLimit},
    problem::Problems,
    written::{self, Family, Mtu, RateKeys},
};

/// The smallest MTU that the family allows, and what says so.
fn least_mtu(family: Family) -> (u16, &'static str) {
    match family {
        Family::V4 => (68, "RFC 791"),
        Family::V6 => (1280, "RFC 8200"),
    }
}

/// None when it is unusable.
pub(super) fn mtu(written: &Key<Mtu>, family: Family, problems: &mut Problems) -> Option<u16> {
    let given = match written {
        Key::Absent => return Some(Impairments::default().mtu),
        Key::Wrong(_) => return None,
        Key::Given(given) => given,
    };
    let mtu = given.value.0;
    let (least, source) = least_mtu(family);
    if mtu < least {
        let message = format!("{} is impossible with an MTU of {mtu}", family.name());
        let hint = format!("write {least} or more ({source})");
        problems.add(given.span, message, hint);
        return None;
    }
    Some(mtu)
}

/// What a router on the way lets through.
pub(super) fn path_mtu(
    written: &Key<Option<Mtu>>,
    frame: &Frame,
    problems: &mut Problems,
) -> Option<u16> {
    let given = written.given()?;
    let path_mtu = given.value?.0;
    let (least, source) = least_mtu(frame.family);
    if path_mtu < least {
        let name = frame.family.name();
        let message = format!("{name} is impossible with a path MTU of {path_mtu}");
        let hint = format!("write {least} or more ({source})");
        problems.add(given.span, message, hint);
    }
    if let Some(mtu) = frame.mtu.filter(|mtu| path_mtu >= *mtu) {
        let message = format!("the host sends no packet of more than {mtu} bytes anyway");
        let hint = "write less than the `mtu`, or `none`";
        problems.add(given.span, message, hint);
    }
    Some(path_mtu)
}

/// Whether that router keeps silent. Where `path-mtu` is taken away by `none`, so is its silence.
pub(super) fn black_hole(
    written: &Key<bool>,
    path_mtu: &Key<Option<Mtu>>,
    problems: &mut Problems,
) -> bool {
    let Some(given) = written.given().filter(|given| given.value) else {
        return false;
    };
    if path_mtu.is_absent() {
        let message = "a black hole is a router that keeps silent, and there is none";
        problems.add(given.key, message, "add a `path-mtu`");
    }
    path_mtu.value().is_some_and(Option::is_some)
}

/// How fast packets leave.
pub(super) fn rate(
    written: &Key<Option<OrShort<RateKeys>>>,
    mtu: Option<u16>,
    problems: &mut Problems,
) -> Option<RateLimit> {
    let given = written.given()?;
    let OrShort(keys) = given.value.as_ref()?;
    if keys.rate.is_absent() {
        problems.add(
            given.span,
            "`rate` doesn't say how fast",
            "add `rate: 10mbit`",
        );
    }
    let rate = keys.rate.given()?;
    if rate.value.bits_per_second() == 0 {
        let hint = "write more, or `loss: 100%` if that is meant";
        problems.add(rate.span, "at this rate nothing ever arrives", hint);
    }
    let overhead = keys.overhead.value().map_or(0, |overhead| overhead.0);
    if let (Some(mtu), Some(given)) = (mtu, keys.overhead.given())
        && i32::from(mtu) + overhead <= 0
    {
        let message = format!("the largest packet has {mtu} bytes, so none would take any time");
        let hint = "write what a header less saves: `-14`";
        problems.add(given.span, message, hint);
    }
    Some(RateLimit {
        rate: rate.value,
        overhead,
    })
}

/// How much a link holds.
pub(super) fn queue(
    written: &Key<Option<written::Queue>>,
    problems: &mut Problems,
) -> Option<Queue> {
    const HINT: &str = "write `{packets: 100}` or `{bytes: 64KiB}`";
    let given = written.given()?;
    let written::Queue(keys) = given.value.as_ref()?;
    match (&keys.packets, &keys.bytes) {
        (Key::Given(packets), Key::Absent) => Some(Queue::Packets(packets.value.0)),
        (Key::Absent, Key::Given(bytes)) => {
            if bytes.value.0 == 0 {
                let hint = "a packet that is being delayed counts, too: write more";
                problems.add(bytes.span, "nothing passes a queue of nothing", hint);
            }
            Some(Queue::Bytes(bytes.value.0))
        }
        (Key::Wrong(_), _) | (_, Key::Wrong(_)) => None,
        (Key::Absent, Key::Absent) => {
            problems.add(given.span, "`queue` doesn't say how much it holds", HINT);
            None
        }
        (Key::Given(_), Key::Given(bytes)) => {
            problems.add(bytes.key, "a queue counts packets or bytes, not both", HINT);
            None
        }
    }
}
