//! Numbers of bytes: `64KiB`, `1MB`.

use super::{UnitError, number::Quantity};
use std::str::FromStr;

const BYTES: Quantity = Quantity {
    name: "number of bytes",
    units: &[
        ("B", 1),
        ("KiB", 1 << 10),
        ("kB", 1_000),
        ("MiB", 1 << 20),
        ("MB", 1_000_000),
        ("GiB", 1 << 30),
        ("GB", 1_000_000_000),
    ],
    habits: &[
        ("k", "write `kB` for 1,000 bytes, `KiB` for 1,024"),
        ("K", "write `kB` for 1,000 bytes, `KiB` for 1,024"),
        ("KB", "write `kB` for 1,000 bytes, `KiB` for 1,024"),
        ("M", "write `MB` for 1,000,000 bytes, `MiB` for 1,048,576"),
        ("b", "write `B` for bytes"),
    ],
    usual: ["B", "KiB"],
};

/// A number of bytes, written with `B`, `kB`, `KiB`, `MB`, `MiB`, `GB` or `GiB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
    type Err = UnitError;

    fn from_str(text: &str) -> Result<Self, UnitError> {
        BYTES.parse(text).map(Self)
    }
}
