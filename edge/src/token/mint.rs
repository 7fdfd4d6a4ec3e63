//! Tokens for users, asked for by the business server.

use counterpart_shared::api::{ApiError, CreateToken, ErrorCode, MAX_PRIORITY};
use counterpart_shared::grant::{Role, UserClaims};
use std::ops::RangeInclusive;

/// Shorter ones expire under way, longer ones outlive a working day.
const TTL_S: RangeInclusive<u64> = 60..=86_400;

/// The claims for a wish.
///
/// # Errors
/// [`ErrorCode::BadRequest`] for a lifetime out of range, or an agent or supervisor without a desk.
pub fn mint(wish: CreateToken, now: u64) -> Result<UserClaims, ApiError> {
    if !TTL_S.contains(&wish.ttl_s) {
        let detail = format!("ttl_s is {}, it must be 60 to 86400", wish.ttl_s);
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    let works_at_one = matches!(wish.role, Role::Agent | Role::Supervisor);
    if works_at_one && wish.desk.is_none() {
        let detail = "an agent or supervisor needs a desk";
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    if wish.priority > MAX_PRIORITY {
        let detail = format!(
            "priority is {}, it must be 0 to {MAX_PRIORITY}",
            wish.priority
        );
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    let iat = now / 1000;
    Ok(UserClaims {
        sub: wish.user,
        role: wish.role,
        priority: wish.priority,
        desk: wish.desk.filter(|_| wish.role != Role::Operator),
        iat,
        exp: iat + wish.ttl_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(role: Role, ttl_s: u64) -> CreateToken {
        CreateToken {
            user: "alice".parse().unwrap(),
            role,
            priority: 0,
            desk: None,
            ttl_s,
        }
    }

    #[test]
    fn lifetimes_have_bounds() {
        let claims = mint(wish(Role::Customer, 60), 5_999).unwrap();
        assert_eq!((claims.iat, claims.exp), (5, 65));
        for ttl in [0, 59, 86_401, u64::MAX] {
            let error = mint(wish(Role::Customer, ttl), 0).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert!(error.detail.contains(&ttl.to_string()));
        }
    }

    #[test]
    fn an_agent_needs_a_desk() {
        assert!(mint(wish(Role::Agent, 60), 0).is_err());
        let desk = Some("front".parse().unwrap());
        let wish = CreateToken {
            desk,
            ..wish(Role::Supervisor, 60)
        };
        assert!(mint(wish, 0).is_ok());
    }

    #[test]
    fn an_operator_is_of_no_desk() {
        let desk = Some("front".parse().unwrap());
        let wish = CreateToken {
            desk,
            ..wish(Role::Operator, 60)
        };
        assert_eq!(mint(wish, 0).unwrap().desk, None);
    }
}
