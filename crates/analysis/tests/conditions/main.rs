//! Each condition of a link, proven, refuted and open.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../support/mod.rs"]
mod support;

mod alike;
mod copies;
mod corruption;
mod delay;
mod expected;
mod jitter;
mod loss;
mod mtu;
mod outage;
mod queue;
mod rate;
mod reordering;
mod under_way;

use analysis::{
    Verdict,
    model::{
        link::{Phase, ProofState::*},
        verdict::{Doubt, Seen},
    },
};
use record::manifest::PhaseRecord;
use scenario::{
    expectation::{Claim, Condition},
    finding::{Cause, FindingCode},
    impairment::{
        Chance, Distribution, GilbertElliott, Impairments, Jitter, Loss, Queue, RateLimit, Reorder,
    },
    plan::{Change, LinkState},
    units::{Percent, Rate},
};
use std::time::Duration;
use support::{
    CLIENT, Lab, SERVER,
    Side::*,
    found,
    link::{Random, client, payload, proof, run, state},
    only,
};

/// What links are asked to delay here, in µs.
const DELAY: u64 = 20_000;

fn percent(text: &str) -> Percent {
    text.parse().unwrap()
}

fn delayed() -> Impairments {
    Impairments {
        delay: Duration::from_micros(DELAY),
        ..Impairments::default()
    }
}

/// Of so many the first `lost` do not arrive.
fn loses(asked: Loss, count: u64, lost: u64) -> Lab {
    let asked = Impairments {
        loss: asked,
        ..delayed()
    };
    run(asked, count, 1_000, 8, |n, sent| {
        if n < lost { vec![] } else { vec![sent + DELAY] }
    })
}

fn independent(share: &str) -> Loss {
    Loss::Independent(Chance::of(percent(share)))
}

/// Packets of 1,250 bytes come every 0.1 ms, and leave at that rate: 10 Mbit/s is one in a ms.
fn paced(asked: Impairments, count: u64, every: u64, limit: usize) -> Lab {
    let (mut free, mut under_way) = (0, std::collections::VecDeque::new());
    run(asked, count, 100, 1_250 - 28, move |_, sent| {
        under_way.retain(|leaves: &u64| *leaves > sent);
        if under_way.len() >= limit {
            return vec![];
        }
        free = (sent + DELAY).max(free) + every;
        under_way.push_back(free);
        vec![free]
    })
}

fn rated() -> Impairments {
    Impairments {
        rate: Some(RateLimit {
            rate: Rate::from_bits_per_second(10_000_000),
            overhead: 0,
        }),
        ..delayed()
    }
}
