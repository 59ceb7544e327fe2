//! Python programs of tests/python, and what they print.

use super::python_file;
use std::process::Stdio;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

/// One that was started. It ends when it is dropped.
pub(crate) struct Python {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Python {
    pub(crate) fn start(file: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("python3");
        command.arg(python_file(file)).args(arguments);
        command.stdout(Stdio::piped()).kill_on_drop(true);
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The address a server prints first.
    pub(crate) async fn address(&mut self) -> std::net::SocketAddr {
        let mut line = String::new();
        self.stdout.read_line(&mut line).await.unwrap();
        line.trim_end().parse().unwrap()
    }

    /// What it printed, line by line, once it has ended well.
    pub(crate) async fn end(mut self) -> Vec<String> {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).await.unwrap();
        assert!(self.child.wait().await.unwrap().success());
        rest.lines().map(String::from).collect()
    }
}
