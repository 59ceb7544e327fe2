//! Greeting: "Welcome!" on connect, "Hello, NAME!" for each message NAME, `exit` closes.

mod client;
mod server;

pub(crate) use client::Client;
pub(crate) use server::Server;

/// What a server says first, where the framing leaves room for it.
pub(crate) const WELCOME: &[u8] = b"Welcome!";

/// The message that makes a server close.
pub(crate) const EXIT: &[u8] = b"exit";

/// The answer to a name.
pub(crate) fn hello(name: &[u8]) -> Vec<u8> {
    [b"Hello, ", name, b"!"].concat()
}
