//! A line to a gate that can be held: what is sent stays in it until it is let go, or is lost with it.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it is with the line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Way {
    /// Whether what the client sends gets through, and what the gate answers.
    up: bool,
    down: bool,
    /// Connections that were made before are gone when this is another number.
    cut: u32,
    /// Where the gate is.
    to: String,
}

/// The line. Its connections end with it.
pub struct Proxy {
    pub url: String,
    way: watch::Sender<Way>,
}

impl Proxy {
    /// A line to the gate at this address, in order.
    pub async fn start(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, ways) = watch::channel(Way {
            up: true,
            down: true,
            cut: 0,
            to: host(url),
        });
        tokio::spawn(async move {
            let mut closed = ways.clone();
            let closed = closed.wait_for(|_| false);
            tokio::pin!(closed);
            loop {
                tokio::select! {
                    // The line is gone when nobody can hold it any more.
                    _ = &mut closed => return,
                    accepted = listener.accept() => {
                        let (client, _) = accepted.unwrap();
                        tokio::spawn(connect(client, ways.clone()));
                    }
                }
            }
        });
        Self {
            url: format!("http://{address}"),
            way,
        }
    }

    /// Nothing gets through, in either direction, and nothing is lost.
    pub fn hold(&self) {
        self.way
            .send_modify(|way| (way.up, way.down) = (false, false));
    }

    /// The gate hears everything, and nobody hears the gate.
    pub fn hold_answers(&self) {
        self.way
            .send_modify(|way| (way.up, way.down) = (true, false));
    }

    /// Everything gets through, and what was held does first.
    pub fn let_go(&self) {
        self.way
            .send_modify(|way| (way.up, way.down) = (true, true));
    }

    /// What is in the line is lost; from now on it leads to the gate at this address.
    pub fn cut(&self, url: &str) {
        self.way.send_modify(|way| {
            way.cut += 1;
            way.to = host(url);
            (way.up, way.down) = (true, true);
        });
    }
}

fn host(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

/// One connection, until it ends or is cut.
async fn connect(client: TcpStream, ways: watch::Receiver<Way>) {
    let way = ways.borrow().clone();
    // A gate that isn't there is found out by the client, whose connection ends.
    let Ok(gate) = TcpStream::connect(&way.to).await else {
        return;
    };
    let ((from_client, to_client), (from_gate, to_gate)) = (client.into_split(), gate.into_split());
    let mut cut = ways.clone();
    let is_cut = cut.wait_for(|now| now.cut != way.cut);
    let up = carry(from_client, to_gate, ways.clone(), |way| way.up);
    let down = carry(from_gate, to_client, ways.clone(), |way| way.down);
    tokio::select! {
        _ = is_cut => {}
        () = async { tokio::join!(up, down); } => {}
    }
}

/// Hands on what comes, while it may. An end is handed on as one.
async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut ways: watch::Receiver<Way>,
    open: impl Fn(&Way) -> bool,
) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut buffer).await.unwrap_or(0);
        if ways.wait_for(|way| open(way)).await.is_err() || count == 0 {
            return;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
