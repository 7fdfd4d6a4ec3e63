//! Who is there, and what follows when nobody is.

use super::turn::Turn;
use counterpart_shared::api::{CallMessage, CallPhase, EndReason, EntryBody};
use counterpart_shared::id::Party;

impl Turn<'_> {
    /// The greeting comes first and speaks of the log before the entry that this very arrival makes.
    pub(super) fn connected(&mut self, party: Party) {
        self.greet(party);
        let state = self.call.party_mut(party);
        state.gone_since = None;
        state.seen = true;
        let was_away = std::mem::take(&mut state.away);
        if was_away && self.call.phase != CallPhase::Ended {
            self.append(EntryBody::PeerBack { party });
        }
        self.offer_play(party, true);
    }

    fn greet(&mut self, party: Party) {
        let sees = self.call.sees_log(&party.into());
        self.reply(CallMessage::Hello {
            call: self.call.id.clone(),
            party,
            phase: self.call.phase,
            seq: if sees { self.call.seq } else { 0 },
            live: if sees { self.call.live() } else { Vec::new() },
        });
        let waits = self.call.position.filter(|_| party == Party::Caller);
        if let Some(position) = waits {
            let wait_s = self.call.wait_s;
            self.reply(CallMessage::Position { position, wait_s });
        }
    }

    pub(super) fn closed(&mut self, party: Party, others: bool) {
        let now = self.now;
        if !others {
            self.call.party_mut(party).gone_since.get_or_insert(now);
        }
    }

    pub(super) fn alarm(&mut self, present: [bool; 2]) {
        for party in Party::BOTH {
            self.check(party, present[party as usize]);
        }
        if self.call.lease_ends().is_some_and(|at| at <= self.now) {
            self.abandon();
        }
    }

    /// In a line, who does not come back has left; anywhere else somebody may still do something.
    fn abandon(&mut self) {
        let waits = self.call.phase == CallPhase::Requested && !self.call.is_direct();
        if waits {
            self.end(Some(Party::Caller), EndReason::Abandoned);
        } else {
            self.end(None, EndReason::Lease);
        }
    }

    /// The sockets that are there are the truth: after a crash of the edge nobody has said goodbye.
    fn check(&mut self, party: Party, present: bool) {
        if present {
            return;
        }
        self.closed(party, false);
        let due = self.call.away_at(party).is_some_and(|at| at <= self.now);
        if due && self.call.phase != CallPhase::Ended {
            self.call.party_mut(party).away = true;
            self.append(EntryBody::PeerAway { party });
        }
    }
}
