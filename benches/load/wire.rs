//! A connection that costs next to nothing, so that what is measured is the server: HTTP/1.1 by hand, one
//! call at a time.

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::Outcome;

pub struct Wire {
    stream: BufReader<TcpStream>,
    host: String,
    token: String,
    line: String,
}

impl Wire {
    pub async fn connect(url: &str, token: &str) -> Outcome<Self> {
        let host = url.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            host,
            token: token.to_owned(),
            line: String::new(),
        })
    }

    /// Sends a call; its answer is read with [`Wire::answer`].
    pub async fn send(&mut self, method: &str, path: &str, body: &str) -> Outcome<()> {
        let call = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        );
        Ok(self.stream.get_mut().write_all(call.as_bytes()).await?)
    }

    /// The answer to the call that was sent, which has to be a success.
    pub async fn answer(&mut self) -> Outcome<Vec<u8>> {
        let status = self.head_line().await?.to_owned();
        let mut length = None;
        loop {
            let line = self.head_line().await?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse()?);
            }
        }
        let mut body = vec![0; length.ok_or("an answer without a length")?];
        self.stream.read_exact(&mut body).await?;
        match status.split(' ').nth(1) {
            Some("200" | "201") => Ok(body),
            _ => Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into()),
        }
    }

    async fn head_line(&mut self) -> Outcome<&str> {
        self.line.clear();
        match self.stream.read_line(&mut self.line).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(self.line.trim_end()),
        }
    }
}
