//! Errors for people, and on their way to another process.

use std::error::Error;

/// An error and its causes in one line, then what mends it.
pub fn reason(error: &dyn Error) -> String {
    let (mut line, mut mends) = (String::new(), Vec::new());
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        let (what, mend) = match text.split_once(MEND) {
            Some((what, mend)) => (what, Some(mend.to_owned())),
            None => (text.as_str(), None),
        };
        // Some libraries' errors repeat what their causes say.
        if !line.contains(what) {
            let colon = if line.is_empty() { "" } else { ": " };
            line = format!("{line}{colon}{what}");
        }
        mends.extend(mend);
        cause = error.source();
    }
    mends.iter().fold(line, |text, mend| text + MEND + mend)
}

/// What stands before the advice in an error's text. It comes after all causes.
const MEND: &str = "\nto mend it: ";

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("no engine answers\nto mend it: start it")]
    struct NoEngine(#[source] Refused);

    #[derive(Debug, thiserror::Error)]
    #[error("connect: refused")]
    struct Refused(#[source] Cause);

    #[derive(Debug, thiserror::Error)]
    #[error("refused")]
    struct Cause;

    #[test]
    fn advice_comes_after_the_causes_and_nothing_is_said_twice() {
        let said = reason(&NoEngine(Refused(Cause)));
        assert_eq!(
            said,
            "no engine answers: connect: refused\nto mend it: start it"
        );
    }
}
