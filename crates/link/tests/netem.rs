//! The kernel's netem under real traffic: on this kernel where it has one, and in user-mode Linux.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod checks;
mod support;

use link::netem::{self, Refusal};
use nix::sched::{CloneFlags, unshare};
use testkit::{in_user_mode_linux, may_make_networks, skip};

/// Calls every check, each in a network namespace of its own.
fn check_all() {
    for check in checks::ALL {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        check();
    }
}

#[test]
fn in_a_real_kernel_all_that_is_asked_happens() {
    let name = "in_a_real_kernel_all_that_is_asked_happens";
    let modules = ["veth", "sch_netem", "sch_prio"];
    in_user_mode_linux(name, &modules, || {
        checks::no_seed_is_taken_where_the_kernel_knows_none();
        check_all();
    });
}

#[test]
fn in_this_kernel_all_that_is_asked_happens() {
    if !may_make_networks("in_this_kernel_all_that_is_asked_happens") {
        return;
    }
    match netem::probe("lo") {
        Ok(is_seeded) => {
            check_all();
            if is_seeded {
                checks::a_seed_loses_the_same_packets();
            }
        }
        Err(Refusal::NoNetem) => {
            checks::without_netem_it_is_said();
            skip("netem", "this kernel has no sch_netem");
        }
        Err(refusal) => panic!("{refusal}"),
    }
}

#[test]
fn without_a_band_for_each_host_it_is_said_and_nothing_stays() {
    let name = "without_a_band_for_each_host_it_is_said_and_nothing_stays";
    in_user_mode_linux(name, &["veth", "sch_netem"], || {
        checks::without_prio_it_is_said();
    });
}
