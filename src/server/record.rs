//! Every call gets an id, which its answer and all that is logged about it carry, and is counted by its
//! route, never by its path: a path may hold what a caller made up. Those that weren't meant for this server
//! are refused here, before any handler.

use std::future::{Future, ready};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::Either;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{ROUTES, Shared, fence};

const CALL_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Passes a call on. What is kept of it until its answer is there is little, since it may wait for long.
pub(super) fn each(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> impl Future<Output = Response> {
    let refused = fence::refuse(&shared.hosts, &request);
    let call = Call::of(&request, shared);
    let answer = match refused {
        Some(refused) => Either::Left(ready(call.span.in_scope(|| refused.into_response()))),
        None => Either::Right(next.run(request).instrument(call.span.clone())),
    };
    answer.map(|response| call.answered(response))
}

/// A call that isn't answered yet.
struct Call {
    begun: Instant,
    method: &'static str,
    route: &'static str,
    id: String,
    span: Span,
    shared: Shared,
}

impl Call {
    fn of(request: &Request, shared: Shared) -> Self {
        let begun = Instant::now();
        let method = known_method(request.method());
        let route = request.extensions().get::<MatchedPath>();
        let route = route.map_or("none", |path| known_route(path.as_str()));
        let id = Uuid::now_v7().simple().to_string();
        let span = tracing::info_span!("call", id, method, route);
        Self {
            begun,
            method,
            route,
            id,
            span,
            shared,
        }
    }

    fn answered(self, mut response: Response) -> Response {
        let status = response.status();
        self.span.in_scope(|| {
            let millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(status = status.as_u16(), millis, "answered");
        });
        let class = match status.as_u16() / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            5 => "5xx",
            _ => "1xx",
        };
        let calls = &self.shared.calls.calls;
        calls.add([self.method, self.route, class]);
        let id = HeaderValue::from_str(&self.id).expect("an id is made of hexadecimal digits");
        response.headers_mut().insert(CALL_ID, id);
        response
    }
}

/// The route as the list of routes has it: labels are never made of what came over the wire.
fn known_route(path: &str) -> &'static str {
    let known = ROUTES.iter().find(|(_, known)| *known == path);
    known.map_or("none", |(_, known)| known)
}

fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
