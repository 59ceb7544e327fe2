//! Exit codes, and the one place that prints errors.

use std::process::ExitCode;

/// How a command ended. Scripts rely on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All expectations held, or the command did what it was asked.
    Held,
    /// An expectation failed.
    Failed,
    /// The command or the scenario is wrong.
    Wrong,
    /// This machine can't.
    Unable,
    /// Something that had to be seen was not seen to happen.
    Inconclusive,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Held => 0,
            Self::Failed => 1,
            Self::Wrong => 2,
            Self::Unable => 3,
            Self::Inconclusive => 4,
            Self::Interrupted => 130,
        }
    }

    /// The end of a command that ended with that status.
    #[cfg(kernels)]
    pub(crate) fn from_status(status: i32) -> Self {
        let all = [
            Self::Held,
            Self::Failed,
            Self::Wrong,
            Self::Inconclusive,
            Self::Interrupted,
        ];
        let found = all
            .into_iter()
            .find(|exit| i32::from(exit.code()) == status);
        found.unwrap_or(Self::Unable)
    }

    /// Which of two ends a command that has both: 2 before 3 before 1 before 4.
    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Interrupted => 5,
            Self::Wrong => 4,
            Self::Unable => 3,
            Self::Failed => 2,
            Self::Inconclusive => 1,
            Self::Held => 0,
        };
        if rank(other) > rank(self) {
            other
        } else {
            self
        }
    }
}

/// What ended a command before its time.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    error: anyhow::Error,
}

impl Failure {
    pub(crate) fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            error: error.into(),
        }
    }
}

impl Failure {
    /// What went wrong and why, in one text.
    #[cfg(kernels)]
    pub(crate) fn reason(&self) -> String {
        record::reason(self.error.as_ref())
    }
}

/// Anything not said to be otherwise is this machine's doing: files, permissions, the kernel.
impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(Exit::Unable, error)
    }
}

/// Prints what went wrong, if anything, and gives the exit code.
pub(crate) fn report(result: Result<Exit, Failure>) -> ExitCode {
    let exit = match result {
        Ok(exit) => exit,
        // A reader that has seen enough (`tinygram list | head -1`) is no error.
        Err(failure) if is_broken_pipe(&failure.error) => Exit::Held,
        Err(failure) => {
            anstream::eprintln!("{}", record::reason(failure.error.as_ref()));
            failure.exit
        }
    };
    ExitCode::from(exit.code())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

#[cfg(test)]
mod tests {
    use super::Exit::*;

    #[test]
    fn of_several_ends_the_documented_one_wins() {
        assert_eq!(Held.worse(Inconclusive), Inconclusive);
        assert_eq!(Inconclusive.worse(Failed), Failed);
        assert_eq!(Failed.worse(Unable), Unable);
        assert_eq!(Unable.worse(Wrong), Wrong);
        assert_eq!(Wrong.worse(Held), Wrong);
    }
}
