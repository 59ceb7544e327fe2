//! Ways of making cases: each brings about what its name says, and nothing else that is not labelled.

mod calm;
mod datagrams;
mod reads;
mod replies;
mod segments;
mod silly;
mod windows;

use crate::{
    case::{Case, Stack},
    dice::Dice,
};

/// One way.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) stacks: &'static [Stack],
    pub(crate) make: fn(&mut Dice, Stack) -> Case,
}

const BOTH: &[Stack] = &[Stack::Smoltcp, Stack::Linux];
const SMOLTCP: &[Stack] = &[Stack::Smoltcp];
const LINUX: &[Stack] = &[Stack::Linux];

const fn kind(
    name: &'static str,
    stacks: &'static [Stack],
    make: fn(&mut Dice, Stack) -> Case,
) -> Kind {
    Kind { name, stacks, make }
}

/// All of them; cases take turns.
pub(crate) const KINDS: &[Kind] = &[
    kind("calm", BOTH, calm::calm),
    kind("slow-program", BOTH, calm::slow_program),
    kind("lossy", BOTH, calm::lossy),
    kind("nagle", BOTH, segments::nagle),
    kind("one-write", BOTH, segments::one_write),
    kind("congestion-window", LINUX, segments::congestion_window),
    kind("receive-window", SMOLTCP, segments::receive_window),
    kind("tinygrams", BOTH, segments::tinygrams),
    kind("gathered", LINUX, segments::gathered),
    kind("stall", BOTH, segments::stall),
    kind("no-stall", BOTH, segments::no_stall),
    kind("backlog", BOTH, reads::backlog),
    kind("lost-segment", SMOLTCP, reads::lost_segment),
    kind("small-read", BOTH, reads::small_read),
    kind("several-segments", BOTH, reads::several_segments),
    kind("separate-writes", BOTH, reads::separate_writes),
    kind("small-reply-read", BOTH, replies::small_read),
    kind("reply-in-two", BOTH, replies::in_two),
    kind("no-framing", BOTH, replies::no_framing),
    kind("slow-reader", BOTH, windows::slow_reader),
    kind("small-mss", BOTH, windows::small_mss),
    kind("tiny-mss", BOTH, windows::tiny_mss),
    kind("black-hole", BOTH, windows::black_hole),
    kind("silly-receiver", BOTH, silly::receiver),
    kind("silly-sender", BOTH, silly::sender),
    kind("datagrams-lost", BOTH, datagrams::lost),
    kind("datagrams-corrupted", BOTH, datagrams::corrupted),
    kind("datagrams-dropped", BOTH, datagrams::dropped),
    kind("datagrams-doubled", BOTH, datagrams::doubled),
    kind("datagrams-reordered", BOTH, datagrams::reordered),
    kind("datagrams-truncated", BOTH, datagrams::truncated),
    kind("datagrams-fragmented", BOTH, datagrams::fragmented),
];

/// A greeting between a client and a server, whose own replies are not held by Nagle's algorithm.
/// `client` and `server` are further options of the two, `link` every host's.
fn greeting(link: &str, server: &str, client: &str, messages: &[String]) -> String {
    format!(
        "link: {{{link}}}
hosts:
  server:
    run: {{tcp: {{peer: tcp-server, nodelay: true, {server}}}}}
  client:
    run: {{tcp: {{peer: tcp-client, to: server, {client}, send: [{}]}}}}
",
        messages.join(", ")
    )
}

/// Bytes in bulk from a client to a server. `host` is more of the client's than its program.
fn bulk(link: &str, server: &str, client: &str, host: &str) -> String {
    format!(
        "link: {{{link}}}
hosts:
  server:
    run: {{tcp: {{peer: tcp-server, protocol: sink, {server}}}}}
  client:
{host}    run: {{tcp: {{peer: tcp-client, to: server, protocol: source, {client}}}}}
"
    )
}

/// A framing that marks messages by bytes of its own.
fn framing(dice: &mut Dice) -> &'static str {
    dice.one_of(&["i32", "u16", "u32", "'delimiter:\\n'"])
}
