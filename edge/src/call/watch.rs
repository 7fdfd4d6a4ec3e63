//! Supervisors: they see the log and both streams, nobody sees them, and they may end the call, and begin and pause its
//! recording where the desk lets them.

use super::command::{conflict, forbidden};
use super::input::{Ask, AskKind, Output};
use super::turn::Turn;
use super::who::Who;
use crate::link::Lease;
use counterpart_shared::api::{ApiError, CallCommand, CallMessage, CallPhase, EndReason};
use counterpart_shared::grant::{Act, Signer};
use counterpart_shared::id::{ClientId, Party, UserId};
use std::collections::BTreeSet;

impl Turn<'_> {
    pub(super) fn watched(&mut self, user: UserId) {
        self.reply(CallMessage::Watching {
            call: self.call.id.clone(),
            phase: self.call.phase,
            caller: self.call.caller.clone(),
            callee: self.call.callee.clone(),
            seq: self.call.seq,
            live: self.call.live(),
        });
        self.call.watchers.insert(user.clone(), true);
        self.show_live(&user);
    }

    pub(super) fn unwatched(&mut self, user: &UserId, others: bool) {
        if let Some(watches) = self.call.watchers.get_mut(user) {
            *watches = others;
        }
    }

    /// The sockets that are there are the truth.
    pub(super) fn count_watchers(&mut self, watching: &BTreeSet<UserId>) {
        for (user, watches) in &mut self.call.watchers {
            *watches = watching.contains(user);
        }
    }

    pub(super) fn watcher_says(&mut self, user: &UserId, command: CallCommand) {
        if let CallCommand::Resume { after } = command {
            return self.out.push(Output::Resume(after));
        }
        let id = command.id().cloned();
        let done = |id: Option<ClientId>, seq| CallMessage::Ack {
            id: id.expect("all commands but resume have one"),
            seq,
        };
        match command {
            CallCommand::Urls { .. } if self.call.phase == CallPhase::Ended => {
                let error = conflict("the call is over");
                self.reply(CallMessage::Error { id, error });
            }
            CallCommand::Urls { .. } => {
                self.reply(done(id, None));
                self.show_live(user);
            }
            // Sent twice, or at the same time as a party's: over is over.
            CallCommand::Hangup { .. } => {
                let over = self.call.phase == CallPhase::Ended;
                let seq = (!over).then(|| self.end(None, EndReason::Supervisor));
                self.reply(done(id, seq));
            }
            CallCommand::Record { on, reason, .. } => {
                let reply = match self.watcher_controls_recording(user, on, reason) {
                    Ok(seq) => done(id, seq),
                    Err(error) => CallMessage::Error { id, error },
                };
                self.reply(reply);
            }
            _ => {
                let error =
                    forbidden("who watches a call may look, end it, and see to its recording");
                self.reply(CallMessage::Error { id, error });
            }
        }
    }

    fn show_live(&mut self, user: &UserId) {
        for party in self.call.live() {
            self.show(party, user.clone());
        }
    }

    /// A stream has begun: who watches gets it.
    pub(super) fn show_watchers(&mut self, of: Party) {
        for user in self.call.present_watchers() {
            self.show(of, user);
        }
    }

    fn show(&mut self, of: Party, user: UserId) {
        if let Some(node) = self.call.watchable(of).cloned() {
            let kind = AskKind::Watch { of, node };
            self.out.push(Output::Ask(Ask { user, kind }));
        }
    }

    /// Nothing, when the stream has ended or moved while the fleet was asked.
    pub(super) fn give_watcher(
        &mut self,
        ask: &Ask,
        lease: Result<Lease, ApiError>,
        signer: &Signer,
    ) {
        let AskKind::Watch { of, node } = &ask.kind else {
            return;
        };
        if self.call.watchable(*of) != Some(node) {
            return;
        }
        let message = match lease {
            Ok(mut lease) => CallMessage::Play {
                party: *of,
                urls: self.issue(
                    Act::Play,
                    *of,
                    &Who::Watcher(ask.user.clone()),
                    &mut lease,
                    signer,
                ),
            },
            Err(error) => CallMessage::Error { id: None, error },
        };
        let who = Who::Watcher(ask.user.clone());
        self.out.push(Output::Send(who, message));
    }
}
