//! The lab's own processes: one binary is the whole lab. They are told apart before anything else
//! happens, since they must enter namespaces while the process has a single thread.

use backend::{
    netns::{self, Wire},
    uml,
};
use std::process::ExitCode;

/// Runs a hidden subcommand if the command line names one.
pub(crate) fn dispatch() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let subcommand = arguments.next()?;
    let rest: Vec<String> = match subcommand.as_str() {
        "netns-lab" | "netns-init" | "netns-agent" | "netns-try" | "netns-probe" | "uml-keeper"
        | "uml-init" | "peer" => arguments.collect(),
        _ => return None,
    };
    // Started through /proc/self/exe, the process would be called `exe` in ps(1). A name that can't
    // be set is the only harm.
    let _ = nix::sys::prctl::set_name(c"tinygram");
    Some(match subcommand.as_str() {
        "netns-lab" => code(netns::lab(&rest)),
        "netns-init" => code(netns::init(&rest)),
        "netns-agent" => agent(&rest),
        "uml-keeper" => code(uml::keeper(&rest)),
        "uml-init" => {
            uml::init(&rest);
            ExitCode::FAILURE
        }
        "netns-try" => code(netns::attempt()),
        "netns-probe" => code(netns::probe(agent::probe)),
        _ => peer::lab::main(),
    })
}

fn agent(arguments: &[String]) -> ExitCode {
    let (mut wire, control) = match Wire::enter(arguments) {
        Ok(entered) => entered,
        Err(error) => return failed("agent", &error),
    };
    let host = arguments.first().cloned().unwrap_or_default();
    let played = agent::play(control, &mut |task| Ok(wire.plug(&task.variant, &host)?));
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed("agent", &error),
    }
}

fn failed(who: &str, error: &dyn std::error::Error) -> ExitCode {
    anstream::eprintln!("tinygram {who}: {}", control::reason(error));
    ExitCode::FAILURE
}

fn code(status: i32) -> ExitCode {
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}
