//! The agents, and everything that may be heard while leading them.

use control::{Order, Report, Sender};
use std::{
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

/// Lets another thread (a signal handler's) end the run that is being led, now or later.
#[derive(Clone, Debug, Default)]
pub struct Interrupter(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    interrupted: bool,
    listener: Option<mpsc::Sender<Incoming>>,
}

impl Interrupter {
    /// Ends the run that is being led, and any that would be led later.
    pub fn interrupt(&self) {
        let mut state = self.state();
        state.interrupted = true;
        self.0.1.notify_all();
        if let Some(listener) = &state.listener {
            // A leader that has ended meanwhile needs no interruption.
            let _ = listener.send(Incoming::Interrupted);
        }
    }

    /// Whether it is interrupted within so long, or has been.
    pub fn is_interrupted_within(&self, patience: Duration) -> bool {
        let waits = |state: &mut State| !state.interrupted;
        let waited = self.0.1.wait_timeout_while(self.state(), patience, waits);
        waited.unwrap_or_else(PoisonError::into_inner).0.interrupted
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attach(&self, listener: mpsc::Sender<Incoming>) {
        let mut state = self.state();
        if state.interrupted {
            let _ = listener.send(Incoming::Interrupted);
        }
        state.listener = Some(listener);
    }
}

/// What a leader hears.
#[derive(Debug)]
pub(super) enum Incoming {
    Report(usize, Report),
    Gone(usize, String),
    Interrupted,
}

/// The agents' control connections.
pub(super) struct Roster {
    senders: Vec<Option<Sender<Order>>>,
    sockets: Vec<UnixStream>,
    incoming: mpsc::Receiver<Incoming>,
    heard: bool,
}

impl Roster {
    /// Listens to these agents, a thread each.
    pub(super) fn listen(agents: Vec<UnixStream>, interrupter: &Interrupter) -> io::Result<Self> {
        let (listener, incoming) = mpsc::channel();
        interrupter.attach(listener.clone());
        let mut senders = Vec::with_capacity(agents.len());
        let sockets = agents
            .iter()
            .map(UnixStream::try_clone)
            .collect::<io::Result<_>>()?;
        for (host, socket) in agents.into_iter().enumerate() {
            let (mut receiver, sender) = control::over::<Report, Order>(socket)?;
            senders.push(Some(sender));
            let listener = listener.clone();
            // The thread ends with its connection, or when nobody listens to it any more.
            thread::Builder::new()
                .name(format!("agent-{host}"))
                .spawn(move || {
                    loop {
                        let heard = match receiver.receive() {
                            Ok(Some(report)) => Incoming::Report(host, report),
                            Ok(None) => Incoming::Gone(host, "its agent is gone".into()),
                            Err(error) => Incoming::Gone(host, error.to_string()),
                        };
                        let last = matches!(heard, Incoming::Gone(..));
                        if listener.send(heard).is_err() || last {
                            return;
                        }
                    }
                })?;
        }
        Ok(Self {
            senders,
            sockets,
            incoming,
            heard: false,
        })
    }

    pub(super) fn next(&mut self, deadline: Instant) -> Result<Incoming, RecvTimeoutError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let heard = self.incoming.recv_timeout(left)?;
        match &heard {
            Incoming::Report(..) => self.heard = true,
            Incoming::Gone(host, _) => self.senders[*host] = None,
            Incoming::Interrupted => {}
        }
        Ok(heard)
    }

    /// Whether any agent has ever spoken.
    pub(super) fn was_up(&self) -> bool {
        self.heard
    }

    /// Whether that agent's connection still stands.
    pub(super) fn is_there(&self, host: usize) -> bool {
        self.senders[host].is_some()
    }

    /// Tells one agent. That it is gone is heard from its thread.
    pub(super) fn tell(&mut self, host: usize, order: &Order) {
        if let Some(sender) = &mut self.senders[host]
            && sender.send(order).is_err()
        {
            self.senders[host] = None;
        }
    }

    pub(super) fn tell_all(&mut self, order: &Order) {
        for host in 0..self.senders.len() {
            self.tell(host, order);
        }
    }

    /// Closes all connections, which ends the agents and the listening threads.
    pub(super) fn dismiss(&mut self) {
        for socket in self.sockets.drain(..) {
            // A connection that is closed already needs no closing.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Roster {
    fn drop(&mut self) {
        self.dismiss();
    }
}
