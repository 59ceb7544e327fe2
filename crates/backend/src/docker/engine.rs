//! The Docker engine.

use super::DockerError;
use bollard::{
    API_DEFAULT_VERSION,
    errors::Error,
    models::{ContainerCreateBody, NetworkCreateRequest},
    query_parameters::{AttachContainerOptions, CreateContainerOptions, RemoveContainerOptions},
};
use futures_util::StreamExt;
use serde::Deserialize;
use std::{
    env, fs,
    future::Future,
    io,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    io::AsyncWriteExt,
    runtime::{Builder, Runtime},
    time::{sleep, timeout},
};

/// Another name for the lab's image than `tinygram`.
pub const IMAGE_VARIABLE: &str = "TINYGRAM_IMAGE";

/// The lab's image, as `make image` makes it.
const IMAGE: &str = "tinygram";

/// Where engines listen when nothing else is said.
const USUAL: &str = "unix:///var/run/docker.sock";

/// How long an engine may take to tell its version: one that does not answer is none.
const GREETING: Duration = Duration::from_secs(5);

/// How long it may take for everything else.
const PATIENCE: u64 = 60;

const NOT_FOUND: u16 = 404;
/// What the engine answers when a network has endpoints.
const IN_USE: u16 = 403;
/// How long containers that were told to go may take, and how often to look.
const LEAVING: Duration = Duration::from_secs(10);
const AGAIN: Duration = Duration::from_millis(50);

/// Bytes of the coordinator's complaints that are kept.
const MOST_SAID: usize = 4096;

/// An engine that answers.
pub(super) struct Engine {
    runtime: Runtime,
    docker: bollard::Docker,
    version: String,
}

/// What an engine is like, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its version.
    pub version: String,
    /// The lab's image, and whether the engine has it.
    pub image: (String, bool),
}

/// Looks for the engine and what it has.
///
/// # Errors
/// None answers.
pub fn report() -> Result<Report, DockerError> {
    let engine = Engine::connect()?;
    let has_image = match engine.find_image() {
        Ok(()) => true,
        Err(DockerError::NoImage { .. }) => false,
        Err(error) => return Err(error),
    };
    Ok(Report {
        image: (image(), has_image),
        version: engine.version,
    })
}

/// The lab's image.
pub(super) fn image() -> String {
    env::var(IMAGE_VARIABLE).unwrap_or_else(|_| IMAGE.to_owned())
}

impl Engine {
    /// Finds the engine that the `docker` command would speak to.
    ///
    /// # Errors
    /// None answers there.
    pub(super) fn connect() -> Result<Self, DockerError> {
        let address = address();
        if !["unix://", "tcp://", "http://"]
            .iter()
            .any(|kind| address.starts_with(kind))
        {
            return Err(DockerError::Address { address });
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(DockerError::Start)?;
        let found = runtime.block_on(async {
            let docker = match address.strip_prefix("unix://") {
                Some(path) => {
                    bollard::Docker::connect_with_unix(path, PATIENCE, API_DEFAULT_VERSION)
                }
                None => bollard::Docker::connect_with_http(&address, PATIENCE, API_DEFAULT_VERSION),
            }?;
            // It also asks for the newest interface that both know.
            let greeted = timeout(GREETING, docker.negotiate_version()).await;
            let docker = greeted.map_err(|_| Error::RequestTimeoutError)??;
            let version = docker.version().await?.version;
            Ok((docker, version.unwrap_or_else(|| "unknown".into())))
        });
        match found {
            Ok((docker, version)) => Ok(Self {
                runtime,
                docker,
                version,
            }),
            Err(error) if is_forbidden(&address, &error) => Err(DockerError::Forbidden { address }),
            Err(error) => Err(DockerError::NoEngine {
                address,
                source: Box::new(error),
            }),
        }
    }

    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// How many processors its machine has.
    ///
    /// # Errors
    /// It does not tell.
    pub(super) fn processors(&self) -> Result<usize, DockerError> {
        let info = self.wait(self.docker.info());
        let info = info.map_err(DockerError::refused("tell about its machine"))?;
        let processors = info.ncpu.and_then(|count| usize::try_from(count).ok());
        Ok(processors.unwrap_or(1))
    }

    /// # Errors
    /// The lab's image is not there.
    pub(super) fn find_image(&self) -> Result<(), DockerError> {
        let image = image();
        let found = self.wait(self.docker.inspect_image(&image));
        match found {
            Ok(_) => Ok(()),
            Err(error) if is_not_found(&error) => Err(DockerError::NoImage { image }),
            Err(error) => Err(DockerError::refused(format!("look for the image {image}"))(
                error,
            )),
        }
    }

    /// Waits for what the engine is asked.
    pub(super) fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    pub(super) fn docker(&self) -> &bollard::Docker {
        &self.docker
    }

    pub(super) async fn make_network(&self, network: NetworkCreateRequest) -> Result<(), Error> {
        self.docker.create_network(network).await.map(drop)
    }

    /// Makes and starts a container of that name. Returns its identity.
    pub(super) async fn start(
        &self,
        name: &str,
        container: ContainerCreateBody,
    ) -> Result<String, DockerError> {
        let id = self.make(name, container).await?;
        self.set_going(name, &id).await?;
        Ok(id)
    }

    async fn make(
        &self,
        name: &str,
        container: ContainerCreateBody,
    ) -> Result<String, DockerError> {
        let image = container.image.clone().unwrap_or_default();
        let options = CreateContainerOptions {
            name: Some(name.to_owned()),
            ..Default::default()
        };
        let made = self.docker.create_container(Some(options), container).await;
        match made {
            Ok(made) => Ok(made.id),
            Err(error) if is_not_found(&error) => Err(DockerError::NoImage { image }),
            Err(error) => Err(DockerError::refused(format!("make the container {name}"))(
                error,
            )),
        }
    }

    async fn set_going(&self, name: &str, id: &str) -> Result<(), DockerError> {
        let started = self.docker.start_container(id, None).await;
        started.map_err(DockerError::refused(format!("start the container {name}")))
    }

    /// Makes a container, attaches to its standard input and output, and starts it.
    pub(super) async fn start_attached(
        &self,
        name: &str,
        container: ContainerCreateBody,
    ) -> Result<Attached, DockerError> {
        let id = self.make(name, container).await?;
        let options = AttachContainerOptions {
            stream: true,
            stdin: true,
            stdout: true,
            stderr: true,
            ..Default::default()
        };
        let attached = self.docker.attach_container(&id, Some(options)).await;
        let attached = attached.map_err(DockerError::refused(format!(
            "attach to the container {name}"
        )))?;
        self.set_going(name, &id).await?;
        let (ours, theirs) = UnixStream::pair().map_err(DockerError::Start)?;
        let theirs = theirs
            .set_nonblocking(true)
            .and_then(|()| tokio::net::UnixStream::from_std(theirs));
        let (mut from_us, mut to_us) = theirs.map_err(DockerError::Start)?.into_split();
        let said = Arc::new(Mutex::new(String::new()));
        let (mut output, mut input) = (attached.output, attached.input);
        let hear = Arc::clone(&said);
        tokio::spawn(async move {
            use bollard::container::LogOutput;
            while let Some(Ok(piece)) = output.next().await {
                if let LogOutput::StdErr { message } = &piece {
                    let mut said = hear.lock().unwrap_or_else(PoisonError::into_inner);
                    if said.len() < MOST_SAID {
                        said.push_str(&String::from_utf8_lossy(message));
                    }
                } else if to_us.write_all(piece.as_ref()).await.is_err() {
                    return;
                }
            }
        });
        tokio::spawn(async move {
            // When either side is gone the other hears it by the end of its stream.
            let _ = tokio::io::copy(&mut from_us, &mut input).await;
            let _ = input.shutdown().await;
        });
        Ok(Attached {
            id,
            stream: ours,
            said,
        })
    }

    /// Removes a container, whatever it does. One that is gone needs no removal.
    pub(super) async fn remove(&self, id: &str) -> Result<(), Error> {
        let options = RemoveContainerOptions {
            force: true,
            v: true,
            ..Default::default()
        };
        match self.docker.remove_container(id, Some(options)).await {
            // It is being removed by the engine, which is as good.
            Err(error) if is_not_found(&error) || is_conflict(&error) => Ok(()),
            other => other,
        }
    }

    /// Removes a network. One that is gone needs no removal; one whose containers are still being removed
    /// is waited for.
    pub(super) async fn remove_network(&self, name: &str) -> Result<(), Error> {
        let begin = Instant::now();
        loop {
            match self.docker.remove_network(name).await {
                Err(error) if is_not_found(&error) => return Ok(()),
                Err(error) if is_in_use(&error) && begin.elapsed() < LEAVING => {}
                other => return other,
            }
            sleep(AGAIN).await;
        }
    }
}

/// A container whose standard input and output are ours.
pub(super) struct Attached {
    pub(super) id: String,
    pub(super) stream: UnixStream,
    /// What it has said on standard error.
    pub(super) said: Arc<Mutex<String>>,
}

fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

fn is_in_use(error: &Error) -> bool {
    status(error) == Some(IN_USE)
}

fn is_not_found(error: &Error) -> bool {
    status(error) == Some(NOT_FOUND)
}

fn is_conflict(error: &Error) -> bool {
    const CONFLICT: u16 = 409;
    status(error) == Some(CONFLICT)
}

/// A subnet that some network has already.
pub(super) fn is_overlap(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { message, .. } if message.contains("overlap"))
}

/// The library tells of a socket that may not be opened only that it could not be.
fn is_forbidden(address: &str, error: &Error) -> bool {
    let tried = address.strip_prefix("unix://").map(UnixStream::connect);
    let kind = tried.and_then(Result::err).map(|error| error.kind());
    kind == Some(io::ErrorKind::PermissionDenied) && status(error).is_none()
}

/// Where the engine is, as the `docker` command finds it: DOCKER_HOST, else the context in use, else the
/// usual place.
fn address() -> String {
    if let Ok(host) = env::var("DOCKER_HOST")
        && !host.is_empty()
    {
        return host;
    }
    context().unwrap_or_else(|| USUAL.to_owned())
}

/// The address of a context that is not the default one. Where it is kept only the command knows.
fn context() -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Config {
        current_context: Option<String>,
    }
    let folder = env::var_os("DOCKER_CONFIG").map(PathBuf::from);
    let folder = folder.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".docker")))?;
    let config: Config =
        serde_json::from_slice(&fs::read(folder.join("config.json")).ok()?).ok()?;
    let name = env::var("DOCKER_CONTEXT").ok().or(config.current_context)?;
    if name.is_empty() || name == "default" {
        return None;
    }
    let output = Command::new("docker")
        .args([
            "context",
            "inspect",
            &name,
            "--format",
            "{{.Endpoints.docker.Host}}",
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let address = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !address.is_empty()).then_some(address)
}
