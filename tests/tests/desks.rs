//! Desks as people find them: listed by their titles, known to those who work there, shown to operators.

use anyhow::Result;
use counterpart_native::signal::{BoardSocket, SignalError};
use counterpart_shared::api::ErrorCode;
use counterpart_shared::grant::Role;
use counterpart_shared::id::DeskId;
use counterpart_tests::links::{links, set_desks};
use counterpart_tests::raw;
use counterpart_tests::system::{Options, System, until};

async fn get(system: &System, path: &str, token: &str) -> Result<raw::Answer> {
    let bearer = format!("Authorization: Bearer {token}");
    raw::request(system.edge_port(), "GET", path, &[&bearer], b"").await
}

/// Everyone knows which desks there are; how each works only those who work there.
#[tokio::test(flavor = "multi_thread")]
async fn desks_are_known_to_those_who_may_know_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path());
    options.open_board = false;
    let mut system = System::start(options).await?;
    set_desks(&system).await?;
    let (front, loans): (DeskId, DeskId) = ("front".parse()?, "loans".parse()?);
    let operator = system.token("erin", Role::Operator, None).await?;
    until("both desks are listed", || async {
        let listed = get(&system, "/v1/desks", &operator).await;
        listed.is_ok_and(|it| it.body.contains("front") && it.body.contains("loans"))
    })
    .await?;
    let listed = get(&system, "/v1/desks", &operator).await?.json()?;
    let wanted = serde_json::json!({"desks": [
        {"desk": "front", "title": {"zh": "综合服务台", "en": "Front desk"}, "open": true},
        {"desk": "loans", "title": {"zh": "贷款咨询", "en": "Loans"}, "open": true},
    ]});
    assert_eq!(listed, wanted);

    let customer = system.token("alice", Role::Customer, None).await?;
    let agent = system.token("bob", Role::Agent, Some(&front)).await?;
    let chief = system.token("ann", Role::Supervisor, Some(&front)).await?;
    for (token, desks, own, other, board, shown) in [
        (&customer, 200, 403, 403, 403, [false, false]),
        (&agent, 200, 200, 403, 403, [true, false]),
        (&chief, 200, 200, 403, 200, [true, false]),
        (&operator, 200, 200, 200, 200, [true, true]),
    ] {
        for (path, status) in [
            ("/v1/desks", desks),
            ("/v1/desks/front", own),
            ("/v1/desks/loans", other),
            ("/v1/board?desk=front", board),
        ] {
            let answer = get(&system, path, token).await?;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
        }
        for (desk, shown) in [&front, &loans].into_iter().zip(shown) {
            let first = BoardSocket::new(&system.api()?, desk, token)?.next().await;
            match first {
                Ok(_) => assert!(shown, "{desk}"),
                Err(SignalError::Api(error)) => {
                    assert!(!shown && error.code == ErrorCode::Forbidden, "{error}");
                }
                Err(error) => anyhow::bail!(error),
            }
        }
    }
    let refused = get(&system, "/v1/calls", &operator).await?;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert_eq!(links(&system).await?.len(), 5);

    // The list outlives a crash; what is set once is not set again.
    system.edge.kill().await?;
    system.restart_edge().await?;
    set_desks(&system).await?;
    let listed = get(&system, "/v1/desks", &operator).await?.json()?;
    assert_eq!(listed, wanted);
    Ok(())
}
