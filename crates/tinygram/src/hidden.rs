//! The lab's own processes: one binary is the whole lab. They are told apart before anything else
//! happens, since they must enter namespaces while the process has a single thread.

use backend::{
    docker,
    netns::{self, Wire},
    uml,
};
use std::{env, path::Path, process::ExitCode};

/// Runs a hidden subcommand if the command line names one.
pub(crate) fn dispatch() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let subcommand = arguments.next()?;
    let rest: Vec<String> = match subcommand.as_str() {
        "netns-lab" | "netns-init" | "netns-agent" | "netns-try" | "netns-probe" | "uml-keeper"
        | "uml-init" | "docker-seat" | "docker-agent" | "docker-relay" | "docker-lead" | "peer" => {
            arguments.collect()
        }
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
        "docker-seat" => code(docker::seat(&rest)),
        "docker-agent" => docker_agent(&rest),
        "docker-relay" => code(docker::relay(&rest)),
        "docker-lead" => docker_lead(),
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
    let place = agent::Place {
        plug: &mut |task| Ok(wire.plug(&task.variant, &host)?),
        programs: agent::Upbringing {
            powerless: false,
            in_scenario_folder: true,
            tell: false,
        },
    };
    let played = agent::play(control, place);
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed("agent", &error),
    }
}

/// `tinygram docker-agent HOST DESCRIPTOR`: plays a host in its container, for one run.
fn docker_agent(arguments: &[String]) -> ExitCode {
    let (_, control) = match docker::agent_arguments(arguments) {
        Ok(given) => given,
        Err(error) => return failed("agent", &error),
    };
    let place = agent::Place {
        plug: &mut |task| Ok(docker::plug(&task.variant, &task.host)?),
        programs: agent::Upbringing {
            powerless: true,
            in_scenario_folder: false,
            tell: env::var_os(docker::TELL).is_some(),
        },
    };
    match agent::play(control, place) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed("agent", &error),
    }
}

/// `tinygram docker-lead`: the coordinator of `docker compose up`. It becomes the command that plays what the
/// environment asks for: SCENARIO, and VARIANT, of which `all` is every one.
fn docker_lead() -> ExitCode {
    use std::os::unix::process::CommandExt;
    const RUNS: &str = "runs";
    if let Err(error) = docker::become_owner(Path::new(RUNS)) {
        return failed("coordinator", &error);
    }
    let given = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mut command = std::process::Command::new("/proc/self/exe");
    command.arg0("tinygram");
    command.args(["run", "--inside-compose", "--runs", RUNS]);
    let variant = given("VARIANT").filter(|variant| variant != "all");
    command.args(variant.map(|variant| format!("--variant={variant}")));
    command.arg("--");
    command.arg(given("SCENARIO").unwrap_or_else(|| "sticky".to_owned()));
    failed("coordinator", &command.exec())
}

fn failed(who: &str, error: &dyn std::error::Error) -> ExitCode {
    anstream::eprintln!("tinygram {who}: {}", record::reason(error));
    ExitCode::FAILURE
}

fn code(status: i32) -> ExitCode {
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}
