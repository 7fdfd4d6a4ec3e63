//! One QUIC or WebTransport session: commands on its first bidirectional stream, media beside them.

use super::Fault;
use super::client::{Activity, Client, Happening};
use super::gather::Pieces;
use super::subflow::Tickets;
use super::uplink::{Uplink, Uplinked};
use crate::door::Place;
use crate::hub::{Delivery, Demand, Which};
use crate::metrics::Carrier;
use crate::play::quic::QuicPlayer;
use crate::shell::Shell;
use counterpart_shared::quic::Telling;
use counterpart_shared::rtmp::Received;
use counterpart_transport::clock;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use web_transport_quinn::{RecvStream, SendStream, Session};

/// Bytes of commands that are read at once.
const READ: usize = 16 * 1024;
/// How long a client may take to read the last words and close.
const GOODBYE: Duration = Duration::from_secs(2);
/// Further connections that a page may publish over.
const SUBFLOWS: usize = 24;
/// The code of a session that ended as it should.
const OVER: u32 = 0;
/// The code of a session whose client did what nobody should.
const MISBEHAVED: u32 = 1;

/// Serves a session to its end.
pub(crate) async fn serve(shell: &Arc<Shell>, session: Session, place: Place) -> Fault {
    let patience = shell.config.timing.handshake;
    let fault = match timeout(patience, session.accept_bi()).await {
        Ok(Ok((to, from))) => {
            let mut connection = Connection::new(shell.clone(), session.clone(), place, to);
            let outcome = connection.run(from).await;
            let Err(fault) = outcome;
            connection.say_goodbye(&fault).await;
            fault
        }
        Ok(Err(error)) => Fault::lost_session(&error),
        Err(_) => Fault::Slow {
            what: "no command stream",
            after: patience,
        },
    };
    let code = if fault.is_protocol() {
        MISBEHAVED
    } else {
        OVER
    };
    session.close(code, fault.to_string().as_bytes());
    // The close of a WebTransport session is a message of its own, which takes a moment.
    let _ = timeout(GOODBYE, session.closed()).await;
    fault
}

struct Connection {
    client: Client,
    session: Session,
    to: SendStream,
    uplink: Option<Uplink>,
    /// For further connections of a page that publishes.
    tickets: Option<Tickets>,
    player: Option<QuicPlayer>,
    telling: Telling,
    start: Instant,
}

impl Connection {
    fn new(shell: Arc<Shell>, session: Session, place: Place, to: SendStream) -> Self {
        Self {
            client: Client::new(shell, place),
            session,
            to,
            uplink: None,
            tickets: None,
            player: None,
            telling: Telling::default(),
            start: clock::now(),
        }
    }

    async fn run(&mut self, mut from: RecvStream) -> Result<Infallible, Fault> {
        let mut watch = self.client.watch();
        let stop = self.client.shell.stop.clone();
        let stopping = stop.wished();
        tokio::pin!(stopping);
        let session = self.session.clone();
        let closed = session.closed();
        tokio::pin!(closed);
        loop {
            self.answer().await?;
            self.follow();
            self.look();
            let room = self.player.as_ref().is_none_or(QuicPlayer::has_room);
            let which = if room { Which::All } else { Which::Sound };
            tokio::select! {
                read = from.read_chunk(READ, true) => match read {
                    Ok(Some(chunk)) => self.client.hear(&chunk.bytes)?,
                    Ok(None) => return Err(Fault::Gone),
                    Err(error) => return Err(Fault::Lost(error.to_string())),
                },
                happening = self.client.activity.next(which) => self.perform(happening)?,
                uplinked = next(&mut self.uplink) => self.take(uplinked),
                () = settled(&mut self.player) => {}
                error = &mut closed => return Err(Fault::lost_session(&error)),
                _ = watch.tick() => self.client.check_idle()?,
                () = &mut stopping, if self.client.activity.is_idle() => {
                    return Err(Fault::Ended("the node is being stopped".into()));
                }
            }
        }
    }

    /// Sends what the commands have led to.
    async fn answer(&mut self) -> Result<(), Fault> {
        let pieces = self.client.talk.take_output();
        if pieces.is_empty() {
            return Ok(());
        }
        let mut pieces: Vec<_> = pieces.into();
        let patience = self.client.shell.config.timing.idle;
        let written = timeout(patience, self.to.write_all_chunks(&mut pieces)).await;
        let written = written.map_err(|_| Fault::Stuck(patience))?;
        written.map_err(|error| Fault::Lost(error.to_string()))
    }

    /// Begins or ends the media that belongs to what the client does now.
    fn follow(&mut self) {
        match &self.client.activity {
            Activity::Idle { .. } => {
                (self.uplink, self.tickets, self.player) = (None, None, None);
            }
            Activity::Publishing(publication, stream_id) if self.uplink.is_none() => {
                publication.miss(0);
                let carrier = self.client.place().carrier();
                let uplink = Uplink::new(self.session.clone(), carrier);
                if let Some(pieces) = uplink.pieces() {
                    publication.set_browser();
                    let stream_id = *stream_id;
                    self.offer_subflows(pieces, stream_id);
                }
                self.uplink = Some(uplink);
            }
            Activity::Playing(reader, stream_id) if self.player.is_none() => {
                reader.converse();
                let shell = self.client.shell.clone();
                let session = self.session.clone();
                let carrier = self.client.place().carrier();
                let player = QuicPlayer::new(shell, session, carrier, *stream_id);
                self.player = Some(player);
            }
            _ => {}
        }
    }

    /// Tells a publisher by how much his way has grown (but no page: a browser's transport takes no advice), and the transport what a player says of his.
    fn look(&mut self) {
        let now = clock::since(self.start).as_millis() as u64;
        if let Activity::Publishing(publication, stream_id) = &self.client.activity
            && self.client.place().carrier() != Carrier::WebTransport
            && let Some(growth) = publication.growth()
            && self.telling.is_due(growth.as_millis() as i64, now)
        {
            let session = self.client.talk.session();
            session.report_growth(*stream_id, growth.as_millis() as u64);
            self.client.talk.settle();
        }
        let heard = self.client.heard.take();
        if let Some(player) = &mut self.player
            && let Some(contends) = player.look(heard)
        {
            self.client.contend(contends);
        }
    }

    fn offer_subflows(&mut self, pieces: &Pieces, stream_id: u32) {
        let shell = &self.client.shell;
        let tickets = shell.subflows.offer(&shell.keys, SUBFLOWS, pieces);
        for offer in tickets.offers() {
            let session = self.client.talk.session();
            session.offer_subflow(stream_id, offer.clone());
        }
        self.tickets = Some(tickets);
        self.client.talk.settle();
    }

    fn perform(&mut self, happening: Happening) -> Result<(), Fault> {
        match happening {
            Happening::Delivery(Delivery::Frame(frame)) => {
                if let Some(player) = &mut self.player {
                    player.send(&frame);
                }
            }
            Happening::Demand(Demand::Keyframe) => self.ask_keyframe(),
            Happening::Demand(Demand::Bitrate(limit)) => {
                if let Activity::Publishing(_, stream_id) = self.client.activity {
                    self.client.talk.session().limit_bitrate(stream_id, limit);
                    self.client.talk.settle();
                }
            }
            Happening::Delivery(Delivery::End(reason))
            | Happening::Demand(Demand::Close(reason)) => return Err(self.client.end(reason)),
        }
        Ok(())
    }

    fn take(&mut self, uplinked: Uplinked) {
        match uplinked {
            Uplinked::Picture(time) => self.client.arrived(time),
            Uplinked::Message(message) => self.client.write(message),
            Uplinked::Lost(count) => self.client.miss(count),
            Uplinked::NeedsKeyframe => self.ask_keyframe(),
            Uplinked::Received(come) => {
                if let Activity::Publishing(publication, stream_id) = &self.client.activity {
                    if come.further {
                        publication.spread();
                    }
                    let stream_id = *stream_id;
                    let received = Received {
                        expected: come.expected,
                        missing: come.missing,
                        round_trip: self.session.rtt().as_millis() as u64,
                        pictures: self.uplink.as_ref().map_or(0, Uplink::pictures),
                    };
                    let session = self.client.talk.session();
                    session.report_received(stream_id, received);
                    self.client.talk.settle();
                }
            }
        }
    }

    fn ask_keyframe(&mut self) {
        if let Activity::Publishing(_, stream_id) = self.client.activity {
            self.client.talk.session().request_keyframe(stream_id);
            self.client.talk.settle();
        }
    }

    /// Ends what he does, sends what is still to be said, and waits for the client to close. A page that hears of the
    /// session's end before it has read the words loses them, although its browser has acknowledged them; and Chromium may
    /// crash it when streams that it reads end with the connection.
    async fn say_goodbye(mut self, fault: &Fault) {
        let words = match fault {
            Fault::Refused(_) | Fault::Ended(_) | Fault::Session(_) => true,
            Fault::Gone => false,
            _ => return,
        };
        let farewell = async {
            if words {
                self.answer().await?;
            }
            let Self {
                client,
                session,
                mut to,
                uplink,
                tickets,
                player,
                ..
            } = self;
            drop((client, uplink, tickets, player));
            let _ = to.finish();
            session.closed().await;
            Ok::<(), Fault>(())
        };
        let _ = timeout(GOODBYE, farewell).await;
    }
}

async fn next(uplink: &mut Option<Uplink>) -> Uplinked {
    match uplink {
        Some(uplink) => uplink.next().await,
        None => std::future::pending().await,
    }
}

async fn settled(player: &mut Option<QuicPlayer>) {
    match player {
        Some(player) => player.settled().await,
        None => std::future::pending().await,
    }
}
