//! One decision under way: the call, the time, and what has come out so far.

use super::input::{Ask, AskKind, Input, Output};
use super::state::Call;
use crate::link::{Letter, ToArchive, ToDesk, ToFleet};
use counterpart_shared::api::{CallMessage, CallPhase, EndReason, Entry, EntryBody};
use counterpart_shared::grant::Signer;
use counterpart_shared::id::Party;

pub(super) struct Turn<'a> {
    pub(super) call: &'a mut Call,
    pub(super) now: u64,
    pub(super) out: Vec<Output>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(call: &'a mut Call, now: u64) -> Self {
        let out = Vec::new();
        Self { call, now, out }
    }

    pub(super) fn take(&mut self, input: Input, signer: &Signer) {
        match input {
            Input::Connected(party) => self.connected(party),
            Input::Closed { party, others } => self.closed(party, others),
            Input::Command {
                party,
                command,
                earlier,
            } => self.command(party, command, earlier),
            Input::Watched(user) => self.watched(user),
            Input::Unwatched { user, others } => self.unwatched(&user, others),
            Input::WatcherSays { user, command } => self.watcher_says(&user, command),
            Input::Urls(party) => self.urls_by_http(party),
            Input::Deed { user, deed } => self.deed(&user, deed),
            Input::DeleteRecordings { least_days, by } => {
                let outcome = self.delete_recordings(least_days, by);
                self.out.push(Output::Settled(outcome));
            }
            Input::Letter(letter) => self.letter(letter),
            Input::Leased { ask, lease } => self.leased(&ask, lease, signer),
            Input::Admitted { wish, admission } => self.admitted(wish, admission),
            Input::Alarm { present, watching } => {
                self.count_watchers(&watching);
                self.alarm(present);
            }
        }
    }

    /// Adds to the log; the number of the new entry.
    pub(super) fn append(&mut self, body: EntryBody) -> u64 {
        self.call.seq += 1;
        self.call.course.note(&body, self.now);
        let entry = Entry {
            seq: self.call.seq,
            at: self.now,
            body,
        };
        self.out.push(Output::Append(entry));
        self.call.seq
    }

    pub(super) fn reply(&mut self, message: CallMessage) {
        self.out.push(Output::Reply(message));
    }

    pub(super) fn send(&mut self, party: Party, message: CallMessage) {
        self.out.push(Output::Send(party.into(), message));
    }

    pub(super) fn tell_desk(&mut self, letter: ToDesk) {
        if let Some(desk) = self.call.desk().cloned() {
            self.out.push(Output::Letter(Letter::Desk(desk, letter)));
        }
    }

    /// Asks for what `holder` needs to play the other stream, if he is there and may see it.
    pub(super) fn offer_play(&mut self, holder: Party, socket_only: bool) {
        if self.call.party(holder).gone_since.is_some() {
            return;
        }
        let user = self.call.user(holder).cloned();
        if let Some((node, user)) = self.call.playable(holder).cloned().zip(user) {
            let kind = AskKind::Play {
                party: holder,
                node,
                socket_only,
            };
            self.out.push(Output::Ask(Ask { user, kind }));
        }
    }

    fn archive(&mut self, by: Option<Party>, reason: EndReason) {
        let desk = self.call.desk().cloned();
        let record = self.call.record_of_end(desk, by, reason, self.now);
        let letter = Letter::Archive(ToArchive::Ended(record));
        self.out.push(Output::Letter(letter));
    }

    /// The end, for whatever reason; the number of its entry.
    pub(super) fn end(&mut self, by: Option<Party>, reason: EndReason) -> u64 {
        let requested = self.call.phase != CallPhase::New;
        self.call.phase = CallPhase::Ended;
        self.call.position = None;
        let seq = self.append(EntryBody::End { by, reason });
        let call = self.call.id.clone();
        if requested {
            self.tell_desk(ToDesk::Leave { call: call.clone() });
        }
        self.archive(by, reason);
        if self.call.course.was_recorded() {
            self.out.push(Output::HandInLog);
        }
        self.out
            .push(Output::Letter(Letter::Fleet(ToFleet::End { call })));
        seq
    }
}
