//! The pages and what they load, from the binding `ASSETS`: files that are built beside this program.

use super::internal;
use super::page;
use crate::http::{Asset, PAGE_POLICY, Refusal};
use worker::{Env, Headers, Response, Result};

/// The binding, and a host for its URLs, which say paths only.
const BINDING: &str = "ASSETS";
const HOST: &str = "http://assets";

/// What stands where a page is not built. It has neither script nor style.
const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Counterpart</title>\
    <h1>Counterpart</h1><p>网页尚未构建。请运行 <code>make web</code>，然后重新启动。</p>\
    <p lang=\"en\">The pages are not built yet. Run <code>make web</code>, then start again.</p>\
    <p><a href=\"/docs\">API</a></p></html>";

pub(super) async fn serve(env: &Env, asset: &Asset) -> std::result::Result<Response, Refusal> {
    let found = find(env, asset).await.map_err(internal)?;
    match found {
        Some(file) => Ok(dressed(file, asset).map_err(internal)?),
        None if asset.is_page() => {
            Ok(page::html("default-src 'none'", NOT_BUILT).map_err(internal)?)
        }
        None => Err(Refusal::path(&format!("GET {}", asset.path()))),
    }
}

/// The file as it is kept; nothing, where there is none.
async fn find(env: &Env, asset: &Asset) -> Result<Option<Response>> {
    let Ok(files) = env.assets(BINDING) else {
        return Ok(None);
    };
    let url = format!("{HOST}{}", asset.path());
    let file = files.fetch(url, None).await?;
    Ok((file.status_code() == 200).then_some(file))
}

/// With headers of its own: whatever keeps the files knows neither their types nor their policy.
fn dressed(file: Response, asset: &Asset) -> Result<Response> {
    let headers = Headers::new();
    headers.set("Content-Type", asset.content_type())?;
    headers.set("Cache-Control", asset.cache())?;
    headers.set("Content-Security-Policy", PAGE_POLICY)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    headers.set("Referrer-Policy", "no-referrer")?;
    Ok(file.with_headers(headers))
}
