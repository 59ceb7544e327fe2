//! What of a run is the kernel's own choice.

use record::manifest::{LEFT_TO_KERNEL, Manifest};
use std::collections::BTreeMap;

/// Sysctls that no host of the scenario sets and all hosts have alike, without the begin of their names.
pub(crate) fn left_to_it(manifest: &Manifest) -> BTreeMap<String, String> {
    let mut left = BTreeMap::new();
    let Some((first, others)) = manifest.hosts.split_first() else {
        return left;
    };
    for name in LEFT_TO_KERNEL {
        let short = name.trim_start_matches("net.ipv4.");
        let is_set = |host: &scenario::plan::HostPlan| host.sysctls.contains_key(short);
        let Some(value) = first.sysctls.get(name) else {
            continue;
        };
        if others
            .iter()
            .all(|host| host.sysctls.get(name) == Some(value))
            && !manifest.variant.hosts.iter().any(is_set)
        {
            left.insert(short.to_owned(), value.clone());
        }
    }
    left
}
