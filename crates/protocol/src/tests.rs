//! The machines, told what happens by hand or by a pair of byte queues.

mod bulk;
mod command;
mod cuts;
mod datagram;
mod greeting;
mod handshake;
mod http;
mod pair;
mod problems;
mod writes;
