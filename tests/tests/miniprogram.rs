//! The mini-program calls a desk where a native agent answers. Its two tags are ffmpeg, so all that they say is from what
//! really happens to a push and a play; see `tests/miniprogram/phone.mjs`.

use anyhow::{Context, Result, ensure};
use counterpart_shared::api::{
    DeskSettings, EndReason, EntryBody, FinishedCalls, RecordPolicy, Title,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, Party};
use counterpart_tests::at_desk::{self, AtDesk};
use counterpart_tests::judge::{decodes, probe, steps};
use counterpart_tests::phone::Phone;
use counterpart_tests::system::{System, until};
use counterpart_tests::talk::Publishing;
use counterpart_tests::{camera, phone};
use serde_json::Value;
use std::path::Path;

/// The page of a call to the desk.
const CALL: &str = "open /app/pages/call/call?desk=front";

/// The call that waits in line.
async fn call_of(phone: &mut Phone) -> Result<CallId> {
    let rest = phone.says("phase {\"phase\":\"waiting\",").await?;
    let phase: Value = serde_json::from_str(&format!("{{{rest}"))?;
    let call = phase["call"].as_str().context("a call")?;
    Ok(call.parse()?)
}

async fn steps_are(phone: &mut Phone, numbers: &[u64]) -> Result<()> {
    for number in numbers {
        phone
            .says(&format!("step {{\"number\":{number},"))
            .await
            .with_context(|| format!("step {number}"))?;
    }
    Ok(())
}

/// The agent's pictures and sound, as the phone kept them: whole, and in step.
async fn judge(file: &Path) -> Result<()> {
    let seen = probe(file).await?;
    let video = seen.track("video").context("pictures")?;
    assert_eq!(
        (video.codec_name.as_str(), video.width, video.height),
        ("h264", 640, 360)
    );
    assert_eq!(seen.track("audio").context("sound")?.codec_name, "aac");
    decodes(file).await?;
    let apart = steps(file).await?;
    ensure!(apart.len() >= 2, "flashes with a beep: {apart:?}");
    ensure!(
        apart.iter().all(|step| step.abs() < 80.0),
        "picture and sound are apart: {apart:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_calls_a_desk_and_comes_back_after_everything() -> Result<()> {
    let (folder, system, mut phone) = phone::in_a_system().await?;
    let title = Title {
        zh: "开户与贷款".into(),
        en: "Accounts and loans".into(),
    };
    let named = DeskSettings {
        title: Some(title),
        record: RecordPolicy::Consent,
        ..DeskSettings::default()
    };
    system.set_desk("front", &named).await?;
    phone.does("open").await?;
    phone.shows("开户与贷款服务中").await?;

    // In line, with his camera on: nobody is there yet.
    phone.does("tap .desk-call").await?;
    let first_url = phone.says("push ").await?;
    for code in [1001, 1002, 1007] {
        phone.says(&format!("pusher {code}")).await?;
    }
    steps_are(&mut phone, &[1, 2, 3, 4]).await?;
    phone.shows("下一位就是您").await?;
    phone.shows("是否同意录制本次通话？").await?;

    let mut agent = at_desk::open(&system).await?;
    let mut bob = AtDesk::answer(&mut agent).await?;
    for code in [2001, 2002, 2009, 2003, 2004] {
        phone.says(&format!("player {code}")).await?;
    }
    steps_are(&mut phone, &[5, 7]).await?;
    phone.counts("sees", 75).await?;
    phone.counts("hears", 20).await?;
    let first_file = phone.plays_into().await?;
    bob.sees_and_hears(75).await?;
    phone.does("tap .consent-yes").await?;
    phone.says("stored {").await?;
    let answer = bob.entry("the customer's consent", |body| match body {
        EntryBody::RecordingConsent { given } => Some(given),
        _ => None,
    });
    assert!(answer.await?);

    bob.remote.text("您好，请问有什么可以帮您？").await;
    phone.shows("您好，请问有什么可以帮您？").await?;
    phone.does("type .words 我想开户").await?;
    phone.does("tap .send").await?;
    phone.says("stored {").await?;
    assert_eq!(bob.reads().await?, "我想开户");

    a_picture(&mut phone, &mut bob, folder.path()).await?;
    without_signals(&mut phone, &mut bob).await?;
    crash(&mut phone, &bob).await?;
    let fresh_url = without_network(&mut phone, &bob).await?;
    assert_ne!(first_url, fresh_url);
    in_the_background(&mut phone, &mut bob).await?;

    phone.does("tap .hang-up").await?;
    phone.says("page app/pages/rating/rating").await?;
    phone.shows("通话已结束").await?;
    let report = bob.ended().await?;
    rates(&mut phone, &system).await?;
    assert_eq!(report.end, Some(EndReason::HangUp));
    let seen = report.played.first().context("the agent played")?;
    assert_eq!(seen.audio_codec.as_deref(), Some("aac"));
    assert_eq!((seen.size, seen.undecodable), (Some((640, 360)), 0));
    judge(&first_file).await?;
    phone.off().await
}

/// He shows a picture; both have it, and the phone fetches it from the edge.
async fn a_picture(phone: &mut Phone, bob: &mut AtDesk, folder: &Path) -> Result<()> {
    let file = folder.join("card.png");
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03".to_vec();
    png.resize(4_000, 7);
    std::fs::write(&file, &png)?;
    phone.does(&format!("choose {}", file.display())).await?;
    phone.does("tap .picture").await?;
    let shown = bob.entry("the picture", |body| match body {
        EntryBody::Image { image, .. } => Some(image),
        _ => None,
    });
    let shown = shown.await?;
    assert_eq!((shown.width, shown.height), (Some(2), Some(3)));
    assert_eq!(phone.says("downloads ").await?, "4000");
    Ok(())
}

/// He rates the call, and the business server finds that.
async fn rates(phone: &mut Phone, system: &System) -> Result<()> {
    phone.does("tap .star-4").await?;
    phone.does("type .comment 很满意").await?;
    phone.does("tap .submit").await?;
    phone.shows("感谢您的评价").await?;
    let edge = system.api()?;
    until("the rating is in the list of calls", || async {
        let listed = edge.read::<FinishedCalls>("/v1/calls", Some(system.api_key()));
        let rating = listed
            .await
            .ok()
            .and_then(|listed| listed.calls.into_iter().find_map(|call| call.rating));
        rating
            .is_some_and(|rating| rating.stars == 4 && rating.comment.as_deref() == Some("很满意"))
    })
    .await
}

/// The signals' network is gone for a while; pictures go on, and what was written meanwhile arrives, once and in order.
async fn without_signals(phone: &mut Phone, bob: &mut AtDesk) -> Result<()> {
    phone.does("signal cut").await?;
    phone.shows("与服务器的连接已断开").await?;
    phone.does("type .words 第一句").await?;
    phone.does("tap .send").await?;
    phone.does("type .words 第二句").await?;
    phone.does("tap .send").await?;
    bob.remote.text("您还在吗？").await;
    bob.sees_and_hears(25).await?;
    assert_eq!(phone.count("push ") + phone.count("play "), 0);
    phone.does("signal mend").await?;
    phone.shows("您还在吗？").await?;
    for words in ["第一句", "第二句"] {
        assert_eq!(bob.reads().await?, words);
    }
    Ok(())
}

/// The program behind the pusher dies: the tag tries again by itself, with the same URL.
async fn crash(phone: &mut Phone, bob: &AtDesk) -> Result<()> {
    phone.does("kill pusher").await?;
    phone.says("pusher 1102").await?;
    phone.says("pusher 1002").await?;
    assert_eq!(phone.count("push "), 0, "the tag came back by itself");
    bob.sees_and_hears(25).await?;
    assert_eq!(phone.count("play "), 0, "what plays stays");
    Ok(())
}

/// The media's network is gone for longer than the tags try: -1307 and -2301, and fresh URLs, again and again until it
/// is back. Gives the first of them.
async fn without_network(phone: &mut Phone, bob: &AtDesk) -> Result<String> {
    phone.does("media cut").await?;
    phone.says("pusher 1102").await?;
    phone.says("player 2103").await?;
    phone.shows("正在恢复画面").await?;
    phone.says("pusher -1307").await?;
    let fresh = phone.says("push ").await?;
    phone.says("player -2301").await?;
    phone.says("play ").await?;
    phone.does("media mend").await?;
    phone.says("pusher 1002").await?;
    phone.says("player 2003").await?;
    phone.counts("sees", 25).await?;
    bob.sees_and_hears(25).await?;
    Ok(fresh)
}

/// The user looks at something else for a while.
async fn in_the_background(phone: &mut Phone, bob: &mut AtDesk) -> Result<()> {
    phone.does("hide").await?;
    phone.says("pusher 5000").await?;
    bob.entry("the customer's stream ending", |body| match body {
        EntryBody::StreamEnd { party, .. } => (party == Party::Caller).then_some(()),
        _ => None,
    })
    .await?;
    phone.does("show").await?;
    phone.says("push ").await?;
    phone.says("pusher 1002").await?;
    phone.says("player 2003").await?;
    bob.sees_and_hears(25).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_refuses_camera_and_microphone_is_shown_the_way_to_the_settings() -> Result<()> {
    let (_folder, system, mut phone) = phone::in_a_system().await?;

    phone.does("answer no").await?;
    phone.does(CALL).await?;
    phone.shows("摄像头未授权").await?;
    phone.does("setting camera on").await?;
    phone.does("tap .panel-settings opensetting").await?;
    phone.shows("麦克风未授权").await?;
    assert_eq!(phone.count("phase "), 0, "no call without both");
    phone.does("setting microphone on").await?;
    phone.does("tap .panel-settings opensetting").await?;
    phone.says("pusher 1002").await?;
    phone.says("phase {\"phase\":\"waiting\"").await?;

    // He changes his mind while he waits.
    phone.does("setting camera off").await?;
    phone.does("hide").await?;
    phone.does("show").await?;
    phone.says("pusher -1301").await?;
    phone.shows("摄像头未授权").await?;
    phone.does("setting camera on").await?;
    phone.does("tap .panel-settings opensetting").await?;
    phone.says("pusher 1002").await?;

    let mut agent = at_desk::open(&system).await?;
    let bob = AtDesk::answer(&mut agent).await?;
    bob.sees_and_hears(25).await?;
    phone.does("tap .hang-up").await?;
    phone
        .says("phase {\"phase\":\"over\",\"reason\":\"hang_up\"")
        .await?;
    bob.ended().await?;
    phone.off().await
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_told_and_do_not_stop_what_can_go_on() -> Result<()> {
    let (_folder, system, mut phone) = phone::in_a_system().await?;

    // A desk that is closed takes no call.
    let closed = DeskSettings {
        hours: Some(Vec::new()),
        ..DeskSettings::default()
    };
    system.set_desk("front", &closed).await?;
    phone.does(CALL).await?;
    phone.shows("服务台现在不在服务时间").await?;
    assert_eq!(phone.count("push "), 0);
    system.set_desk("front", &DeskSettings::default()).await?;

    // Somebody takes his stream over: the node closes the pusher, and a fresh URL takes it back.
    phone.does(CALL).await?;
    let call = call_of(&mut phone).await?;
    let token = system.token("wx-o-1", Role::Customer, None).await?;
    let urls = system.api()?.urls(&token, &call).await?;
    let other = Publishing::begin(&urls.publish.rtmp, camera::with_aac())?;
    phone.says("pusher 3004").await?;
    phone.says("push ").await?;
    phone.says("pusher 1002").await?;
    drop(other.end().await);

    // A text that is too long.
    let long = "长".repeat(1_400);
    phone.does(&format!("type .words {long}")).await?;
    phone.does("tap .send").await?;
    phone.shows("发送失败：内容过大").await?;
    phone.off().await
}
