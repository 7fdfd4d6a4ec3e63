//! Calls whose time is over go by a sealed word, here and in the store.

use crate::store::Mood;
use crate::support::{SMALL, T0, World, id, kinds, wait};
use counterpart_node::archive::{
    Expiry, Retention, ask_deletion, asked_deletions, delete_due, deleted_since,
};
use counterpart_node::evidence::Manifest;
use counterpart_node::evidence::verify::Kind;
use counterpart_node::record::log;
use counterpart_node::record::open::{Begun, OpenCall};
use counterpart_node::record::recover::calls;
use counterpart_node::vault::Vault;
use counterpart_shared::api::{Entry, EntryBody, LeastDays};
use counterpart_shared::id::{CallId, DeskId};
use std::cell::Cell;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY_MS: u64 = 86_400_000;

/// What is older than a month goes, whatever desks want today.
fn month() -> Expiry {
    Expiry {
        retention: Retention(Duration::from_secs(30 * 86_400)),
        least: LeastDays::default(),
    }
}

fn delete_all(world: &World, rule: Option<Expiry>) -> Vec<CallId> {
    let calls = calls(&world.root()).unwrap();
    let deleted = delete_due(&world.root(), &world.sealer, || rule.clone(), calls);
    deleted.into_iter().map(|(call, _)| call).collect()
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_says_so_under_seal_and_is_gone_everywhere() {
    let world = World::new(Mood::Well).await;
    let (old, young) = (id("old"), id("young"));
    world.record("old", T0, SMALL);
    world.record("young", now_ms(), SMALL);
    let archive = world.archive();
    for call in [&old, &young] {
        archive.take(call);
        world.copied(call).await;
    }
    let delete = || {
        let calls = [old.clone(), young.clone()];
        delete_due(&world.root(), &world.sealer, || Some(month()), calls)
    };
    let deleted = delete();
    assert!(matches!(&deleted[..], [(call, _)] if *call == old));
    assert_eq!(delete(), [], "once is enough");
    assert_eq!(deleted_since(&world.root(), 0, 9).unwrap(), deleted);
    assert_eq!(deleted_since(&world.root(), now_ms() + 1, 9).unwrap(), []);
    assert!(!world.path("old/caller.mp4").exists() && world.path("young/caller.mp4").exists());
    let sealed = Manifest::read_all(&world.path("old")).unwrap();
    let deletion = sealed[1].deleted.as_ref().unwrap();
    assert_eq!(
        (deletion.rule.as_str(), deletion.files.len()),
        ("retention of 30 days", 2)
    );
    let report = world.verify(&world.root());
    assert_eq!(
        (report.code(), kinds(&report)),
        (0, vec![Kind::Deleted; 2]),
        "{report}"
    );
    // The store hears of it as soon as it can.
    archive.take(&old);
    wait("deleted there too", || {
        !world.stored("old/callee.wav").exists()
    })
    .await;
    world.copied(&old).await;
    assert!(!world.stored("old/caller.mp4").exists());
    assert!(world.stored("young/caller.mp4").exists());
    wait("the chain is copied", || {
        world.verify(&world.stored("")).code() == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desk_wants_kept_for_longer_outlives_the_nodes_rule() {
    let world = World::new(Mood::Well).await;
    for (name, days_ago, least_days) in [
        ("kept", 59, 60),
        ("kept-long-enough", 61, 60),
        ("young", 29, 5),
        ("old", 31, 5),
    ] {
        let began = now_ms() - days_ago * DAY_MS;
        world.record_under(name, began, SMALL, |grant| grant.least_days = least_days);
    }
    let gone = delete_all(&world, Some(month()));
    assert_eq!(gone, [id("kept-long-enough"), id("old")]);
    assert_eq!(delete_all(&world, None), [], "no rule, no end");
    let sealed = std::fs::read_to_string(world.path("kept/call.json")).unwrap();
    assert!(sealed.contains(r#""least_days": 60"#), "{sealed}");
    assert_eq!(world.verify(&world.root()).code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desk_has_come_to_want_counts_for_calls_that_are_over() {
    let world = World::new(Mood::Well).await;
    let began = now_ms() - 31 * DAY_MS;
    for (name, desk) in [
        ("at-front", Some("front")),
        ("at-back", Some("back")),
        ("direct", None),
    ] {
        let desk = desk.map(|desk| desk.parse().unwrap());
        world.record_under(name, began, SMALL, |grant| grant.desk = desk);
    }
    let (front, back) = ("front".parse().unwrap(), "back".parse().unwrap());
    let raised = |least: LeastDays| Expiry { least, ..month() };
    let rule = raised(LeastDays::new([(&front, 32), (&back, 30)]));
    assert_eq!(
        delete_all(&world, Some(rule)),
        [id("at-back"), id("direct")]
    );
    let rule = raised(LeastDays::new([(&back, 99)]));
    assert_eq!(delete_all(&world, Some(rule)), [id("at-front")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_desk_comes_to_want_in_the_middle_of_a_round_counts_from_there() {
    let world = World::new(Mood::Well).await;
    let began = now_ms() - 31 * DAY_MS;
    let front: DeskId = "front".parse().unwrap();
    let calls = ["first", "second"].map(|name| {
        let desk = Some(front.clone());
        world.record_under(name, began, SMALL, |grant| grant.desk = desk)
    });
    let is_raised = Cell::new(false);
    let rule = || {
        let days = if is_raised.replace(true) { 99 } else { 0 };
        let least = LeastDays::new([(&front, days)]);
        Some(Expiry { least, ..month() })
    };
    let deleted = delete_due(&world.root(), &world.sealer, rule, calls);
    let deleted = deleted.into_iter().map(|(call, _)| call);
    assert_eq!(deleted.collect::<Vec<_>>(), [id("first")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_a_call_was_handed_on_to_counts_though_no_grant_names_it() {
    let world = World::new(Mood::Well).await;
    let began = now_ms() - 31 * DAY_MS;
    let (front, back): (DeskId, DeskId) = ("front".parse().unwrap(), "back".parse().unwrap());
    let desk = Some(front.clone());
    let call = world.record_under("c1", began, SMALL, |grant| grant.desk = desk);
    let handed_on = Entry {
        seq: 1,
        at: began,
        body: EntryBody::Transfer {
            from: "bob".parse().unwrap(),
            desk: back.clone(),
            room: None,
        },
    };
    assert!(log::keep(&world.root(), &call, vec![handed_on], &Vault::default()).unwrap());
    world.sealer.seal(&call).unwrap().unwrap();
    let wants = |days: u32| Expiry {
        least: LeastDays::new([(&front, 1), (&back, days)]),
        ..month()
    };
    assert_eq!(delete_all(&world, Some(wants(32))), []);
    assert_eq!(delete_all(&world, Some(wants(30))), [call]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_wants_deleted_is_deleted_under_his_name() {
    let world = World::new(Mood::Well).await;
    let call = id("young");
    world.record("young", now_ms(), SMALL);
    let delete = || {
        let calls = [call.clone()];
        delete_due(&world.root(), &world.sealer, || Some(month()), calls)
    };
    assert_eq!(delete(), []);
    let ask = |name: &str| ask_deletion(&world.root(), &id(name), "API key k-1".to_owned());
    assert!(!ask("unknown").unwrap() && !world.path("unknown").exists());
    assert!(ask("young").unwrap());
    assert_eq!(
        asked_deletions(&world.root()).unwrap(),
        std::slice::from_ref(&call)
    );
    let deleted = delete();
    let (_, deletion) = &deleted[0];
    assert_eq!(
        (deletion.rule.as_str(), deletion.files.len()),
        ("asked for by API key k-1", 2)
    );
    assert!(!world.path("young/caller.mp4").exists());
    assert_eq!(asked_deletions(&world.root()).unwrap(), []);
    assert!(!world.path("young/open.json").exists());
    let report = world.verify(&world.root());
    assert_eq!(
        (report.code(), kinds(&report)),
        (0, vec![Kind::Deleted; 2]),
        "{report}"
    );
    // Asked once more there is nothing to do, and nothing stays noted.
    assert!(ask("young").unwrap());
    assert_eq!(
        (delete(), asked_deletions(&world.root()).unwrap()),
        (vec![], vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sealed_yet_stays_asked_for() {
    let world = World::new(Mood::Well).await;
    let call = id("fresh");
    fs::create_dir(world.path("fresh")).unwrap();
    let begun = Begun {
        name: "caller.mp4".to_owned(),
        first_at: T0,
    };
    OpenCall::update(&world.path("fresh"), &call, |open| open.begun.push(begun)).unwrap();
    assert!(ask_deletion(&world.root(), &call, "API key k-1".to_owned()).unwrap());
    let deleted = delete_due(&world.root(), &world.sealer, || None, [call.clone()]);
    assert_eq!(deleted, []);
    assert_eq!(asked_deletions(&world.root()).unwrap(), [call]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_deleting_is_followed_by_one_that_goes_on() {
    let world = World::new(Mood::Well).await;
    let call = world.record("old", T0, SMALL);
    let file = fs::read(world.path("old/caller.mp4")).unwrap();
    delete_all(&world, Some(month()));
    fs::write(world.path("old/caller.mp4"), file).unwrap();
    let again = delete_all(&world, None);
    assert_eq!(again, []);
    assert!(!world.path("old/caller.mp4").exists());
    assert_eq!(
        Manifest::read_all(&world.path(call.as_str()))
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_nobody_sealed_is_no_excuse() {
    let world = World::new(Mood::Well).await;
    world.record("old", T0, SMALL);
    delete_all(&world, Some(month()));
    let path = world.path("old/call.2.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("30 days", "20 days")).unwrap();
    let report = world.verify(&world.root());
    assert!(kinds(&report).contains(&Kind::ManifestChanged), "{report}");
    fs::remove_file(&path).unwrap();
    let report = world.verify(&world.root());
    assert!(kinds(&report).contains(&Kind::FileMissing), "{report}");
}
