//! The edge refuses each bad request with a status of the 4xx range and `{code, message, detail}`.

use anyhow::{Context, Result};
use counterpart_shared::api::{CreateCall, MAX_BODY};
use counterpart_shared::grant::Role;
use counterpart_shared::id::CallId;
use counterpart_tests::raw;
use counterpart_tests::system::{System, running};

struct Case {
    what: &'static str,
    method: &'static str,
    path: String,
    token: Option<String>,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    detail: &'static str,
}

fn case(what: &'static str, line: &str, status: u16, code: &'static str) -> Case {
    let (method, path) = line.split_once(' ').unwrap_or(("GET", line));
    let methods = ["GET", "POST", "DELETE", "PUT"];
    let method = methods.into_iter().find(|m| *m == method).unwrap_or("GET");
    Case {
        what,
        method,
        path: path.to_owned(),
        token: None,
        body: Vec::new(),
        status,
        code,
        detail: "",
    }
}

impl Case {
    fn token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn detail(mut self, part: &'static str) -> Self {
        self.detail = part;
        self
    }

    async fn check(&self, port: u16) -> Result<()> {
        let auth = self
            .token
            .as_ref()
            .map(|t| format!("Authorization: Bearer {t}"));
        let headers: Vec<&str> = auth.iter().map(String::as_str).collect();
        let answer = raw::request(port, self.method, &self.path, &headers, &self.body).await?;
        let error = answer.json().context(self.what)?;
        assert_eq!(answer.status, self.status, "{}: {error}", self.what);
        assert_eq!(error["code"], self.code, "{}: {error}", self.what);
        let detail = error["detail"].as_str().context("detail")?;
        assert!(detail.contains(self.detail), "{}: {error}", self.what);
        assert!(
            error["message"].as_str().is_some_and(|m| m.contains(" / ")),
            "{}: {error}",
            self.what
        );
        if let Some(token) = &self.token {
            assert!(
                !answer.body.contains(token.as_str()),
                "{}: echoes the token",
                self.what
            );
        }
        Ok(())
    }
}

async fn call(system: &System, token: &str, callee: &str) -> Result<CallId> {
    let wish = CreateCall {
        callee: callee.parse()?,
        record: false,
    };
    Ok(system.api()?.create_call(token, &wish).await?.call)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_refused_with_its_reason() -> Result<()> {
    let (_folder, system) = running().await?;
    let key = system.api_key();
    let alice = system.token("alice", Role::Customer, None).await?;
    let bob = system.token("bob", Role::Customer, None).await?;
    let agent = system
        .token("agent", Role::Agent, Some(&"front".parse()?))
        .await?;
    let call = call(&system, &alice, "bob").await?;
    let carol = system.token("carol", Role::Customer, None).await?;
    let changed = format!("{}x", &alice[..alice.len() - 1]);
    let long = vec![b' '; MAX_BODY + 1];

    let cases = [
        case("unknown path", "GET /v1/nothing", 404, "not_found").detail("/v1/nothing"),
        case(
            "wrong method",
            "DELETE /v1/tokens",
            405,
            "method_not_allowed",
        )
        .detail("DELETE"),
        case("no API key", "POST /v1/tokens", 401, "unauthorized"),
        case("wrong API key", "POST /v1/tokens", 401, "unauthorized").token("wrong"),
        case("bad JSON", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body("{"),
        case("no body", "POST /v1/tokens", 400, "bad_request").token(key),
        case("not UTF-8", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body(b"\"\xff\"".to_vec()),
        case("wrong type", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body(r#"{"user":5,"role":"customer"}"#),
        case("bad id", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body(r#"{"user":"a b","role":"customer"}"#)
            .detail("a b"),
        case("unknown role", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body(r#"{"user":"a","role":"king"}"#)
            .detail("king"),
        case("agent without desk", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body(r#"{"user":"a","role":"agent"}"#)
            .detail("desk"),
        case("ttl too long", "POST /v1/tokens", 400, "bad_request")
            .token(key)
            .body(r#"{"user":"a","role":"customer","ttl_s":90000}"#)
            .detail("90000"),
        case("a body over the limit", "POST /v1/tokens", 413, "too_large")
            .token(key)
            .body(long.clone()),
        case("call without token", "POST /v1/calls", 401, "unauthorized")
            .body(r#"{"callee":"bob"}"#),
        case(
            "call with garbage for a token",
            "POST /v1/calls",
            401,
            "unauthorized",
        )
        .token("a.b.c")
        .body(r#"{"callee":"bob"}"#),
        case(
            "call with a changed token",
            "POST /v1/calls",
            401,
            "unauthorized",
        )
        .token(&changed)
        .body(r#"{"callee":"bob"}"#),
        case("call without callee", "POST /v1/calls", 400, "bad_request")
            .token(&alice)
            .body("{}")
            .detail("callee"),
        case("call to oneself", "POST /v1/calls", 403, "forbidden")
            .token(&alice)
            .body(r#"{"callee":"alice"}"#)
            .detail("alice"),
        case(
            "call body over the limit",
            "POST /v1/calls",
            413,
            "too_large",
        )
        .token(&alice)
        .body(long),
        case(
            "bad desk id",
            "POST /v1/desks/a%20b/calls",
            400,
            "bad_request",
        )
        .token(&alice)
        .body("{}"),
        case(
            "desk call by an agent",
            "POST /v1/desks/front/calls",
            403,
            "forbidden",
        )
        .token(&agent)
        .body("{}"),
        case("unknown call", "GET /v1/calls/none", 404, "not_found")
            .token(&alice)
            .detail("none"),
        case(
            "other party's call",
            &format!("GET /v1/calls/{call}"),
            403,
            "forbidden",
        )
        .token(&carol),
        case(
            "other party's URLs",
            &format!("POST /v1/calls/{call}/urls"),
            403,
            "forbidden",
        )
        .token(&carol),
        case(
            "URLs without token",
            &format!("POST /v1/calls/{call}/urls"),
            401,
            "unauthorized",
        ),
        case(
            "URLs of an unknown call",
            "POST /v1/calls/none/urls",
            404,
            "not_found",
        )
        .token(&bob),
        case(
            "bad after",
            &format!("GET /v1/calls/{call}?after=x"),
            400,
            "bad_request",
        )
        .token(&alice)
        .detail("x"),
        case(
            "no upgrade",
            &format!("GET /v1/calls/{call}/socket"),
            426,
            "upgrade_required",
        )
        .token(&alice),
        case(
            "room without upgrade",
            "GET /v1/desks/front/rooms/r1/socket",
            426,
            "upgrade_required",
        )
        .token(&agent),
        case(
            "node without secret",
            "GET /v1/nodes/socket",
            401,
            "unauthorized",
        ),
        case(
            "node with a wrong secret",
            "GET /v1/nodes/socket",
            401,
            "unauthorized",
        )
        .token("wrong"),
    ];
    for case in cases {
        case.check(system.edge_port()).await?;
    }
    Ok(())
}
