//! What a host on smoltcp can't have: all that is the kernel's.

use crate::{
    decode::{Key, Name},
    expectation::Stack,
    problem::Problems,
    span::Span,
    written::{Host, RouteKeys},
};

/// Tells what a host asks for that smoltcp has nothing like.
pub(super) fn check(name: &Name<Host>, problems: &mut Problems) {
    let Some(host) = &name.value else { return };
    if host.stack.value() != Some(&Stack::Smoltcp) {
        return;
    }
    let mut refuse = |span: Span, what: &str| {
        let message = format!("{what} is the kernel's, and {} is on smoltcp", name.name);
        problems.add(
            span,
            message,
            "leave it away, or leave away `stack: smoltcp`",
        );
    };
    if let Some(sysctls) = host.sysctls.given() {
        refuse(sysctls.key, "a sysctl");
    }
    for (span, attribute) in host.route.value().into_iter().flat_map(attributes) {
        refuse(span, attribute);
    }
    let programs = host.run.value().into_iter().flat_map(|run| &run.0);
    for program in programs.filter_map(|program| program.value.as_ref()) {
        if let Some(command) = program.command.given() {
            refuse(command.key, "the stack of a command");
        }
    }
}

/// All but `quickack`, which smoltcp has.
fn attributes(route: &RouteKeys) -> impl Iterator<Item = (Span, &'static str)> {
    [
        (place(&route.initcwnd), "`initcwnd`"),
        (place(&route.initrwnd), "`initrwnd`"),
        (place(&route.advmss), "`advmss`"),
        (place(&route.rto_min), "`rto-min`"),
    ]
    .into_iter()
    .filter_map(|(span, attribute)| Some((span?, attribute)))
}

fn place<T>(key: &Key<T>) -> Option<Span> {
    key.given().map(|given| given.key)
}
