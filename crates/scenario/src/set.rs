//! A variant's `set`: values put into the tree by dotted paths, before it is decoded, so that
//! whatever is wrong with them is told at the place where they stand.

use crate::{
    decode::Names,
    problem::{Problems, quoted},
    shape::Object,
    span::Span,
    suggest,
    tree::{Content, Entry, Node},
    written::{
        Host, ImpairmentKeys, LinkKeys, NetworkKeys, Program, RouteKeys, Scenario, Setting,
        Sysctls, misplaced,
    },
};

/// Applies the settings in their order. Those that name nothing become problems.
pub(crate) fn apply(
    tree: &mut Node,
    settings: &[Setting],
    base: &Scenario,
    problems: &mut Problems,
) {
    let hosts = base.hosts.value();
    for setting in settings {
        if let Some(keys) = locate(setting, hosts, problems) {
            put(tree, &keys, setting);
        }
    }
}

/// The keys that lead from the root to what the path names.
fn locate<'a>(
    setting: &'a Setting,
    hosts: Option<&Names<Host>>,
    problems: &mut Problems,
) -> Option<Vec<&'a str>> {
    let mut path = Path::new(setting, problems);
    let first = path.next()?;
    let keys = match first {
        "deadline" | "needs" | "timeline" => vec![first],
        "network" => path.key_of(&NetworkKeys::OBJECT, vec![first])?,
        "link" => in_link(&mut path, vec![first], hosts)?,
        "seed" => {
            path.complain(
                "the seed is the whole scenario's",
                "leave it to `tinygram run --seed`",
            );
            return None;
        }
        _ => in_host(&mut path, first, hosts?)?,
    };
    path.end()?;
    Some(keys)
}

fn in_host<'a>(
    path: &mut Path<'a, '_>,
    name: &'a str,
    hosts: &Names<Host>,
) -> Option<Vec<&'a str>> {
    const GLOBAL: [&str; 5] = ["deadline", "link", "needs", "network", "timeline"];
    let Some(host) = hosts.find(name) else {
        let candidates = hosts.names().chain(GLOBAL);
        let hint = suggest::hint(name, "hosts and keys", candidates);
        path.complain(&format!("there is no host {}", quoted(name)), &hint);
        return None;
    };
    // A host that could not be read has had its own problem.
    let programs = host.value.as_ref()?.run.value();
    let second = path.required(&format!("what of {name}"))?;
    match second {
        "address" | "count" | "image" | "stack" => Some(vec!["hosts", name, second]),
        "link" => in_link(path, vec!["hosts", name, second], Some(hosts)),
        "sysctls" => path.key_of(&Sysctls::OBJECT, vec!["hosts", name, second]),
        "route" => path.key_of(&RouteKeys::OBJECT, vec!["hosts", name, second]),
        _ if programs.is_some_and(|programs| programs.find(second).is_some()) => {
            path.key_of(&Program::OBJECT, vec!["hosts", name, "run", second])
        }
        _ => {
            let names: Vec<&str> = programs.into_iter().flat_map(Names::names).collect();
            let candidates = names.iter().copied().chain([
                "link", "address", "count", "image", "route", "stack", "sysctls",
            ]);
            let hint = suggest::hint(second, &format!("parts of {name}"), candidates);
            path.complain(&format!("{name} runs no {}", quoted(second)), &hint);
            None
        }
    }
}

/// A key of a link, and what is below `toward`.
fn in_link<'a>(
    path: &mut Path<'a, '_>,
    keys: Vec<&'a str>,
    hosts: Option<&Names<Host>>,
) -> Option<Vec<&'a str>> {
    let mut keys = path.key_of(&LinkKeys::OBJECT, keys)?;
    if keys.last() != Some(&"toward") {
        return Some(keys);
    }
    let Some(name) = path.next() else {
        return Some(keys);
    };
    let names = hosts.into_iter().flat_map(Names::names);
    if !names.clone().any(|host| host == name) {
        let hint = suggest::hint(name, "hosts", names);
        path.complain(&format!("there is no host {}", quoted(name)), &hint);
        return None;
    }
    keys.push(name);
    path.key_of(&ImpairmentKeys::OBJECT, keys)
}

/// A path that is walked segment by segment.
struct Path<'a, 'p> {
    setting: &'a Setting,
    segments: std::str::Split<'a, char>,
    current: &'a str,
    problems: &'p mut Problems,
}

impl<'a, 'p> Path<'a, 'p> {
    fn new(setting: &'a Setting, problems: &'p mut Problems) -> Self {
        Self {
            segments: setting.path.split('.'),
            current: &setting.path,
            setting,
            problems,
        }
    }

    fn next(&mut self) -> Option<&'a str> {
        self.current = self.segments.next()?;
        Some(self.current)
    }

    fn required(&mut self, what: &str) -> Option<&'a str> {
        let before = self.current;
        let next = self.next();
        if next.is_none() {
            self.current = before;
            let message = format!("`{}` doesn't say {what}", self.setting.path);
            self.complain(
                &message,
                "write HOST.PROGRAM.OPTION, HOST.link.KEY or HOST.address",
            );
        }
        next
    }

    /// Goes on to one of the object's keys, or stays at the whole object.
    fn key_of(&mut self, object: &Object, mut keys: Vec<&'a str>) -> Option<Vec<&'a str>> {
        let Some(key) = self.next() else {
            return Some(keys);
        };
        if object.key(key).is_none() {
            let names = object.keys.iter().map(|key| key.name);
            let hint = suggest::hint(key, &format!("the keys of {}", object.name), names);
            let message = format!("{} has no key {}", object.name, quoted(key));
            match misplaced(key).filter(|_| object.name == ImpairmentKeys::OBJECT.name) {
                Some((message, hint)) => self.complain(message, hint),
                None => self.complain(&message, &hint),
            }
            return None;
        }
        keys.push(key);
        Some(keys)
    }

    fn end(&mut self) -> Option<()> {
        let before = self.current;
        if self.next().is_none() {
            return Some(());
        }
        self.complain(
            &format!("`{before}` has no parts"),
            &format!("end the path at `{before}`"),
        );
        None
    }

    fn complain(&mut self, message: &str, hint: &str) {
        let span = self.setting.span.of_part(&self.setting.path, self.current);
        self.problems.add(span, message, hint);
    }
}

/// Puts a value at the end of `keys`, and maps on the way where there are none.
fn put(tree: &mut Node, keys: &[&str], setting: &Setting) {
    let Some((first, rest)) = keys.split_first() else {
        *tree = setting.value.clone();
        return;
    };
    if tree.content == Content::Nothing {
        tree.content = Content::Map(Vec::new());
    }
    // What is no map has been told of already.
    let Content::Map(entries) = &mut tree.content else {
        return;
    };
    let at = entries
        .iter()
        .position(|entry| entry.key == *first)
        .unwrap_or_else(|| {
            entries.push(created(first, setting.span));
            entries.len() - 1
        });
    if rest.is_empty() {
        entries[at].key_span = setting.span;
    }
    put(&mut entries[at].value, rest, setting);
}

fn created(key: &str, span: Span) -> Entry {
    Entry {
        key: key.to_owned(),
        key_span: span,
        value: Node {
            span,
            content: Content::Nothing,
        },
    }
}
