//! One whole system: the edge in workerd and its media nodes, on free ports, in a folder of its own.

use crate::ahead;
use crate::ports;
use crate::process::Process;
use crate::raw;
use crate::secrets::Secrets;
use anyhow::{Context, Result, bail, ensure};
use counterpart_native::signal::Edge;
use counterpart_shared::api::{Board, BoardNode, CreateToken, DeskSettings, Endpoints};
use counterpart_shared::grant::Role;
use counterpart_shared::id::DeskId;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Command;

/// Long enough for a start on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The name of the node that every system has.
const FIRST_NODE: &str = "node-1";

/// How long a token lives in a story.
const HOUR: Duration = Duration::from_secs(3600);

/// How a system is to be.
pub struct Options {
    /// Where its state, its recordings and its logs go.
    pub folder: PathBuf,
    /// The edge's port; 0 for a free one.
    pub edge_port: u16,
    /// What workerd serves, below the top of the project.
    pub edge_config: PathBuf,
    /// Where the built pages are, below the top of the project; where they are not, the edge says so.
    pub pages: PathBuf,
    /// More flags for workerd.
    pub edge_flags: Vec<String>,
    /// More settings of the edge.
    pub edge_settings: Vec<(String, String)>,
    /// The media node's ports for RTMP, HTTP and UDP; 0 for free ones.
    pub node_ports: [u16; 3],
    /// More flags for the media node.
    pub node_flags: Vec<String>,
    /// Whether anyone may look at the board.
    pub open_board: bool,
}

impl Options {
    /// On free ports, in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            edge_port: 0,
            edge_config: "edge/workerd.capnp".into(),
            pages: "clients/web/dist".into(),
            edge_flags: Vec::new(),
            edge_settings: Vec::new(),
            node_ports: [0; 3],
            node_flags: Vec::new(),
            open_board: true,
        }
    }
}

/// A running system. Dropping it ends its programs.
pub struct System {
    options: Options,
    secrets: Secrets,
    /// The edge's workerd.
    pub edge: Process,
    /// The media node.
    pub node: Process,
    /// Where the node is reached.
    pub endpoints: Endpoints,
}

impl System {
    /// Starts the edge and one node and waits until they know each other.
    ///
    /// # Errors
    /// When one does not start; with the end of its log.
    pub async fn start(mut options: Options) -> Result<Self> {
        for folder in ["state", "no-pages"] {
            let folder = options.folder.join(folder);
            std::fs::create_dir_all(&folder)
                .with_context(|| format!("cannot make {}", folder.display()))?;
        }
        if options.edge_port == 0 {
            options.edge_port = ports::free()?;
        }
        let secrets = Secrets::of(&options.folder)?;
        let edge = start_edge(&options, &secrets).await?;
        let (node, endpoints) = start_node(&options, &secrets, FIRST_NODE).await?;
        let system = Self {
            options,
            secrets,
            edge,
            node,
            endpoints,
        };
        system.until_connected().await?;
        Ok(system)
    }

    /// `http://127.0.0.1:PORT` of the edge.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.options.edge_port)
    }

    /// The edge's port.
    pub fn edge_port(&self) -> u16 {
        self.options.edge_port
    }

    /// The edge as the business server sees it.
    ///
    /// # Errors
    /// Never, for an address made here.
    pub fn api(&self) -> Result<Edge> {
        Ok(Edge::new(&self.url())?)
    }

    /// The business server's key.
    pub fn api_key(&self) -> &str {
        &self.secrets.api_key
    }

    /// The nodes' secret, for a node of a test's own.
    pub fn node_secret(&self) -> &str {
        &self.secrets.node_secret
    }

    /// The seed of the key that signs grants; a test makes bad grants with it.
    pub fn signing_seed(&self) -> &str {
        &self.secrets.signing_seed
    }

    /// Where the first node's recordings go.
    pub fn recordings(&self) -> PathBuf {
        recordings(&self.options.folder, FIRST_NODE)
    }

    /// Starts the edge again, after it was killed, with the state it left.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart_edge(&mut self) -> Result<()> {
        self.edge = start_edge(&self.options, &self.secrets).await?;
        Ok(())
    }

    /// The same, with a clock that is ahead.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart_edge_ahead(&mut self, by: Duration) -> Result<()> {
        self.options.edge_config = ahead::config(&self.options.folder, by)?;
        self.edge = start_edge(&self.options, &self.secrets).await?;
        Ok(())
    }

    /// Starts the node again, after it ended. Its ports may be others then.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart_node(&mut self) -> Result<()> {
        let started = start_node(&self.options, &self.secrets, FIRST_NODE).await?;
        (self.node, self.endpoints) = started;
        self.until_connected().await
    }

    /// Starts one more node, on free ports, and waits until the edge sees it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn add_node(&self, name: &str) -> Result<(Process, Endpoints)> {
        let options = Options {
            node_flags: self.options.node_flags.clone(),
            edge_port: self.options.edge_port,
            ..Options::new(&self.options.folder)
        };
        let started = start_node(&options, &self.secrets, name).await?;
        until("the new node is connected to the edge", || async {
            let board = self.board("front").await;
            let is_it = |node: &BoardNode| node.node.as_str() == name && node.connected;
            board.is_ok_and(|board| board.nodes.iter().any(is_it))
        })
        .await?;
        Ok(started)
    }

    /// What the board shows.
    ///
    /// # Errors
    /// When the edge does not answer.
    pub async fn board(&self, desk: &str) -> Result<Board> {
        let desk = desk.parse()?;
        let watcher = self.token("watcher", Role::Supervisor, Some(&desk)).await?;
        Ok(self.api()?.board(&watcher, &desk).await?)
    }

    /// Sets a desk, as its business server does.
    ///
    /// # Errors
    /// When the edge refuses.
    pub async fn set_desk(&self, desk: &str, settings: &DeskSettings) -> Result<()> {
        let bearer = format!("Authorization: Bearer {}", self.api_key());
        let (path, body) = (format!("/v1/desks/{desk}"), serde_json::to_vec(settings)?);
        let answer = raw::request(self.edge_port(), "PUT", &path, &[&bearer], &body).await?;
        ensure!(answer.status == 200, "{}", answer.body);
        Ok(())
    }

    /// A user's token, from the business server's side.
    ///
    /// # Errors
    /// When the edge does not mint it.
    pub async fn token(&self, user: &str, role: Role, desk: Option<&DeskId>) -> Result<String> {
        self.token_for(user, role, desk, HOUR).await
    }

    /// The same, for as long as is said.
    ///
    /// # Errors
    /// When the edge does not mint it.
    pub async fn token_for(
        &self,
        user: &str,
        role: Role,
        desk: Option<&DeskId>,
        life: Duration,
    ) -> Result<String> {
        let wish = CreateToken {
            user: user.parse()?,
            role,
            priority: 0,
            desk: desk.cloned(),
            ttl_s: life.as_secs(),
        };
        let created = self
            .api()?
            .create_token(&self.secrets.api_key, &wish)
            .await?;
        Ok(created.token)
    }

    /// Waits until the edge sees the node.
    ///
    /// # Errors
    /// When it does not within [`PATIENCE`].
    pub async fn until_connected(&self) -> Result<()> {
        until("the node is connected to the edge", || async {
            let board = self.board("front").await;
            board.is_ok_and(|board| board.nodes.iter().any(|node| node.connected))
        })
        .await
        .with_context(|| format!("edge:\n{}\nnode:\n{}", self.edge.tail(), self.node.tail()))
    }
}

/// A system on free ports, in a folder that goes with it.
///
/// # Errors
/// As [`System::start`].
pub async fn running() -> Result<(TempDir, System)> {
    running_with(&[]).await
}

/// The same, with more flags for the media node.
///
/// # Errors
/// As [`System::start`].
pub async fn running_with(node_flags: &[&str]) -> Result<(TempDir, System)> {
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path());
    options.node_flags = node_flags.iter().map(|&flag| flag.to_owned()).collect();
    let system = System::start(options).await?;
    Ok((folder, system))
}

/// Asks again until the answer is yes.
///
/// # Errors
/// When it is not within [`PATIENCE`].
pub async fn until<F, A>(what: &str, mut ask: F) -> Result<()>
where
    F: FnMut() -> A,
    A: Future<Output = bool>,
{
    let end = tokio::time::Instant::now() + PATIENCE;
    while !ask().await {
        if tokio::time::Instant::now() > end {
            bail!("waited {PATIENCE:?} in vain until {what}");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// The folder that the edge serves; an empty one where nothing is built, for workerd wants one.
fn pages(options: &Options) -> Result<PathBuf> {
    let built = top()?.join(&options.pages);
    Ok(match built.is_dir() {
        true => built,
        false => options.folder.join("no-pages"),
    })
}

async fn start_edge(options: &Options, secrets: &Secrets) -> Result<Process> {
    let top = top()?;
    let mut command = Command::new(top.join("node_modules/workerd/bin/workerd"));
    command
        .arg("serve")
        .arg(top.join(&options.edge_config))
        .arg(format!(
            "--socket-addr=http=127.0.0.1:{}",
            options.edge_port
        ))
        .arg(format!(
            "--directory-path=state={}",
            options.folder.join("state").display()
        ))
        .arg(format!(
            "--directory-path=assets={}",
            pages(options)?.display()
        ))
        .arg("--control-fd=1")
        .args(&options.edge_flags)
        .env("SIGNING_SEED", &secrets.signing_seed)
        .env("API_KEY", &secrets.api_key)
        .env("NODE_SECRET", &secrets.node_secret)
        .env("OPEN_BOARD", if options.open_board { "1" } else { "" })
        .envs(options.edge_settings.iter().cloned());
    let mut edge = Process::spawn("edge", command, &options.folder)?;
    edge.line("{\"event\":\"listen\"", PATIENCE)
        .await
        .context("is the edge built (make edge) and npm's workerd there (make setup)?")?;
    Ok(edge)
}

async fn start_node(
    options: &Options,
    secrets: &Secrets,
    name: &str,
) -> Result<(Process, Endpoints)> {
    let [rtmp, http, udp] = options.node_ports;
    let mut command = Command::new(program("counterpart-node")?);
    command
        .args(["--node-id", name])
        .arg(format!(
            "--edge=ws://127.0.0.1:{}/v1/nodes/socket",
            options.edge_port
        ))
        .arg(format!("--rtmp-port={rtmp}"))
        .arg(format!("--http-port={http}"))
        .arg(format!("--udp-port={udp}"))
        .arg(format!(
            "--record-dir={}",
            recordings(&options.folder, name).display()
        ))
        .args(&options.node_flags)
        .env("COUNTERPART_NODE_SECRET", &secrets.node_secret);
    let mut node = Process::spawn("node", command, &options.folder)?;
    let ready = node.line("ready ", PATIENCE).await?;
    let endpoints = serde_json::from_str(&ready).context("the node's ready line")?;
    Ok((node, endpoints))
}

/// Where the recordings of this node go: each has a folder of its own.
fn recordings(folder: &Path, node: &str) -> PathBuf {
    folder.join("recordings").join(node)
}

/// The top of the project.
///
/// # Errors
/// Never, in a checkout.
pub fn top() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("tests/ is below the top")?.to_owned())
}

/// A program of this workspace, next to the one that runs.
///
/// # Errors
/// When it is not built.
pub fn program(name: &str) -> Result<PathBuf> {
    let here = env::current_exe().context("where am I?")?;
    let found = here
        .ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|p| p.is_file());
    found.with_context(|| format!("{name} is not built; run: make build"))
}
