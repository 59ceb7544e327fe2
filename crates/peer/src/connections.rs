//! The connections of one peer, each a task of its own.

use crate::{PeerError, Summary};
use record::journal::Totals;
use std::future::Future;
use tokio::{
    sync::watch,
    task::{JoinError, JoinSet},
};

/// What a connection's task gives: nothing if it was cut before it was open.
pub(crate) type Ended = Result<Option<Totals>, PeerError>;

/// All connections, those that ended already summed up.
pub(crate) struct Connections {
    tasks: JoinSet<Ended>,
    cut: watch::Sender<bool>,
    summary: Summary,
    failed: Result<(), PeerError>,
}

impl Connections {
    pub(crate) fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            cut: watch::Sender::new(false),
            summary: Summary::default(),
            failed: Ok(()),
        }
    }

    /// Turns true when the connections are to be cut.
    pub(crate) fn cut(&self) -> watch::Receiver<bool> {
        self.cut.subscribe()
    }

    /// Whether none is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    pub(crate) fn spawn(&mut self, talk: impl Future<Output = Ended> + Send + 'static) {
        self.tasks.spawn(talk);
    }

    /// Waits for one to end; false when there is none.
    pub(crate) async fn one_ended(&mut self) -> bool {
        match self.tasks.join_next().await {
            Some(ended) => self.add(ended),
            None => return false,
        }
        true
    }

    /// Waits until all have ended, and cuts them when `cut` ends first.
    pub(crate) async fn finish(
        mut self,
        cut: impl Future<Output = ()>,
    ) -> Result<Summary, PeerError> {
        tokio::pin!(cut);
        loop {
            let uncut = !*self.cut.borrow();
            tokio::select! {
                biased;
                another = self.one_ended() => if !another {
                    return self.failed.map(|()| self.summary);
                },
                () = &mut cut, if uncut => {
                    self.cut.send_replace(true);
                }
            }
        }
    }

    fn add(&mut self, ended: Result<Ended, JoinError>) {
        match ended {
            Ok(Ok(totals)) => totals.iter().for_each(|totals| self.summary.add(totals)),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a connection failed");
                if self.failed.is_ok() {
                    self.failed = Err(error);
                }
            }
            Err(join) if join.is_panic() => std::panic::resume_unwind(join.into_panic()),
            // Nobody cancels these tasks but a runtime that is going away.
            Err(_) => {}
        }
    }
}
