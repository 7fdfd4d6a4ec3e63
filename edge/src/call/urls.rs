//! From a lease to URLs: each carries a grant of its own.

use super::command::over;
use super::input::{Ask, AskKind, Output};
use super::limits::{CLOCK_SKEW_S, GRANT_LIFE};
use super::media::media_urls;
use super::turn::Turn;
use crate::link::Lease;
use counterpart_shared::api::{ApiError, CallMessage, CallPhase, MediaUrls, OneTimeKey, PartyUrls};
use counterpart_shared::grant::{Act, Grant, Signer};
use counterpart_shared::id::{ClientId, Party, StreamId};

impl Turn<'_> {
    pub(super) fn leased(&mut self, ask: &Ask, lease: Result<Lease, ApiError>, signer: &Signer) {
        match &ask.kind {
            AskKind::Own { id } => {
                let urls = self.own(ask.holder, lease, signer);
                self.answer(id.clone(), urls);
            }
            AskKind::Play { socket_only, .. } => {
                if let Some(message) = self.play(ask, lease, signer) {
                    self.give(ask.holder, *socket_only, message);
                }
            }
        }
    }

    fn own(
        &mut self,
        holder: Party,
        lease: Result<Lease, ApiError>,
        signer: &Signer,
    ) -> Result<PartyUrls, ApiError> {
        let mut lease = lease?;
        if self.call.phase == CallPhase::Ended {
            return Err(over());
        }
        Ok(PartyUrls {
            publish: self.issue(Act::Publish, holder, holder, &mut lease, signer),
            play: self.issue(Act::Play, holder, holder, &mut lease, signer),
        })
    }

    fn answer(&mut self, id: Option<ClientId>, urls: Result<PartyUrls, ApiError>) {
        match (id, urls) {
            (None, urls) => self.out.push(Output::Answer(Box::new(urls))),
            (Some(id), Ok(urls)) => self.reply(CallMessage::Urls { id, urls }),
            (id, Err(error)) => self.reply(CallMessage::Error { id, error }),
        }
    }

    /// Nothing, when the stream has ended or moved while the fleet was asked: its next begin asks anew.
    fn play(
        &mut self,
        ask: &Ask,
        lease: Result<Lease, ApiError>,
        signer: &Signer,
    ) -> Option<CallMessage> {
        let still = self
            .call
            .playable(ask.holder)
            .is_some_and(|node| Some(node) == ask.node());
        if !still {
            return None;
        }
        let party = ask.holder.other();
        Some(match lease {
            Ok(mut lease) => CallMessage::Play {
                party,
                urls: self.issue(Act::Play, party, ask.holder, &mut lease, signer),
            },
            Err(error) => CallMessage::Error { id: None, error },
        })
    }

    fn give(&mut self, holder: Party, socket_only: bool, message: CallMessage) {
        if socket_only {
            self.reply(message);
        } else {
            self.send(holder, message);
        }
    }

    fn issue(
        &mut self,
        act: Act,
        of: Party,
        holder: Party,
        lease: &mut Lease,
        signer: &Signer,
    ) -> MediaUrls {
        let grant = self.grant(act, of, holder, lease);
        let key: Option<OneTimeKey> = lease.keys.pop();
        media_urls(&grant, lease, key.as_ref(), &signer.sign_grant(&grant))
    }

    fn grant(&mut self, act: Act, of: Party, holder: Party, lease: &Lease) -> Grant {
        self.call.serial += 1;
        let iat = self.now / 1000;
        let sub = self.call.user(holder).expect("who holds a grant is known");
        Grant {
            act,
            stream: StreamId::of(&self.call.id, of),
            call: self.call.id.clone(),
            party: holder,
            node: lease.node.clone(),
            sub: sub.clone(),
            serial: self.call.serial,
            record: self.call.record && act == Act::Publish,
            iat,
            nbf: iat.saturating_sub(CLOCK_SKEW_S),
            exp: iat + GRANT_LIFE / 1000,
        }
    }
}
