//! A scenario as it was written: every key typed by itself, with its place, nothing put together.

mod expectation;
mod image;
mod kernel;
mod link;
mod network;
mod program;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod variant;

pub(crate) use expectation::{Bounds, Expected};
pub(crate) use image::Image;
pub(crate) use kernel::{Count, RouteKeys, Sysctls};
#[cfg(test)]
pub(crate) use link::QueueKeys;
pub(crate) use link::{
    ChanceKeys, GilbertElliottKeys, ImpairmentKeys, JitterKeys, LinkKeys, LossKeys, Mtu, PathKeys,
    Queue, RateKeys, ReorderKeys, misplaced,
};
pub(crate) use network::{Family, NetworkKeys, Subnet};
pub(crate) use program::{
    CallSize, Connections, Endpoint, MessageSize, Probes, Program, SocketBuffer,
};
pub(crate) use timeline::{Change, Moment};
pub(crate) use variant::{Setting, Variant};

use crate::{
    decode::{Decode, Item, Named, Names, keys},
    expectation::Stack,
    need::Need,
    problem::Problems,
    text::Text,
    tree::{Content, Node},
};
use std::{net::IpAddr, time::Duration};

keys! {
    /// One YAML file: hosts, what they run, what their links suffer, and what must come of it.
    struct Scenario as "a scenario" {
        /// What the scenario is called: a text, or one in each language.
        "title" title: Text = "the file's name",
        /// What it shows, in a few sentences: a text, or one in each language.
        "about" about: Text,
        /// Where all chance comes from: with the same seed, packet n of a link meets the same fate
        /// on every machine.
        "seed" seed: u64 = "1",
        /// How long a variant may take. Then it is ended, and the run is broken.
        "deadline" deadline: Duration = "30s",
        /// What it can't be played without: `linux` (Linux's TCP, not the simulation's), `smoltcp`
        /// (the simulation's), `netem` (the kernel's). Where that is missing, it is skipped.
        "needs" needs: Vec<Item<Need>> = "[]",
        /// The network that all hosts are on.
        "network" network: NetworkKeys,
        /// Every host's link, unless the host says otherwise.
        "link" link: LinkKeys,
        /// The hosts by their names, which are also their host names in the lab.
        "hosts" hosts: Names<Host>,
        /// What links do later.
        "timeline" timeline: Vec<Item<Moment>> = "[]",
        /// Named changes to the scenario, played one after the other and compared. Without any, the
        /// scenario is played as it stands, as a variant named `plain`.
        "variants" variants: Names<Variant>,
        /// What every variant must show.
        "expect" expect: Vec<Item<Expected>>,
    }
}

keys! {
    /// One place with its own address and network stack.
    struct Host as "a host" {
        /// Its address in the network's subnet. Without one, hosts get the lowest free addresses in
        /// the order they are written.
        "address" address: IpAddr,
        /// How many of it there are. Of several, each is a host of its own: `client` with a count of 3
        /// is `client-1`, `client-2` and `client-3`.
        "count" count: Connections = "1",
        /// Its link, where it differs from the scenario's `link`, key by key.
        "link" link: LinkKeys,
        /// Whose TCP and IP it speaks: `linux`, the kernel's, or `smoltcp`, a stack in user space that
        /// keeps neither side of the silly-window rules. Without one, it is the backend's: smoltcp's in
        /// the simulation, Linux's everywhere else.
        "stack" stack: Stack,
        /// What its kernel is told besides: sysctls of its own namespace.
        "sysctls" sysctls: Sysctls,
        /// Attributes of its route to the lab network.
        "route" route: RouteKeys,
        /// The container image that it is made of, for programs that need more than the lab's own: any that
        /// the engine has. The lab's binary comes into it by itself; commands start in its working
        /// directory. Needs `--backend docker`.
        "image" image: Image,
        /// What it runs: programs by names of their own, which `set` and `value` use.
        "run" run: Names<Program>,
    }
}

impl Named for Host {
    const WHAT: &'static str = "a host";
    // The scenario's keys would make paths of `set` ambiguous; localhost is every host itself.
    const RESERVED: &'static [&'static str] = &[
        "title",
        "about",
        "seed",
        "deadline",
        "needs",
        "network",
        "link",
        "hosts",
        "timeline",
        "variants",
        "expect",
        "localhost",
    ];
    // A bridge takes 1,023 ports.
    const MOST: usize = 1_000;
}

impl Named for Program {
    const WHAT: &'static str = "a program";
    const RESERVED: &'static [&'static str] = &[
        "address", "count", "image", "link", "route", "run", "stack", "sysctls",
    ];
    const MOST: usize = 64;
}

impl Named for Variant {
    const WHAT: &'static str = "a variant";
    const RESERVED: &'static [&'static str] = &[];
    const MOST: usize = 100;
}

impl Scenario {
    /// Reads a document's root.
    pub(crate) fn read(root: &Node, problems: &mut Problems) -> Option<Self> {
        if !matches!(root.content, Content::Map(_)) {
            let message = format!("a scenario is a map of keys, not {}", root.kind());
            problems.add(root.span, message, "begin with `hosts:`");
            return None;
        }
        Self::decode(root, "scenario", problems)
    }
}
