//! Interface to pcapng, with counted drops.
