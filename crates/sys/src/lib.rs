//! System calls behind safe names: the only crate with unsafe code.

#![allow(unsafe_code)]

pub mod alarm;
pub mod ethtool;
pub mod map;
pub mod memory;
pub mod modules;
pub mod namespace;
pub mod netlink;
pub mod packet_socket;
pub mod preload;
pub mod process;
pub mod scheduling;
pub mod socket;
