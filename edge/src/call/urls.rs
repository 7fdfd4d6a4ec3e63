//! From a lease to URLs: each carries a grant of its own.

use super::command::{conflict, over};
use super::input::{Ask, AskKind, Output};
use super::limits::{CLOCK_SKEW_S, GRANT_LIFE};
use super::media::media_urls;
use super::turn::Turn;
use super::who::Who;
use crate::link::Lease;
use counterpart_shared::api::{ApiError, CallMessage, CallPhase, MediaUrls, OneTimeKey, PartyUrls};
use counterpart_shared::grant::{Act, Grant, Signer};
use counterpart_shared::id::{ClientId, Party, StreamId};

impl Turn<'_> {
    pub(super) fn leased(&mut self, ask: &Ask, lease: Result<Lease, ApiError>, signer: &Signer) {
        match &ask.kind {
            AskKind::Own { party, id } => {
                let urls = self.own(*party, ask, lease, signer);
                self.answer(id.clone(), urls);
            }
            AskKind::Play {
                party, socket_only, ..
            } => {
                if let Some(message) = self.play(*party, ask, lease, signer) {
                    self.give(*party, *socket_only, message);
                }
            }
            AskKind::Watch { .. } => self.give_watcher(ask, lease, signer),
        }
    }

    /// Whether he who asked is still that party: an agent may have handed the caller on meanwhile.
    fn is_still(&self, party: Party, ask: &Ask) -> bool {
        self.call.user(party) == Some(&ask.user)
    }

    fn own(
        &mut self,
        party: Party,
        ask: &Ask,
        lease: Result<Lease, ApiError>,
        signer: &Signer,
    ) -> Result<PartyUrls, ApiError> {
        let mut lease = lease?;
        if self.call.phase == CallPhase::Ended {
            return Err(over());
        }
        if !self.is_still(party, ask) {
            return Err(conflict("the call went on to somebody else"));
        }
        let who = Who::Party(party);
        Ok(PartyUrls {
            publish: self.issue(Act::Publish, party, &who, &mut lease, signer),
            play: self.issue(Act::Play, party, &who, &mut lease, signer),
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
        holder: Party,
        ask: &Ask,
        lease: Result<Lease, ApiError>,
        signer: &Signer,
    ) -> Option<CallMessage> {
        let still = self
            .call
            .playable(holder)
            .is_some_and(|node| Some(node) == ask.node());
        if !still || !self.is_still(holder, ask) {
            return None;
        }
        let party = holder.other();
        Some(match lease {
            Ok(mut lease) => CallMessage::Play {
                party,
                urls: self.issue(Act::Play, party, &Who::Party(holder), &mut lease, signer),
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

    pub(super) fn issue(
        &mut self,
        act: Act,
        of: Party,
        holder: &Who,
        lease: &mut Lease,
        signer: &Signer,
    ) -> MediaUrls {
        let grant = self.grant(act, of, holder, lease);
        let key: Option<OneTimeKey> = lease.keys.pop();
        media_urls(&grant, lease, key.as_ref(), &signer.sign_grant(&grant))
    }

    /// Who watches holds his grant in the place of the other party.
    fn grant(&mut self, act: Act, of: Party, holder: &Who, lease: &Lease) -> Grant {
        self.call.serial += 1;
        let iat = self.now / 1000;
        let (party, sub) = match holder {
            Who::Party(party) => (*party, self.call.user(*party)),
            Who::Watcher(user) => (of.other(), Some(user)),
        };
        let sub = sub.expect("who holds a grant is known");
        let terms = &self.call.terms;
        let (layout, composite, least_days) = match act {
            Act::Publish => (terms.layout, terms.composite, self.call.least.days()),
            Act::Play | Act::Review => Default::default(),
        };
        Grant {
            act,
            stream: StreamId::of(&self.call.id, of),
            call: self.call.id.clone(),
            party,
            node: lease.node.clone(),
            sub: sub.clone(),
            serial: self.call.serial,
            record: self.call.record && act == Act::Publish,
            watch: matches!(holder, Who::Watcher(_)),
            layout,
            least_days,
            composite,
            desk: self.call.desk().filter(|_| act == Act::Publish).cloned(),
            iat,
            nbf: iat.saturating_sub(CLOCK_SKEW_S),
            exp: iat + GRANT_LIFE / 1000,
        }
    }
}
