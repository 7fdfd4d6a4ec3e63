//! What holds whatever happens.

use super::*;

fn any_input() -> impl Strategy<Value = Input> {
    let party = prop_oneof![Just(Party::Caller), Just(Party::Callee)];
    let node = prop_oneof![Just("n1"), Just("n2")];
    (party, node, 0..16u8, any::<[bool; 2]>()).prop_map(|(party, node, what, present)| match what {
        0 | 1 => Input::Connected(party),
        2 => Input::Closed {
            party,
            others: present[0],
        },
        3 => urls(party),
        4 => Input::Urls(party),
        5 | 6 => request(),
        7 => accept(),
        8 => text(party, "hello"),
        9 if present[0] => hang_up(party),
        10 => Input::Letter(ToCall::Position {
            position: 1,
            wait_s: None,
        }),
        11 => Input::Letter(ToCall::Offered {
            room: id("r"),
            agent: id("bob"),
        }),
        12 => Input::Letter(ToCall::Accepted {
            room: id("r"),
            agent: id("bob"),
        }),
        13 => Input::Letter(ToCall::Stream {
            party,
            node: id(node),
            event: NodeEvent::StreamEnd { reason: "x".into() },
        }),
        14 => alarm(present),
        _ => begin(party, node),
    })
}

proptest! {
    #![proptest_config(crate::chance::sequences())]

    #[test]
    fn whatever_happens(to_desk: bool, inputs in prop::collection::vec((any_input(), 0..20_000u64), 1..80)) {
        let mut call = call(if to_desk { desk() } else { direct() });
        let (mut now, mut seq, mut serial) = (0, 0, 0);
        let (mut entered, mut left, mut ended) = (0, 0, false);
        let mut kept = 0;
        for (input, pause) in inputs {
            now += pause;
            let outputs = say(&mut call, input, now);
            kept += archived(&outputs).len();
            for output in outputs {
                match output {
                    Output::Append(entry) => {
                        seq += 1;
                        prop_assert_eq!(entry.seq, seq, "the log has no gaps");
                        let is_end = matches!(entry.body, EntryBody::End { .. });
                        prop_assert!(!(ended && is_end), "a call ends once");
                        ended |= is_end;
                    }
                    Output::Send(Who::Party(to), CallMessage::Play { party, urls }) => {
                        prop_assert_eq!(to, party.other());
                        prop_assert_eq!(call.playable(to), Some(&urls.node));
                        let grant = grant(&urls, now / 1000);
                        prop_assert!(grant.serial > serial && grant.act == Act::Play);
                        serial = grant.serial;
                    }
                    Output::Letter(Letter::Desk(_, ToDesk::Enter { .. })) => entered += 1,
                    Output::Letter(Letter::Desk(_, ToDesk::Leave { .. })) => left += 1,
                    _ => {}
                }
            }
            prop_assert_eq!(call.phase == CallPhase::Ended, ended);
            prop_assert_eq!(call.due(now).is_none(), ended, "until the end it is looked after");
            prop_assert!(call.due(now).is_none_or(|at| at <= now + CHECK_EVERY));
        }
        // Left alone, it ends, and whoever entered a line has left it.
        for _ in 0..20 {
            now = call.due(now).unwrap_or(now).max(now);
            let outputs = say(&mut call, alarm([false; 2]), now);
            kept += archived(&outputs).len();
            for output in outputs {
                left += usize::from(matches!(output, Output::Letter(Letter::Desk(_, ToDesk::Leave { .. }))));
            }
        }
        prop_assert_eq!(call.phase, CallPhase::Ended);
        prop_assert_eq!(entered, left);
        prop_assert_eq!(kept, 1, "it is archived, once");
    }
}
