//! A live composite that does not keep up with its call.

use super::*;
use counterpart_node::derive::live::{Live, Means};
use std::time::{SystemTime, UNIX_EPOCH};

/// Longer than a live composite is behind.
const AGO: Duration = Duration::from_mins(1);

fn unix_ms(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

#[test]
fn a_composite_that_falls_behind_is_given_up_and_made_afterwards() {
    let world = World::new();
    let call: CallId = "c1".parse().unwrap();
    let (deriver, told) = world.deriver();
    let deriver = Arc::new(OnceLock::from(deriver));
    let live = Live::new(Means {
        root: world.root(),
        settings: Settings {
            live: 1,
            ..SETTINGS
        },
        vault: Vault::default(),
        watermark: WATERMARK,
        patience: Duration::ZERO,
        sealer: world.sealer.clone(),
        deriver: deriver.clone(),
        tell: Box::new(|call, _| panic!("{call} was made live")),
    });
    live.begin(&call);
    // What was said a minute ago comes to the disk at once: more than a composer makes between two looks.
    let folder = CallFolder::create(&world.root(), &call).unwrap();
    let path = folder.path().to_owned();
    let progress = live.progress(&call).unwrap();
    let mut recorder = PartyRecorder::new(folder, "caller").telling(&progress);
    let began = unix_ms(SystemTime::now() - AGO);
    let tags = flv(&world.folder, 6.0, &["-g", "25"], 48_000);
    let (before, after) = tags.split_at(tags.len() * 2 / 3);
    let push = |recorder: &mut PartyRecorder, tag: &Tag| {
        let at = began + u64::from(tag.timestamp);
        recorder
            .push(tag.kind, tag.timestamp, &tag.body, at)
            .unwrap();
    };
    before.iter().for_each(|tag| push(&mut recorder, tag));
    recorder.sync().unwrap();
    let start = Instant::now();
    while live.given_up() == 0 || live.count() > 0 {
        assert!(start.elapsed() < PATIENCE, "it is not given up");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!world.root().join(WORK).join("c1.live.mp4").exists());
    // The recorder has not noticed.
    after.iter().for_each(|tag| push(&mut recorder, tag));
    let (files, done) = recorder.finish();
    done.unwrap();
    assert_eq!(files.len(), 1);
    OpenCall::update(&path, &call, |open| open.add(files)).unwrap();
    world.seal();
    assert!(!live.finish(&call), "nobody is at it any more");
    deriver.get().unwrap().take(&call);
    let (_, made) = told.recv_timeout(PATIENCE).unwrap();
    let Told::Made(files) = made else {
        panic!("nothing was made");
    };
    let film = files.iter().find(|file| file.name == "call.mp4").unwrap();
    let apart = film.duration_ms.abs_diff(6_000);
    assert!(apart < 200, "{} ms", film.duration_ms);
    assert_eq!(
        (live.given_up(), plays(&path.join("call.mp4"))),
        (1, String::new())
    );
}
