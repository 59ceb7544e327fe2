//! System calls behind safe names: the only crate with unsafe code.
