//! Which parties are being recorded: starts a recorder for a published stream, tells the edge how it
//! went, and has the call sealed once it is over. What a recorder does is in [`record`](crate::record),
//! what a seal is in [`evidence`](crate::evidence).

mod calls;
mod report;
mod upkeep;

use crate::archive::{Archive, Shortage, Watermark};
use crate::clock::unix_ms;
use crate::config::Config;
use crate::control::Outbox;
use crate::derive::live::{Means, PATIENCE};
use crate::derive::{Deriver, Live};
use crate::evidence::{NodeKey, Sealer};
use crate::hub::{Reader, Stream};
use crate::record::log;
use crate::record::open::{OpenCall, Published};
use crate::record::task::{self, Subject, blocking};
use crate::record::{CallFolder, RecordError, Recorders};
use crate::vault::Vault;
use calls::Calls;
use counterpart_shared::api::{Entry, LeastDays, NodeEvent, StreamRef};
use counterpart_shared::grant::{Composite, Grant};
use counterpart_shared::id::CallId;
use counterpart_transport::clock;
use report::{Report, teller};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::watch;

/// The recorders at work.
///
/// What an earlier process left behind is finished first: recorders, seals and stills wait meanwhile, a recorder's
/// frames in its queue.
#[derive(Debug, Clone)]
pub struct Recordings {
    root: PathBuf,
    vault: Vault,
    report: Report,
    recorders: Recorders,
    calls: Arc<Mutex<Calls>>,
    sealer: Arc<OnceLock<Sealer>>,
    deriver: Arc<OnceLock<Deriver>>,
    archive: Arc<OnceLock<Archive>>,
    live: Live,
    watermark: Watermark,
    /// Calls that somebody wants deleted.
    asked: Arc<Mutex<BTreeSet<CallId>>>,
    /// For how long desks want recordings kept, as far as that is known.
    least: watch::Sender<Option<LeastDays>>,
    /// What is missing on the disk, if something is.
    space: watch::Sender<Option<Shortage>>,
    /// Recorders, and seals that are being made.
    at_work: watch::Sender<usize>,
    recovered: watch::Sender<bool>,
}

impl Recordings {
    /// Into the folder that is configured. None at work; nothing recovered.
    pub fn new(config: &Config, outbox: Arc<Outbox>) -> Self {
        let report = Report(outbox);
        let (sealer, deriver) = <(Arc<OnceLock<Sealer>>, Arc<OnceLock<Deriver>>)>::default();
        let archive = Arc::default();
        let live = Live::new(Means {
            root: config.record_dir.clone(),
            settings: config.derive,
            vault: config.vault.clone(),
            watermark: config.watermark,
            patience: PATIENCE,
            sealer: sealer.clone(),
            deriver: deriver.clone(),
            tell: Box::new(teller(&report, &archive)),
        });
        Self {
            root: config.record_dir.clone(),
            vault: config.vault.clone(),
            report,
            recorders: Recorders::default(),
            calls: Arc::default(),
            sealer,
            deriver,
            archive,
            live,
            watermark: config.watermark,
            asked: Arc::default(),
            least: watch::Sender::new(None),
            space: watch::Sender::new(None),
            at_work: watch::Sender::new(0),
            recovered: watch::Sender::new(false),
        }
    }

    /// Finishes and seals what an earlier process left, and reports it; has made what is to be made from
    /// recordings, and copied what is to be copied; then keeps an eye on the disk. To be run once; it ends
    /// only with the node.
    pub async fn run(&self, config: &Config, key: NodeKey) {
        let (root, node) = (self.root.clone(), config.node.clone());
        let vault = self.vault.clone();
        let open = move || Sealer::open(&root, node, key).map(|sealer| sealer.with_vault(vault));
        match tokio::task::spawn_blocking(open).await {
            Ok(Ok(sealer)) => drop(self.sealer.set(sealer)),
            Ok(Err(error)) => tracing::error!(%error, "nothing can be sealed"),
            Err(error) => tracing::error!(%error, "nothing can be sealed"),
        }
        match task::recover(&self.root).await {
            Ok(calls) => {
                for left in calls {
                    self.report.recovered(&left.call, &left.files);
                }
            }
            Err(error) => tracing::error!(%error, "old recordings cannot be finished"),
        }
        let root = self.root.clone();
        let cleared = blocking(move || {
            Deriver::clear(&root);
            Ok(())
        });
        if let Err(error) = cleared.await {
            tracing::error!(%error, "what was half made stays");
        }
        self.start_threads(config);
        match task::calls(&self.root).await {
            Ok(calls) => {
                for call in calls {
                    // One that goes on here already is over for the earlier process only.
                    let sealed = self.seal_files(&call, Vec::new()).await;
                    let goes_on = self.goes_on(&call);
                    self.hand_on(&call, sealed, goes_on);
                }
            }
            Err(error) => tracing::error!(%error, "old recordings cannot be sealed"),
        }
        self.take_up_deletions().await;
        self.look_at_the_disk().await;
        self.recovered.send_replace(true);
        self.upkeep(config.retention).await;
    }

    /// The threads that make things from what is sealed, and copy it.
    fn start_threads(&self, config: &Config) {
        match Deriver::start(
            &self.root,
            (config.derive, self.vault.clone(), self.watermark),
            self.sealer.clone(),
            teller(&self.report, &self.archive),
        ) {
            Ok(deriver) => drop(self.deriver.set(deriver)),
            Err(error) => tracing::error!(%error, "nothing can be made from recordings"),
        }
        let Some(settings) = config.archive.clone() else {
            return;
        };
        match Archive::start(&self.root, config.node.clone(), settings) {
            Ok(archive) => drop(self.archive.set(archive)),
            Err(error) => tracing::error!(%error, "no recording can be copied"),
        }
    }

    /// Where copies of sealed files are, if anywhere.
    pub fn archive(&self) -> Option<&Archive> {
        self.archive.get()
    }

    /// Somebody publishes under this grant from now on, recorded or not.
    pub fn published(&self, grant: &Grant) {
        let at = unix_ms();
        let grant = grant.clone();
        let call = grant.call.clone();
        if self.calls().published(Published { at, grant }) {
            let recordings = self.clone();
            tokio::spawn(async move { recordings.note_published(&call).await });
        }
    }

    /// Something of the call is kept beside recordings, and sealed with it.
    pub fn keeps(&self, call: &CallId) {
        self.calls().keep(call);
    }

    /// What was said and what happened in a call goes beside what was recorded of it; where nothing was, nowhere.
    ///
    /// # Errors
    /// When the disk refuses; what was kept before stays.
    pub async fn keep_log(&self, call: &CallId, entries: Vec<Entry>) -> Result<(), RecordError> {
        let (root, id, vault) = (self.root.clone(), call.clone(), self.vault.clone());
        if blocking(move || log::keep(&root, &id, entries, &vault)).await? {
            self.keeps(call);
        }
        Ok(())
    }

    /// Records a stream, unless a recorder is at it already or too little of the disk is free.
    pub fn start(&self, stream: &Arc<Stream>) {
        let shortage = *self.space.borrow();
        if let Some(shortage) = shortage {
            let error = RecordError::NoSpace(shortage);
            return self.report.failed(stream.name(), &error);
        }
        let Some(reader) = stream.record(clock::now()) else {
            return;
        };
        let stream = stream.name().clone();
        let first = self.calls().begin(&stream.call);
        if first == Some(Composite::Live) {
            self.live.begin(&stream.call);
        }
        let subject = Subject {
            root: self.root.clone(),
            call: stream.call.clone(),
            party: stream.party,
            progress: self.live.progress(&stream.call),
        };
        self.at_work.send_modify(|count| *count += 1);
        tokio::spawn(self.clone().record(reader, stream, subject));
    }

    /// The call is over: it is sealed as soon as its files are finished.
    pub fn end_call(&self, call: &CallId) {
        let over = self.calls().end(call);
        if let Some(published) = over {
            self.at_work.send_modify(|count| *count += 1);
            let recordings = self.clone();
            let call = call.clone();
            tokio::spawn(async move {
                recordings.recovered().await;
                recordings.seal(&call, published).await;
                recordings.at_work.send_modify(|count| *count -= 1);
            });
        }
    }

    /// The node stops: what is recorded of the calls that go on elsewhere is sealed too.
    pub fn stop(&self) {
        let calls = self.calls().stop();
        calls.iter().for_each(|call| self.end_call(call));
    }

    /// How many recorders are at work.
    pub fn count(&self) -> usize {
        self.calls().recorders()
    }

    /// The composites that are made while their calls go on.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Whether all files are finished and sealed.
    pub fn is_idle(&self) -> bool {
        *self.at_work.borrow() == 0
    }

    /// Waits until all files are finished and sealed.
    pub async fn finished(&self) {
        // The sender lives in `self`, so the wait ends only with the last recorder.
        let _ = self.at_work.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Waits until what an earlier process left behind is finished: until then no file may appear beside it.
    pub async fn recovered(&self) {
        // The sender lives in `self`, so the wait ends only with the word.
        let _ = self.recovered.subscribe().wait_for(|done| *done).await;
    }

    async fn record(self, reader: Reader, stream: StreamRef, subject: Subject) {
        self.recovered().await;
        self.report.say(&stream, NodeEvent::RecordingStarted);
        tracing::info!(stream = %stream.stream, "recording");
        self.note_published(&stream.call).await;
        let outcome = task::record(&self.recorders, reader, subject, self.space.subscribe()).await;
        self.report.outcome(&stream, &outcome);
        let over = self.calls().finish(&stream.call);
        if let Some(published) = over {
            self.seal(&stream.call, published).await;
        }
        self.at_work.send_modify(|count| *count -= 1);
    }

    /// The call is over: it is sealed, and what is to be made of it is made.
    async fn seal(&self, call: &CallId, published: Vec<Published>) {
        let sealed = self.seal_files(call, published).await;
        let goes_on = self.live.finish(call);
        self.hand_on(call, sealed, goes_on);
    }

    /// Seals what is finished of a call; whether that was possible. What cannot be sealed now stays listed for the next start.
    async fn seal_files(&self, call: &CallId, published: Vec<Published>) -> bool {
        let (sealer, root, id) = (self.sealer.clone(), self.root.clone(), call.clone());
        let sealed = blocking(move || {
            note(&root, &id, published)?;
            Ok(sealer.get().map(|sealer| sealer.seal(&id)))
        });
        match sealed.await {
            Ok(None) => false,
            Ok(Some(Ok(_))) => true,
            Ok(Some(Err(error))) => {
                tracing::error!(%call, %error, "a call cannot be sealed");
                false
            }
            Err(error) => {
                tracing::error!(%call, %error, "a call cannot be sealed");
                false
            }
        }
    }

    /// Whether a call is being recorded, or its composite made.
    fn goes_on(&self, call: &CallId) -> bool {
        self.live.is_busy(call) || self.calls().is_recording(call)
    }

    /// What is sealed of a call is copied, and what is to be made of it is made, unless that goes on.
    fn hand_on(&self, call: &CallId, sealed: bool, goes_on: bool) {
        if !sealed {
            return;
        }
        if let Some(deriver) = self.deriver.get().filter(|_| !goes_on) {
            deriver.take(call);
        }
        if let Some(archive) = self.archive.get() {
            archive.take(call);
        }
    }

    /// Writes down who publishes, so that a seal after a crash can say it too.
    async fn note_published(&self, call: &CallId) {
        let published = self.calls().take_published(call);
        let (root, id) = (self.root.clone(), call.clone());
        if let Err(error) = blocking(move || note(&root, &id, published)).await {
            tracing::error!(%call, %error, "who published cannot be noted");
        }
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn note(root: &Path, call: &CallId, published: Vec<Published>) -> Result<(), RecordError> {
    if published.is_empty() {
        return Ok(());
    }
    let folder = CallFolder::create(root, call)?;
    let add = |open: &mut OpenCall| open.published.extend(published);
    OpenCall::update(folder.path(), call, add).map(|_| ())
}
