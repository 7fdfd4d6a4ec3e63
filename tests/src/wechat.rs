//! A stand-in for WeChat's `auth.code2Session`, which no test reaches.

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens on a free port until the runtime ends, and gives the edge's settings for it. Codes that begin with a letter
/// or digit are good, for the user `wx-o-1`; the others are not.
///
/// # Errors
/// When no port is free.
pub async fn stand_in() -> Result<Vec<(String, String)>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(serve(listener));
    let settings = [
        ("WECHAT_BASE", base.as_str()),
        ("WECHAT_APPID", "wx1"),
        ("WECHAT_SECRET", "secret"),
    ];
    Ok(settings
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec())
}

async fn serve(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            // A client that goes away midway gets no answer.
            let _ = answer(stream).await;
        });
    }
}

async fn answer(mut stream: TcpStream) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let code = head.split("js_code=").nth(1).unwrap_or_default();
    let body = if code.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        r#"{"openid":"o-1","session_key":"k"}"#
    } else {
        r#"{"errcode":40029,"errmsg":"invalid code"}"#
    };
    let length = body.len();
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await?;
    Ok(())
}
