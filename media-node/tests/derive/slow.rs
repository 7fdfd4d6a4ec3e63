//! A live composite that does not keep up with its call.

use super::*;
use counterpart_node::derive::live::{Live, Means};
use std::time::{SystemTime, UNIX_EPOCH};

/// Longer than a live composite is behind.
const AGO: Duration = Duration::from_mins(1);
/// How long one talks, in seconds.
const LENGTH: f64 = 4.0;

/// A call whose composite is begun live.
struct Followed {
    world: World,
    call: CallId,
    /// UNIX milliseconds.
    began: u64,
    live: Live,
    deriver: Arc<OnceLock<Deriver>>,
    made_live: Receiver<(CallId, Told)>,
    made_afterwards: Receiver<(CallId, Told)>,
}

impl Followed {
    /// A composer who is behind for longer than `patience` is too slow.
    fn begin(patience: Duration) -> Self {
        let (world, call) = (World::new(), "c1".parse().unwrap());
        let (deriver, made_afterwards) = world.deriver();
        let deriver = Arc::new(OnceLock::from(deriver));
        let (tell, made_live) = channel();
        let live = Live::new(Means {
            root: world.root(),
            settings: Settings {
                live: 1,
                ..SETTINGS
            },
            vault: Vault::default(),
            watermark: WATERMARK,
            patience,
            sealer: world.sealer.clone(),
            deriver: deriver.clone(),
            tell: Box::new(move |call, what| drop(tell.send((call.clone(), what)))),
        });
        live.begin(&call);
        let began = (SystemTime::now() - AGO).duration_since(UNIX_EPOCH);
        Self {
            began: began.unwrap().as_millis() as u64,
            world,
            call,
            live,
            deriver,
            made_live,
            made_afterwards,
        }
    }

    /// What was said a minute ago comes to the disk at once: more than a composer makes between two looks. And what is still to come.
    fn record(&self) -> (PartyRecorder, Vec<Tag>) {
        let folder = CallFolder::create(&self.world.root(), &self.call).unwrap();
        let progress = self.live.progress(&self.call).unwrap();
        let mut recorder = PartyRecorder::new(folder, "caller").telling(&progress);
        let mut tags = flv(&self.world.folder, LENGTH, &["-g", "25"], 48_000);
        let rest = tags.split_off(tags.len() * 2 / 3);
        self.push(&mut recorder, &tags);
        recorder.sync().unwrap();
        (recorder, rest)
    }

    fn push(&self, recorder: &mut PartyRecorder, tags: &[Tag]) {
        for tag in tags {
            let at = self.began + u64::from(tag.timestamp);
            recorder
                .push(tag.kind, tag.timestamp, &tag.body, at)
                .unwrap();
        }
    }

    /// The call is over and sealed. Whether its composite is still being made.
    fn finish(&self, mut recorder: PartyRecorder, rest: &[Tag]) -> bool {
        self.push(&mut recorder, rest);
        let (files, done) = recorder.finish();
        done.unwrap();
        assert_eq!(files.len(), 1);
        let path = self.world.root().join("c1");
        OpenCall::update(&path, &self.call, |open| open.add(files)).unwrap();
        self.world.seal();
        self.live.finish(&self.call)
    }

    /// What is told plays and is all of the call.
    fn assert_whole(&self, told: &Receiver<(CallId, Told)>) {
        let (_, told) = told.recv_timeout(PATIENCE).unwrap();
        let Told::Made(files) = told else {
            panic!("nothing was made");
        };
        let film = files.iter().find(|file| file.name == "call.mp4").unwrap();
        let apart = film.duration_ms.abs_diff((LENGTH * 1000.0) as u64);
        assert!(apart < 200, "{} ms", film.duration_ms);
        assert_eq!(plays(&self.world.root().join("c1/call.mp4")), "");
    }
}

#[test]
fn a_composite_that_falls_behind_is_given_up_and_made_afterwards() {
    let call = Followed::begin(Duration::ZERO);
    let (recorder, rest) = call.record();
    let start = Instant::now();
    while call.live.given_up() == 0 || call.live.count() > 0 {
        assert!(start.elapsed() < PATIENCE, "it is not given up");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!call.world.root().join(WORK).join("c1.live.mp4").exists());
    // The recorder has not noticed.
    assert!(!call.finish(recorder, &rest), "nobody is at it any more");
    call.deriver.get().unwrap().take(&call.call);
    call.assert_whole(&call.made_afterwards);
    assert_eq!(call.live.given_up(), 1);
    assert!(call.made_live.try_recv().is_err());
}

#[test]
fn with_patience_the_same_composite_is_made_live() {
    let call = Followed::begin(PATIENCE);
    let (recorder, rest) = call.record();
    assert!(call.finish(recorder, &rest));
    call.assert_whole(&call.made_live);
    assert_eq!(call.live.given_up(), 0);
}
