//! Runs take turns, so that what they measure is the lab's doing and not their neighbours'.
//!
//! Starting and removing containers keeps processors busy, and who waits for a processor sends late: of
//! ten runs at once on two processors none could prove its delays. So as many run as have two processors
//! each, and the others wait.

use super::DockerError;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::{
    io,
    os::{
        fd::AsFd,
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixListener, UnixStream},
    },
    time::Duration,
};

/// Processors that one run keeps busy at its worst.
const PROCESSORS: usize = 2;

/// After a place that was taken and is free, or whose queue can't be joined.
const PAUSE: Duration = Duration::from_millis(50);

/// A turn. It ends with the process, however that ends.
#[derive(Debug)]
pub(super) struct Turn {
    _held: UnixListener,
}

impl Turn {
    /// Takes a turn on an engine with so many processors, after calling `waiting` once if it has to wait.
    ///
    /// # Errors
    /// The kernel has no sockets left.
    pub(super) fn take(processors: usize, waiting: impl FnOnce()) -> Result<Self, DockerError> {
        Self::at("tinygram-turn", processors, waiting).map_err(DockerError::Start)
    }

    fn at(name: &str, processors: usize, waiting: impl FnOnce()) -> io::Result<Self> {
        let turns = (processors / PROCESSORS).max(1);
        let mut waiting = Some(waiting);
        // An abstract name (unix(7)) is the machine's, whoever the user is, and leaves no file.
        let places =
            (1..=turns).map(|turn| SocketAddr::from_abstract_name(format!("{name}-{turn}")));
        let places: Vec<SocketAddr> = places.collect::<io::Result<_>>()?;
        loop {
            for free in &places {
                match UnixListener::bind_addr(free) {
                    Ok(held) => return Ok(Self { _held: held }),
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                    Err(error) => return Err(error),
                }
            }
            if let Some(waiting) = waiting.take() {
                waiting();
            }
            stand(&places);
        }
    }
}

/// Stands in the queues of all places until somebody who holds one is gone.
fn stand(places: &[SocketAddr]) {
    let joined = places.iter().map(UnixStream::connect_addr);
    let gone = joined
        .collect::<io::Result<Vec<UnixStream>>>()
        .and_then(|queues| {
            let hangup = |queue| PollFd::new(queue, PollFlags::POLLIN);
            let mut hangups: Vec<PollFd<'_>> =
                queues.iter().map(|queue| hangup(queue.as_fd())).collect();
            Ok(poll(&mut hangups, PollTimeout::NONE)?)
        });
    if gone.is_err() {
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::mpsc, thread};

    fn name(test: &str) -> String {
        format!("tinygram-test-{test}-{}", std::process::id())
    }

    #[test]
    fn a_run_has_two_processors() {
        let name = name("two");
        let take = || Turn::at(&name, 5, || panic!("there is room for two"));
        let _held = (take().unwrap(), take().unwrap());
        let (tell, told) = mpsc::channel();
        let third = name.clone();
        thread::spawn(move || Turn::at(&third, 5, || tell.send(()).unwrap()));
        told.recv().unwrap();
    }

    #[test]
    fn the_next_one_s_turn_comes_when_one_ends_and_all_come() {
        let name = name("next");
        let (tell, told) = mpsc::channel();
        let held = Turn::at(&name, 1, || {}).unwrap();
        let others: Vec<_> = (0..5)
            .map(|_| {
                let (name, tell) = (name.clone(), tell.clone());
                thread::spawn(move || drop(Turn::at(&name, 1, || tell.send(()).unwrap()).unwrap()))
            })
            .collect();
        for _ in &others {
            told.recv().unwrap();
        }
        drop(held);
        for other in others {
            other.join().unwrap();
        }
    }
}
