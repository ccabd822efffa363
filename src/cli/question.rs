//! A question on the terminal. What was typed before it stood there answers nothing.

use std::io::{self, IsTerminal, Write};

use super::failure::Failure;

/// Whether somebody can be shown something and asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows the text, which ends with the question, and gives the line that was typed after it.
pub async fn ask(text: &str) -> Result<String, Failure> {
    let mut err = io::stderr().lock();
    let asked = err.write_all(text.as_bytes()).and_then(|()| err.flush());
    drop(err);
    asked.map_err(|error| Failure::because("could not ask", &error))?;
    rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush)
        .map_err(|error| Failure::because("could not ask", &io::Error::from(error)))?;
    // Off this thread: it may be the one that the gate runs on.
    let line = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    });
    match line.await {
        Ok(Ok(line)) => Ok(line.trim().to_owned()),
        Ok(Err(error)) => Err(Failure::because("could not read the answer", &error)),
        Err(error) => Err(Failure::because("could not read the answer", &error)),
    }
}
