//! The HTTP interface.

use super::error::{SignalError, excerpt};
use counterpart_shared::api::{
    ApiError, Board, CallCreated, CallView, CreateCall, CreateDeskCall, CreateToken, Keys,
    PartyUrls, TokenCreated,
};
use counterpart_shared::id::{CallId, DeskId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use ureq::http::{Method, Request};
use url::Url;

/// How long one request may take altogether.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The longest answer that is read, so that a wrong address costs no memory.
const MAX_ANSWER: u64 = 8 << 20;

/// An edge at its address. Cloning shares the connections.
#[derive(Debug, Clone)]
pub struct Edge {
    base: Url,
    agent: ureq::Agent,
}

impl Edge {
    /// The edge at `http://…` or `https://…`.
    pub fn new(address: &str) -> Result<Self, SignalError> {
        let base = Url::parse(address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| SignalError::Address(address.to_owned()))?;
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        let agent = config.new_agent();
        Ok(Self { base, agent })
    }

    /// A token for a user, by API key.
    pub async fn create_token(
        &self,
        api_key: &str,
        wish: &CreateToken,
    ) -> Result<TokenCreated, SignalError> {
        self.post("/v1/tokens", api_key, wish).await
    }

    /// A call to a person.
    pub async fn create_call(
        &self,
        token: &str,
        wish: &CreateCall,
    ) -> Result<CallCreated, SignalError> {
        self.post("/v1/calls", token, wish).await
    }

    /// A call to a desk.
    pub async fn create_desk_call(
        &self,
        token: &str,
        desk: &DeskId,
        wish: &CreateDeskCall,
    ) -> Result<CallCreated, SignalError> {
        self.post(&format!("/v1/desks/{desk}/calls"), token, wish)
            .await
    }

    /// A call and its log after `after`.
    pub async fn call(
        &self,
        token: &str,
        call: &CallId,
        after: u64,
    ) -> Result<CallView, SignalError> {
        self.read(&format!("/v1/calls/{call}?after={after}"), Some(token))
            .await
    }

    /// Fresh URLs of one's own stream.
    pub async fn urls(&self, token: &str, call: &CallId) -> Result<PartyUrls, SignalError> {
        let nothing = serde_json::Map::new();
        self.post(&format!("/v1/calls/{call}/urls"), token, &nothing)
            .await
    }

    /// What is going on at a desk.
    pub async fn board(&self, token: &str, desk: &DeskId) -> Result<Board, SignalError> {
        self.read(&format!("/v1/board?desk={desk}"), Some(token))
            .await
    }

    /// The keys that verify grants.
    pub async fn keys(&self) -> Result<Keys, SignalError> {
        self.read("/v1/keys", None).await
    }

    /// `GET` of any path.
    pub async fn read<A: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&str>,
    ) -> Result<A, SignalError> {
        let (status, body) = self.request(Method::GET, path, token, None).await?;
        parse(path, status, &body)
    }

    /// `POST` of JSON to any path.
    pub async fn post<A: DeserializeOwned>(
        &self,
        path: &str,
        token: &str,
        wish: &impl Serialize,
    ) -> Result<A, SignalError> {
        let wish = serde_json::to_string(wish).expect("what is sent has text as keys");
        let (status, body) = self
            .request(Method::POST, path, Some(token), Some(wish))
            .await?;
        parse(path, status, &body)
    }

    /// Where a socket of this path is dialled.
    pub(super) fn socket_url(&self, path: &str) -> Url {
        let mut url = self.url(path);
        let scheme = match url.scheme() {
            "https" => "wss",
            _ => "ws",
        };
        url.set_scheme(scheme)
            .expect("an http scheme may become a ws scheme");
        url
    }

    fn url(&self, path: &str) -> Url {
        self.base
            .join(path)
            .expect("the paths here are made of ids")
    }

    /// The status and the body.
    async fn request(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<String>,
    ) -> Result<(u16, String), SignalError> {
        let mut request = Request::builder()
            .method(&method)
            .uri(self.url(path).as_str());
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let request = request
            .body(body.unwrap_or_default())
            .map_err(|_| SignalError::Token)?;
        let agent = self.agent.clone();
        tokio::task::spawn_blocking(move || exchange(&agent, request))
            .await
            .map_err(|_| SignalError::Ending)?
            .map_err(|source| SignalError::Http {
                method: if method == Method::GET { "GET" } else { "POST" },
                path: path.to_owned(),
                source: Box::new(source),
            })
    }
}

fn exchange(agent: &ureq::Agent, request: Request<String>) -> Result<(u16, String), ureq::Error> {
    let response = if request.method() == Method::GET {
        agent.run(request.map(|_| ()))?
    } else {
        agent.run(request)?
    };
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .with_config()
        .limit(MAX_ANSWER)
        .read_to_string()?;
    Ok((status, body))
}

fn parse<A: DeserializeOwned>(path: &str, status: u16, body: &str) -> Result<A, SignalError> {
    if (200..300).contains(&status)
        && let Ok(answer) = serde_json::from_str(body)
    {
        return Ok(answer);
    }
    if status >= 400
        && let Ok(refusal) = serde_json::from_str::<ApiError>(body)
    {
        return Err(SignalError::Api(refusal));
    }
    Err(SignalError::Answer {
        path: path.to_owned(),
        status,
        excerpt: excerpt(body),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::ErrorCode;

    #[test]
    fn only_web_addresses_are_edges() {
        for good in ["http://127.0.0.1:8787", "https://edge.example.com/"] {
            assert!(Edge::new(good).is_ok(), "{good}");
        }
        for bad in ["", "edge", "ftp://x", "ws://x", "http://"] {
            let error = Edge::new(bad).unwrap_err();
            assert!(matches!(error, SignalError::Address(_)), "{bad}: {error}");
        }
    }

    #[test]
    fn a_socket_is_as_safe_as_the_address() {
        for (address, socket) in [
            ("http://127.0.0.1:8787", "ws://127.0.0.1:8787/v1/x"),
            ("https://edge.example.com", "wss://edge.example.com/v1/x"),
        ] {
            let edge = Edge::new(address).unwrap();
            assert_eq!(edge.socket_url("/v1/x").as_str(), socket);
        }
    }

    #[test]
    fn an_answer_is_what_was_asked_for_or_a_refusal_or_foreign() {
        let keys: Keys = parse("/v1/keys", 200, r#"{"keys":[]}"#).unwrap();
        assert!(keys.keys.is_empty());
        let refusal = serde_json::to_string(&ApiError::new(ErrorCode::NotFound, "c1")).unwrap();
        let error = parse::<Keys>("/x", 404, &refusal).unwrap_err();
        assert!(matches!(error, SignalError::Api(e) if e.code == ErrorCode::NotFound));
        for (status, body) in [(200, "<html>"), (502, "Bad Gateway"), (302, "")] {
            let error = parse::<Keys>("/x", status, body).unwrap_err();
            assert!(matches!(error, SignalError::Answer { status: s, .. } if s == status));
        }
    }
}
