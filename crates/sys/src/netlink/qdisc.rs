//! Queueing disciplines, tc(8): made, changed, read back, counted.
//!
//! Their messages are put together here, since netem's options begin with a structure rather than
//! an attribute, which no library's types can carry.

mod netem;
mod prio;

pub use netem::{GilbertElliott, NETEM, NetemOptions, Scaled};
pub use prio::{PRIO, prio};

use super::{
    Netlink, NetlinkError,
    attributes::{self, find, number},
    message::{ACK, DONE, DUMP, ERROR, HEADER, REQUEST, io_error, messages, refusal},
};

/// Parent of an interface's own discipline (TC_H_ROOT).
pub const ROOT: u32 = 0xffff_ffff;

/// Message types and flags, rtnetlink(7) and netlink(7).
const NEW: u16 = 36;
const DELETE: u16 = 37;
const GET: u16 = 38;
const EXCLUSIVE: u16 = 0x200;
const CREATE: u16 = 0x400;

/// Bytes of `struct tcmsg`.
const TC_HEADER: usize = 20;

/// Attributes of a discipline.
const KIND: u16 = 1;
const OPTIONS: u16 = 2;
const STATS: u16 = 7;
const STATS_BASIC: u16 = 1;
const STATS_QUEUE: u16 = 3;

/// A queueing discipline to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qdisc {
    /// The interface.
    pub index: u32,
    /// What it hangs on: [`ROOT`], or a class `major << 16 | minor` of another one.
    pub parent: u32,
    /// Its name among the interface's: `major << 16`.
    pub handle: u32,
    /// What it is.
    pub kind: &'static str,
    /// How: its options as its kind wants them.
    pub options: Vec<u8>,
}

/// A queueing discipline as the kernel tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QdiscFound {
    /// Its name among the interface's.
    pub handle: u32,
    /// What it is.
    pub kind: String,
    /// Its options as its kind tells them.
    pub options: Vec<u8>,
    /// What it has counted.
    pub counters: QdiscCounters,
}

/// What a discipline has counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QdiscCounters {
    /// Packets that have left it.
    pub sent: u32,
    /// Packets that are in it.
    pub held: u32,
    /// Packets that it has dropped, for whatever reason.
    pub dropped: u32,
    /// Packets that were put in front of others: taken back from the driver, or by netem's reordering.
    pub requeued: u32,
}

impl Netlink {
    /// Makes a discipline where there is none but the default.
    ///
    /// # Errors
    /// The kernel does not know its kind (ENOENT), or refuses.
    pub fn make_qdisc(&mut self, qdisc: &Qdisc) -> Result<(), NetlinkError> {
        self.set_qdisc(qdisc, CREATE | EXCLUSIVE, "make")
    }

    /// Gives a discipline other options. What it holds stays in it.
    ///
    /// # Errors
    /// There is none of that handle and kind, or the kernel refuses.
    pub fn change_qdisc(&mut self, qdisc: &Qdisc) -> Result<(), NetlinkError> {
        self.set_qdisc(qdisc, 0, "change")
    }

    /// Takes away what hangs on an interface, and all below it. What it holds is lost.
    ///
    /// # Errors
    /// There is nothing but the default.
    pub fn delete_qdisc(&mut self, index: u32) -> Result<(), NetlinkError> {
        let what = format!("take away the queueing discipline of interface {index}");
        self.say(&request(DELETE, ACK, index, ROOT, 0, &[]), &what)?;
        self.acknowledged(what)
    }

    /// The disciplines of an interface.
    ///
    /// # Errors
    /// The kernel does not answer.
    pub fn qdiscs(&mut self, index: u32) -> Result<Vec<QdiscFound>, NetlinkError> {
        let what = format!("tell the queueing disciplines of interface {index}");
        self.say(&request(GET, DUMP, index, 0, 0, &[]), &what)?;
        let mut found = Vec::new();
        loop {
            let bytes = self.hear(&what)?;
            for (kind, message) in messages(&bytes) {
                match kind {
                    DONE => return Ok(found),
                    ERROR => refusal(message, &what)?,
                    NEW if number(message, 4) == Some(index) => found.extend(decode(message)),
                    _ => {}
                }
            }
        }
    }

    /// Whether an interface sends what it is given. Until some time after it was brought up, or its
    /// peer was, the kernel drops all of it without a word: its discipline is noop, which it does not
    /// tell. It tells the one that is to come as soon as the interface was brought up; that one comes when the
    /// interface is said to be operational (RFC 2863), which is put off where the kernel is busy.
    ///
    /// # Errors
    /// The kernel does not answer.
    pub fn is_sending(&mut self, index: u32) -> Result<bool, NetlinkError> {
        Ok(self.is_operational(index)? && !self.qdiscs(index)?.is_empty())
    }

    fn set_qdisc(&mut self, qdisc: &Qdisc, flags: u16, verb: &str) -> Result<(), NetlinkError> {
        let what = format!("{verb} the queueing discipline {}", qdisc.kind);
        let mut attributes = Vec::new();
        attributes::put(
            &mut attributes,
            KIND,
            &[qdisc.kind.as_bytes(), b"\0"].concat(),
        );
        attributes::put(&mut attributes, OPTIONS, &qdisc.options);
        let Qdisc {
            index,
            parent,
            handle,
            ..
        } = *qdisc;
        self.say(
            &request(NEW, flags | ACK, index, parent, handle, &attributes),
            &what,
        )?;
        self.acknowledged(what)
    }

    fn acknowledged(&mut self, what: String) -> Result<(), NetlinkError> {
        let bytes = self.hear(&what)?;
        match messages(&bytes).next() {
            Some((ERROR, message)) => refusal(message, &what),
            _ => Err(NetlinkError::Unexpected { what }),
        }
    }

    fn say(&mut self, message: &[u8], what: &str) -> Result<(), NetlinkError> {
        self.socket.send(message, 0).map_err(io_error(what))?;
        Ok(())
    }

    fn hear(&mut self, what: &str) -> Result<Vec<u8>, NetlinkError> {
        let (bytes, _) = self.socket.recv_from_full().map_err(io_error(what))?;
        Ok(bytes)
    }
}

fn request(kind: u16, flags: u16, index: u32, parent: u32, handle: u32, rest: &[u8]) -> Vec<u8> {
    let length = (HEADER + TC_HEADER + rest.len()) as u32;
    let mut bytes = Vec::with_capacity(length as usize);
    bytes.extend_from_slice(&length.to_ne_bytes());
    bytes.extend_from_slice(&kind.to_ne_bytes());
    bytes.extend_from_slice(&(flags | REQUEST).to_ne_bytes());
    // Each request is answered before the next, so answers need no number; the port is the kernel's
    // to fill in. Family and padding are zero, too.
    bytes.extend_from_slice(&[0; 8 + 4]);
    for number in [index, handle, parent, 0] {
        bytes.extend_from_slice(&number.to_ne_bytes());
    }
    bytes.extend_from_slice(rest);
    bytes
}

fn decode(message: &[u8]) -> Option<QdiscFound> {
    let attributes = message.get(TC_HEADER..)?;
    let kind = find(attributes, KIND)?;
    let kind = kind.strip_suffix(b"\0").unwrap_or(kind);
    let stats = find(attributes, STATS).unwrap_or_default();
    let basic = find(stats, STATS_BASIC).unwrap_or_default();
    let queue = find(stats, STATS_QUEUE).unwrap_or_default();
    Some(QdiscFound {
        handle: number(message, 8)?,
        kind: String::from_utf8_lossy(kind).into_owned(),
        options: find(attributes, OPTIONS).unwrap_or_default().to_vec(),
        counters: QdiscCounters {
            sent: number(basic, 8).unwrap_or_default(),
            held: number(queue, 0).unwrap_or_default(),
            dropped: number(queue, 8).unwrap_or_default(),
            requeued: number(queue, 12).unwrap_or_default(),
        },
    })
}
