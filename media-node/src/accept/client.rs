//! What a client does, whatever carries it: at most one publish or one play at a time.

use super::Fault;
use super::talk::Talk;
use crate::door::Place;
use crate::frames::Frame;
use crate::gate::Wish;
use crate::hub::{Delivery, Demand, Publication, Reader, Taste, Which};
use crate::metrics::Carrier;
use crate::refusal::Refusal;
use crate::shell::{Allowed, Shell};
use counterpart_shared::rtmp::{Heard, Message, MessageKind, Status, code};
use counterpart_shared::session::{Request, ServerOutput};
use counterpart_transport::clock;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::Interval;

/// What a client does; the number is the message stream it happens on.
pub(super) enum Activity {
    /// Nothing so far, or nothing any more.
    Idle { since: Instant },
    /// He publishes.
    Publishing(Publication, u32),
    /// He plays.
    Playing(Reader, u32),
}

/// What the hub has for a client.
pub(super) enum Happening {
    /// For a player.
    Delivery(Delivery),
    /// For a publisher.
    Demand(Demand),
}

impl Activity {
    /// What the hub has next; `which` is for players. Nothing is lost when the wait is given up.
    pub(super) async fn next(&mut self, which: Which) -> Happening {
        match self {
            Activity::Idle { .. } => std::future::pending().await,
            Activity::Publishing(publication, _) => Happening::Demand(publication.demand().await),
            Activity::Playing(reader, _) => Happening::Delivery(reader.next_of(which).await),
        }
    }

    fn stream_id(&self) -> Option<u32> {
        match self {
            Activity::Idle { .. } => None,
            Activity::Publishing(_, id) | Activity::Playing(_, id) => Some(*id),
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        matches!(self, Activity::Idle { .. })
    }
}

/// One client: his commands, and what they have led to.
pub(super) struct Client {
    pub(super) shell: Arc<Shell>,
    pub(super) talk: Talk,
    pub(super) activity: Activity,
    /// What a player said last of when sound came.
    pub(super) heard: Option<Heard>,
    place: Place,
}

impl Client {
    pub(super) fn new(shell: Arc<Shell>, place: Place) -> Self {
        Self {
            shell,
            talk: Talk::new(),
            activity: Activity::Idle {
                since: clock::now(),
            },
            heard: None,
            place,
        }
    }

    /// Takes what was read from the command stream and does what it asks.
    pub(super) fn hear(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.talk.push(bytes);
        while let Some(output) = self.talk.next()? {
            self.obey(output)?;
        }
        Ok(())
    }

    /// Gives a message of media to the hub, if it belongs to what he publishes.
    pub(super) fn write(&self, message: Message) {
        if let Activity::Publishing(publication, stream_id) = &self.activity
            && message.stream_id == *stream_id
            && let Some(frame) = Frame::new(message, clock::now())
        {
            self.shell.count_in(self.place.carrier(), frame.len());
            publication.write(frame);
        }
    }

    /// Whether he holds his own on a link that others fill too.
    pub(super) fn contend(&self, contends: bool) {
        if let Activity::Playing(reader, _) = &self.activity {
            reader.contend(contends);
        }
    }

    /// A picture of this time has come, in whatever order.
    pub(super) fn arrived(&self, time: u32) {
        if let Activity::Publishing(publication, _) = &self.activity {
            publication.arrived(time);
        }
    }

    /// So many messages of what he publishes never came.
    pub(super) fn miss(&self, count: u64) {
        self.shell.metrics.lost.increment(count);
        if let Activity::Publishing(publication, _) = &self.activity {
            publication.miss(count);
        }
    }

    /// The hub has ended what he does: tells him so.
    pub(super) fn end(&mut self, reason: Arc<str>) -> Fault {
        let status = match self.activity {
            Activity::Publishing(..) => Status::error(code::PUBLISH_BAD_NAME, &*reason),
            _ => Status::notice(code::PLAY_STOP, &*reason),
        };
        if let Some(stream_id) = self.activity.stream_id() {
            self.talk.session().end(stream_id, &status);
            self.talk.settle();
        }
        Fault::Ended(reason)
    }

    /// How he came, for the counters.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Whether he has done nothing for too long.
    pub(super) fn check_idle(&self) -> Result<(), Fault> {
        let patience = self.shell.config.timing.handshake;
        match self.activity {
            Activity::Idle { since } if clock::since(since) > patience => Err(Fault::Slow {
                what: "no publish and no play",
                after: patience,
            }),
            _ => Ok(()),
        }
    }

    /// How often to look at the clock: often enough for the shortest limit.
    pub(super) fn watch(&self) -> Interval {
        let timing = &self.shell.config.timing;
        let shortest = timing.handshake.min(timing.idle);
        let every = (shortest / 5).clamp(Duration::from_millis(10), Duration::from_secs(1));
        tokio::time::interval(every)
    }

    fn obey(&mut self, output: ServerOutput) -> Result<(), Fault> {
        match output {
            ServerOutput::Request(request) => self.decide(&request)?,
            ServerOutput::Media(message) => {
                if message.kind == MessageKind::Video {
                    self.arrived(message.timestamp);
                }
                self.write(message);
            }
            ServerOutput::Closed { stream_id } => self.close(stream_id),
            ServerOutput::KeyframeRequest { .. } => {
                if let Activity::Playing(reader, _) = &self.activity {
                    reader.request_keyframe();
                }
            }
            ServerOutput::Heard { heard, .. } => self.heard = Some(heard),
            ServerOutput::Contend { contends, .. } => {
                if let Activity::Publishing(publication, _) = &self.activity {
                    publication.contend(contends);
                }
            }
            ServerOutput::Send(_) | ServerOutput::Pause { .. } | ServerOutput::Pong { .. } => {}
        }
        Ok(())
    }

    fn decide(&mut self, request: &Request) -> Result<(), Fault> {
        let stream_id = request.stream_id;
        if !self.activity.is_idle() {
            self.refuse(request, &Refusal::Busy);
            return Ok(());
        }
        let wish = Wish {
            act: request.act,
            app: &request.app,
            stream: &request.name,
            token: request.grant(),
        };
        let taste = self.taste();
        let allowed = self.shell.admit(&self.place, wish, taste);
        let allowed = allowed.map_err(|refusal| {
            self.refuse(request, &refusal);
            Fault::Refused(refusal.reason())
        })?;
        self.talk.session().accept(stream_id);
        self.talk.settle();
        self.activity = match allowed {
            Allowed::Publish(publication) => Activity::Publishing(publication, stream_id),
            Allowed::Play(reader) => Activity::Playing(reader, stream_id),
        };
        Ok(())
    }

    /// Our own clients on QUIC can do Opus; on RTMP those can who say so in `connect` (Enhanced RTMP v2,
    /// fourCcList).
    fn taste(&mut self) -> Taste {
        if self.place.carrier() != Carrier::Rtmp {
            return Taste::AsIs;
        }
        let connect = self.talk.session().connect();
        let mut codecs = connect.into_iter().flat_map(|c| &c.four_cc_list);
        match codecs.any(|codec| codec == "Opus" || codec == "*") {
            true => Taste::AsIs,
            false => Taste::Aac,
        }
    }

    fn refuse(&mut self, request: &Request, refusal: &Refusal) {
        let code = refusal.status_code(request.act);
        let session = self.talk.session();
        session.refuse(request.stream_id, code, &refusal.to_string());
        self.talk.settle();
    }

    /// He has ended what he did on this message stream.
    fn close(&mut self, ended: u32) {
        if self.activity.stream_id() != Some(ended) {
            return;
        }
        let since = clock::now();
        let was = std::mem::replace(&mut self.activity, Activity::Idle { since });
        if let Activity::Publishing(publication, _) = was {
            publication.finish("the publisher has ended it");
        }
    }
}
