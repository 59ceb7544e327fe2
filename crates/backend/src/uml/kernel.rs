//! A kernel as the command that started it sees it.

use super::{
    Ability,
    folder::{Folder, LOG, PROGRAM},
    keeper::News,
};
use crate::netns::this_program;
use nix::{
    sys::{
        signal::{Signal, killpg},
        statvfs::{FsFlags, statvfs},
    },
    unistd::Pid,
};
use std::{
    env,
    fs::File,
    io,
    net::Shutdown,
    os::unix::{
        fs::symlink,
        net::UnixStream,
        process::{CommandExt, ExitStatusExt},
    },
    path::PathBuf,
    process::{Child, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// Where its memory lies best: a file system in memory.
const SHARED_MEMORY: &str = "/dev/shm";

/// A kernel that is running, or was. Dropping it ends the kernel and waits for that.
#[derive(Debug)]
pub(super) struct Kernel {
    keeper: Child,
    line: UnixStream,
    news: mpsc::Receiver<News>,
    group: Option<Pid>,
}

impl Kernel {
    /// Boots a kernel with that much memory, in MiB, whose PID 1 is `uml-init` in this folder.
    pub(super) fn boot(ability: &Ability, folder: &Folder, memory: usize) -> io::Result<Self> {
        // The kernel's command line is cut at blanks, which this program's path may have.
        let init = folder.file(PROGRAM);
        symlink(env::current_exe()?, &init)?;
        let log = File::create(folder.file(LOG))?;
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = this_program("uml-keeper");
        command.arg(folder.path()).arg(&ability.program);
        let path = folder.path().display();
        command
            .arg(format!("mem={memory}M"))
            .args(["rootfstype=hostfs", "rootflags=/", "rw"])
            .args(["con=null", "ssl=null", "con0=null,fd:1"])
            .args([format!("uml_dir={path}/"), "umid=kernel".to_owned()])
            .arg(format!("init={}", init.display()))
            .args(["--", "uml-init", &path.to_string()])
            .env("TMPDIR", place_for(memory))
            // Ctrl-C in a terminal reaches the command only, which then ends the kernel.
            .process_group(0)
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(log.try_clone()?)
            .stderr(log);
        let keeper = command.spawn()?;
        let line = ours.try_clone()?;
        let (mut listener, _) = control::over::<News, ()>(ours)?;
        let (sender, news) = mpsc::channel();
        // The thread ends with its connection, or when nobody listens to it any more.
        thread::Builder::new()
            .name("uml-keeper".into())
            .spawn(move || {
                while let Ok(Some(news)) = listener.receive() {
                    if sender.send(news).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self {
            keeper,
            line,
            news,
            group: None,
        })
    }

    /// Waits for the kernel's end, but not longer than that. Says how it ended, for people.
    pub(super) fn wait(&mut self, patience: Duration) -> Option<String> {
        match self.news.recv_timeout(patience) {
            Ok(News::Started { group }) => {
                self.group = Some(Pid::from_raw(group));
                None
            }
            Ok(News::Ended { how }) => {
                self.group = None;
                Some(how)
            }
            Ok(News::Failed { reason }) => Some(reason),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some("its keeper was killed".into()),
        }
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        // The keeper may be gone already.
        let _ = self.line.shutdown(Shutdown::Both);
        let ended = self.keeper.wait();
        let was_killed = ended.is_ok_and(|status| status.signal().is_some());
        while let Ok(News::Started { group }) = self.news.recv() {
            self.group = Some(Pid::from_raw(group));
        }
        if let Some(group) = self.group.filter(|_| was_killed) {
            // What it can't do any more.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}

/// The folder that will hold the kernel's memory, as a file without a name: in memory where there is
/// room for all of it (containers often have 64 MB there), else among the temporary files.
fn place_for(memory: usize) -> PathBuf {
    let has_room = statvfs(SHARED_MEMORY).is_ok_and(|found| {
        let free = found.blocks_available() as usize * (found.fragment_size() as usize >> 10);
        free >> 10 > memory && !found.flags().contains(FsFlags::ST_NOEXEC)
    });
    if has_room {
        SHARED_MEMORY.into()
    } else {
        env::temp_dir()
    }
}
