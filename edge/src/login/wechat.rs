//! `wx.login` codes, exchanged at WeChat's `auth.code2Session` for the user's openid. The session key that
//! comes with it is read by nobody.

use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::id::UserId;
use serde::Deserialize;
use std::fmt::Write;

/// WeChat's own address.
const BASE: &str = "https://api.weixin.qq.com";

/// The longest code that is passed on: WeChat's have 32 characters.
const MAX_CODE: usize = 128;

/// The settings; an empty text is one that is not set.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WeChat {
    /// Where WeChat is; empty for where it really is.
    pub base: String,
    /// The mini-program.
    pub app_id: String,
    /// Its secret.
    pub secret: String,
}

#[derive(Deserialize)]
struct Session {
    #[serde(default)]
    openid: String,
    #[serde(default)]
    errcode: i64,
}

impl WeChat {
    /// What to ask. It holds the secret: not for logs.
    ///
    /// # Errors
    /// [`ErrorCode::NotConfigured`] without an app id and a secret, [`ErrorCode::BadRequest`] for what
    /// cannot be a code.
    pub fn url(&self, code: &str) -> Result<String, ApiError> {
        if self.app_id.is_empty() || self.secret.is_empty() {
            let detail = "WECHAT_APPID or WECHAT_SECRET is not set";
            return Err(ApiError::new(ErrorCode::NotConfigured, detail));
        }
        let length = code.chars().count();
        if length == 0 || length > MAX_CODE {
            let detail = format!("the code has {length} characters, 1 to {MAX_CODE} are needed");
            return Err(ApiError::new(ErrorCode::BadRequest, detail));
        }
        let base = if self.base.is_empty() {
            BASE
        } else {
            &self.base
        };
        let base = base.trim_end_matches('/');
        let [id, secret, code] = [&*self.app_id, &*self.secret, code].map(encoded);
        Ok(format!(
            "{base}/sns/jscode2session?appid={id}&secret={secret}&js_code={code}&grant_type=authorization_code"
        ))
    }

    /// Who the user is, from WeChat's answer: `wx-OPENID`, so that nobody who logs in this way is taken for a
    /// user of the business server's naming.
    ///
    /// # Errors
    /// [`ErrorCode::Unauthorized`] for a code that is not good, [`ErrorCode::Forbidden`] for a user whom
    /// WeChat holds back, [`ErrorCode::RateLimited`], and [`ErrorCode::Upstream`] for all that is not the
    /// user's doing.
    pub fn read(status: u16, body: &[u8]) -> Result<UserId, ApiError> {
        if status != 200 {
            return Err(upstream(&format!("WeChat answered with status {status}")));
        }
        let session: Session = serde_json::from_slice(body)
            .map_err(|_| upstream("WeChat's answer is not readable"))?;
        refused(session.errcode)?;
        let user = format!("wx-{}", session.openid);
        match user.parse() {
            Ok(user) if !session.openid.is_empty() => Ok(user),
            _ => Err(upstream("WeChat's answer has no usable openid")),
        }
    }
}

/// WeChat's error codes, as its documentation of `auth.code2Session` lists them.
fn refused(errcode: i64) -> Result<(), ApiError> {
    let (code, what) = match errcode {
        0 => return Ok(()),
        40029 => (ErrorCode::Unauthorized, "the code is not valid"),
        40163 => (ErrorCode::Unauthorized, "the code has been used"),
        40226 => (ErrorCode::Forbidden, "WeChat holds this user back"),
        45011 => (ErrorCode::RateLimited, "this user logs in too often"),
        _ => (ErrorCode::Upstream, "WeChat refused"),
    };
    Err(ApiError::new(code, format!("{what} (errcode {errcode})")))
}

fn upstream(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::Upstream, detail)
}

/// Percent-encoding of all but the unreserved characters (RFC 3986 §2.3).
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wechat() -> WeChat {
        WeChat {
            base: String::new(),
            app_id: "wx1".into(),
            secret: "s&c".into(),
        }
    }

    #[test]
    fn the_question_is_that_of_wechat() {
        let url = wechat().url("a/b=").unwrap();
        let wanted = "https://api.weixin.qq.com/sns/jscode2session\
                      ?appid=wx1&secret=s%26c&js_code=a%2Fb%3D&grant_type=authorization_code";
        assert_eq!(url, wanted);
        let elsewhere = WeChat {
            base: "http://127.0.0.1:9/".into(),
            ..wechat()
        };
        let url = elsewhere.url("c").unwrap();
        assert!(url.starts_with("http://127.0.0.1:9/sns/"));
        let code = |wechat: &WeChat, code: &str| wechat.url(code).unwrap_err().code;
        assert_eq!(code(&wechat(), ""), ErrorCode::BadRequest);
        assert_eq!(code(&wechat(), &"x".repeat(129)), ErrorCode::BadRequest);
        assert!(wechat().url(&"码".repeat(128)).is_ok());
        assert_eq!(code(&WeChat::default(), "c"), ErrorCode::NotConfigured);
    }

    #[test]
    fn answers_are_read() {
        let read = |body: &str| WeChat::read(200, body.as_bytes());
        let user = read(r#"{"openid":"oA-_1","session_key":"k","unionid":"u"}"#).unwrap();
        assert_eq!(user.as_str(), "wx-oA-_1");
        let code = |body: &str| read(body).unwrap_err().code;
        for (errcode, wanted) in [
            (40029, ErrorCode::Unauthorized),
            (40163, ErrorCode::Unauthorized),
            (40226, ErrorCode::Forbidden),
            (45011, ErrorCode::RateLimited),
            (-1, ErrorCode::Upstream),
            (40125, ErrorCode::Upstream),
        ] {
            assert_eq!(
                code(&format!(r#"{{"errcode":{errcode},"errmsg":"m"}}"#)),
                wanted
            );
        }
        for bad in ["", "{}", "[]", r#"{"openid":"a b"}"#, r#"{"openid":""}"#] {
            assert_eq!(code(bad), ErrorCode::Upstream, "{bad}");
        }
        let error = WeChat::read(502, b"").unwrap_err();
        assert_eq!(error.code, ErrorCode::Upstream);
    }
}
