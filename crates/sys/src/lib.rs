//! System calls behind safe names: all unsafe code but that of `prefetch`.

#![allow(unsafe_code)]

pub mod alarm;
pub mod ethtool;
pub mod map;
pub mod modules;
pub mod namespace;
pub mod netlink;
pub mod packet_socket;
pub mod preload;
pub mod process;
pub mod scheduling;
pub mod socket;
