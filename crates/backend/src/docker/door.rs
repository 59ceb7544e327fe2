//! Where hosts come in: their agents are kept until a run wants them, and the files that hosts hand in are
//! put where the run's are.

use super::{DockerError, trunk::Trunk};
use control::{Arrival, Call, VERSION, hear};
use record::layout::RunDir;
use std::{
    collections::HashMap,
    fs::File,
    io,
    os::unix::net::UnixStream,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Keeps who came.
#[derive(Debug, Default)]
pub(super) struct Door {
    hosts: Mutex<HashMap<String, Host>>,
    changed: Condvar,
}

/// What is known of a host.
#[derive(Debug, Default)]
struct Host {
    /// Whether it has come, and whether it has gone.
    came: bool,
    gone: bool,
    /// Its agent, waiting for a run.
    agent: Option<UnixStream>,
    /// Where its files go; those that come without that are nobody's.
    files: Option<RunDir>,
    /// That it has handed in all of them, and what it could not tidy up.
    left: Option<Option<String>>,
    /// What went wrong with it.
    trouble: Option<DockerError>,
}

impl Door {
    /// Hears a host as long as it is there, in a thread of its own.
    pub(super) fn answer(self: &Arc<Self>, line: UnixStream) {
        let door = Arc::clone(self);
        let attend = move || {
            // Who hangs up, or is no host, is not heard.
            if let Ok(arrival) = hear::<Arrival>(&line) {
                door.attend(&arrival, line);
            }
        };
        // A host that is not heard for want of a thread is missed by those who wait for it.
        let _ = thread::Builder::new().name("host".into()).spawn(attend);
    }

    fn attend(self: &Arc<Self>, arrival: &Arrival, line: UnixStream) {
        self.note(&arrival.host, |host| {
            host.came = true;
            if arrival.version != VERSION {
                host.trouble = Some(DockerError::Version);
            }
        });
        if let Ok(writer) = line.try_clone() {
            let heard = Trunk::new(writer).listen(line, |caller| {
                let (door, host) = (Arc::clone(self), arrival.host.clone());
                let hear = move || {
                    if let Ok(call) = hear(&caller) {
                        door.hear(&host, call, caller);
                    }
                };
                let _ = thread::Builder::new().name("caller".into()).spawn(hear);
            });
            if let Err(error) = heard {
                tracing::debug!(host = arrival.host, "its line: {error}");
            }
        }
        self.note(&arrival.host, |host| host.gone = true);
    }

    fn hear(&self, host: &str, call: Call, caller: UnixStream) {
        match call {
            Call::Agent => self.note(host, |host| host.agent = Some(caller)),
            Call::File { name } => {
                let dir = self.hosts().get(host).and_then(|host| host.files.clone());
                let Some(dir) = dir else {
                    // Of a run that nobody waits for any more. The host must be able to go on.
                    let _ = io::copy(&mut &caller, &mut io::sink());
                    return;
                };
                if let Err(error) = take_file(&dir, host, &name, &caller) {
                    self.note(host, |host| host.trouble = Some(error));
                }
            }
            Call::Left { residue } => self.note(host, |host| {
                host.left = Some(residue);
                host.files = None;
            }),
        }
    }

    /// Waits until all these hosts have come, whether they have gone meanwhile or not.
    ///
    /// # Errors
    /// One did not come in time.
    pub(super) fn gather(&self, hosts: &[String], patience: Duration) -> Result<(), DockerError> {
        self.wait(hosts, patience, |host| host.came)
            .map(drop)
            .map_err(|host| DockerError::Absent {
                host,
                said: String::new(),
            })
    }

    /// Waits until all these hosts' agents have called, and lets them in for a run whose files go to
    /// `files` once that is known.
    ///
    /// # Errors
    /// One did not come in time, or is gone.
    pub(super) fn admit(
        &self,
        hosts: &[String],
        patience: Duration,
    ) -> Result<Vec<UnixStream>, DockerError> {
        let mut all = self
            .wait(hosts, patience, |host| {
                host.agent.is_some() || host.gone || host.trouble.is_some()
            })
            .map_err(|host| DockerError::Absent {
                host,
                said: String::new(),
            })?;
        let mut agents = Vec::with_capacity(hosts.len());
        for name in hosts {
            let host = all.entry(name.clone()).or_default();
            if let Some(trouble) = host.trouble.take() {
                return Err(trouble);
            }
            if host.gone {
                return Err(DockerError::Gone { host: name.clone() });
            }
            host.left = None;
            agents.extend(host.agent.take());
        }
        Ok(agents)
    }

    /// What these hosts hand in from now on goes to that run's directory.
    pub(super) fn expect_files(&self, hosts: &[String], dir: &RunDir) {
        let mut all = self.hosts();
        for name in hosts {
            all.entry(name.clone()).or_default().files = Some(dir.clone());
        }
    }

    /// Waits until all these hosts have handed in their files. Returns what one could not tidy up, which
    /// would reach the next run.
    ///
    /// # Errors
    /// One did not come in time, or is gone, or a file of it could not be written.
    pub(super) fn see_off(
        &self,
        hosts: &[String],
        patience: Duration,
    ) -> Result<Option<String>, DockerError> {
        let mut all = self
            .wait(hosts, patience, |host| {
                host.left.is_some() || host.gone || host.trouble.is_some()
            })
            .map_err(|host| DockerError::Files { host })?;
        let mut residue = None;
        for name in hosts {
            let host = all.entry(name.clone()).or_default();
            if let Some(trouble) = host.trouble.take() {
                return Err(trouble);
            }
            let Some(left) = host.left.take() else {
                return Err(DockerError::Gone { host: name.clone() });
            };
            residue = residue.or(left);
        }
        Ok(residue)
    }

    /// Waits until each of these hosts is so; who was not, when patience ran out.
    fn wait(
        &self,
        hosts: &[String],
        patience: Duration,
        is_so: impl Fn(&Host) -> bool,
    ) -> Result<MutexGuard<'_, HashMap<String, Host>>, String> {
        let deadline = Instant::now() + patience;
        let mut all = self.hosts();
        let missing = |all: &HashMap<String, Host>| {
            let mut hosts = hosts.iter();
            hosts
                .find(|name| !all.get(*name).is_some_and(&is_so))
                .cloned()
        };
        while let Some(name) = missing(&all) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(name);
            }
            let waited = self.changed.wait_timeout(all, left);
            all = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(all)
    }

    fn note(&self, host: &str, change: impl FnOnce(&mut Host)) {
        change(self.hosts().entry(host.to_owned()).or_default());
        self.changed.notify_all();
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a file in. A host may hand in its own, and no other.
fn take_file(dir: &RunDir, host: &str, name: &str, from: &UnixStream) -> Result<(), DockerError> {
    let is_own = name
        .strip_prefix(host)
        .is_some_and(|rest| rest.starts_with('.'));
    if !is_own || name.contains('/') {
        tracing::warn!(host, name, "not a file of that host");
        return Ok(());
    }
    let path = dir.path().join(name);
    let mut from = from;
    let taken = File::create(&path).and_then(|mut file| io::copy(&mut from, &mut file));
    match taken {
        Ok(_) => Ok(()),
        Err(source) => Err(DockerError::Write { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use control::say;
    use std::{fs, io::Read, io::Write, net::Shutdown};

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A host on its line, as a seat is.
    struct Caller {
        trunk: Arc<Trunk>,
        line: UnixStream,
    }

    impl Caller {
        fn come(door: &Arc<Door>, host: &str, version: u32) -> Self {
            let (line, far) = UnixStream::pair().unwrap();
            door.answer(far);
            let host = host.into();
            say(&Arrival { host, version }, &line).unwrap();
            let trunk = Trunk::new(line.try_clone().unwrap());
            let (listening, reader) = (Arc::clone(&trunk), line.try_clone().unwrap());
            thread::spawn(move || listening.listen(reader, drop));
            Self { trunk, line }
        }

        fn call(&self, call: &Call) -> UnixStream {
            let (near, far) = UnixStream::pair().unwrap();
            self.trunk.open(far).unwrap();
            say(call, &near).unwrap();
            near
        }

        /// Hands in a file as a seat does, and waits until it is taken.
        fn hand_in(&self, name: &str, content: &[u8]) {
            let mut stream = self.call(&Call::File { name: name.into() });
            // A file that nobody wants is not read to its end.
            let _ = stream.write_all(content);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read(&mut [0]);
        }

        /// As when its container is killed.
        fn die(&self) {
            self.line.shutdown(Shutdown::Both).unwrap();
        }
    }

    fn hosts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_host_hands_in_its_own_files_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        let (door, dir) = (Arc::new(Door::default()), RunDir::new(&run));
        let hosts = hosts(&["server"]);
        door.expect_files(&hosts, &dir);
        let server = Caller::come(&door, "server", VERSION);
        server.hand_in("server.log", b"hello");
        server.hand_in("client.log", b"not mine");
        server.hand_in("../outside", b"not there");
        server.hand_in("server./../../outside", b"nor there");
        let _stream = server.call(&Call::Left { residue: None });
        assert_eq!(door.see_off(&hosts, PATIENCE).unwrap(), None);
        assert_eq!(fs::read(run.join("server.log")).unwrap(), b"hello");
        assert_eq!(fs::read_dir(&run).unwrap().count(), 1);
        assert!(!folder.path().join("outside").exists());
    }

    #[test]
    fn an_agent_of_another_version_is_not_let_in() {
        let door = Arc::new(Door::default());
        let server = Caller::come(&door, "server", VERSION + 1);
        let _agent = server.call(&Call::Agent);
        let error = door.admit(&hosts(&["server"]), PATIENCE).unwrap_err();
        assert!(matches!(error, DockerError::Version), "{error}");
    }

    #[test]
    fn who_does_not_come_is_named() {
        let door = Arc::new(Door::default());
        let server = Caller::come(&door, "server", VERSION);
        let _agent = server.call(&Call::Agent);
        door.admit(&hosts(&["server"]), PATIENCE).unwrap();
        let both = hosts(&["server", "client"]);
        let error = door.gather(&both, Duration::ZERO).unwrap_err();
        assert!(
            matches!(&error, DockerError::Absent { host, .. } if host == "client"),
            "{error}"
        );
    }

    #[test]
    fn a_host_that_dies_is_waited_for_no_longer() {
        let door = Arc::new(Door::default());
        let server = Caller::come(&door, "server", VERSION);
        let agent = server.call(&Call::Agent);
        let both = hosts(&["server"]);
        let admitted = door.admit(&both, PATIENCE).unwrap();
        server.die();
        assert_eq!(
            (&admitted[0]).read(&mut [0]).unwrap(),
            0,
            "the leader hears it"
        );
        drop(agent);
        for error in [
            door.see_off(&both, PATIENCE).unwrap_err(),
            door.admit(&both, PATIENCE).unwrap_err(),
        ] {
            assert!(
                matches!(&error, DockerError::Gone { host } if host == "server"),
                "{error}"
            );
        }
    }
}
