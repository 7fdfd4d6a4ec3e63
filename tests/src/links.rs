//! The counter that `make run` shows: two desks, and links to the pages of those who meet there.

use crate::raw;
use crate::system::System;
use anyhow::{Result, ensure};
use counterpart_shared::api::{DeskSettings, Desks, RecordPolicy, Title};
use counterpart_shared::grant::Role;
use std::time::Duration;

/// As long as a token can live.
const DAY: Duration = Duration::from_secs(86_400);

/// A page for one person.
pub struct Link {
    /// Who opens it, in Chinese and English.
    pub who: &'static str,
    /// Its address, with his token in the fragment.
    pub url: String,
}

/// Makes the desks `front` and `loans`, unless they were set before.
///
/// # Errors
/// When the edge refuses.
pub async fn set_desks(system: &System) -> Result<()> {
    let bearer = format!("Authorization: Bearer {}", system.api_key());
    let listed = raw::request(system.edge_port(), "GET", "/v1/desks", &[&bearer], b"").await?;
    ensure!(listed.status == 200, "{}", listed.body);
    let Desks { desks } = serde_json::from_str(&listed.body)?;
    let known = |name: &str| desks.iter().any(|listed| listed.desk.as_str() == name);
    for (name, zh, en, replies) in [
        (
            "front",
            "综合服务台",
            "Front desk",
            ["您好，请问有什么可以帮您？ Hello, how can I help you?"].as_slice(),
        ),
        (
            "loans",
            "贷款咨询",
            "Loans",
            ["请出示您的身份证件。 Please show your identity card."].as_slice(),
        ),
    ] {
        if !known(name) {
            system.set_desk(name, &settings(zh, en, replies)).await?;
        }
    }
    Ok(())
}

fn settings(zh: &str, en: &str, own: &[&str]) -> DeskSettings {
    let common = [
        "请稍候，我为您查询。 One moment please, I am looking it up.",
        "我可以听到您，请问能看到我吗？ I can hear you; can you see me?",
        "感谢您的来访，再见！ Thank you for your visit, goodbye!",
    ];
    let replies = own.iter().chain(&common);
    DeskSettings {
        record: RecordPolicy::On,
        title: Some(Title {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }),
        quick_replies: replies.map(|&text| text.to_owned()).collect(),
        ..DeskSettings::default()
    }
}

/// One page for each who meets at the desk `front`.
///
/// # Errors
/// When the edge mints no token.
pub async fn links(system: &System) -> Result<Vec<Link>> {
    let front = "front".parse()?;
    let mut links = Vec::new();
    for (who, user, role, page, more) in [
        ("客户 customer", "alice", Role::Customer, "", ""),
        (
            "坐席 agent, room r1",
            "bob",
            Role::Agent,
            "console",
            "&room=r1",
        ),
        (
            "坐席 agent, room r2",
            "carol",
            Role::Agent,
            "console",
            "&room=r2",
        ),
        ("主管 supervisor", "dora", Role::Supervisor, "board", ""),
        ("运营 operator", "erin", Role::Operator, "board", ""),
    ] {
        let desk = matches!(role, Role::Agent | Role::Supervisor).then_some(&front);
        let token = system.token_for(user, role, desk, DAY).await?;
        let url = format!("{}/{page}#token={token}{more}", system.url());
        links.push(Link { who, url });
    }
    Ok(links)
}
