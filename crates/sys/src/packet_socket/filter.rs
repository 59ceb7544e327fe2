//! Classic BPF programs that the kernel runs on each packet, socket filter in packet(7).

use libc::{BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, sock_filter};

/// Which way a packet passes an interface, seen from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It arrives.
    Incoming,
    /// It leaves.
    Outgoing,
}

/// Which packets a socket receives.
#[derive(Clone, Debug)]
pub struct Filter(Vec<sock_filter>);

impl Filter {
    /// Keeps the packets that pass these interfaces (by number) in this direction, or in both when
    /// none is given, whole, and no others.
    pub fn passing(interfaces: &[(u32, Option<Direction>)]) -> Self {
        let outgoing = u32::from(libc::PACKET_OUTGOING);
        let mut program = vec![load(libc::SKF_AD_IFINDEX)];
        for &(index, direction) in interfaces {
            let (if_outgoing, else_) = match direction {
                Some(Direction::Outgoing) => (0, 1),
                Some(Direction::Incoming) => (1, 0),
                None => (0, 0),
            };
            program.extend([
                jump_if(index, 0, 4),
                load(libc::SKF_AD_PKTTYPE),
                jump_if(outgoing, if_outgoing, else_),
                take(u32::MAX),
                take(0),
            ]);
        }
        program.push(take(0));
        Self(program)
    }

    /// The form that SO_ATTACH_FILTER takes. The kernel only reads the instructions.
    pub(super) fn program(&self) -> libc::sock_fprog {
        libc::sock_fprog {
            // A program too long for this is too long for the kernel, which says so.
            len: u16::try_from(self.0.len()).unwrap_or(u16::MAX),
            filter: self.0.as_ptr().cast_mut(),
        }
    }
}

/// Loads what the kernel knows of a packet beside its bytes: the SKF_AD_ words.
fn load(what: i32) -> sock_filter {
    let from = (libc::SKF_AD_OFF + what).cast_unsigned();
    instruction(BPF_LD | BPF_W | BPF_ABS, 0, 0, from)
}

/// Skips `then` instructions when the loaded word is `value`, else `else_`.
fn jump_if(value: u32, then: u8, else_: u8) -> sock_filter {
    instruction(BPF_JMP | BPF_JEQ | BPF_K, then, else_, value)
}

/// Ends with this many bytes of the packet kept; none drops it.
fn take(bytes: u32) -> sock_filter {
    instruction(BPF_RET | BPF_K, 0, 0, bytes)
}

fn instruction(code: u32, jt: u8, jf: u8, k: u32) -> sock_filter {
    // Every opcode of classic BPF fits into a byte.
    let code = code as u16;
    sock_filter { code, jt, jf, k }
}
