//! Which language to speak.

use scenario::text::Lang;
use std::env;

/// The language of `--lang`.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum LangArg {
    /// English
    En,
    /// Chinese
    Zh,
}

/// The language asked for, else the locale's (locale(7): LC_ALL, LC_MESSAGES, LANG), else English.
pub(crate) fn choose(asked: Option<LangArg>) -> Lang {
    match asked {
        Some(LangArg::En) => Lang::En,
        Some(LangArg::Zh) => Lang::Zh,
        None => from_locale(|name| env::var(name).ok()),
    }
}

fn from_locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable);
    match set.into_iter().find(|value| !value.is_empty()) {
        Some(locale) if locale.starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let zh = |name: &str| (name == "LANG").then(|| "zh_CN.UTF-8".to_owned());
        assert_eq!(from_locale(zh), Lang::Zh);
        let both = |name: &str| match name {
            "LC_ALL" => Some("C".to_owned()),
            _ => Some("zh_CN.UTF-8".to_owned()),
        };
        assert_eq!(from_locale(both), Lang::En);
        assert_eq!(from_locale(|_| None), Lang::En);
    }
}
