//! What a user's token is good for.

use crate::archive::Search;
use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::grant::{KeySet, Role, UserClaims};
use counterpart_shared::id::DeskId;

/// Verifies a user's token.
///
/// # Errors
/// [`ErrorCode::Unauthorized`] with what was wrong with it.
pub fn user(keys: &KeySet, token: &str, now: u64) -> Result<UserClaims, ApiError> {
    keys.verify_user(token, now / 1000).map_err(|error| {
        let detail = error
            .to_string()
            .replace("no grant was given", "no token was given");
        ApiError::new(ErrorCode::Unauthorized, detail)
    })
}

/// Customers and agents may ask for direct calls.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else.
pub fn may_call(user: &UserClaims) -> Result<(), ApiError> {
    let fits = matches!(user.role, Role::Customer | Role::Agent);
    allow(fits, "only customers and agents make calls")
}

/// Customers may go to any desk.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else.
pub fn may_queue(user: &UserClaims) -> Result<(), ApiError> {
    allow(user.role == Role::Customer, "only a customer calls a desk")
}

/// Agents may enter rooms of their desk.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else.
pub fn may_serve(user: &UserClaims, desk: &DeskId) -> Result<(), ApiError> {
    let fits = user.role == Role::Agent && user.desk.as_ref() == Some(desk);
    allow(fits, "a token of an agent of this desk is needed")
}

/// Supervisors may watch their desk, operators all of them, with what goes on in the fleet.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else.
pub fn may_watch(user: &UserClaims, desk: &DeskId) -> Result<(), ApiError> {
    let fits = match user.role {
        Role::Operator => true,
        Role::Supervisor => user.desk.as_ref() == Some(desk),
        Role::Customer | Role::Agent => false,
    };
    allow(
        fits,
        "a token of a supervisor of this desk, or an operator's, is needed",
    )
}

/// Whoever works at a desk may know how it works and see its rooms and its line; operators may everywhere.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else.
pub fn may_know(user: &UserClaims, desk: &DeskId) -> Result<(), ApiError> {
    let fits = match user.role {
        Role::Operator => true,
        Role::Supervisor | Role::Agent => user.desk.as_ref() == Some(desk),
        Role::Customer => false,
    };
    let wanted = "a token of an agent or a supervisor of this desk, or an operator's, is needed";
    allow(fits, wanted)
}

/// Agents write notes.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else.
pub fn may_note(user: &UserClaims) -> Result<(), ApiError> {
    allow(user.role == Role::Agent, "an agent's token is needed")
}

/// Supervisors may look for finished calls of their desk, agents for their own there; what they left open
/// is filled in.
///
/// # Errors
/// [`ErrorCode::Forbidden`] for everyone else, and for another desk or agent.
pub fn may_search(user: &UserClaims, search: &mut Search) -> Result<(), ApiError> {
    let works = matches!(user.role, Role::Agent | Role::Supervisor);
    let fits = works && user.desk.is_some();
    allow(fits, "a supervisor's or an agent's token is needed")?;
    let desk = search
        .desk
        .get_or_insert_with(|| user.desk.clone().expect("it was looked at"));
    allow(
        user.desk.as_ref() == Some(desk),
        "a token of this desk is needed",
    )?;
    if user.role == Role::Agent {
        let agent = search.agent.get_or_insert_with(|| user.sub.clone());
        allow(*agent == user.sub, "an agent sees his own calls")?;
    }
    Ok(())
}

fn allow(fits: bool, detail: &str) -> Result<(), ApiError> {
    if fits {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::Forbidden, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::grant::Signer;

    fn claims(role: Role) -> UserClaims {
        UserClaims {
            sub: "alice".parse().unwrap(),
            role,
            priority: 0,
            desk: Some("front".parse().unwrap()),
            iat: 0,
            exp: 100,
        }
    }

    #[test]
    fn roles_do_not_mix() {
        let (front, back) = ("front".parse().unwrap(), "back".parse().unwrap());
        let table = [
            (Role::Customer, [true, true, false, false, false]),
            (Role::Agent, [true, false, true, false, true]),
            (Role::Supervisor, [false, false, false, true, true]),
            (Role::Operator, [false, false, false, true, true]),
        ];
        for (role, wanted) in table {
            let user = claims(role);
            let found = [
                may_call(&user).is_ok(),
                may_queue(&user).is_ok(),
                may_serve(&user, &front).is_ok(),
                may_watch(&user, &front).is_ok(),
                may_know(&user, &front).is_ok(),
            ];
            assert_eq!(found, wanted, "{role:?}");
            let everywhere = role == Role::Operator;
            assert!(may_serve(&user, &back).is_err());
            assert_eq!(may_watch(&user, &back).is_ok(), everywhere);
            assert_eq!(may_know(&user, &back).is_ok(), everywhere);
        }
    }

    #[test]
    fn everyone_finds_his_own_calls_only() {
        let found = |role, query: &str| {
            let mut search = Search::read(query, true).unwrap();
            may_search(&claims(role), &mut search).ok().map(|()| search)
        };
        let wanted = |query: &str| Some(Search::read(query, true).unwrap());
        let supervisor = |query: &str| found(Role::Supervisor, query);
        assert_eq!(supervisor(""), wanted("desk=front"));
        assert_eq!(supervisor("agent=bob"), wanted("agent=bob&desk=front"));
        assert_eq!(supervisor("desk=back"), None);
        let agent = |query: &str| found(Role::Agent, query);
        assert_eq!(
            agent("customer=x"),
            wanted("customer=x&desk=front&agent=alice")
        );
        assert_eq!(agent("desk=front&agent=alice"), agent(""));
        assert_eq!(agent("agent=bob"), None);
        assert_eq!(agent("desk=back"), None);
        assert_eq!(found(Role::Customer, "customer=alice"), None);
        assert_eq!(found(Role::Operator, "desk=front"), None);
        assert!(
            may_note(&claims(Role::Agent)).is_ok() && may_note(&claims(Role::Customer)).is_err()
        );
        let mut nowhere = claims(Role::Supervisor);
        nowhere.desk = None;
        assert!(may_search(&nowhere, &mut Search::default()).is_err());
    }

    #[test]
    fn a_token_is_refused_with_its_reason() {
        let signer = Signer::from_seed(&[1; 32]);
        let keys = KeySet::from_keys(&[signer.public_key()]).unwrap();
        let token = signer.sign_user(&claims(Role::Customer));
        assert_eq!(user(&keys, &token, 99_999), Ok(claims(Role::Customer)));
        let late = user(&keys, &token, 100_000).unwrap_err();
        assert_eq!(late.code, ErrorCode::Unauthorized);
        assert!(late.detail.contains("expired"));
        assert!(user(&keys, "", 0).unwrap_err().detail.contains("no token"));
    }
}
