//! `make screenshots`: each page in each state, in both languages, both appearances and two widths, into
//! `target/screenshots/`.

use anyhow::Result;
use counterpart_shared::grant::Role;
use counterpart_tests::pages::{desk, link, tell};
use counterpart_tests::system::{running, top};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<()> {
    let (folder, system) = running().await?;
    let replies = json!([
        "您好，请问有什么可以帮您？",
        "请把身份证对准镜头",
        "请稍等，我来查询一下",
        "Thank you for calling",
    ]);
    let front = json!({
        "record": "on", "record_control": "supervisor", "wrap_up_s": 120, "title": {"zh": "贷款咨询", "en": "Loans"}, "quick_replies": replies,
    });
    desk(&system, "front", front).await?;
    let claims = json!({"title": {"zh": "理赔服务", "en": "Claims"}});
    desk(&system, "back", claims).await?;
    let night = json!({"title": {"zh": "夜间服务", "en": "Night desk"}, "hours": []});
    desk(&system, "night", night).await?;
    let customer = |name| (name, Role::Customer, None);
    let agent = |name| (name, Role::Agent, Some("front"));
    let into = top()?.join("target/screenshots");
    let links = json!({
        "into": into,
        "none": format!("{}/", system.url()),
        "customers": [
            link(&system, "", customer("alice"), "").await?,
            link(&system, "", customer("carol"), "").await?,
            link(&system, "", customer("dave"), "").await?,
        ],
        "console": link(&system, "console", agent("li-na"), "&room=A01").await?,
        "colleague": link(&system, "console", agent("wang-wei"), "&room=A02").await?,
        "board": link(&system, "board", ("ops", Role::Operator, None), "").await?,
        "supervisor": link(&system, "board", ("zhao-min", Role::Supervisor, Some("front")), "").await?,
    });
    tell("screenshots.mjs", &links, folder.path()).await?;
    println!("the pictures lie in {}", into.display());
    Ok(())
}
