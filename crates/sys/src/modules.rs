//! Kernel modules, loaded with what they depend on (init_module(2)); for a kernel that this process
//! is the init of.

use nix::kmod::{ModuleInitFlags, finit_module};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// A module that can't be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModuleError {
    /// The list of modules can't be read.
    #[error("can't read {}, the list of the kernel's modules", path.display())]
    List {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A module's file can't be opened.
    #[error("can't open the kernel module {}", path.display())]
    Open {
        /// Its file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The kernel refuses it.
    #[error("the kernel refuses the module {}", path.display())]
    Load {
        /// Its file.
        path: PathBuf,
        /// Why.
        #[source]
        source: nix::Error,
    },
}

/// The modules of one kernel, as depmod(8) has listed them.
#[derive(Debug)]
pub struct Modules {
    folder: PathBuf,
    /// By name: the file, and the files of what it depends on.
    files: BTreeMap<String, Vec<PathBuf>>,
}

impl Modules {
    /// The modules in a folder such as /lib/modules/6.1.0.
    ///
    /// # Errors
    /// There is no modules.dep.
    pub fn read(folder: &Path) -> Result<Self, ModuleError> {
        let path = folder.join("modules.dep");
        let list =
            fs::read_to_string(&path).map_err(|source| ModuleError::List { path, source })?;
        Ok(Self {
            folder: folder.to_owned(),
            files: list.lines().filter_map(entry).collect(),
        })
    }

    /// Loads a module and, before it, what it depends on. One that is not listed is taken to be
    /// built in; one that is loaded already stays.
    ///
    /// # Errors
    /// A file can't be opened, or the kernel refuses.
    pub fn load(&self, name: &str) -> Result<(), ModuleError> {
        let files = self.files.get(name).map_or(&[][..], Vec::as_slice);
        // What is listed last depends on nothing.
        for file in files.iter().rev() {
            let path = self.folder.join(file);
            let module = File::open(&path).map_err(|source| ModuleError::Open {
                path: path.clone(),
                source,
            })?;
            match finit_module(&module, c"", ModuleInitFlags::empty()) {
                Ok(()) | Err(nix::Error::EEXIST) => {}
                Err(source) => return Err(ModuleError::Load { path, source }),
            }
        }
        Ok(())
    }
}

/// `kernel/net/bridge/bridge.ko: kernel/net/802/stp.ko kernel/net/llc/llc.ko`
fn entry(line: &str) -> Option<(String, Vec<PathBuf>)> {
    let (file, needed) = line.split_once(':')?;
    let file = PathBuf::from(file);
    let name = file
        .file_name()?
        .to_str()?
        .split_once('.')?
        .0
        .replace('-', "_");
    let files = std::iter::once(file.clone()).chain(needed.split_whitespace().map(PathBuf::from));
    Some((name, files.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_module_and_what_it_needs() {
        let line = "kernel/net/bridge/bridge.ko: kernel/net/802/stp.ko kernel/net/llc/llc.ko";
        let (name, files) = entry(line).unwrap();
        assert_eq!(name, "bridge");
        let files: Vec<_> = files.iter().map(|file| file.to_str().unwrap()).collect();
        assert_eq!(files[0], "kernel/net/bridge/bridge.ko");
        assert_eq!(files.len(), 3);
        assert_eq!(entry("kernel/lib/crc-ccitt.ko:").unwrap().0, "crc_ccitt");
    }

    #[test]
    fn without_a_list_there_are_no_modules() {
        let error = Modules::read(Path::new("/nonexistent")).unwrap_err();
        assert!(error.to_string().contains("modules.dep"), "{error}");
    }
}
