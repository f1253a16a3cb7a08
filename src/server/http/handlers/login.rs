//! Signing in: a token becomes a cookie, which a browser sends with its requests and its WebSocket.

use http::{StatusCode, header};
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;
use warp::{Filter, Reply};

use super::{Site, json_body};
use crate::server::auth::Role;
use crate::server::http::auth::{AUDIT, Auth, Identity};
use crate::server::http::reply::{error, json, retry_after};
use crate::server::limits::TokenUse;
use crate::wire::{ApiError, access_response, parse_login};

/// The client's role, and the requirements for the others.
pub fn role(site: &Site) -> BoxedFilter<(Answer,)> {
    let auth = site.auth.clone();
    warp::ext::get::<Identity>()
        .map(move |identity: Identity| json(StatusCode::OK, access(&auth, identity.role)))
        .boxed()
}

/// Checks a token, and sets it as a cookie.
pub fn login(site: &Site) -> BoxedFilter<(Answer,)> {
    let auth = site.auth.clone();
    let login = move |identity: Identity, body: Result<String, ApiError>| match body.and_then(|body| parse_login(&body))
    {
        Ok(token) => sign_in(&auth, identity, &token),
        Err(cause) => error(&cause),
    };
    warp::ext::get::<Identity>().and(json_body()).map(login).boxed()
}

fn sign_in(auth: &Auth, identity: Identity, token: &str) -> Answer {
    let address = identity.address;
    let rejected = |cause: ApiError| {
        tracing::info!(target: AUDIT, %address, reason = cause.code.label(), "sign-in rejected");
        error(&cause)
    };
    if let Err(wait) = auth.limit_tokens(address, &[token], TokenUse::SignIn) {
        return retry_after(rejected(ApiError::too_many_wrong_tokens(address)), wait);
    }
    // A token that grants nothing is an error, even where everybody may watch.
    if auth.policy.knows(&[token]) != Some(true) {
        return rejected(ApiError::wrong_token());
    }
    let role = auth.policy.role(&[token]);
    tracing::info!(target: AUDIT, %address, role = role.label(), "signed in");
    with_cookie(auth, token, &Identity { role, ..identity })
}

/// Removes the cookie. A session that is open keeps its role until it ends, as it may be another person's.
pub fn logout(site: &Site) -> BoxedFilter<(Answer,)> {
    let auth = site.auth.clone();
    let logout = move |identity: Identity| {
        tracing::info!(target: AUDIT, address = %identity.address, role = identity.role.label(), "signed out");
        with_cookie(&auth, "", &Identity { role: auth.policy.role(&[]), ..identity })
    };
    warp::ext::get::<Identity>().map(logout).boxed()
}

fn with_cookie(auth: &Auth, token: &str, identity: &Identity) -> Answer {
    let answer = json(StatusCode::OK, access(auth, identity.role));
    warp::reply::with_header(answer, header::SET_COOKIE, auth.set_cookie(token, identity)).into_response()
}

fn access(auth: &Auth, role: Role) -> String {
    access_response(role.label(), auth.policy.viewers.label(), auth.policy.presenters.label())
}
