//! What can't be simulated.

use scenario::plan::{Engine, Program, VariantPlan};

/// Why this variant can't be simulated, if it can't: one line, in words that follow "skipped: ".
pub fn obstacle(variant: &VariantPlan) -> Option<String> {
    for host in &variant.hosts {
        if host.link.engine == Engine::Netem {
            return Some(format!(
                "host {} asks for the kernel's netem, and no kernel takes part",
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
        let headers = if host.address.is_ipv4() { 40 } else { 60 };
        if host.link.mtu() <= headers {
            return Some(format!(
                "the MTU of host {} leaves TCP no room: smoltcp needs more than {headers} bytes",
                host.name
            ));
        }
    }
    None
}
