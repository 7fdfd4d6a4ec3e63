//! An edge that says what the test wants and remembers what it heard.

use super::PATIENCE;
use counterpart_shared::api::{FromNode, LeastDays, NodeCommand, OneTimeKey, SUBPROTOCOL, ToNode};
use counterpart_shared::grant::{Grant, Signer};
use futures_util::{SinkExt, StreamExt};
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use url::Url;

/// Authorization and Sec-WebSocket-Protocol.
type Headers = (Option<String>, Option<String>);

pub(crate) struct FakeEdge {
    port: u16,
    signer: Signer,
    heard: watch::Sender<Vec<FromNode>>,
    say: broadcast::Sender<Say>,
    used: Mutex<usize>,
    pub(crate) headers: Arc<Mutex<Vec<Headers>>>,
}

#[derive(Debug, Clone)]
enum Say {
    Message(ToNode),
    HangUp,
}

impl FakeEdge {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = watch::Sender::new(Vec::new());
        let (say, _) = broadcast::channel(64);
        let headers = Arc::new(Mutex::new(Vec::new()));
        let accept = {
            let (heard, say, headers) = (heard.clone(), say.clone(), headers.clone());
            async move {
                while let Ok((socket, _)) = listener.accept().await {
                    let (heard, say) = (heard.clone(), say.subscribe());
                    tokio::spawn(talk(socket, heard, say, headers.clone()));
                }
            }
        };
        tokio::spawn(accept);
        Self {
            port,
            signer: Signer::from_seed(&[7; 32]),
            heard,
            say,
            used: Mutex::new(0),
            headers,
        }
    }

    pub(crate) fn url(&self) -> Url {
        let text = format!("ws://127.0.0.1:{}/v1/nodes/socket", self.port);
        text.parse().unwrap()
    }

    pub(crate) fn token(&self, grant: &Grant) -> String {
        self.signer.sign_grant(grant)
    }

    /// Sends the keys now, and at every later hello by itself.
    pub(crate) fn welcome(&self) {
        self.welcome_wanting(Some(LeastDays::default()));
    }

    /// The same where desks want recordings kept for so long.
    pub(crate) fn welcome_wanting(&self, least: Option<LeastDays>) {
        let welcome = self.terms(least);
        let say = self.say.clone();
        let mut heard = self.heard.subscribe();
        tokio::spawn(async move {
            let mut seen = 0;
            loop {
                let hellos = heard.borrow_and_update().iter().filter(is_hello).count();
                if hellos > seen {
                    seen = hellos;
                    let _ = say.send(Say::Message(welcome.clone()));
                }
                if heard.changed().await.is_err() {
                    return;
                }
            }
        });
    }

    /// Its keys, and for how long desks want recordings kept.
    pub(crate) fn terms(&self, least: Option<LeastDays>) -> ToNode {
        let keys = vec![self.signer.public_key()];
        ToNode::Welcome { keys, least }
    }

    pub(crate) fn say(&self, message: ToNode) {
        let _ = self.say.send(Say::Message(message));
    }

    pub(crate) fn command(&self, seq: u64, command: NodeCommand) {
        self.say(ToNode::Command { seq, command });
    }

    pub(crate) fn hang_up(&self) {
        let _ = self.say.send(Say::HangUp);
    }

    /// Acknowledges every event, also those to come.
    pub(crate) fn acknowledge_all(&self) {
        let say = self.say.clone();
        let mut heard = self.heard.subscribe();
        tokio::spawn(async move {
            loop {
                let numbers = heard.borrow_and_update().iter().map(number).max();
                let seq = numbers.unwrap_or(0);
                let _ = say.send(Say::Message(ToNode::Ack { seq }));
                if heard.changed().await.is_err() {
                    return;
                }
            }
        });
    }

    /// All that was heard.
    pub(crate) fn heard(&self) -> Vec<FromNode> {
        self.heard.borrow().clone()
    }

    /// The first message of this kind.
    pub(crate) async fn wait(&self, wanted: impl Fn(&FromNode) -> bool) -> FromNode {
        let mut heard = self.heard.subscribe();
        let wait = heard.wait_for(|messages| messages.iter().any(&wanted));
        let messages = tokio::time::timeout(PATIENCE, wait).await;
        let messages = messages.unwrap_or_else(|_| panic!("not said in {:?}", self.heard()));
        messages
            .unwrap()
            .iter()
            .find(|m| wanted(m))
            .unwrap()
            .clone()
    }

    /// The next unused key.
    pub(crate) async fn key(&self) -> OneTimeKey {
        let place = {
            let mut used = self.used.lock().unwrap();
            *used += 1;
            *used - 1
        };
        let keys = |messages: &[FromNode]| -> Vec<OneTimeKey> {
            let all = messages.iter().filter_map(|message| match message {
                FromNode::Keys { keys } => Some(keys.clone()),
                _ => None,
            });
            all.flatten().collect()
        };
        let mut heard = self.heard.subscribe();
        let messages = heard
            .wait_for(|messages| keys(messages).len() > place)
            .await;
        keys(&messages.unwrap())[place].clone()
    }
}

fn number(message: &FromNode) -> u64 {
    match message {
        FromNode::Event { seq, .. } => *seq,
        _ => 0,
    }
}

fn is_hello(message: &&FromNode) -> bool {
    matches!(message, FromNode::Hello { .. })
}

async fn talk(
    socket: TcpStream,
    heard: watch::Sender<Vec<FromNode>>,
    mut say: broadcast::Receiver<Say>,
    headers: Arc<Mutex<Vec<Headers>>>,
) {
    #[allow(clippy::result_large_err)]
    let answer = |request: &Request, mut response: Response| {
        let header = |name: &str| {
            let value = request.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        let seen = (header("authorization"), header("sec-websocket-protocol"));
        headers.lock().unwrap().push(seen);
        let protocol = SUBPROTOCOL.parse().unwrap();
        response
            .headers_mut()
            .insert("sec-websocket-protocol", protocol);
        Ok(response)
    };
    let Ok(mut socket) = accept_hdr_async(socket, answer).await else {
        return;
    };
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    let message: FromNode = serde_json::from_str(&text).unwrap();
                    heard.send_modify(|all| all.push(message));
                }
                Some(Ok(_)) => {}
                _ => return,
            },
            said = say.recv() => match said {
                Ok(Say::Message(message)) => {
                    let text = serde_json::to_string(&message).unwrap();
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
        }
    }
}
