//! Hosts of which there are several.

use crate::{
    decode::{Name, Named},
    problem::Problems,
    written::Host,
};

/// The longest host name, as that of any host (RFC 1123, section 2.1).
const LONGEST: usize = 63;

/// The hosts, each of which stands for itself: one with a `count` of N becomes N, numbered from 1.
pub(super) fn multiply(named: Vec<Name<Host>>, problems: &mut Problems) -> Vec<Name<Host>> {
    let count = |host: &Name<Host>| {
        let written = host.value.as_ref().and_then(|host| host.count.given());
        written.map(|given| (given.value.0, given.span))
    };
    let mut hosts: Vec<Name<Host>> = Vec::with_capacity(named.len());
    for host in named {
        let Some((copies, place)) = count(&host).filter(|(copies, _)| *copies > 1) else {
            hosts.push(host);
            continue;
        };
        if hosts.len() + copies as usize > Host::MOST {
            let message = "more hosts than are possible".to_owned();
            problems.add(
                place,
                message,
                format!("at most {} are possible", Host::MOST),
            );
            return hosts;
        }
        for number in 1..=copies {
            let name = format!("{}-{number}", host.name);
            if name.len() > LONGEST {
                let hint = format!("with its number it may have {LONGEST} characters");
                problems.add(host.span, "the host's name is too long for a count", hint);
                return hosts;
            }
            let value = host.value.clone();
            let span = host.span;
            hosts.push(Name { name, span, value });
        }
    }
    for (place, host) in hosts.iter().enumerate() {
        if hosts[..place].iter().any(|other| other.name == host.name) {
            let message = format!("there are two hosts `{}`", host.name);
            problems.add(
                host.span,
                message,
                "one comes from a `count`: choose another name",
            );
        }
    }
    hosts
}
