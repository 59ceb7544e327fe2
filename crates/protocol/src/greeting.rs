//! Greeting: "Welcome!" on connect, "Hello, NAME!" for each message NAME, `exit` closes.

use crate::answering::{Begun, Work};

/// What a server says first, where the framing leaves room for it.
const WELCOME: &[u8] = b"Welcome!";

/// The answer to a name.
pub(crate) fn hello(name: &[u8]) -> Vec<u8> {
    [b"Hello, ", name, b"!"].concat()
}

/// What a server that greets does.
#[derive(Debug)]
pub(crate) struct Greeting;

impl Work for Greeting {
    fn welcome(&self) -> Option<&'static [u8]> {
        Some(WELCOME)
    }

    fn begin(&mut self, name: &[u8]) -> Begun {
        Begun::Answer(hello(name))
    }
}
