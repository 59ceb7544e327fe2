//! A link on paper: what becomes of each datagram is the test's to say.

use super::{CLIENT, Lab, Side};
use analysis::model::link::{LinkSummary, Proof, ProofState};
use scenario::{expectation::Condition, impairment::Impairments};

/// Small, and the same everywhere (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn draw(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    pub(crate) fn happens(&mut self, share: f64) -> bool {
        f64::from(self.draw()) < share * 2.0_f64.powi(32)
    }
}

/// A run in which the client's link is asked for this, and sends datagrams of its own, each with
/// another payload of `len` bytes: `fate` says from when one is sent (µs) when it arrives.
pub(crate) fn run(
    asked: Impairments,
    count: u64,
    spacing: u64,
    len: usize,
    mut fate: impl FnMut(u64, u64) -> Vec<u64>,
) -> Lab {
    let mut lab = Lab::new();
    lab.manifest.variant.hosts[CLIENT].link = asked.into();
    let mut udp = lab.udp();
    for n in 0..count {
        let sent = 100_000 + n * spacing;
        udp.send_arriving(Side::Client, sent, &payload(n, len), &fate(n, sent));
    }
    lab
}

pub(crate) fn payload(n: u64, len: usize) -> Vec<u8> {
    let mut payload = n.to_be_bytes().to_vec();
    payload.resize(len.max(8), 0);
    payload
}

/// The client's link in the first phase.
pub(crate) fn client(lab: &Lab) -> LinkSummary {
    let links = lab.analyse().links;
    links
        .into_iter()
        .find(|link| link.host == "client")
        .unwrap()
}

pub(crate) fn proof(lab: &Lab, condition: Condition) -> Proof {
    let link = client(lab);
    let proof = link.proof(condition);
    *proof.unwrap_or_else(|| panic!("no proof of {condition}: {link:#?}"))
}

pub(crate) fn state(lab: &Lab, condition: Condition) -> ProofState {
    proof(lab, condition).state
}
