//! The least that a server can do: take a call, answer it. It is a process of its own, as the gate is.

use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use axum::routing::post;
use axum::{Json, Router};
use futures_util::future::try_join_all;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::figures::{Figures, named};
use crate::server::Server;
use crate::wire::Wire;
use crate::{CROWDS, Outcome};

/// Serves until it is killed.
pub async fn serve() -> Outcome<()> {
    let router = Router::new().route("/", post(async |Json(asked): Json<Value>| Json(asked)));
    let service = TowerToHyperService::new(router);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(
        std::io::stdout(),
        "listening on http://{}",
        listener.local_addr()?
    )?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = service.clone();
        tokio::spawn(async move {
            let conversation =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that leaves is no failure, and it would say so itself if it were.
            drop(conversation.await);
        });
    }
}

/// Requests in a second, by as many clients as there will be agents.
pub async fn measure(time: Duration, figures: &mut Figures) -> Outcome<()> {
    let server = Server::start(Command::new(std::env::current_exe()?).arg("--trivial"))?;
    for crowd in CROWDS {
        let clients = try_join_all((0..crowd).map(|_| Wire::connect(&server.url, "none"))).await?;
        let begun = Instant::now();
        let until = begun + time;
        let calling = clients
            .into_iter()
            .map(|client| tokio::spawn(call_until(client, until)));
        let mut calls = 0;
        for counted in try_join_all(calling).await? {
            calls += counted?;
        }
        let rate = calls as f64 / begun.elapsed().as_secs_f64();
        figures.add(
            &format!("trivial handler, {}", named(crowd, "client")),
            "/s",
            rate,
        );
    }
    Ok(())
}

async fn call_until(mut client: Wire, until: Instant) -> Outcome<usize> {
    let mut calls = 0;
    while Instant::now() < until {
        client.send("POST", "/", crate::cycles::ASK).await?;
        client.answer().await?;
        calls += 1;
    }
    Ok(calls)
}
