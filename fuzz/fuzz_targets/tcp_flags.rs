//! Segments of one connection, 17 bytes each: side, control bits, window, sequence and
//! acknowledgment number, length, ms since the one before.

#![no_main]

use analysis::tcp_flags::{Connection, Segment};
use packet::tcp::Flags;

const MS: u64 = 1_000_000;

fn u32_at(bytes: &[u8; 17], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let mut connection = Connection::default();
    let mut at = 0;
    let (segments, _) = input.as_chunks::<17>();
    for bytes in segments {
        at += u64::from(bytes[16]) * MS;
        let flags = Flags(bytes[1]);
        let segment = Segment {
            at,
            seq: u32_at(bytes, 4),
            ack: u32_at(bytes, 8),
            flags,
            window: u16::from_le_bytes([bytes[2], bytes[3]]),
            len: u32_at(bytes, 12),
            window_scale: flags.syn().then_some(bytes[16]),
        };
        connection.next(usize::from(bytes[0] & 1), &segment);
    }
});
