//! Tests inside user-mode Linux: a real kernel, with netem, as an ordinary process.

use crate::skip;
use nix::{
    mount::{MsFlags, mount},
    sys::{
        reboot::{RebootMode, reboot},
        utsname::uname,
    },
};
use std::{
    any::Any,
    env, fs,
    io::ErrorKind,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use sys::{modules::Modules, process::spawn_leashed};

const KERNEL: &str = "linux.uml";

/// Where Debian's package has its modules, below a folder named after the release.
const MODULES: &str = "/usr/lib/uml/modules";

/// Names, in there, the file that the outcome goes to.
const OUTCOME: &str = "TESTKIT_OUTCOME";

const PASSED: &str = "passed";

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
        .stderr(log);
    let mut kernel = match spawn_leashed(&mut command, &[]) {
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
    wait(&mut kernel);
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
            let _ = kernel.kill();
            let _ = kernel.wait();
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn inside(outcome: &Path, modules: &[&str], body: impl FnOnce()) {
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
    let Err(error) = reboot(RebootMode::RB_POWER_OFF);
    panic!("can't switch the machine off: {error}");
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
