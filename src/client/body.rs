//! The bodies of answers, read to their end but no further than a gate's go: whoever answers at an address may be
//! none, and say things without end.

use bytes::{Bytes, BytesMut};

use super::{ClientError, unreachable};

/// More than the longest answer of a gate, but for the log and the stream of events, which are read as they come, and
/// for long pages of requests that say as much as they may: of these there is room for a hundred.
pub(super) const LONGEST_ANSWER: usize = 64 << 20;
/// More than the longest problem.
pub(super) const LONGEST_PROBLEM: usize = 1 << 20;

/// The whole body, if it is no longer than that.
pub(super) async fn whole(
    mut response: reqwest::Response,
    address: &str,
    most: usize,
) -> Result<Bytes, ClientError> {
    let too_long = || ClientError::TooLong {
        address: address.to_owned(),
        most,
    };
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).is_ok_and(|announced| announced <= most) {
        let mut body = BytesMut::new();
        loop {
            let chunk = response.chunk().await;
            match chunk.map_err(|error| unreachable(address, &error))? {
                Some(chunk) if chunk.len() > most - body.len() => return Err(too_long()),
                Some(chunk) => body.extend_from_slice(&chunk),
                None => return Ok(body.freeze()),
            }
        }
    }
    Err(too_long())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use crate::api::request::Filter;
    use crate::client::{Client, ClientError};

    /// Whoever calls is answered with this, to their heart's content.
    fn false_gate(answer: impl Fn(TcpStream) + Send + 'static) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut caller, _) = listener.accept().unwrap();
            let mut call = [0; 4096];
            assert!(caller.read(&mut call).unwrap() > 0);
            answer(caller);
        });
        Client::new(&address, "sgn_x").unwrap()
    }

    fn endless(mut caller: TcpStream, head: &str) {
        let head = format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n");
        let mut more = caller.write_all(head.as_bytes());
        while more.is_ok() {
            more = caller.write_all(&[b'['; 64 << 10]);
        }
    }

    fn is_too_long<T>(answer: &Result<T, ClientError>) -> bool {
        matches!(answer, Err(ClientError::TooLong { .. }))
    }

    #[tokio::test]
    async fn an_answer_without_end_is_not_read_without_end() {
        let gate = false_gate(|caller| endless(caller, "200 OK"));
        assert!(is_too_long(&gate.me().await));
        let gate = false_gate(|caller| endless(caller, "200 OK"));
        assert!(is_too_long(&gate.health().await));
        let gate = false_gate(|caller| endless(caller, "200 OK\r\netag: \"1\""));
        assert!(is_too_long(&gate.policy().await));
        let gate = false_gate(|caller| endless(caller, "500 No"));
        assert!(is_too_long(&gate.me().await));
    }

    #[tokio::test]
    async fn an_answer_that_announces_too_much_is_not_read_at_all() {
        let gate = false_gate(|mut caller| {
            let head = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
            caller.write_all(head).unwrap();
            // It says no more, and the other end goes without it.
            drop(caller.read(&mut [0; 1]));
        });
        let said = gate.me().await.map(drop).unwrap_err().to_string();
        assert!(said.contains("more than 64 MiB"), "{said}");
    }

    /// An agent may say so much that a long page is too long; then it is a shorter one.
    #[tokio::test]
    async fn a_page_that_is_too_long_is_asked_for_with_fewer_items() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = std::thread::spawn(move || {
            let mut limits = Vec::new();
            while limits.last() != Some(&7) {
                let (mut caller, _) = listener.accept().unwrap();
                let mut call = [0; 4096];
                let read = caller.read(&mut call).unwrap();
                let call = String::from_utf8_lossy(&call[..read]).into_owned();
                let (_, limit) = call.split_once("limit=").unwrap();
                let limit = limit.split([' ', '&']).next().unwrap();
                limits.push(limit.parse::<u32>().unwrap());
                match limits.last() {
                    Some(7) => {
                        let page =
                            b"HTTP/1.1 200 OK\r\ncontent-length: 31\r\nconnection: close\r\n\r\n\
                            {\"items\":[],\"next_cursor\":null}";
                        caller.write_all(page).unwrap();
                    }
                    _ => endless(caller, "200 OK"),
                }
            }
            limits
        });
        let gate = Client::new(&address, "sgn_x").unwrap();
        let filter = Filter {
            limit: Some(500),
            ..Filter::default()
        };
        let page = gate.requests(&filter).await.unwrap();
        assert!(page.items.is_empty());
        assert_eq!(asked.join().unwrap(), [500, 62, 7]);
    }

    #[tokio::test]
    async fn an_event_without_end_is_not_read_without_end() {
        let gate = false_gate(|mut caller| {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            let mut more = caller.write_all(head);
            let line = format!("data: {}\n", "[".repeat(64 << 10));
            while more.is_ok() {
                more = caller.write_all(line.as_bytes());
            }
        });
        let mut events = gate.events(None).await.unwrap();
        assert!(matches!(
            events.next().await,
            Err(ClientError::NotAGate { .. })
        ));
    }
}
