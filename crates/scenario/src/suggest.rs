//! "Did you mean": the known name nearest to what was written.

/// The candidate that is a slip of the pen away from `written`, if one is: one letter wrong,
/// missing, added or swapped with its neighbour in every three.
pub(crate) fn closest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let tolerated = (written.chars().count() / 3).max(1);
    let written = written.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&written, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= tolerated && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A hint that names the closest candidate, or all of them.
pub(crate) fn hint<'a>(
    written: &str,
    what: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    if let Some(candidate) = closest(written, candidates.clone()) {
        return format!("did you mean `{candidate}`?");
    }
    let names: Vec<_> = candidates.into_iter().collect();
    if names.is_empty() {
        format!("there are no {what}")
    } else {
        format!("{what}: {}", names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["delay", "loss", "mtu", "read-pause"];
        let cases = [
            ("dealy", Some("delay")),
            ("Delay", Some("delay")),
            ("read_pause", Some("read-pause")),
            ("readpause", Some("read-pause")),
            ("los", Some("loss")),
            ("bandwidth", None),
            ("x", None),
            ("", None),
        ];
        for (written, expected) in cases {
            assert_eq!(closest(written, known), expected, "{written}");
        }
    }
}
