//! `tinygram docker-seat HOST`: the first process of a host's container. It plays one run after the other,
//! each by an agent that is a process of its own, and hands in what each has left.

use super::{session::WORKPLACE, threshold::SOCKET, tidy, trunk::Trunk};
use crate::netns::this_program;
use control::{Arrival, Call, VERSION, say};
use nix::{
    sys::wait::{WaitStatus, waitpid},
    unistd::Pid,
};
use record::layout::RunDir;
use record::reason;
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
    let line = match come(host) {
        Ok(Some(line)) => line,
        Ok(None) => return 0,
        Err(error) => return complain(&format!("no coordinator at {SOCKET}: {error}")),
    };
    // Without a coordinator there is nobody to hand anything to, and nothing more to play.
    while let Ok(control) = call(&line, &Call::Agent) {
        if let Err(error) = play(host, control) {
            return complain(&error);
        }
        if hand_in(&line).is_err() {
            break;
        }
    }
    0
}

/// Comes to the coordinator, as soon as it is there; none when it is gone.
fn come(host: &str) -> io::Result<Option<Arc<Trunk>>> {
    let deadline = Instant::now() + COMING;
    let mut refused = None;
    let line = loop {
        match UnixStream::connect(SOCKET) {
            Ok(line) => break line,
            // Nobody listens there: who did is gone, or not yet quite there.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                if refused.get_or_insert_with(Instant::now).elapsed() > GONE {
                    return Ok(None);
                }
            }
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => {}
        }
        thread::sleep(LOOK);
    };
    let arrival = Arrival {
        host: host.to_owned(),
        version: VERSION,
    };
    say(&arrival, &line)?;
    let trunk = Trunk::new(line.try_clone()?);
    let listening = Arc::clone(&trunk);
    // Its end is that of all channels, and who waits for one hears it. The coordinator opens none.
    let listen = move || listening.listen(line, drop);
    thread::Builder::new().name("line".into()).spawn(listen)?;
    Ok(Some(trunk))
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

/// Says that on a channel of its own.
fn call(line: &Arc<Trunk>, call: &Call) -> io::Result<UnixStream> {
    let (near, far) = UnixStream::pair()?;
    line.open(far)?;
    say(call, &near)?;
    Ok(near)
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
fn hand_in(line: &Arc<Trunk>) -> io::Result<()> {
    for entry in fs::read_dir(WORKPLACE)?.flatten() {
        let (name, mut file) = (entry.file_name(), File::open(entry.path())?);
        let name = name.to_string_lossy().into_owned();
        let mut stream = call(line, &Call::File { name })?;
        io::copy(&mut file, &mut stream)?;
        finished(&stream)?;
    }
    let residue = fs::remove_dir_all(WORKPLACE)
        .err()
        .map(|error| format!("can't remove {WORKPLACE}: {error}"));
    let residue = tidy::tidy().or(residue);
    finished(&call(line, &Call::Left { residue })?)
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
