//! Publishing and playing through a real node of a few lines, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod peer;

use counterpart_native::carry::CarryError;
use counterpart_native::encode::{AudioCodec, AudioSettings};
use counterpart_native::play::PlayError;
use counterpart_native::publish::PublishError;
use counterpart_native::{
    End, PlayOptions, PlayReport, PublishOptions, PublishReport, Stop, play, publish,
};
use counterpart_shared::session::MediaUrl;
use peer::{Order, Peer};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(40);

/// Real time needs the machine: one test of it at a time.
static MACHINE: Mutex<()> = Mutex::const_new(());

type Publishing = JoinHandle<Result<PublishReport, PublishError>>;
type Playing = JoinHandle<Result<PlayReport, PlayError>>;

fn start_publish(url: MediaUrl, options: &PublishOptions) -> Publishing {
    let options = options.clone();
    tokio::spawn(async move { publish(&url, options).await })
}

fn start_play(url: MediaUrl, options: &PlayOptions) -> Playing {
    let options = options.clone();
    tokio::spawn(async move { play(&url, options).await })
}

/// Waits until so many pictures and packets of sound have been decoded.
async fn watched(options: &PlayOptions, pictures: u64) {
    let mut progress = options.progress.subscribe();
    let seen = progress.wait_for(|p| p.pictures >= pictures && p.sounds >= pictures);
    tokio::time::timeout(PATIENCE, seen).await.unwrap().unwrap();
}

/// Publishes on one carrier, plays on another for some seconds, and stops both.
async fn through(from: &str, to: &str, codec: AudioCodec) -> (PublishReport, PlayReport) {
    let peer = Peer::start().await;
    let publishing = PublishOptions {
        audio: Some(AudioSettings {
            codec,
            channels: 1,
            bitrate: 48_000,
        }),
        tone_hz: 440.0,
        ..PublishOptions::default()
    };
    let playing = PlayOptions::default();
    let publisher = start_publish(peer.url(from, "s"), &publishing);
    let mut begun = publishing.progress.subscribe();
    begun.wait_for(|p| p.pictures > 10).await.unwrap();
    let player = start_play(peer.url(to, "s"), &playing);
    watched(&playing, 60).await;
    playing.stop.stop();
    let played = player.await.unwrap().unwrap();
    publishing.stop.stop();
    let published = publisher.await.unwrap().unwrap();
    println!("{from} to {to}, {codec}: {published:#?} {played:#?}");
    (published, played)
}

fn check(published: &PublishReport, played: &PlayReport) {
    assert_eq!(published.end, End::Stopped);
    assert_eq!(played.end, End::Stopped);
    assert!(published.keyframe_requests >= 1);
    assert!(played.pictures >= 60);
    assert_eq!(
        (
            played.undecodable,
            played.unmarked,
            played.sounds_undecodable
        ),
        (0, 0, 0)
    );
    if published.dropped == 0 && published.skipped == 0 {
        // Nothing stood in the way, so nothing is missing.
        assert_eq!((played.video_gaps, played.audio_gaps), (0, 0));
    }
    assert_eq!(played.size, Some((640, 360)));
    let delay = played.frame_delay.unwrap();
    assert!(delay.min > 0.0 && delay.p50 < 500.0, "{delay:?}");
    assert!(played.sound_delay.unwrap().min > 0.0);
    let step = played.av_step.unwrap();
    assert!(step.min > -5.0 && step.max < 5.0, "{step:?}");
    assert_eq!(played.tone_hz, Some(440.0));
    assert!(played.first_keyframe_ms.unwrap() <= played.first_picture_ms.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn rtmp_to_rtmp_with_aac() {
    let _machine = MACHINE.lock().await;
    let (published, played) = through("rtmp", "rtmp", AudioCodec::Aac).await;
    check(&published, &played);
    assert_eq!(played.audio_codec.as_deref(), Some("aac"));
}

#[tokio::test(flavor = "multi_thread")]
async fn quic_to_quic_with_opus() {
    let _machine = MACHINE.lock().await;
    let (published, played) = through("quic", "quic", AudioCodec::Opus).await;
    check(&published, &played);
    assert_eq!(played.audio_codec.as_deref(), Some("opus"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rtmp_to_quic_with_opus() {
    let _machine = MACHINE.lock().await;
    let (published, played) = through("rtmp", "quic", AudioCodec::Opus).await;
    check(&published, &played);
}

#[tokio::test(flavor = "multi_thread")]
async fn quic_to_rtmp_with_aac() {
    let _machine = MACHINE.lock().await;
    let (published, played) = through("quic", "rtmp", AudioCodec::Aac).await;
    check(&published, &played);
}

/// 20 ms and 5 % of loss each way, on both legs.
#[tokio::test(flavor = "multi_thread")]
async fn a_lossy_path_delays_pictures_and_loses_hardly_any_sound() {
    let _machine = MACHINE.lock().await;
    let peer = Peer::start().await;
    let port = peer::lossy_path(peer.quic_address()).await;
    let (publishing, playing) = (PublishOptions::default(), PlayOptions::default());
    let publisher = start_publish(peer.quic_at(port), &publishing);
    let player = start_play(peer.quic_at(port), &playing);
    watched(&playing, 200).await;
    playing.stop.stop();
    let played = player.await.unwrap().unwrap();
    publishing.stop.stop();
    let published = publisher.await.unwrap().unwrap();
    println!("lossy: {published:#?} {played:#?}");
    assert_eq!(
        played.undecodable, 0,
        "what misses its reference is not given out"
    );
    let delay = played.frame_delay.unwrap();
    assert!(delay.p50 > 40.0 && delay.p50 < 400.0, "{delay:?}");
    assert!(
        played.audio_gap_ms < played.sounds as f64,
        "a twentieth of 20 ms each"
    );
    let step = played.av_step.unwrap();
    assert!(step.min > -5.0 && step.max < 5.0, "{step:?}");
}

#[tokio::test]
async fn a_refusal_is_an_error_with_the_nodes_words() {
    let peer = Peer::start().await;
    for scheme in ["rtmp", "quic"] {
        let url = peer.url(scheme, "refused");
        let error = publish(&url, PublishOptions::default()).await.unwrap_err();
        let PublishError::Carry(CarryError::Refused(status)) = error else {
            panic!("{scheme}: {error}");
        };
        assert_eq!(status.code, "NetStream.Publish.BadName");
        assert_eq!(status.description, "no such grant");
    }
}

#[tokio::test]
async fn another_certificate_than_the_urls_is_refused() {
    let peer = Peer::start().await;
    let mut url = peer.url("quic", "s");
    url.sha256 = Some([1; 32]);
    let error = play(&url, PlayOptions::default()).await.unwrap_err();
    let wrong = matches!(error, PlayError::Carry(CarryError::ConnectQuic { .. }));
    assert!(wrong, "{error}");
    url.sha256 = None;
    let error = play(&url, PlayOptions::default()).await.unwrap_err();
    assert!(matches!(error, PlayError::Carry(CarryError::NoPin)));
}

#[tokio::test]
async fn nobody_there_is_an_error_soon() {
    let url: MediaUrl = "rtmp://127.0.0.1:1/live/s?grant=g".parse().unwrap();
    let error = play(&url, PlayOptions::default()).await.unwrap_err();
    assert!(matches!(
        error,
        PlayError::Carry(CarryError::Connect { .. })
    ));
    let url: MediaUrl = "http://127.0.0.1:1/live/s.flv?grant=g".parse().unwrap();
    let error = publish(&url, PublishOptions::default()).await.unwrap_err();
    assert!(matches!(error, PublishError::Carry(CarryError::Scheme(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_on_quic_tells_when_sound_came() {
    let _machine = MACHINE.lock().await;
    let peer = Peer::start().await;
    let (publishing, playing) = (PublishOptions::default(), PlayOptions::default());
    let publisher = start_publish(peer.url("quic", "s"), &publishing);
    let mut begun = publishing.progress.subscribe();
    begun.wait_for(|p| p.pictures > 5).await.unwrap();
    let player = start_play(peer.url("quic", "s"), &playing);
    let mut heard = peer.hub.heard.subscribe();
    let told = heard.wait_for(Option::is_some);
    tokio::time::timeout(PATIENCE, told).await.unwrap().unwrap();
    playing.stop.stop();
    player.await.unwrap().unwrap();
    publishing.stop.stop();
    publisher.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nodes_bitrate_is_followed() {
    let _machine = MACHINE.lock().await;
    for scheme in ["rtmp", "quic"] {
        let peer = Peer::start().await;
        let options = PublishOptions::default();
        let publisher = start_publish(peer.url(scheme, "s"), &options);
        let mut progress = options.progress.subscribe();
        progress.wait_for(|p| p.pictures > 5).await.unwrap();
        peer.hub.orders.send(Order::Bitrate(232_000)).unwrap();
        let lower = progress.wait_for(|p| p.bitrate == 200_000);
        let lower = tokio::time::timeout(PATIENCE, lower).await;
        let pictures = lower.unwrap().unwrap().pictures;
        let more = progress.wait_for(|p| p.pictures > pictures);
        tokio::time::timeout(PATIENCE, more).await.unwrap().unwrap();
        options.stop.stop();
        let report = publisher.await.unwrap().unwrap();
        assert_eq!((report.bitrate, report.bitrate_changes), (200_000, 1));
        assert_eq!(report.keyframes, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn little_that_gets_through_makes_pictures_smaller_and_more_makes_them_large() {
    let _machine = MACHINE.lock().await;
    for scheme in ["rtmp", "quic"] {
        let peer = Peer::start().await;
        let (publishing, playing) = (PublishOptions::default(), PlayOptions::default());
        let publisher = start_publish(peer.url(scheme, "s"), &publishing);
        let mut begun = publishing.progress.subscribe();
        begun.wait_for(|p| p.pictures > 5).await.unwrap();
        let player = start_play(peer.url(scheme, "s"), &playing);
        watched(&playing, 10).await;
        let mut seen = playing.progress.subscribe();
        for (bits, size) in [(72_000, (320, 180)), (2_000_000, (640, 360))] {
            peer.hub.orders.send(Order::Bitrate(bits)).unwrap();
            let seen = seen.wait_for(|p| p.size == Some(size));
            tokio::time::timeout(PATIENCE, seen).await.unwrap().unwrap();
            // He may see it before the publisher has written it down.
            let sent = begun.wait_for(|p| p.size == Some(size));
            tokio::time::timeout(PATIENCE, sent).await.unwrap().unwrap();
        }
        playing.stop.stop();
        let played = player.await.unwrap().unwrap();
        publishing.stop.stop();
        let published = publisher.await.unwrap().unwrap();
        assert_eq!((played.undecodable, played.unmarked), (0, 0));
        assert_eq!(published.size, Some((640, 360)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nodes_end_and_its_death_are_told_apart() {
    let _machine = MACHINE.lock().await;
    for scheme in ["rtmp", "quic"] {
        let mut peer = Peer::start().await;
        let (publishing, playing) = (PublishOptions::default(), PlayOptions::default());
        let publisher = start_publish(peer.url(scheme, "s"), &publishing);
        let player = start_play(peer.url(scheme, "s"), &playing);
        watched(&playing, 3).await;
        peer.hub.orders.send(Order::End).unwrap();
        let played = tokio::time::timeout(PATIENCE, player).await;
        let played = played.unwrap().unwrap().unwrap();
        assert_eq!(played.end, End::Closed("NetStream.Play.Stop".into()));
        assert!(!publisher.is_finished());
        peer.kill();
        let published = tokio::time::timeout(PATIENCE, publisher).await;
        let published = published.unwrap().unwrap().unwrap();
        assert!(matches!(published.end, End::Failed(_)), "{published:?}");
        assert!(published.pictures >= 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_played_can_be_kept() {
    let _machine = MACHINE.lock().await;
    let peer = Peer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let publishing = PublishOptions::default();
    let playing = PlayOptions {
        png_dir: Some(folder.path().to_owned()),
        png_every: Duration::from_millis(200),
        dump: Some(folder.path().join("all.flv")),
        ..PlayOptions::default()
    };
    let publisher = start_publish(peer.url("quic", "s"), &publishing);
    let player = start_play(peer.url("quic", "s"), &playing);
    watched(&playing, 15).await;
    playing.stop.stop();
    let played = player.await.unwrap().unwrap();
    publishing.stop.stop();
    publisher.await.unwrap().unwrap();
    assert!(played.faults.is_empty(), "{:?}", played.faults);
    let pngs = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension() == Some("png".as_ref()))
        .count();
    assert!(pngs >= 2 && pngs as u64 == played.pngs, "{pngs}");

    let mut tags = counterpart_shared::flv::TagReader::default();
    tags.push(&std::fs::read(folder.path().join("all.flv")).unwrap());
    let mut count = 0;
    while tags.next_tag().unwrap().is_some() {
        count += 1;
    }
    assert!(count > played.pictures + played.sounds);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_before_anything_came_ends_at_once() {
    let _machine = MACHINE.lock().await;
    let peer = Peer::start().await;
    let options = PlayOptions {
        stop: Stop::default(),
        ..PlayOptions::default()
    };
    options.stop.stop();
    let url = peer.url("quic", "s");
    let ended = tokio::time::timeout(PATIENCE, play(&url, options));
    let report = ended.await.unwrap().unwrap();
    assert_eq!((report.end, report.pictures), (End::Stopped, 0));
}
