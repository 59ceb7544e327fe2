//! A capture file, pcap or pcapng: read, flagged and analysed.

#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| {
    if let Ok(flags) = analysis::tcp_flags::Flags::new(file) {
        flags.for_each(drop);
    }
    let _ = analysis::inspect("fuzz", file);
    let listing = analysis::Listing {
        conversations: 1,
        packets: 2,
    };
    let _ = analysis::summarise("fuzz", file, listing);
});
