//! A desk and its calls over a link that loses, repeats, delays and reorders what they write to each
//! other, while either is started again from what it stored, at any point.
//!
//! `post` is the link, as `worker/core.rs` and `worker/store.rs` use it; `node` is one object: a machine,
//! what it stored, its sockets and its alarm; `world` lets things happen, `acts` is what people do, `judge` looks at what came of it.

mod acts;
mod judge;
mod node;
mod post;
mod world;

use self::world::{Step, World};
use proptest::prelude::*;

fn any_step() -> impl Strategy<Value = Step> {
    (0..36u8, any::<u8>(), any::<u16>(), 0..12_000u64).prop_map(|(what, who, pick, pause)| Step {
        what,
        who,
        pick,
        pause,
    })
}

proptest! {
    #![proptest_config(crate::chance::sequences())]

    #[test]
    fn whatever_happens_between_them(steps in prop::collection::vec(any_step(), 1..120)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.settle();
        world.end();
    }
}
