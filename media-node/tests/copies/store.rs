//! An S3-compatible store in a folder, and what may be wrong with one.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) const KEY: &str = "AKIDCOUNTERPART";
pub(crate) const SECRET: &str = "s3cret/s3cret";
pub(crate) const BUCKET: &str = "calls";
/// A store that hangs does so for longer than its clients wait.
const HANGS: Duration = Duration::from_secs(5);

/// How the store is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Connections break.
    Down,
    /// 507 to everything that writes.
    Full,
    /// 500 to everything.
    Broken,
    /// A page of something else, with 200.
    Garbage,
    /// What was written comes back with a bit turned.
    Corrupt,
    /// No answer in time.
    Hangs,
    /// Each answer takes a while.
    Slow,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    requests: usize,
    /// Bytes of objects that came in.
    written: usize,
}

pub(crate) struct Store {
    folder: TempDir,
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Store {
    pub(crate) async fn start(mood: Mood) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        let files = s3s_fs::FileSystem::new(folder.path()).unwrap();
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State {
            mood,
            requests: 0,
            written: 0,
        }));
        tokio::spawn(serve(listener, service, state.clone()));
        Self {
            folder,
            port,
            state,
        }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn is(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }

    pub(crate) fn written(&self) -> usize {
        self.state.lock().unwrap().written
    }

    /// Where the store keeps an object.
    pub(crate) fn path(&self, object: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(object)
    }
}

async fn serve(listener: TcpListener, service: S3Service, state: Arc<Mutex<State>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let (service, state) = (service.clone(), state.clone());
        let answer = service_fn(move |request| answer(service.clone(), state.clone(), request));
        let server = hyper::server::conn::http1::Builder::new();
        tokio::spawn(server.serve_connection(TokioIo::new(socket), answer));
    }
}

async fn answer(
    service: S3Service,
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> io::Result<Response<Body>> {
    let mood = {
        let mut state = state.lock().unwrap();
        state.requests += 1;
        state.mood
    };
    let writes = matches!(*request.method(), Method::PUT | Method::POST);
    let reads = *request.method() == Method::GET;
    match mood {
        Mood::Down => return Err(io::ErrorKind::ConnectionReset.into()),
        Mood::Full if writes => return Ok(page(StatusCode::INSUFFICIENT_STORAGE, "full")),
        Mood::Broken => return Ok(page(StatusCode::INTERNAL_SERVER_ERROR, "broken")),
        Mood::Garbage => return Ok(page(StatusCode::OK, "<html>Please log in</html>")),
        Mood::Hangs => tokio::time::sleep(HANGS).await,
        Mood::Slow => tokio::time::sleep(Duration::from_millis(100)).await,
        _ => {}
    }
    let length = request.headers().get("content-length");
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let put = *request.method() == Method::PUT;
    let answer = service
        .call(request.map(Body::from))
        .await
        .map_err(io::Error::other)?;
    if put && answer.status().is_success() {
        state.lock().unwrap().written += length.unwrap_or(0);
    }
    match mood {
        Mood::Corrupt if reads => turned(answer).await,
        _ => Ok(answer),
    }
}

fn page(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut page = Response::new(Body::from(Bytes::from_static(text.as_bytes())));
    *page.status_mut() = status;
    page
}

/// The same answer with a bit turned in its middle.
async fn turned(answer: Response<Body>) -> io::Result<Response<Body>> {
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?;
    let mut bytes = body.to_bytes().to_vec();
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    Ok(Response::from_parts(parts, Body::from(Bytes::from(bytes))))
}
