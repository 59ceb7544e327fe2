//! What can't be simulated.

use protocol::{ProtocolName, Role};
use scenario::{
    expectation::Stack,
    need::Need,
    plan::{Engine, Program, RoutePlan, VariantPlan},
};

/// Why this variant can't be simulated, if it can't: one line, in words that follow "skipped: ".
pub fn obstacle(variant: &VariantPlan) -> Option<String> {
    let mut needs = variant.needs.iter();
    if let Some(need) = needs.find(|need| ![Need::Smoltcp, Need::Python3].contains(need)) {
        return Some(format!("it needs {need}, and no kernel takes part"));
    }
    for host in &variant.hosts {
        if host.link.engine == Engine::Netem {
            return Some(format!(
                "host {} asks for the kernel's netem, and no kernel takes part",
                host.name
            ));
        }
        if host.stack == Some(Stack::Linux) {
            return Some(format!(
                "host {} is on Linux's stack, and no kernel takes part",
                host.name
            ));
        }
        if let Some(name) = host.sysctls.keys().next() {
            return Some(format!(
                "host {} sets the sysctl {name}, and no kernel takes part",
                host.name
            ));
        }
        if let Some(attribute) = unknown(&host.route) {
            return Some(format!(
                "the route of host {} asks for {attribute}, which smoltcp does not have",
                host.name
            ));
        }
        let command = host
            .run
            .iter()
            .find(|program| matches!(program.program, Program::Command(_)));
        if let Some(program) = command {
            return Some(format!(
                "{}.{} is a command, and a simulated host runs the lab's own peers only",
                host.name, program.name
            ));
        }
        let runs = host.run.iter().find(|program| {
            matches!(&program.program, Program::Peer(config)
                if config.role == Role::TcpServer && config.protocol == ProtocolName::Command)
        });
        if let Some(program) = runs {
            return Some(format!(
                "{}.{} runs commands, and a simulated host has no processes to run",
                host.name, program.name
            ));
        }
        // With time stamps.
        let headers = if host.address.is_ipv4() { 52 } else { 72 };
        if host.link.mtu() <= headers {
            return Some(format!(
                "the MTU of host {} leaves TCP no room: smoltcp needs more than {headers} bytes",
                host.name
            ));
        }
    }
    None
}

/// An attribute of a route that smoltcp has nothing like.
fn unknown(route: &RoutePlan) -> Option<&'static str> {
    let asked = [
        (route.initcwnd.is_some(), "an initial congestion window"),
        (route.initrwnd.is_some(), "an initial receive window"),
        (route.advmss.is_some(), "a segment size to announce"),
        (
            route.rto_min.is_some(),
            "a shortest retransmission time-out",
        ),
    ];
    let mut asked = asked.into_iter().filter(|(is_asked, _)| *is_asked);
    asked.next().map(|(_, what)| what)
}
