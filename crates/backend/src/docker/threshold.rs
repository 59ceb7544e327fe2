//! The socket where hosts come in. All containers of a run share /dev/shm, and nothing else, so that is
//! where it lies; programs could remove it, so it is removed as soon as all have come.

use super::trunk::Trunk;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use record::reason;
use std::{
    fs,
    io::{self, Write},
    os::{
        fd::AsFd,
        unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
        },
    },
    path::Path,
    thread,
};

/// Where hosts come.
pub(super) const SOCKET: &str = "/dev/shm/tinygram.sock";

/// How long the command may take from the container's start to its first word, in ms. One that was killed
/// in between is not always heard to be gone.
const FIRST_WORD: u16 = 2_000;

/// Opens the place, and hands over who comes, until so many have.
///
/// # Errors
/// The socket can't be made, or there are no threads left.
pub(super) fn welcome(
    hosts: usize,
    mut each: impl FnMut(UnixStream) + Send + 'static,
) -> io::Result<()> {
    let listener = UnixListener::bind(SOCKET)?;
    // Anybody in the run's containers may come.
    fs::set_permissions(SOCKET, fs::Permissions::from_mode(0o777))?;
    let accept = move || {
        listener
            .incoming()
            .flatten()
            .take(hosts)
            .for_each(&mut each);
        // Where it is gone already the run goes on as well.
        let _ = fs::remove_file(Path::new(SOCKET));
    };
    thread::Builder::new().name("accept".into()).spawn(accept)?;
    Ok(())
}

/// `tinygram docker-relay HOSTS`, in the coordinator's container: carries so many hosts that come over
/// standard input and output, and ends with them.
#[must_use]
pub fn relay(arguments: &[String]) -> i32 {
    match run(arguments) {
        Ok(()) => 0,
        Err(error) => {
            // The command reads this and shows it.
            let _ = writeln!(io::stderr(), "{}", reason(&error));
            1
        }
    }
}

fn run(arguments: &[String]) -> io::Result<()> {
    let hosts = arguments.first().and_then(|hosts| hosts.parse().ok());
    let hosts = hosts.ok_or_else(|| io::Error::other("give the number of hosts"))?;
    let trunk = Trunk::new(io::stdout());
    let opening = trunk.clone();
    welcome(hosts, move |host| {
        // When the stream is gone, its reader is the one who says so.
        let _ = opening.open(host);
    })?;
    let input = io::stdin();
    let mut first = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    if poll(&mut first, PollTimeout::from(FIRST_WORD))? == 0 {
        return Err(io::Error::other("nobody leads this run"));
    }
    // The command opens no channels.
    trunk.listen(input, drop)
}
