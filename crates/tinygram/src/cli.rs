//! What users type.

#[cfg(kernels)]
use crate::{clean, doctor};
use crate::{
    exit::{Exit, Failure},
    explain,
    inspect::{self, View},
    lang::{self, LangArg},
    run, scenarios,
};
use clap::{Parser, Subcommand, ValueEnum};
use report::TextRenderer;
use std::{io::IsTerminal, path::PathBuf, str::FromStr};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// See, prove and test what small packets and stream sockets do to programs.
///
/// Exit codes: 0 all expectations held; 1 an expectation failed, or a run broke off; 2 the command or the scenario is
/// wrong; 3 this machine can't; 4 inconclusive; 130 interrupted.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Language of the output [default: the locale's]
    #[arg(long, global = true, value_enum)]
    lang: Option<LangArg>,
    /// Say more on stderr; twice for everything (or set RUST_LOG)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play a scenario's variants and compare them
    Run(RunArgs),
    /// The scenarios there are
    List,
    /// Validate scenario files without running them
    Check {
        /// Scenario files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// The JSON Schema of the scenario format
    Schema,
    /// Analyse a capture (pcap, pcapng) or a run directory
    Inspect {
        /// A capture file, also one packed with gzip or zstd, - for standard input, or a run directory
        path: PathBuf,
        /// Write JSON instead of text
        #[arg(long)]
        json: bool,
        /// Write only what Wireshark's TCP analysis says, for captures: per line a frame's number, a tab, and its
        /// flags with commas between them (docs/flags.md)
        #[arg(long, conflicts_with_all = ["json", "connection", "ethernet"])]
        flags: bool,
        /// Only this connection, in detail; numbers are Wireshark's (tcp.stream) in captures
        #[arg(long, value_name = "N")]
        connection: Option<usize>,
        /// Let efficiency count what Ethernet adds to each packet
        #[arg(long, conflicts_with = "json")]
        ethernet: bool,
    },
    /// Explain a finding, a cause, a link's condition or a scenario; without a topic, list them
    Explain {
        /// A word of the lab's output, such as sticky-read, or a scenario
        topic: Option<String>,
    },
    /// What this machine can do, and how to mend what it can't
    #[cfg(kernels)]
    Doctor {
        /// Write JSON instead of text
        #[arg(long)]
        json: bool,
    },
    /// Remove what runs left behind, and only that; never touches runs/
    #[cfg(kernels)]
    Clean,
}

/// The arguments of `tinygram run`.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// A scenario's name (looked up in ./scenarios, then among those built in) or a file
    pub(crate) scenario: String,
    /// Only this variant; may be given several times
    #[arg(long = "variant", value_name = "VARIANT")]
    pub(crate) variants: Vec<String>,
    /// Where to run it
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) backend: BackendArg,
    /// Where all chance comes from [default: the scenario's seed, else 1]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Simulate each variant with every one of these seeds (`--backend sim` only), keep the files of failing runs,
    /// and name the smallest of their seeds
    #[arg(long, value_name = "FIRST..LAST", conflicts_with_all = ["seed", "repeat"])]
    pub(crate) seeds: Option<Seeds>,
    /// Play each variant that many times
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) repeat: u32,
    /// Write JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Write what was expected as JUnit's XML to this file, too
    #[arg(long, value_name = "FILE", conflicts_with = "seeds")]
    pub(crate) junit: Option<PathBuf>,
    /// Write every value of every run to this file, too: one row a run and value
    #[arg(long, value_name = "FILE", conflicts_with = "seeds")]
    pub(crate) csv: Option<PathBuf>,
    /// Where run directories go
    #[arg(long, default_value = "runs", value_name = "DIR")]
    pub(crate) runs: PathBuf,
    /// This kernel is a user-mode Linux that was started for the run
    #[cfg(kernels)]
    #[arg(long, hide = true)]
    pub(crate) inside_uml: bool,
    /// This process coordinates the containers of `docker compose up`
    #[cfg(kernels)]
    #[arg(long, hide = true)]
    pub(crate) inside_compose: bool,
}

/// Seeds to search, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seeds {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Seeds {
    /// How many there are.
    pub(crate) fn count(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ends = text.split_once("..").and_then(|(first, last)| {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(Self { first, last })
        });
        ends.ok_or_else(|| "give the first and the last seed, like 1..10000".to_owned())
    }
}

/// Where hosts can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackendArg {
    /// The best this machine has
    Auto,
    /// Containers of a Docker engine
    #[cfg(kernels)]
    Docker,
    /// Linux network namespaces
    #[cfg(kernels)]
    Netns,
    /// Linux network namespaces of a kernel of its own: user-mode Linux, which has netem
    #[cfg(kernels)]
    Uml,
    /// No kernel: simulated hosts (smoltcp) in virtual time, the same on every machine
    Sim,
}

impl Cli {
    /// Starts logging to stderr.
    pub(crate) fn start_log(&self) {
        let level = match self.verbose {
            0 => LevelFilter::WARN,
            1 => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        let filter = EnvFilter::builder()
            .with_default_directive(level.into())
            .from_env_lossy();
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
            .init();
    }

    /// Does what was typed.
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let lang = lang::choose(self.lang);
        match self.command {
            Command::Run(arguments) => run::run(&arguments, lang, self.verbose),
            Command::List => scenarios::list(lang),
            Command::Check { files } => scenarios::check(&files),
            Command::Schema => scenarios::schema(),
            Command::Inspect { path, flags, .. } if flags => inspect::flags(&path),
            Command::Inspect {
                path,
                json,
                connection,
                ethernet,
                ..
            } => inspect::inspect(
                &path,
                &View {
                    json,
                    connection,
                    text: TextRenderer::new(lang).with_ethernet(ethernet),
                },
            ),
            Command::Explain { topic } => explain::explain(topic.as_deref(), lang),
            #[cfg(kernels)]
            Command::Doctor { json } => doctor::doctor(json, lang),
            #[cfg(kernels)]
            Command::Clean => clean::clean(lang),
        }
    }
}
