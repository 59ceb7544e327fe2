//! Tests inside user-mode Linux: a real kernel, with netem, as an ordinary process.

use crate::skip;
use nix::{
    mount::{MsFlags, mount},
    sys::{
        reboot::{RebootMode, reboot},
        signal::{Signal, killpg},
        utsname::uname,
    },
    unistd::{Pid, getpid},
};
use std::{
    any::Any,
    env, fs,
    io::ErrorKind,
    os::unix::process::CommandExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use sys::{modules::Modules, process::keep_file_capabilities};

const KERNEL: &str = "linux.uml";

/// Where Debian's package has its modules, below a folder named after the release.
const MODULES: &str = "/usr/lib/uml/modules";

/// Names, in there, the file that the outcome goes to.
const OUTCOME: &str = "TESTKIT_OUTCOME";

const PASSED: &str = "passed";

/// Ends the kernel when this test is killed: its standard input ends then. The group must be killed
/// as a whole, since processes of a kernel that is killed alone run on outside.
const WATCH: &str = "read _; kill -KILL -$0";

/// A kernel that takes this long hangs: it boots in three seconds.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs the test of this name, which must be the caller's, inside user-mode Linux with these kernel
/// modules loaded. The test's program is the init process there, the machine's files are the root,
/// and `body` is all that happens. Its panic is this test's. Where there is no user-mode Linux, the
/// test is skipped.
///
/// # Panics
/// `body` panicked, the kernel did not come so far, or `REQUIRE` lists `uml` and there is none.
pub fn in_user_mode_linux(test: &str, modules: &[&str], body: impl FnOnce()) {
    match env::var_os(OUTCOME) {
        Some(outcome) => inside(Path::new(&outcome), modules, body),
        None => boot(test),
    }
}

fn boot(test: &str) {
    let folder = tempfile::tempdir().expect("a folder for user-mode Linux");
    let path = |name: &str| folder.path().join(name);
    let log = fs::File::create(path("log")).expect("a file for the kernel's log");
    let itself = env::current_exe().expect("a test knows its program");
    let mut command = Command::new(KERNEL);
    command
        .args([
            "mem=256M",
            "rootfstype=hostfs",
            "rootflags=/",
            "rw",
            "quiet",
        ])
        .args(["con=null", "con0=null,fd:1", "ssl=null"])
        .arg(format!("uml_dir={}", path("run").display()))
        .arg(format!("init={}", itself.display()))
        .arg(format!("{OUTCOME}={}", path("outcome").display()))
        .arg("RUST_BACKTRACE=1")
        .args(["--", test, "--exact", "--nocapture"])
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a second descriptor of the log"))
        .stderr(log)
        .process_group(0);
    sys::preload::xstate(folder.path(), &mut command).expect("a file to preload");
    // Should ever a process of the kernel be let go, it shall not configure this machine.
    keep_file_capabilities().expect("fewer capabilities");
    let mut kernel = match command.spawn() {
        Ok(kernel) => kernel,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skip(
                "uml",
                "linux.uml is not installed (Debian: user-mode-linux)",
            );
            return;
        }
        Err(error) => panic!("can't start {KERNEL}: {error}"),
    };
    let mut watch = Command::new("sh")
        .args(["-c", WATCH, &kernel.id().to_string()])
        .stdin(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("a shell that watches");
    wait(&mut kernel);
    // It has nothing to watch any more.
    let _ = watch.kill();
    let _ = watch.wait();
    let outcome = fs::read_to_string(path("outcome")).unwrap_or_default();
    if outcome != PASSED {
        let log = fs::read(path("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        panic!("{test} in user-mode Linux: {outcome}\nits log:\n{log}");
    }
}

fn wait(kernel: &mut Child) {
    let start = Instant::now();
    while let Ok(None) = kernel.try_wait() {
        if start.elapsed() > PATIENCE {
            // What can't be killed is gone.
            let _ = killpg(Pid::from_raw(kernel.id().cast_signed()), Signal::SIGKILL);
            let _ = kernel.wait();
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn inside(outcome: &Path, modules: &[&str], body: impl FnOnce()) {
    assert_is_init();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mounted = mount(
            Some("proc"),
            "/proc",
            Some("proc"),
            MsFlags::empty(),
            None::<&str>,
        );
        mounted.expect("mount /proc");
        load(modules);
        body();
    }));
    let said = match &result {
        Ok(()) => PASSED.to_owned(),
        Err(panic) => format!("it panicked: {}", words(panic.as_ref())),
    };
    fs::write(outcome, said).expect("write the outcome");
    // It would switch off whatever machine this process is on.
    assert_is_init();
    let Err(error) = reboot(RebootMode::RB_POWER_OFF);
    panic!("can't switch the machine off: {error}");
}

#[track_caller]
fn assert_is_init() {
    assert_eq!(getpid(), Pid::from_raw(1), "not in user-mode Linux");
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

fn load(names: &[&str]) {
    let release = uname().expect("the kernel's release").release().to_owned();
    let modules = Modules::read(&Path::new(MODULES).join(release)).expect("its modules");
    for name in names {
        modules.load(name).expect("a module");
    }
}
