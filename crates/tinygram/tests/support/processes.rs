//! What is left of a run's processes when one of them has been killed.

use std::{
    collections::BTreeSet,
    fs, thread,
    time::{Duration, Instant},
};

/// All processes below one, by /proc; the runner and everything it made.
pub fn family(root: u32) -> BTreeSet<u32> {
    let mut family = BTreeSet::from([root]);
    loop {
        let before = family.len();
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else {
                continue;
            };
            let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
                continue;
            };
            let parent = stat
                .rsplit(')')
                .next()
                .and_then(|rest| rest.split(' ').nth(2)?.parse().ok());
            if parent.is_some_and(|parent: u32| family.contains(&parent)) {
                family.insert(pid);
            }
        }
        if family.len() == before {
            return family;
        }
    }
}

pub fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie has given everything back; its parent here may be PID 1, which reaps in its own time.
    !stat.is_empty() && !stat.contains(") Z ")
}

/// Waits until the condition holds; a kernel needs a moment to take a namespace down.
#[track_caller]
pub fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}
