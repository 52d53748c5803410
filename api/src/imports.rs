//! The imports under way in this process. A file that was uploaded is read and stored after its upload has been
//! answered; who knows the import's id can watch it and cancel it here. What another process imports is known by its
//! record alone.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use entity::{AccountId, AgencyId, ImportId};
use reform_worker::dossiers::{DossierFile, Watch, import, in_chunks};
use reform_worker::imports::{ImportError, Order, Progress};
use reform_worker::inputs::{self, Choices};
use reform_worker::{Clock, Signals};
use sea_orm::DatabaseConnection;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The imports of a process. Cheap to clone; the clones know the same.
#[derive(Clone)]
pub struct Imports(Arc<Inner>);

struct Inner {
    database: DatabaseConnection,
    clock: Clock,
    signals: Signals,
    under_way: Mutex<HashMap<ImportId, UnderWay>>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

/// An import that is under way, or waits for its turn.
#[derive(Clone)]
pub(crate) struct UnderWay {
    /// The account that handed it in.
    pub(crate) account: Option<AccountId>,
    /// The only agency whose rows are accepted.
    pub(crate) agency: Option<AgencyId>,
    cancelled: CancellationToken,
    pub(crate) progress: watch::Receiver<Progress>,
}

/// What was handed in.
pub(crate) enum Handed {
    /// Dossiers, read as they are imported.
    Dossiers(DossierFile),
    /// Rows of other inputs.
    Inputs(Vec<inputs::Read>, Choices),
}

impl Imports {
    /// None so far.
    #[must_use]
    pub fn new(database: DatabaseConnection, clock: Clock, signals: Signals) -> Self {
        let (stopping, tasks) = (CancellationToken::new(), TaskTracker::new());
        Self(Arc::new(Inner { database, clock, signals, under_way: Mutex::default(), stopping, tasks }))
    }

    /// Imports a file, and keeps `held` until it has. Returns at once.
    pub(crate) fn start<H: Send + 'static>(&self, order: Order, handed: Handed, held: H) {
        let (tell, progress) = watch::channel(Progress::default());
        let cancelled = self.0.stopping.child_token();
        let under_way =
            UnderWay { account: order.account, agency: order.agency, cancelled: cancelled.clone(), progress };
        self.with(|all| all.insert(order.id, under_way));
        let imports = self.clone();
        self.0.tasks.spawn(async move {
            let tell = move |progress| {
                tell.send_replace(progress);
            };
            let Inner { database, clock, signals, .. } = &*imports.0;
            let ended = match handed {
                Handed::Dossiers(file) => {
                    let watch = Watch { cancelled, progress: &tell };
                    import(database, &order, in_chunks(file), &watch, clock).await
                }
                Handed::Inputs(rows, choices) => {
                    inputs::import(database, &order, choices, rows, &cancelled, clock).await
                }
            };
            if let Err(error @ ImportError::Database(_)) = ended {
                tracing::error!(%error, import = %order.id, "an import failed");
            }
            // The cards that it left behind may follow.
            signals.builds_changed();
            drop(held);
            imports.with(|all| all.remove(&order.id));
        });
    }

    /// The import with this id, if it is under way here.
    pub(crate) fn under_way(&self, id: ImportId) -> Option<UnderWay> {
        self.with(|all| all.get(&id).cloned())
    }

    /// What the imports tell the time by.
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Cancels all, and waits until they have ended. For the end of a process.
    pub async fn close(&self) {
        self.0.stopping.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<ImportId, UnderWay>) -> T) -> T {
        act(&mut self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl UnderWay {
    /// Tells it to stop. Within a batch of rows it ends, and has stored nothing.
    pub(crate) fn cancel(&self) {
        self.cancelled.cancel();
    }
}

impl fmt::Debug for Imports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Imports")
    }
}
