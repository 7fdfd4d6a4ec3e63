//! By how much longer a publisher's way has become.

use super::Hub;
use counterpart_shared::id::StreamId;
use std::time::{Duration, Instant};

impl Hub {
    /// By how much longer the way from a publisher has become, if he is there and that is known to a connection that began then.
    pub fn growth(&self, stream: &StreamId, began: Instant, now: Instant) -> Option<Duration> {
        let stream = self.lock().streams.get(stream)?.clone();
        stream.growth(began, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Timing;
    use crate::hub::{Taste, test_frames};
    use counterpart_shared::grant::{Act, Composite, Grant, Layout};
    use counterpart_shared::id::{CallId, Party};
    use std::sync::Arc;

    const LONG: Duration = Duration::from_secs(60);

    fn hub() -> Hub {
        let timing = Timing {
            handshake: LONG,
            first_media: LONG,
            stall: LONG,
            grace: LONG,
            idle: LONG,
        };
        Hub::new(4, timing, Arc::default(), Arc::default())
    }

    /// The caller's, on his own stream or on the other one.
    fn grant(act: Act, watch: bool) -> Grant {
        let call: CallId = "c1".parse().unwrap();
        let party = match act {
            Act::Publish => Party::Caller,
            _ => Party::Callee,
        };
        Grant {
            act,
            stream: StreamId::of(&call, party),
            call,
            party: Party::Caller,
            node: "n1".parse().unwrap(),
            sub: "alice".parse().unwrap(),
            serial: 1,
            record: false,
            watch,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            iat: 100,
            nbf: 100,
            exp: 200,
        }
    }

    #[test]
    fn a_party_publishes_a_stream_of_his_own_and_a_watcher_does_not() {
        let (hub, now) = (hub(), Instant::now());
        let own = |watch| {
            let reader = hub.play(&grant(Act::Play, watch), Taste::AsIs, now);
            reader.unwrap().own().cloned()
        };
        assert_eq!(own(false), Some(grant(Act::Publish, false).stream));
        assert_eq!(own(true), None);
    }

    #[test]
    fn after_a_takeover_an_older_connection_is_told_nothing() {
        let (hub, start) = (hub(), Instant::now());
        let first = grant(Act::Publish, false);
        let own = first.stream.clone();
        assert_eq!(hub.growth(&own, start, start), None, "there is no stream");
        let publish = |serial, now| {
            let grant = Grant {
                serial,
                ..first.clone()
            };
            let publication = hub.publish(&grant, now).unwrap();
            let stream = publication.stream();
            stream.write(publication.epoch, test_frames::audio(0), now);
            publication
        };
        let _first = publish(1, start);
        assert_eq!(hub.growth(&own, start, start), Some(Duration::ZERO));
        let later = start + LONG / 2;
        let _second = publish(2, later);
        assert_eq!(hub.growth(&own, start, later), None);
        assert_eq!(hub.growth(&own, later, later), Some(Duration::ZERO));
    }
}
