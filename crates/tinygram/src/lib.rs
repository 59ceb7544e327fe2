//! The command line: exit codes, progress, end-to-end tests.
