//! A frame: two bytes of link type, then its headers.

#![no_main]

use packet::LinkType;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((link_type, frame)) = input.split_first_chunk() {
        let link_type = LinkType(u16::from_le_bytes(*link_type));
        let _ = packet::decode(link_type, frame, frame.len());
    }
});
