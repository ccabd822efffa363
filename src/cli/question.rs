//! A question on the terminal. What was typed before it stood there answers nothing.

use std::io::{self, IsTerminal, Write};

use super::failure::Failure;

/// Whether somebody can be shown something and asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows the text, which ends with the question, and gives the line that was typed after it.
pub async fn ask(text: &str) -> Result<String, Failure> {
    // A long text takes its time on a slow line: only the question itself comes after the flush, so that
    // whatever is typed once it is seen counts.
    let (text, question) = text.split_at(text.rfind('\n').map_or(0, |end| end + 1));
    write(text)?;
    rustix::termios::tcflush(io::stdin(), rustix::termios::QueueSelector::IFlush)
        .map_err(|error| Failure::because("could not ask", &io::Error::from(error)))?;
    write(question)?;
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

fn write(text: &str) -> Result<(), Failure> {
    let mut err = io::stderr().lock();
    err.write_all(text.as_bytes())
        .and_then(|()| err.flush())
        .map_err(|error| Failure::because("could not ask", &error))
}
