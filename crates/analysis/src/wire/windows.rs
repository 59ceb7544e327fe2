//! When a receiver's window was closed, as the sender saw it.

use super::stream::{Acknowledgment, Step};

/// A time in which the receiver took nothing (RFC 9293, section 3.8.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    /// The first packet that advertised a window of zero.
    pub(crate) by: Acknowledgment,
    /// The packet that opened it again; none where none did.
    pub(crate) opened: Option<Acknowledgment>,
    /// How often the sender asked meanwhile whether it still is.
    pub(crate) probes: u64,
}

/// Every time the window was closed, in order.
pub(crate) fn closed(steps: &[Step]) -> Vec<Closed> {
    let mut all = Vec::new();
    let mut window = Window::default();
    for step in steps {
        match *step {
            Step::Acknowledged(ack) => all.extend(window.announced(ack)),
            Step::Probe(_) => window.probed(),
            Step::Sent(_) => {}
        }
    }
    all.extend(window.closed.map(|closed| *closed));
    all
}

/// A receiver's window, announcement by announcement.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// While it is closed, as it seldom is.
    pub(crate) closed: Option<Box<Closed>>,
}

impl Window {
    /// Gives the time that this announcement ends.
    pub(crate) fn announced(&mut self, ack: Acknowledgment) -> Option<Closed> {
        if ack.edge == Some(ack.up_to) {
            self.closed.get_or_insert_with(|| {
                Box::new(Closed {
                    by: ack,
                    opened: None,
                    probes: 0,
                })
            });
            return None;
        }
        self.closed.take().map(|closed| Closed {
            opened: Some(ack),
            ..*closed
        })
    }

    /// The sender asked.
    pub(crate) fn probed(&mut self) {
        if let Some(closed) = &mut self.closed {
            closed.probes += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(frame: u64, up_to: u64, window: u64) -> Step {
        Step::Acknowledged(acknowledgment(frame, up_to, Some(window)))
    }

    fn acknowledgment(frame: u64, up_to: u64, window: Option<u64>) -> Acknowledgment {
        Acknowledgment {
            frame,
            at: frame * 1_000,
            up_to,
            edge: window.map(|window| up_to + window),
            with_data: false,
            said: None,
        }
    }

    #[test]
    fn a_window_is_closed_from_the_first_zero_to_the_first_that_is_none() {
        let steps = [
            ack(1, 0, 500),
            Step::Probe(2),
            Step::Sent(0),
            ack(3, 500, 0),
            Step::Probe(4),
            ack(5, 500, 0),
            Step::Probe(6),
            ack(7, 500, 300),
            Step::Probe(8),
            ack(9, 800, 0),
        ];
        let zero = |frame, up_to| acknowledgment(frame, up_to, Some(0));
        let expected = [
            Closed {
                by: zero(3, 500),
                opened: Some(acknowledgment(7, 500, Some(300))),
                probes: 2,
            },
            Closed {
                by: zero(9, 800),
                opened: None,
                probes: 0,
            },
        ];
        assert_eq!(closed(&steps), expected);
    }

    #[test]
    fn a_window_that_is_not_known_is_not_closed() {
        let unknown = Step::Acknowledged(acknowledgment(1, 0, None));
        assert_eq!(closed(&[unknown, unknown]), []);
    }
}
