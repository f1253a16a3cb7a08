//! Signing in: a token becomes a cookie, which a browser sends with its requests and its WebSocket.

use http::{StatusCode, header};
use warp::filters::BoxedFilter;
use warp::reply::Response as Answer;
use warp::{Filter, Reply};

use super::{Site, json_body};
use crate::server::auth::{AccessPolicy, Admission, Role};
use crate::server::http::auth::{Auth, Identity};
use crate::server::http::reply::{error, json};
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
    let login = move |identity, body: Result<String, ApiError>| match body.and_then(|body| check_token(&auth, &body)) {
        Ok((token, role)) => with_cookie(&auth, &token, &Identity { role, ..identity }),
        Err(cause) => error(&cause),
    };
    warp::ext::get::<Identity>().and(json_body()).map(login).boxed()
}

/// Removes the cookie.
pub fn logout(site: &Site) -> BoxedFilter<(Answer,)> {
    let auth = site.auth.clone();
    let logout = move |identity| with_cookie(&auth, "", &Identity { role: auth.policy.role(&[]), ..identity });
    warp::ext::get::<Identity>().map(logout).boxed()
}

/// The token in a body, and the role that it grants.
fn check_token(auth: &Auth, body: &str) -> Result<(String, Role), ApiError> {
    let token = parse_login(body)?;
    let AccessPolicy { viewers, presenters, .. } = &*auth.policy;
    let known = [presenters, viewers].into_iter().filter_map(Admission::token);
    // A token that grants nothing is an error, even where everybody may watch.
    if known.fold(false, |found, known| known.matches(&token) | found) {
        let role = auth.policy.role(&[&token]);
        Ok((token, role))
    } else {
        Err(ApiError::wrong_token())
    }
}

fn with_cookie(auth: &Auth, token: &str, identity: &Identity) -> Answer {
    let answer = json(StatusCode::OK, access(auth, identity.role));
    warp::reply::with_header(answer, header::SET_COOKIE, auth.set_cookie(token, identity)).into_response()
}

fn access(auth: &Auth, role: Role) -> String {
    access_response(role.label(), auth.policy.viewers.label(), auth.policy.presenters.label())
}
