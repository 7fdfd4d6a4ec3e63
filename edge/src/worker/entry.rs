//! HTTP: what is asked, who asks, and which object answers.

use super::config::{Config, text};
use super::{ask, assets, body, internal, limits, now, page, random, reply};
use crate::desk::check_skills;
use crate::http::{Cors, Refusal, Route, parse, route};
use crate::link::{
    Address, Admission, CallRequest, CreatedBy, DeskRequest, FleetRequest, Needs, Terms, Visitor,
};
use crate::token::{Credentials, bearer, may_call, may_queue, may_serve, mint, same_secret, user};
use counterpart_shared::api::{
    ApiError, CallCreated, CreateCall, CreateDeskCall, CreateToken, ErrorCode, Keys, PartyUrls,
    TokenCreated,
};
use counterpart_shared::grant::UserClaims;
use counterpart_shared::id::{CallId, DeskId, RoomId};
use serde_json::json;
use std::rc::Rc;
use worker::{Context, Env, Request, Response, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    let origin = request.headers().get("Origin")?;
    let cors = Cors::of(&text(&env, "CORS_ORIGINS"), origin.as_deref());
    let mut response = match serve(request, env).await {
        Ok(response) => response,
        Err(refusal) => reply::refusal(&refusal)?,
    };
    if response.status_code() != SWITCHING_PROTOCOLS {
        reply::with_cors(&mut response, &cors)?;
    }
    Ok(response)
}

/// The answer that opens a WebSocket, to which browsers apply no CORS (RFC 9110 §15.2.2).
const SWITCHING_PROTOCOLS: u16 = 101;

async fn serve(request: Request, env: Env) -> Result<Response, Refusal> {
    let url = request.url().map_err(internal)?;
    // The method as it was sent: `worker` takes one that it does not know for GET.
    let method = request.inner().method();
    let route = route(&method, url.path(), url.query().unwrap_or_default())?;
    let answer = match route {
        Route::Asset(asset) => return assets::serve(&env, &asset).await,
        Route::Docs => page::docs(),
        Route::OpenApi => page::openapi(),
        Route::Preflight => reply::preflight(),
        Route::Health => reply::json(200, &json!({"status": "ok"})),
        route => {
            let config = Config::of(&env).map_err(internal)?;
            let reception = Reception {
                request,
                env,
                config,
            };
            reception.count_address(&route)?;
            Ok(reception.answer(route).await?)
        }
    };
    Ok(answer.map_err(internal)?)
}

/// One request that needs to know the settings.
pub(super) struct Reception {
    pub(super) request: Request,
    pub(super) env: Env,
    pub(super) config: Rc<Config>,
}

pub(super) type Answer = Result<Response, ApiError>;

impl Reception {
    async fn answer(mut self, route: Route) -> Answer {
        match route {
            Route::Keys => self.keys(),
            Route::Board(desk) => self.board(desk).await,
            Route::CreateToken => self.create_token().await,
            Route::CreateApiKey => self.create_api_key().await,
            Route::ApiKeys => self.api_keys().await,
            Route::DeleteApiKey(id) => self.delete_api_key(id).await,
            Route::LoginWeChat => self.login_wechat().await,
            Route::CreateStream => self.create_stream().await,
            Route::Calls(search) => self.calls(search).await,
            Route::CallsCsv(search) => self.calls_csv(search).await,
            Route::CreateCall => self.create_call().await,
            Route::Desks => self.desks().await,
            Route::Settings(desk) => self.settings(desk).await,
            Route::Configure(desk) => self.configure(desk).await,
            Route::CreateDeskCall(desk) => self.create_desk_call(desk).await,
            Route::CallView(call, after) => self.call_view(call, after).await,
            Route::UploadImage(call) => self.upload_image(call).await,
            Route::Image(call, image) => self.image(call, image).await,
            Route::Rate(call) => self.rate(call).await,
            Route::Note(call) => self.note(call).await,
            Route::Recordings(call) => self.recordings(call).await,
            Route::DeleteRecordings(call) => self.delete_recordings(call).await,
            Route::CallUrls(call) => self.call_urls(call).await,
            Route::CallSocket(call) => self.call_socket(call).await,
            Route::RoomSocket(desk, room) => self.room_socket(desk, room).await,
            Route::BoardSocket(desk) => self.board_socket(desk).await,
            Route::NodeSocket => self.node_socket().await,
            Route::Asset(_) | Route::Docs | Route::OpenApi | Route::Health | Route::Preflight => {
                Err(internal("served before"))
            }
        }
    }

    /// Nodes are few, ours, and must come back at once.
    fn count_address(&self, route: &Route) -> Result<(), ApiError> {
        let limits = &self.config.limits;
        if *route == Route::NodeSocket || limits.address_header.is_empty() {
            return Ok(());
        }
        match self.header(&limits.address_header)? {
            Some(address) => limits::count("address", &address, limits.address),
            None => Ok(()),
        }
    }

    fn keys(&self) -> Answer {
        let keys = self.config.public_keys.clone();
        answer(200, &Keys { keys })
    }

    async fn create_token(&mut self) -> Answer {
        self.business().await?;
        let wish: CreateToken = parse(&body::read(&mut self.request).await?)?;
        let claims = mint(wish, now())?;
        let created = TokenCreated {
            token: self.config.signer.sign_user(&claims),
            expires_at: claims.exp * 1000,
        };
        answer(201, &created)
    }

    async fn create_call(&mut self) -> Answer {
        let user = self.user()?;
        may_call(&user)?;
        let wish: CreateCall = parse(&body::read(&mut self.request).await?)?;
        if wish.callee == user.sub {
            let detail = format!("'{}' cannot call himself", user.sub);
            return Err(ApiError::new(ErrorCode::Forbidden, detail));
        }
        let (to, terms) = (
            CreatedBy::Direct {
                callee: wish.callee,
            },
            Terms::default(),
        );
        self.create(user, to, wish.record, terms).await
    }

    async fn create_desk_call(&mut self, desk: DeskId) -> Answer {
        let user = self.user()?;
        may_queue(&user)?;
        let wish: CreateDeskCall = parse(&body::read(&mut self.request).await?)?;
        check_skills(&wish.skills)?;
        let at = Address::Desk(desk.clone());
        let admission: Admission = ask::ask(&self.env, &at, &DeskRequest::Admission).await?;
        let record = wish.record || admission.record;
        let (skills, priority) = (wish.skills, user.priority);
        let needs = Needs { skills, priority };
        let to = CreatedBy::Desk { desk, needs };
        self.create(user, to, record, admission.terms).await
    }

    async fn create(&self, user: UserClaims, to: CreatedBy, record: bool, terms: Terms) -> Answer {
        let call = random::call_id();
        let request = CallRequest::Create {
            call: call.clone(),
            caller: user.sub,
            to,
            record,
            terms,
        };
        ask::ask::<()>(&self.env, &Address::Call(call.clone()), &request).await?;
        let socket = format!("/v1/calls/{call}/socket");
        answer(201, &CallCreated { call, socket })
    }

    async fn call_urls(&self, call: CallId) -> Answer {
        let user = self.user()?.sub;
        let request = CallRequest::Urls { user };
        let urls: PartyUrls = ask::ask(&self.env, &Address::Call(call), &request).await?;
        answer(200, &urls)
    }

    async fn call_socket(&self, call: CallId) -> Answer {
        let credentials = self.credentials()?;
        let visitor = visitor(self.verify(&credentials.token)?);
        self.upgrade()?;
        let request = CallRequest::Socket { visitor };
        self.hand_over(Address::Call(call), &request, &credentials)
            .await
    }

    async fn room_socket(&self, desk: DeskId, room: RoomId) -> Answer {
        let credentials = self.credentials()?;
        let user = self.verify(&credentials.token)?;
        may_serve(&user, &desk)?;
        self.upgrade()?;
        let agent = user.sub;
        let request = DeskRequest::Socket { room, agent };
        self.hand_over(Address::Desk(desk), &request, &credentials)
            .await
    }

    async fn node_socket(&self) -> Answer {
        self.secret(&self.config.node_secret, "the node secret")?;
        self.upgrade()?;
        let credentials = self.credentials()?;
        self.hand_over(Address::Fleet, &FleetRequest::Socket, &credentials)
            .await
    }

    pub(super) async fn hand_over(
        &self,
        to: Address,
        request: &impl serde::Serialize,
        credentials: &Credentials,
    ) -> Answer {
        ask::socket(&self.env, &to, request, credentials.subprotocol).await
    }

    pub(super) fn user(&self) -> Result<UserClaims, ApiError> {
        let authorization = self.header("Authorization")?;
        self.verify(bearer(authorization.as_deref()).unwrap_or_default())
    }

    pub(super) fn verify(&self, token: &str) -> Result<UserClaims, ApiError> {
        let user = user(&self.config.keys, token, now())?;
        limits::count("user", user.sub.as_str(), self.config.limits.user)?;
        Ok(user)
    }

    pub(super) fn secret(&self, wanted: &str, name: &str) -> Result<(), ApiError> {
        let authorization = self.header("Authorization")?;
        let given = bearer(authorization.as_deref()).unwrap_or_default();
        if same_secret(given, wanted) {
            return Ok(());
        }
        let detail = format!("{name} is needed as Bearer token");
        Err(ApiError::new(ErrorCode::Unauthorized, detail))
    }

    /// Asked after who may: a stranger hears only that he is one.
    pub(super) fn upgrade(&self) -> Result<(), ApiError> {
        let upgrade = self.header("Upgrade")?.unwrap_or_default();
        if upgrade.eq_ignore_ascii_case("websocket") {
            return Ok(());
        }
        let detail = "this path is a WebSocket";
        Err(ApiError::new(ErrorCode::UpgradeRequired, detail))
    }

    pub(super) fn credentials(&self) -> Result<Credentials, ApiError> {
        let authorization = self.header("Authorization")?;
        let protocols = self.header("Sec-WebSocket-Protocol")?;
        Ok(Credentials::read(
            authorization.as_deref(),
            protocols.as_deref(),
        ))
    }

    pub(super) fn header(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.request.headers().get(name).map_err(internal)
    }
}

/// Who comes to a call, by his token.
pub(super) fn visitor(user: UserClaims) -> Visitor {
    Visitor {
        user: user.sub,
        role: user.role,
        desk: user.desk,
    }
}

pub(super) fn answer<T: serde::Serialize>(status: u16, value: &T) -> Answer {
    reply::json(status, value).map_err(internal)
}
