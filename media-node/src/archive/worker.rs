//! The one thread that copies what is sealed, call after call, until all of it is in its place.

use super::ArchiveError;
use super::copies::{Copies, Copy};
use super::place::{Content, Place, content_of};
use super::retention;
use super::settings::Settings;
use crate::backoff::Backoff;
use crate::clock::unix_ms;
use crate::evidence::{CHAIN, HEAD, Manifest, manifest_name, signature_name};
use crate::record::RecordError;
use crate::record::store::call_folder;
use counterpart_shared::id::{CallId, NodeId};
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The lowest priority: whoever talks right now goes before.
const NICE: i32 = 19;
/// The first wait after a failure; each is twice the one before.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Hands calls to the thread. Dropping the last one ends the thread after the request that it is at.
#[derive(Debug, Clone)]
pub struct Archive {
    root: PathBuf,
    calls: UnboundedSender<CallId>,
    settings: Settings,
    node: NodeId,
    /// To read from; the thread has one of its own.
    place: Arc<OnceLock<Place>>,
}

impl Archive {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(root: &Path, node: NodeId, settings: Settings) -> Result<Self, RecordError> {
        let (calls, queue) = unbounded_channel();
        let worker = Worker {
            root: root.to_owned(),
            node: node.clone(),
            settings: settings.clone(),
            place: None,
            waiting: VecDeque::new(),
            chain: Default::default(),
        };
        let failed = |error: io::Error| RecordError::Thread(error.to_string());
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().map_err(failed)?;
        let work = move || {
            // Without it the calls go first all the same, only less so.
            let _ = rustix::process::setpriority_process(None, NICE);
            runtime.block_on(worker.run(queue));
        };
        let thread = thread::Builder::new()
            .name("archive".to_owned())
            .spawn(work);
        thread.map_err(failed)?;
        Ok(Self {
            root: root.to_owned(),
            calls,
            settings,
            node,
            place: Arc::default(),
        })
    }

    /// Takes a call of which something new is sealed. Never waits.
    pub fn take(&self, call: &CallId) {
        // A thread that has died said so; what was not copied is copied after the next start.
        let _ = self.calls.send(call.clone());
    }

    /// The place, to read from it.
    ///
    /// # Errors
    /// When it is a folder that is not there.
    pub fn place(&self) -> Result<Place, ArchiveError> {
        if let Some(place) = self.place.get() {
            place.is_there()?;
            return Ok(place.clone());
        }
        let place = Place::open(&self.settings, &self.node)?;
        Ok(self.place.get_or_init(|| place).clone())
    }

    /// The object that is a file's copy, if there is one in the place.
    ///
    /// # Errors
    /// When the list of copies cannot be read.
    pub fn copy_of(
        &self,
        call: &CallId,
        name: &str,
        sha256: &str,
    ) -> Result<Option<String>, ArchiveError> {
        let copies = Copies::read(&call_folder(&self.root, call)?, call)?;
        let copy = copies.of(name, sha256);
        let copy = copy.filter(|copy| copy.place == self.place_name());
        Ok(copy.map(|copy| object(call, &copy.name)))
    }

    /// What `copies.json` calls the place.
    pub fn place_name(&self) -> String {
        format!("{}/{}", self.settings.target, self.node)
    }
}

struct Worker {
    root: PathBuf,
    node: NodeId,
    settings: Settings,
    /// The place, once it could be opened.
    place: Option<Place>,
    waiting: VecDeque<CallId>,
    /// The chain and its head as they were copied last.
    chain: [Content; 2],
}

impl Worker {
    async fn run(mut self, mut calls: UnboundedReceiver<CallId>) {
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        loop {
            while let Ok(call) = calls.try_recv() {
                self.wait_for(call);
            }
            let Some(call) = self.waiting.pop_front() else {
                match calls.recv().await {
                    Some(call) => self.wait_for(call),
                    None => return,
                }
                continue;
            };
            match self.copy(&call).await {
                Ok(()) => backoff.reset(),
                Err(error) => {
                    let wait = backoff.next(rand::random());
                    tracing::warn!(%call, %error, ?wait, "a call is not copied yet");
                    self.waiting.push_back(call);
                    if !self.pause(&mut calls, wait).await {
                        return;
                    }
                }
            }
        }
    }

    fn wait_for(&mut self, call: CallId) {
        if !self.waiting.contains(&call) {
            self.waiting.push_back(call);
        }
    }

    /// False if nobody wants anything any more.
    async fn pause(&mut self, calls: &mut UnboundedReceiver<CallId>, wait: Duration) -> bool {
        let over = tokio::time::sleep(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return true,
                call = calls.recv() => match call {
                    Some(call) => self.wait_for(call),
                    None => return false,
                },
            }
        }
    }

    fn place(&mut self) -> Result<Place, ArchiveError> {
        let place = match self.place.take() {
            Some(place) => place,
            None => Place::open(&self.settings, &self.node)?,
        };
        place.is_there()?;
        self.place = Some(place.clone());
        Ok(place)
    }

    /// Copies what is sealed of a call and not copied yet, and the chain behind it.
    async fn copy(&mut self, call: &CallId) -> Result<(), ArchiveError> {
        self.copy_call(call).await?;
        self.copy_chain().await
    }

    async fn copy_call(&mut self, call: &CallId) -> Result<(), ArchiveError> {
        let folder = call_folder(&self.root, call)?;
        let manifests = Manifest::read_all(&folder)?;
        if manifests.is_empty() {
            return Ok(());
        }
        let place = self.place()?;
        retention::take_away_copies(&place, &folder, call, &manifests).await?;
        let gone = retention::deleted(&manifests);
        for file in manifests.iter().flat_map(|manifest| &manifest.files) {
            let (name, (bytes, sha256)) = (file.stored_name(), file.stored());
            let content = (bytes, sha256.to_owned());
            let path = folder.join(&name);
            let known = Copies::read(&folder, call)?;
            let known = known.of(&name, sha256);
            let copied = known.is_some_and(|copy| copy.place == place.name());
            if copied || gone.contains(file.name.as_str()) || !path.exists() {
                continue;
            }
            match place.put_file(&object(call, &name), &path, &content).await {
                Err(error @ ArchiveError::Damaged(_)) => {
                    tracing::error!(%call, %error, "a file is not copied");
                    continue;
                }
                other => other?,
            }
            note(&folder, call, &name, content, &place)?;
            tracing::info!(%call, file = name, bytes, "copied");
        }
        for part in 1..=manifests.len() as u32 {
            for name in [manifest_name(part), signature_name(part)] {
                self.copy_list(&place, &folder, call, &name).await?;
            }
        }
        Ok(())
    }

    async fn copy_list(
        &self,
        place: &Place,
        folder: &Path,
        call: &CallId,
        name: &str,
    ) -> Result<(), ArchiveError> {
        let path = folder.join(name);
        let bytes = fs::read(&path).map_err(ArchiveError::disk(&path))?;
        let content = content_of(&bytes);
        let known = Copies::read(folder, call)?;
        let known = known.of(name, &content.1);
        if known.is_some_and(|copy| copy.place == place.name()) {
            return Ok(());
        }
        place.put(&object(call, name), bytes.into()).await?;
        note(folder, call, name, content, place)
    }

    /// The chain and its head, if no other call waits that would have them copied once more.
    async fn copy_chain(&mut self) -> Result<(), ArchiveError> {
        if !self.waiting.is_empty() || !self.root.join(HEAD).exists() {
            return Ok(());
        }
        // The head first: a chain that is longer than its head is whole.
        let [head, chain] = [HEAD, CHAIN].map(|name| self.root.join(name));
        let read = |path: &Path| fs::read(path).map_err(ArchiveError::disk(path));
        let (head, chain) = (read(&head)?, read(&chain)?);
        let content = [content_of(&chain), content_of(&head)];
        if content == self.chain {
            return Ok(());
        }
        let place = self.place()?;
        place.put(CHAIN, chain.into()).await?;
        place.put(HEAD, head.into()).await?;
        self.chain = content;
        Ok(())
    }
}

pub(super) fn object(call: &CallId, name: &str) -> String {
    format!("{call}/{name}")
}

fn note(
    folder: &Path,
    call: &CallId,
    name: &str,
    content: Content,
    place: &Place,
) -> Result<(), ArchiveError> {
    let copy = Copy {
        name: name.to_owned(),
        bytes: content.0,
        sha256: content.1,
        place: place.name(),
        at: unix_ms(),
    };
    Copies::update(folder, call, |copies| copies.add(copy))
}
