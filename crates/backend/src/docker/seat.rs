//! `tinygram docker-seat HOST`: the first process of a host's container. It plays one run after the other,
//! each by an agent that is a process of its own, and hands in what each has left.

use super::{session::WORKPLACE, tidy};
use crate::netns::this_program;
use control::{Call, VERSION, reason};
use nix::{
    sys::wait::{WaitStatus, waitpid},
    unistd::Pid,
};
use record::layout::RunDir;
use signal_hook::{consts::SIGTERM, iterator::Signals};
use std::{
    env,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    net::Shutdown,
    os::{
        fd::{AsFd, AsRawFd},
        unix::net::UnixStream,
    },
    path::Path,
    process::exit,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use sys::process::{inherited_fd, spawn_leashed};

/// Where agents call. All containers of a run share /dev/shm, and nothing else.
pub(super) const SOCKET: &str = "/dev/shm/tinygram.sock";

/// The environment variable that makes the lab's programs tell on the container's output what happens.
pub const TELL: &str = "TINYGRAM_TELL";

/// How long the coordinator may take to be there, and how often it is looked.
const COMING: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(5);

/// From the moment that the socket is there, so long nobody may listen at it.
const GONE: Duration = Duration::from_secs(1);

/// How often new lines of the log are told.
const TELLING: Duration = Duration::from_millis(50);

/// Plays that host until the coordinator is gone. Returns an exit status.
#[must_use]
pub fn seat(arguments: &[String]) -> i32 {
    let [host] = arguments else {
        return complain(&"give the host's name");
    };
    if let Err(error) = end_on_request() {
        return complain(&error);
    }
    // What stands in the way here stands in the way of the first run, too, and is told there.
    if let Err(error) = tidy::begin() {
        complain(&reason(&error));
    }
    let deadline = Instant::now() + COMING;
    let mut refused = None;
    let first = loop {
        match call_agent(host) {
            Ok(stream) => break stream,
            // Nobody listens there: who did is gone, or not yet quite there.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                if refused.get_or_insert_with(Instant::now).elapsed() > GONE {
                    return 0;
                }
                thread::sleep(LOOK);
            }
            Err(_) if Instant::now() < deadline => thread::sleep(LOOK),
            Err(error) => return complain(&format!("no coordinator at {SOCKET}: {error}")),
        }
    };
    let mut control = first;
    loop {
        if let Err(error) = play(host, control) {
            return complain(&error);
        }
        // Without a coordinator there is nobody to hand anything to, and nothing more to play.
        if hand_in(host).is_err() {
            return 0;
        }
        match call_agent(host) {
            Ok(next) => control = next,
            Err(_) => return 0,
        }
    }
}

/// The arguments of `tinygram docker-agent HOST DESCRIPTOR`.
///
/// # Errors
/// They are not what a seat gives.
pub fn agent_arguments(arguments: &[String]) -> io::Result<(String, UnixStream)> {
    let [host, fd] = arguments else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let fd = fd
        .parse()
        .map_err(|_: std::num::ParseIntError| io::ErrorKind::InvalidInput)?;
    Ok((host.clone(), UnixStream::from(inherited_fd(fd)?)))
}

/// The first process of a container ends by no signal that it does not ask for.
fn end_on_request() -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM])?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            if signals.forever().next().is_some() {
                exit(0);
            }
        })?;
    Ok(())
}

fn call(call: &Call) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(SOCKET)?;
    call.say(&stream)?;
    Ok(stream)
}

fn call_agent(host: &str) -> io::Result<UnixStream> {
    call(&Call::Agent {
        host: host.to_owned(),
        version: VERSION,
    })
}

/// Plays one run. How the agent ends it says to the coordinator, who also sees when it is gone.
fn play(host: &str, control: UnixStream) -> io::Result<()> {
    fs::create_dir_all(WORKPLACE)?;
    let mut command = this_program("docker-agent");
    command.arg(host).arg(control.as_raw_fd().to_string());
    let agent = spawn_leashed(&mut command, &[control.as_fd()])?;
    // The coordinator knows by end of file that an agent is gone, so nobody else may hold it.
    drop(control);
    let over = Arc::new(AtomicBool::new(false));
    let teller = env::var_os(TELL).is_some().then(|| {
        let (log, over) = (RunDir::new(WORKPLACE).log(host), Arc::clone(&over));
        thread::spawn(move || tell(&log, &over))
    });
    let agent = Pid::from_raw(agent.id().cast_signed());
    loop {
        // This process also inherits, and reaps, what users' programs leave behind.
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, _) | WaitStatus::Signaled(pid, ..)) if pid == agent => break,
            Ok(_) | Err(nix::Error::EINTR) => {}
            Err(_) => break,
        }
    }
    over.store(true, Ordering::Release);
    if let Some(teller) = teller {
        // One that panicked has nothing more to tell.
        let _ = teller.join();
    }
    Ok(())
}

/// Tells the log's lines on the container's output as they come, for people who watch.
fn tell(log: &Path, over: &AtomicBool) {
    let mut told = 0;
    loop {
        let is_last = over.load(Ordering::Acquire);
        let mut new = Vec::new();
        let read = File::open(log).and_then(|mut file| {
            file.seek(SeekFrom::Start(told))?;
            file.read_to_end(&mut new)
        });
        // There is no log yet, or nobody watches any more.
        if read.is_ok() {
            let whole = new
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |end| end + 1);
            let whole = if is_last { new.len() } else { whole };
            told += whole as u64;
            let mut output = io::stdout().lock();
            let _ = output
                .write_all(&new[..whole])
                .and_then(|()| output.flush());
        }
        if is_last {
            return;
        }
        thread::sleep(TELLING);
    }
}

/// Hands in the run's files and makes the container as new.
fn hand_in(host: &str) -> io::Result<()> {
    for entry in fs::read_dir(WORKPLACE)?.flatten() {
        let (name, mut file) = (entry.file_name(), File::open(entry.path())?);
        let mut stream = call(&Call::File {
            host: host.to_owned(),
            name: name.to_string_lossy().into_owned(),
        })?;
        io::copy(&mut file, &mut stream)?;
        finished(&stream)?;
    }
    let residue = fs::remove_dir_all(WORKPLACE)
        .err()
        .map(|error| format!("can't remove {WORKPLACE}: {error}"));
    let residue = tidy::tidy().or(residue);
    let left = Call::Left {
        host: host.to_owned(),
        residue,
    };
    finished(&call(&left)?)
}

/// Waits until what was said has been taken note of.
fn finished(mut stream: &UnixStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream, &mut io::sink()).map(drop)
}

fn complain(what: &dyn std::fmt::Display) -> i32 {
    // Nobody may read it.
    let _ = writeln!(io::stderr(), "tinygram docker-seat: {what}");
    1
}
