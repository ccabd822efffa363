//! Against web pages that talk to a server on loopback: the host has to be one of ours, and a request
//! that a browser made for a foreign page is refused.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, header};

use super::problem::Rejection;
use crate::api::problem::ProblemKind;

/// The names that this server goes by, without ports.
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// What a listening address is called besides its configured names.
    fn own_names(address: SocketAddr) -> Vec<String> {
        let mut names = vec![
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "[::1]".to_owned(),
        ];
        if !address.ip().is_unspecified() {
            names.push(match address {
                SocketAddr::V4(address) => address.ip().to_string(),
                SocketAddr::V6(address) => format!("[{}]", address.ip()),
            });
        }
        names
    }

    pub(super) fn new(address: SocketAddr, configured: &[String]) -> Self {
        let mut names = Self::own_names(address);
        names.extend(configured.iter().map(|name| name.to_ascii_lowercase()));
        Self(names)
    }

    fn has(&self, authority: &str) -> bool {
        let name = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => authority,
        };
        self.0.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// Whether a page of this origin is one of the server's own: another port is another site.
fn same_site(origin: &str, host: &str) -> bool {
    let authority = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

/// Why a request isn't let in, unless it was meant for this server. Exactly one name may be given, wherever it is given: a proxy might go by another one of several.
pub(super) fn refuse(hosts: &Hosts, request: &Request) -> Option<Rejection> {
    let headers = request.headers();
    let named =
        texts(headers, header::HOST).chain(request.uri().authority().map(Authority::as_str));
    let mut named = named.map(str::to_ascii_lowercase);
    let host = named.next().filter(|host| hosts.has(host));
    let Some(host) = host.filter(|host| named.all(|again| again == *host)) else {
        return Some(Rejection::new(
            ProblemKind::WrongHost,
            "this server doesn't go by that name; names are added in [server] hosts",
        ));
    };
    let foreign_page = texts(headers, header::ORIGIN).any(|origin| !same_site(origin, &host));
    let cross_site = texts(headers, HeaderName::from_static("sec-fetch-site"))
        .any(|site| !matches!(site, "same-origin" | "none"));
    (foreign_page || cross_site).then(|| {
        Rejection::new(
            ProblemKind::ForeignOrigin,
            "requests made by other sites' pages are refused",
        )
    })
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let values = headers.get_all(name).into_iter();
    values.map(|value| value.to_str().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_pass_with_any_port() {
        let hosts = Hosts::new(
            "127.0.0.1:7474".parse().unwrap(),
            &["Gate.ourco.example".to_owned()],
        );
        for own in [
            "127.0.0.1:7474",
            "localhost",
            "LOCALHOST:80",
            "[::1]:7474",
            "gate.ourco.example",
        ] {
            assert!(hosts.has(own), "{own}");
        }
        for foreign in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:7474",
            "",
            ":7474",
            "::1",
        ] {
            assert!(!hosts.has(foreign), "{foreign}");
        }
    }

    #[test]
    fn only_the_site_itself_passes() {
        assert!(same_site("http://localhost:7474", "localhost:7474"));
        assert!(same_site(
            "https://gate.ourco.example",
            "Gate.ourco.example"
        ));
        for foreign in [
            "http://evil.example",
            "null",
            "file://",
            "http://localhost:3000",
            "http://localhost",
            "http://localhost:7474.evil.example",
        ] {
            assert!(!same_site(foreign, "localhost:7474"), "{foreign}");
        }
    }
}
