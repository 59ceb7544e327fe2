//! A run in a kernel of its own: the same command again, inside.

use crate::{
    cli::RunArgs,
    exit::{Exit, Failure},
};
use anyhow::{Context, anyhow};
use backend::uml::{Ability, Errand};
use scenario::{plan::Plan, text::Lang};
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};
use std::{
    collections::BTreeMap,
    env,
    io::{IsTerminal, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Plays in user-mode Linux what the arguments ask for.
pub(in crate::run) fn run(
    ability: &Ability,
    arguments: &RunArgs,
    plan: &Plan,
    lang: Lang,
    verbose: u8,
) -> Result<Exit, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&stop)).context("can't listen for Ctrl-C")?;
    }
    let hosts = plan.variants.iter().map(|variant| variant.hosts.len());
    // A variable that is no text can't travel in an errand's JSON; hardly any program looks for one.
    let mut environment: BTreeMap<String, String> = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    if std::io::stdout().is_terminal() {
        // Inside, the output goes to a file.
        environment.insert("CLICOLOR_FORCE".into(), "1".into());
    }
    // Nor can such a folder, and another one must not stand in for it.
    let text = |option: &str, path: &'_ Path| {
        path.to_str().map(str::to_owned).with_context(|| {
            let path = path.display();
            format!("--{option}={path}: user-mode Linux takes only a path that is UTF-8")
        })
    };
    let runs = &text("runs", &arguments.runs)?;
    let junit = arguments.junit.as_deref();
    let junit = junit.map(|file| text("junit", file)).transpose()?;
    let csv = arguments.csv.as_deref();
    let csv = csv.map(|file| text("csv", file)).transpose()?;
    let errand = Errand {
        arguments: again(arguments, runs, [junit, csv], lang, verbose),
        dir: env::current_dir().context("can't tell the current folder")?,
        environment,
        hosts: hosts.max().unwrap_or_default(),
        modules: ability.modules.clone(),
    };
    let returned = errand.run(ability, &|| stop.load(Ordering::Relaxed))?;
    let Some(returned) = returned else {
        return Err(Failure::new(Exit::Interrupted, anyhow!("interrupted")));
    };
    anstream::stderr().write_all(&returned.stderr)?;
    anstream::stdout().write_all(&returned.stdout)?;
    Ok(Exit::from_status(returned.status))
}

/// The same command line for the kernel inside.
fn again(
    arguments: &RunArgs,
    runs: &str,
    [junit, csv]: [Option<String>; 2],
    lang: Lang,
    verbose: u8,
) -> Vec<String> {
    let mut again = vec!["run".to_owned(), "--inside-uml".to_owned()];
    let lang = match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    again.extend(["--lang".to_owned(), lang.to_owned()]);
    again.extend((0..verbose).map(|_| "--verbose".to_owned()));
    for variant in &arguments.variants {
        again.push(format!("--variant={variant}"));
    }
    if let Some(seed) = arguments.seed {
        again.push(format!("--seed={seed}"));
    }
    again.push(format!("--repeat={}", arguments.repeat));
    if arguments.json {
        again.push("--json".to_owned());
    }
    again.push(format!("--runs={runs}"));
    again.extend(junit.map(|file| format!("--junit={file}")));
    again.extend(csv.map(|file| format!("--csv={file}")));
    again.extend(["--".to_owned(), arguments.scenario.clone()]);
    again
}
