//! The discipline `prio`, tc-prio(8): one queue a band.

/// The discipline's name.
pub const PRIO: &str = "prio";

/// Options of a `prio` with that many bands, 2 to 16. Packets go to the band that their socket names
/// (SO_PRIORITY: handle and band, counted from 1); all others go to the first.
pub fn prio(bands: u32) -> Vec<u8> {
    const PRIORITIES: usize = 16;
    [&bands.to_ne_bytes()[..], &[0; PRIORITIES]].concat()
}
