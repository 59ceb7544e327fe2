//! Where agents come in: who calls is kept until a run wants it, and the files that hosts hand in are put
//! where the run's are.

use super::DockerError;
use control::{Call, VERSION};
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

/// Keeps who called.
#[derive(Debug, Default)]
pub(super) struct Door {
    hosts: Mutex<HashMap<String, Host>>,
    changed: Condvar,
}

/// What is known of a host.
#[derive(Debug, Default)]
struct Host {
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
    /// Hears who calls, in a thread of its own.
    pub(super) fn answer(self: &Arc<Self>, caller: UnixStream) {
        let door = Arc::clone(self);
        let hear = move || {
            // Who hangs up, or is no agent, is not heard.
            if let Ok(call) = Call::hear(&caller) {
                door.hear(call, caller);
            }
        };
        // A caller who is not heard for want of a thread is missed by those who wait for it.
        let _ = thread::Builder::new().name("caller".into()).spawn(hear);
    }

    fn hear(&self, call: Call, caller: UnixStream) {
        match call {
            Call::Agent { host, version } => self.note(host, |host| {
                host.agent = Some(caller);
                if version != VERSION {
                    host.trouble = Some(DockerError::Version);
                }
            }),
            Call::File { host, name } => {
                let dir = self.hosts().get(&host).and_then(|host| host.files.clone());
                let Some(dir) = dir else {
                    // Of a run that nobody waits for any more. The host must be able to go on.
                    let _ = io::copy(&mut &caller, &mut io::sink());
                    return;
                };
                if let Err(error) = take_file(&dir, &host, &name, &caller) {
                    self.note(host, |host| host.trouble = Some(error));
                }
            }
            Call::Left { host, residue } => self.note(host, |host| {
                host.left = Some(residue);
                host.files = None;
            }),
        }
    }

    /// Waits until all these hosts' agents have called, and lets them in for a run whose files go to
    /// `files` once that is known.
    ///
    /// # Errors
    /// One did not come in time.
    pub(super) fn admit(
        &self,
        hosts: &[String],
        patience: Duration,
    ) -> Result<Vec<UnixStream>, DockerError> {
        let here = |all: &mut HashMap<String, Host>| {
            let mut missing = hosts.iter().find(|name| {
                let host = all.get(*name);
                !host.is_some_and(|host| host.agent.is_some() || host.trouble.is_some())
            });
            missing.take().cloned()
        };
        let mut all = self
            .wait(patience, here)
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
    /// One did not come in time, or a file of it could not be written.
    pub(super) fn see_off(
        &self,
        hosts: &[String],
        patience: Duration,
    ) -> Result<Option<String>, DockerError> {
        let gone = |all: &mut HashMap<String, Host>| {
            let mut missing = hosts
                .iter()
                .find(|name| all.get(*name).is_none_or(|host| host.left.is_none()));
            missing.take().cloned()
        };
        let mut all = self
            .wait(patience, gone)
            .map_err(|host| DockerError::Files { host })?;
        let mut residue = None;
        for name in hosts {
            let host = all.entry(name.clone()).or_default();
            if let Some(trouble) = host.trouble.take() {
                return Err(trouble);
            }
            residue = residue.or(host.left.take().flatten());
        }
        Ok(residue)
    }

    /// Waits until `missing` finds nobody; who was, when patience ran out.
    fn wait(
        &self,
        patience: Duration,
        missing: impl Fn(&mut HashMap<String, Host>) -> Option<String>,
    ) -> Result<MutexGuard<'_, HashMap<String, Host>>, String> {
        let deadline = Instant::now() + patience;
        let mut all = self.hosts();
        while let Some(name) = missing(&mut all) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(name);
            }
            let waited = self.changed.wait_timeout(all, left);
            all = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(all)
    }

    fn note(&self, host: String, change: impl FnOnce(&mut Host)) {
        change(self.hosts().entry(host).or_default());
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
    use std::{fs, io::Read, io::Write, net::Shutdown};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn call(door: &Arc<Door>, call: &Call) -> UnixStream {
        let (near, far) = UnixStream::pair().unwrap();
        door.answer(far);
        call.say(&near).unwrap();
        near
    }

    /// Hands in a file as a seat does, and waits until it is taken.
    fn hand_in(door: &Arc<Door>, host: &str, name: &str, content: &[u8]) {
        let file = Call::File {
            host: host.into(),
            name: name.into(),
        };
        let mut stream = call(door, &file);
        // A file that nobody wants is not read to its end.
        let _ = stream.write_all(content);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = stream.read(&mut [0]);
    }

    fn agent(version: u32) -> Call {
        Call::Agent {
            host: "server".into(),
            version,
        }
    }

    #[test]
    fn a_host_hands_in_its_own_files_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        let (door, dir) = (Arc::new(Door::default()), RunDir::new(&run));
        let hosts = ["server".to_owned()];
        door.expect_files(&hosts, &dir);
        hand_in(&door, "server", "server.log", b"hello");
        hand_in(&door, "server", "client.log", b"not mine");
        hand_in(&door, "server", "../outside", b"not there");
        hand_in(&door, "server", "server./../../outside", b"nor there");
        let left = Call::Left {
            host: "server".into(),
            residue: None,
        };
        let _stream = call(&door, &left);
        assert_eq!(door.see_off(&hosts, PATIENCE).unwrap(), None);
        assert_eq!(fs::read(run.join("server.log")).unwrap(), b"hello");
        assert_eq!(fs::read_dir(&run).unwrap().count(), 1);
        assert!(!folder.path().join("outside").exists());
    }

    #[test]
    fn an_agent_of_another_version_is_not_let_in() {
        let door = Arc::new(Door::default());
        let _agent = call(&door, &agent(VERSION + 1));
        let error = door.admit(&["server".to_owned()], PATIENCE).unwrap_err();
        assert!(matches!(error, DockerError::Version), "{error}");
    }

    #[test]
    fn who_does_not_come_is_named() {
        let door = Arc::new(Door::default());
        let _agent = call(&door, &agent(VERSION));
        let hosts = ["server".to_owned(), "client".to_owned()];
        let error = door.admit(&hosts, Duration::ZERO).unwrap_err();
        let is_absent = matches!(&error, DockerError::Absent { host, .. } if hosts.contains(host));
        assert!(is_absent, "{error}");
    }
}
