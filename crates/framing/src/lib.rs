//! Message codecs over bytes, without I/O.

mod spec;

pub use spec::{Framing, Prefix, UnknownFraming};
