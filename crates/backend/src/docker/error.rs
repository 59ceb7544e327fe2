//! Why containers can't be had, or don't do what they should.

use std::{io, path::PathBuf};

/// Why containers can't be had, or don't do what they should.
#[derive(Debug, thiserror::Error)]
pub enum DockerError {
    /// No engine answers.
    #[error(
        "no Docker engine answers at {address}\n\
         to mend it: install Docker Engine, or `systemctl start docker`, or set DOCKER_HOST"
    )]
    NoEngine {
        /// Where one was looked for.
        address: String,
        /// Why it is none.
        #[source]
        source: Box<bollard::errors::Error>,
    },
    /// This user may not speak to the engine.
    #[error(
        "this user may not use the Docker engine at {address}\n\
         to mend it: `usermod -aG docker $USER` and log in again, or run as root"
    )]
    Forbidden {
        /// Where the engine is.
        address: String,
    },
    /// The engine's address is of a kind that is not spoken here.
    #[error(
        "the Docker engine's address {address} is neither unix:// nor tcp://\n\
         to mend it: set DOCKER_HOST to one that is"
    )]
    Address {
        /// The address.
        address: String,
    },
    /// The engine lacks the lab's image.
    #[error(
        "the Docker engine has no image {image}\n\
         to mend it: `make image` if it is the lab's own (TINYGRAM_IMAGE names it), else `docker pull` or `docker build` it"
    )]
    NoImage {
        /// Its name.
        image: String,
    },
    /// No subnet is free.
    #[error(
        "no subnet of 198.18.0.0/15 is free for the lab's network\n\
         to mend it: `tinygram clean`, or `docker network prune`"
    )]
    NoSubnet,
    /// The engine refuses something.
    #[error("the Docker engine can't {what}")]
    Refused {
        /// What it was asked.
        what: String,
        /// Why not.
        #[source]
        source: Box<bollard::errors::Error>,
    },
    /// The engine does not give something up.
    #[error(
        "the Docker engine keeps the {what}\n\
         to mend it: `tinygram clean` again; if that does not help, restart the engine and clean once more"
    )]
    Kept {
        /// What it keeps.
        what: String,
        /// Why.
        #[source]
        source: Box<bollard::errors::Error>,
    },
    /// What speaks to the engine could not be started.
    #[error("can't start what speaks to the Docker engine")]
    Start(#[source] io::Error),
    /// A host's container is gone.
    #[error("the container of host {host} is gone: killed, or out of memory")]
    Gone {
        /// Which host.
        host: String,
    },
    /// The containers are gone before the run began.
    #[error("the containers are gone; was `docker rm` at work?")]
    Vanished,
    /// What the last variant has left in the containers would reach the next.
    #[error(
        "the containers can't be used again after the last variant: `docker compose up` once more"
    )]
    UsedUp,
    /// A host's container does not come to the coordinator.
    #[error("the container of host {host} did not come up{}", if said.is_empty() { String::new() } else { format!(": {said}") })]
    Absent {
        /// Which host.
        host: String,
        /// What the coordinator's container has said meanwhile.
        said: String,
    },
    /// A container speaks another version.
    #[error("the image's tinygram is of another version than this one\nto mend it: `make image`")]
    Version,
    /// A host's files did not come.
    #[error("the files of host {host} did not come back from its container")]
    Files {
        /// Which host.
        host: String,
    },
    /// A file could not be written.
    #[error("can't write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The place where agents call can't be made.
    #[error("can't listen at {}; does the container share /dev/shm?", path.display())]
    Listen {
        /// The socket.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The coordinator could not become the owner of the folder for runs.
    #[error("can't become the owner of {}, to whom the runs should belong", path.display())]
    Owner {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl DockerError {
    /// The engine does not give that up.
    pub(super) fn kept(what: impl Into<String>) -> impl FnOnce(bollard::errors::Error) -> Self {
        let what = what.into();
        move |source| Self::Kept {
            what,
            source: Box::new(source),
        }
    }

    /// The engine refused to do that.
    pub(super) fn refused(what: impl Into<String>) -> impl FnOnce(bollard::errors::Error) -> Self {
        let what = what.into();
        move |source| Self::Refused {
            what,
            source: Box::new(source),
        }
    }
}
