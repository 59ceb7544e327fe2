//! The kernel's own impairments: netem disciplines on the interface by which frames leave.
//!
//! ```text
//! eth0 ── netem                       one lane
//! eth0 ── prio ┬─ netem               several: a frame's socket names its band (SO_PRIORITY)
//!              ├─ netem
//!              └─ …
//! ```
//!
//! What was set is read back and compared: kernels leave out silently what they do not know. (They
//! never tell a distribution's table.)
//!
//! Netem is not the emulator. Its correlation mixes two draws, by which it changes the share, too; it
//! may flip a bit of the Ethernet header; and a copy may be lost and corrupted, as any packet.

mod options;
mod refusal;

pub use refusal::Refusal;

use options::{follow_the_seed, options};
use scenario::{
    impairment::{Chance, Impairments, Loss},
    plan::LinkPlan,
    units::Percent,
};
use sys::netlink::{
    Netlink,
    qdisc::{NETEM, NetemOptions, PRIO, Qdisc, QdiscCounters, ROOT, prio},
};

/// Bands of a `prio` (TCQ_PRIO_BANDS).
const MOST_LANES: usize = 16;

/// Handles: of what hangs on the interface, and of the first band's netem.
const TOP: u32 = 1 << 16;
const FIRST_BAND: u32 = 0x10 << 16;

/// Netem in force on an interface. It goes with the interface, or when it is dropped; what is under
/// way is lost then.
#[derive(Debug)]
pub struct Netem {
    netlink: Netlink,
    index: u32,
    lanes: Vec<Discipline>,
    /// Whether there is something of ours on the interface.
    is_there: bool,
}

#[derive(Debug)]
struct Discipline {
    /// The lane's name, which its chance depends on.
    name: String,
    parent: u32,
    handle: u32,
    seed: u64,
    /// How often it was set: the kernel's sequence of draws starts again each time.
    times_set: u64,
}

/// What netem has done with the packets it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetemCounters {
    /// Packets that have left it.
    pub sent: u64,
    /// Packets under way.
    pub held: u64,
    /// Packets lost, or dropped because the queue was full.
    pub dropped: u64,
    /// Packets sent at once, past others.
    pub reordered: u64,
}

impl Netem {
    /// Puts a netem that does nothing yet on the interface for each of the lanes, which are named.
    ///
    /// # Errors
    /// The kernel has no netem, or not for so many lanes.
    pub fn install(wire: &str, lanes: &[String], seed: u64) -> Result<Self, Refusal> {
        if lanes.len() > MOST_LANES {
            return Err(Refusal::TooManyLanes { lanes: lanes.len() });
        }
        let mut netlink = Netlink::open().map_err(Refusal::Netlink)?;
        let index = netlink.index(wire).map_err(Refusal::Netlink)?;
        let single = lanes.len() == 1;
        let place = |lane: usize| {
            let band = lane as u32;
            if single {
                (ROOT, TOP)
            } else {
                (TOP | (band + 1), FIRST_BAND + (band << 16))
            }
        };
        let disciplines = lanes.iter().enumerate().map(|(lane, name)| {
            let (parent, handle) = place(lane);
            Discipline {
                name: name.clone(),
                parent,
                handle,
                seed,
                times_set: 0,
            }
        });
        let mut this = Self {
            netlink,
            index,
            lanes: disciplines.collect(),
            is_there: false,
        };
        let nothing = options(&Impairments::default(), None)?;
        if !single {
            let bands = this.make(&Qdisc {
                index,
                parent: ROOT,
                handle: TOP,
                kind: PRIO,
                options: prio(lanes.len() as u32),
            });
            if matches!(bands, Err(Refusal::NoPrio)) {
                // That there is no netem either matters more.
                this.make(&Qdisc {
                    parent: ROOT,
                    ..this.qdisc(0, &nothing)
                })?;
            }
            bands?;
        }
        for lane in 0..lanes.len() {
            this.make(&this.qdisc(lane, &nothing))?;
        }
        Ok(this)
    }

    fn make(&mut self, qdisc: &Qdisc) -> Result<(), Refusal> {
        let made = self.netlink.make_qdisc(qdisc);
        made.map_err(|error| Refusal::from_make(error, qdisc.kind))?;
        self.is_there = true;
        Ok(())
    }

    /// Asks of the kernel, before there is any traffic, everything that the plan will ask of it: what
    /// it refuses then would end the link in mid-run. Returns whether all chance follows from the
    /// seed.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn rehearse(&mut self, plan: &LinkPlan) -> Result<bool, Refusal> {
        let mut follows = true;
        for impairments in asked(plan) {
            follows &= self.set(0, impairments, 0)?;
        }
        Ok(follows)
    }

    /// Asks this of a lane from now on, and makes sure that the kernel has taken it. What is under
    /// way stays so. Returns whether all that is left to chance follows from the seed.
    ///
    /// # Errors
    /// Netem can't do it, or the kernel did not take it.
    pub fn change(&mut self, lane: usize, impairments: &Impairments) -> Result<bool, Refusal> {
        let discipline = &mut self.lanes[lane];
        discipline.times_set += 1;
        let seed = discipline.draw_seed();
        self.set(lane, impairments, seed)
    }

    fn set(&mut self, lane: usize, impairments: &Impairments, seed: u64) -> Result<bool, Refusal> {
        let asked = options(impairments, Some(seed))?;
        let qdisc = self.qdisc(lane, &asked);
        let changed = self.netlink.change_qdisc(&qdisc);
        changed.map_err(|error| Refusal::from_change(error, &asked, self.lanes.len()))?;
        let taken = self.read_back(lane)?;
        refusal::compare(&asked, &taken)?;
        let is_seeded = taken.seed == asked.seed && follow_the_seed(&asked);
        Ok(is_seeded || !impairments.has_chance())
    }

    /// Takes netem away again.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn remove(mut self) -> Result<(), Refusal> {
        self.is_there = false;
        let index = self.index;
        self.netlink.delete_qdisc(index).map_err(Refusal::Netlink)
    }

    /// What all lanes have done so far.
    ///
    /// # Errors
    /// The kernel does not answer.
    pub fn counters(&mut self) -> Result<NetemCounters, Refusal> {
        let found = self.netlink.qdiscs(self.index).map_err(Refusal::Netlink)?;
        let ours = found.iter().filter(|qdisc| qdisc.kind == NETEM);
        Ok(ours.fold(NetemCounters::default(), |sum, qdisc| {
            let QdiscCounters {
                sent,
                held,
                dropped,
                requeued,
            } = qdisc.counters;
            NetemCounters {
                sent: sum.sent + u64::from(sent),
                held: sum.held + u64::from(held),
                dropped: sum.dropped + u64::from(dropped),
                reordered: sum.reordered + u64::from(requeued),
            }
        }))
    }

    /// What a socket's SO_PRIORITY must be for its frames to go to that lane; none where there is
    /// only one.
    #[must_use]
    pub fn priority(&self, lane: usize) -> Option<u32> {
        (self.lanes.len() > 1).then(|| self.lanes[lane].parent)
    }

    fn qdisc(&self, lane: usize, options: &NetemOptions) -> Qdisc {
        let discipline = &self.lanes[lane];
        Qdisc {
            index: self.index,
            parent: discipline.parent,
            handle: discipline.handle,
            kind: NETEM,
            options: options.encode(),
        }
    }

    fn read_back(&mut self, lane: usize) -> Result<NetemOptions, Refusal> {
        let handle = self.lanes[lane].handle;
        let found = self.netlink.qdiscs(self.index).map_err(Refusal::Netlink)?;
        let ours = found.iter().find(|qdisc| qdisc.handle == handle);
        let taken = ours.and_then(|qdisc| NetemOptions::decode(&qdisc.options));
        taken.ok_or(Refusal::Vanished)
    }
}

impl Drop for Netem {
    fn drop(&mut self) {
        if self.is_there {
            // Nobody is left to be told, and the interface may be gone already.
            let _ = self.netlink.delete_qdisc(self.index);
        }
    }
}

impl Discipline {
    /// FNV-1a over name, seed and how often it was set.
    fn draw_seed(&self) -> u64 {
        let numbers = [self.seed.to_le_bytes(), self.times_set.to_le_bytes()].concat();
        let bytes = self.name.bytes().chain(numbers);
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }
}

/// Why netem can't do what a link is to do, in any of its phases, whatever the kernel.
///
/// # Errors
/// It can't.
pub fn supports(plan: &LinkPlan) -> Result<(), Refusal> {
    for impairments in asked(plan) {
        options(impairments, None)?;
    }
    Ok(())
}

/// All that a plan ever asks, in any phase and toward any host.
pub(crate) fn asked(plan: &LinkPlan) -> impl Iterator<Item = &Impairments> {
    plan.phases()
        .flat_map(|(_, state)| std::iter::once(&state.egress).chain(state.toward.values()))
}

/// Tries netem on an interface that nobody else uses: whether there is one that knows exact times,
/// and whether its chance can be seeded. Nothing stays.
///
/// # Errors
/// There is none, or it is too old.
pub fn probe(wire: &str) -> Result<bool, Refusal> {
    let mut netem = Netem::install(wire, &["probe".to_owned()], 1)?;
    let half = Percent::from_millionths(Percent::HUNDRED.millionths() / 2);
    let impairments = Impairments {
        // No whole number of the 64 ns in which old kernels count.
        delay: std::time::Duration::from_nanos(1_234_567),
        loss: Loss::Independent(Chance::of(half.unwrap_or_default())),
        ..Impairments::default()
    };
    netem.change(0, &impairments)
}
