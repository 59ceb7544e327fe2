//! The kernel's own impairments: netem disciplines on the interface by which frames leave.
//!
//! ```text
//! eth0 ── netem                       one lane
//! eth0 ── prio ┬─ netem               several: a frame's socket names its band (SO_PRIORITY)
//!              ├─ netem
//!              └─ …
//! ```
//!
//! What was set is read back and compared: kernels leave out silently what they do not know.

mod options;
mod refusal;

pub use refusal::Refusal;

use options::options;
use scenario::{impairment::Impairments, plan::LinkPlan};
use sys::netlink::{
    Netlink,
    qdisc::{NETEM, NetemOptions, Qdisc, QdiscCounters, ROOT, prio},
};

/// Bands of a `prio` (TCQ_PRIO_BANDS).
const MOST_LANES: usize = 16;

/// Handles: of what hangs on the interface, and of the first band's netem.
const TOP: u32 = 1 << 16;
const FIRST_BAND: u32 = 0x10 << 16;

/// Netem in force on an interface. It goes with the interface.
#[derive(Debug)]
pub struct Netem {
    netlink: Netlink,
    index: u32,
    lanes: Vec<Discipline>,
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
        if !single {
            let bands = Qdisc {
                index,
                parent: ROOT,
                handle: TOP,
                kind: "prio",
                options: prio(lanes.len() as u32),
            };
            netlink.make_qdisc(&bands).map_err(Refusal::Netlink)?;
        }
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
        };
        for lane in 0..lanes.len() {
            let nothing = options(&Impairments::default(), None)?;
            let qdisc = this.qdisc(lane, &nothing);
            this.netlink
                .make_qdisc(&qdisc)
                .map_err(Refusal::from_make)?;
        }
        Ok(this)
    }

    /// Asks this of a lane from now on, and makes sure that the kernel has taken it. What is under
    /// way stays so. Returns whether its chance follows from the seed.
    ///
    /// # Errors
    /// Netem can't do it, or the kernel did not take it.
    pub fn change(&mut self, lane: usize, impairments: &Impairments) -> Result<bool, Refusal> {
        let discipline = &mut self.lanes[lane];
        discipline.times_set += 1;
        let seed = discipline.draw_seed();
        let asked = options(impairments, Some(seed))?;
        let qdisc = self.qdisc(lane, &asked);
        self.netlink
            .change_qdisc(&qdisc)
            .map_err(Refusal::Netlink)?;
        let taken = self.read_back(lane)?;
        refusal::compare(&asked, &taken)?;
        Ok(taken.seed == Some(seed))
    }

    /// Takes netem away again.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn remove(mut self) -> Result<(), Refusal> {
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
            } = qdisc.counters;
            NetemCounters {
                sent: sum.sent + u64::from(sent),
                held: sum.held + u64::from(held),
                dropped: sum.dropped + u64::from(dropped),
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
    for (_, state) in plan.phases() {
        for impairments in std::iter::once(&state.egress).chain(state.toward.values()) {
            options(impairments, None)?;
        }
    }
    Ok(())
}

/// Tries netem on an interface: whether there is one, and whether its chance can be seeded.
///
/// # Errors
/// There is none.
pub fn probe(wire: &str) -> Result<bool, Refusal> {
    let mut netem = Netem::install(wire, &["probe".to_owned()], 1)?;
    let impairments = Impairments {
        delay: std::time::Duration::from_nanos(1_234_567),
        ..Impairments::default()
    };
    netem.change(0, &impairments)
}
