//! Method and path to meaning.

use super::asset::Asset;
use super::refusal::Refusal;
use crate::archive::Search;
use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::id::{CallId, DeskId, IdError, ImageId, KeyId, RoomId};
use std::str::FromStr;

/// The desk whose board is shown when none is named.
const DEFAULT_DESK: &str = "front";

/// The largest whole number that every reader of JSON keeps exactly (RFC 8259 §6).
const MAX_SAFE: u64 = (1 << 53) - 1;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `GET /`, `GET /console`, `GET /board`, `GET /assets/{file}`
    Asset(Asset),
    /// `GET /docs`
    Docs,
    /// `GET /openapi.json`
    OpenApi,
    /// `GET /healthz`
    Health,
    /// `GET /v1/keys`
    Keys,
    /// `GET /v1/board?desk=DESK`
    Board(DeskId),
    /// `POST /v1/tokens`
    CreateToken,
    /// `POST /v1/api-keys`
    CreateApiKey,
    /// `GET /v1/api-keys`
    ApiKeys,
    /// `DELETE /v1/api-keys/{id}`
    DeleteApiKey(KeyId),
    /// `POST /v1/login/wechat`
    LoginWeChat,
    /// `POST /v1/streams`
    CreateStream,
    /// `POST /v1/calls`
    CreateCall,
    /// `GET /v1/calls?…`
    Calls(Search),
    /// `GET /v1/calls.csv?…`
    CallsCsv(Search),
    /// `GET /v1/desks`
    Desks,
    /// `GET /v1/desks/{desk}`
    Settings(DeskId),
    /// `PUT /v1/desks/{desk}`
    Configure(DeskId),
    /// `POST /v1/desks/{desk}/calls`
    CreateDeskCall(DeskId),
    /// `GET /v1/calls/{call}?after=SEQ`
    CallView(CallId, u64),
    /// `POST /v1/calls/{call}/images`
    UploadImage(CallId),
    /// `GET /v1/calls/{call}/images/{image}`
    Image(CallId, ImageId),
    /// `PUT /v1/calls/{call}/rating`
    Rate(CallId),
    /// `PUT /v1/calls/{call}/note`
    Note(CallId),
    /// `GET /v1/calls/{call}/recordings`
    Recordings(CallId),
    /// `DELETE /v1/calls/{call}/recordings`
    DeleteRecordings(CallId),
    /// `POST /v1/calls/{call}/urls`
    CallUrls(CallId),
    /// `GET /v1/calls/{call}/socket`
    CallSocket(CallId),
    /// `GET /v1/desks/{desk}/rooms/{room}/socket`
    RoomSocket(DeskId, RoomId),
    /// `GET /v1/desks/{desk}/board/socket`
    BoardSocket(DeskId),
    /// `GET /v1/nodes/socket`
    NodeSocket,
    /// `OPTIONS` of any of these
    Preflight,
}

/// Reads method, path and query (without `?`).
///
/// # Errors
/// A [`Refusal`] for an unknown path, a wrong method, an invalid id or parameter.
pub fn route(method: &str, path: &str, query: &str) -> Result<Route, Refusal> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let (allow, route) = find(&parts, method, path, query)?;
    match method {
        "OPTIONS" => Ok(Route::Preflight),
        _ if allow.split(", ").any(|one| one == method) => Ok(route?),
        _ => Err(Refusal::method(method, allow)),
    }
}

/// Which methods a path has, and what the request means if its method is one of them.
type Found = (&'static str, Result<Route, ApiError>);

fn find(parts: &[&str], method: &str, path: &str, query: &str) -> Result<Found, Refusal> {
    let found = match *parts {
        [""] => ("GET", Ok(Route::Asset(Asset::Customer))),
        ["console"] => ("GET", Ok(Route::Asset(Asset::Console))),
        ["board"] => ("GET", Ok(Route::Asset(Asset::Board))),
        ["assets", file] => ("GET", Ok(Route::Asset(Asset::part(file)?))),
        ["docs"] => ("GET", Ok(Route::Docs)),
        ["openapi.json"] => ("GET", Ok(Route::OpenApi)),
        ["healthz"] => ("GET", Ok(Route::Health)),
        ["v1", "keys"] => ("GET", Ok(Route::Keys)),
        ["v1", "board"] => ("GET", board(query)),
        ["v1", "tokens"] => ("POST", Ok(Route::CreateToken)),
        ["v1", "api-keys"] => ("GET, POST", Ok(api_keys(method))),
        ["v1", "api-keys", key] => ("DELETE", id(key).map(Route::DeleteApiKey)),
        ["v1", "login", "wechat"] => ("POST", Ok(Route::LoginWeChat)),
        ["v1", "streams"] => ("POST", Ok(Route::CreateStream)),
        ["v1", "calls"] => ("GET, POST", calls(method, query)),
        ["v1", "calls.csv"] => ("GET", Search::read(query, false).map(Route::CallsCsv)),
        ["v1", "desks"] => ("GET", Ok(Route::Desks)),
        ["v1", "desks", desk] => ("GET, PUT", desk_settings(desk, method)),
        ["v1", "desks", desk, "calls"] => ("POST", id(desk).map(Route::CreateDeskCall)),
        ["v1", "calls", call] => ("GET", call_view(call, query)),
        ["v1", "calls", call, "images"] => ("POST", id(call).map(Route::UploadImage)),
        ["v1", "calls", call, "images", image] => ("GET", call_image(call, image)),
        ["v1", "calls", call, "rating"] => ("PUT", id(call).map(Route::Rate)),
        ["v1", "calls", call, "note"] => ("PUT", id(call).map(Route::Note)),
        ["v1", "calls", call, "recordings"] => ("DELETE, GET", recordings(call, method)),
        ["v1", "calls", call, "urls"] => ("POST", id(call).map(Route::CallUrls)),
        ["v1", "calls", call, "socket"] => ("GET", id(call).map(Route::CallSocket)),
        ["v1", "desks", desk, "rooms", room, "socket"] => ("GET", room_socket(desk, room)),
        ["v1", "desks", desk, "board", "socket"] => ("GET", id(desk).map(Route::BoardSocket)),
        ["v1", "nodes", "socket"] => ("GET", Ok(Route::NodeSocket)),
        _ => return Err(Refusal::path(&format!("{method} {path}"))),
    };
    Ok(found)
}

fn api_keys(method: &str) -> Route {
    match method {
        "POST" => Route::CreateApiKey,
        _ => Route::ApiKeys,
    }
}

fn calls(method: &str, query: &str) -> Result<Route, ApiError> {
    match method {
        "POST" => Ok(Route::CreateCall),
        _ => Search::read(query, true).map(Route::Calls),
    }
}

fn board(query: &str) -> Result<Route, ApiError> {
    id(parameter(query, "desk").unwrap_or(DEFAULT_DESK)).map(Route::Board)
}

fn desk_settings(desk: &str, method: &str) -> Result<Route, ApiError> {
    let meaning = match method {
        "PUT" => Route::Configure,
        _ => Route::Settings,
    };
    id(desk).map(meaning)
}

fn call_view(call: &str, query: &str) -> Result<Route, ApiError> {
    let after = parameter(query, "after").unwrap_or("0");
    let number = after.parse().ok().filter(|&number| number <= MAX_SAFE);
    let number = number.ok_or_else(|| {
        let after = super::refusal::cut(after);
        bad(format!("after: '{after}' is no number of 0 to {MAX_SAFE}"))
    })?;
    Ok(Route::CallView(id(call)?, number))
}

fn recordings(call: &str, method: &str) -> Result<Route, ApiError> {
    let meaning = match method {
        "DELETE" => Route::DeleteRecordings,
        _ => Route::Recordings,
    };
    id(call).map(meaning)
}

fn call_image(call: &str, image: &str) -> Result<Route, ApiError> {
    Ok(Route::Image(id(call)?, id(image)?))
}

fn room_socket(desk: &str, room: &str) -> Result<Route, ApiError> {
    Ok(Route::RoomSocket(id(desk)?, id(room)?))
}

fn id<T: FromStr<Err = IdError>>(text: &str) -> Result<T, ApiError> {
    text.parse()
        .map_err(|error: IdError| bad(error.to_string()))
}

fn bad(detail: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::BadRequest, detail)
}

/// No parameter of ours needs percent-encoding.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(method: &str, path: &str, query: &str) -> ErrorCode {
        route(method, path, query).unwrap_err().error.code
    }

    #[test]
    fn paths_have_their_meaning() {
        let front: DeskId = "front".parse().unwrap();
        let call: CallId = "c-1".parse().unwrap();
        for (path, page) in [
            ("/", Asset::Customer),
            ("/console", Asset::Console),
            ("/board", Asset::Board),
        ] {
            assert_eq!(route("GET", path, ""), Ok(Route::Asset(page)));
        }
        let part = Asset::part("a-1.js").unwrap();
        assert_eq!(route("GET", "/assets/a-1.js", ""), Ok(Route::Asset(part)));
        assert_eq!(
            route("GET", "/v1/board", ""),
            Ok(Route::Board(front.clone()))
        );
        let other = Route::Board("back".parse().unwrap());
        assert_eq!(route("GET", "/v1/board", "x=1&desk=back"), Ok(other));
        let view = Route::CallView(call.clone(), 7);
        assert_eq!(route("GET", "/v1/calls/c-1", "after=7"), Ok(view));
        assert_eq!(
            route("GET", "/v1/desks/front", ""),
            Ok(Route::Settings(front.clone()))
        );
        assert_eq!(
            route("PUT", "/v1/desks/front", ""),
            Ok(Route::Configure(front.clone()))
        );
        let urls = route("POST", "/v1/calls/c-1/urls", "");
        assert_eq!(urls, Ok(Route::CallUrls(call.clone())));
        let image = Route::Image(call.clone(), "ab".parse().unwrap());
        assert_eq!(route("GET", "/v1/calls/c-1/images/ab", ""), Ok(image));
        for (line, wanted) in [
            ("POST images", Route::UploadImage(call.clone())),
            ("PUT rating", Route::Rate(call.clone())),
            ("PUT note", Route::Note(call.clone())),
            ("GET recordings", Route::Recordings(call.clone())),
            ("DELETE recordings", Route::DeleteRecordings(call)),
        ] {
            let (method, part) = line.split_once(' ').unwrap();
            let path = format!("/v1/calls/c-1/{part}");
            assert_eq!(route(method, &path, ""), Ok(wanted));
        }
        let room = Route::RoomSocket(front, "r1".parse().unwrap());
        assert_eq!(
            route("GET", "/v1/desks/front/rooms/r1/socket", ""),
            Ok(room)
        );
        assert_eq!(route("GET", "/v1/api-keys", ""), Ok(Route::ApiKeys));
        assert_eq!(route("POST", "/v1/api-keys", ""), Ok(Route::CreateApiKey));
        let board = Route::BoardSocket("back".parse().unwrap());
        assert_eq!(route("GET", "/v1/desks/back/board/socket", ""), Ok(board));
        assert_eq!(route("GET", "/v1/desks", ""), Ok(Route::Desks));
        let key = Route::DeleteApiKey("k-1".parse().unwrap());
        assert_eq!(route("DELETE", "/v1/api-keys/k-1", ""), Ok(key));
        assert_eq!(route("POST", "/v1/streams", ""), Ok(Route::CreateStream));
        assert_eq!(route("OPTIONS", "/v1/tokens", ""), Ok(Route::Preflight));
        assert_eq!(route("POST", "/v1/calls", "x=1"), Ok(Route::CreateCall));
        let search = Search {
            limit: 7,
            ..Search::default()
        };
        assert_eq!(
            route("GET", "/v1/calls", "limit=7"),
            Ok(Route::Calls(search))
        );
        let all = Route::CallsCsv(Search::default());
        assert_eq!(route("GET", "/v1/calls.csv", ""), Ok(all));
    }

    #[test]
    fn the_rest_is_refused_with_its_reason() {
        for path in [
            "/v1",
            "/v1/",
            "/v2/calls",
            "/v1/calls/",
            "/v1/calls/c/x",
            "/x",
            "/console/",
            "/assets",
            "/assets/",
            "/assets/a/b.js",
        ] {
            let code = code("GET", path, "");
            assert!(
                matches!(code, ErrorCode::NotFound | ErrorCode::BadRequest),
                "{path}"
            );
        }
        assert_eq!(code("GET", "/v1/calls/a%20b", ""), ErrorCode::BadRequest);
        for after in ["-1", "x", "9007199254740992", "18446744073709551616"] {
            let query = format!("after={after}");
            assert_eq!(code("GET", "/v1/calls/c", &query), ErrorCode::BadRequest);
        }
        let most = route("GET", "/v1/calls/c", "after=9007199254740991");
        assert!(most.is_ok(), "{most:?}");
        assert_eq!(code("GET", "/v1/calls", "x=1"), ErrorCode::BadRequest);
        assert_eq!(
            code("GET", "/v1/calls.csv", "limit=1"),
            ErrorCode::BadRequest
        );
        let refusal = route("GET", "/v1/tokens", "").unwrap_err();
        assert_eq!(refusal.header, Some(("Allow", "POST")));
        assert_eq!(refusal.error.code.status(), 405);
        let refusal = route("POST", "/v1/desks/front", "").unwrap_err();
        assert_eq!(refusal.header, Some(("Allow", "GET, PUT")));
        let refusal = route("PUT", "/v1/api-keys", "").unwrap_err();
        assert_eq!(refusal.header, Some(("Allow", "GET, POST")));
        for method in ["QUERY", "TRACE", "get", ""] {
            let code = code(method, "/v1/keys", "");
            assert_eq!(code, ErrorCode::MethodNotAllowed, "{method}");
        }
        assert_eq!(code("OPTIONS", "/nowhere", ""), ErrorCode::NotFound);
    }
}
