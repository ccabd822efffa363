//! What the terminal is lent to for a while: an editor, the operator's view, the shell. The inbox lives on behind
//! it: news are taken in, and it draws nothing.

use std::future::Future;
use std::io;
use std::pin::{Pin, pin};

use crossterm::event::Event as Input;
use futures_util::future::poll_immediate;
use futures_util::{Stream as Inputs, StreamExt as _};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::{News, Session, Writing};
use crate::tui::event::Event;
use crate::tui::term::Canvas;
use crate::tui::{Connect, Exit, Host, watch};

/// Whether the terminal was lent, and how that ended.
pub(super) enum Lent {
    Not,
    /// It is back, with something else on it.
    Back,
    /// The inbox was to be left meanwhile.
    Exit(Exit),
}

/// Lends the terminal to whatever was asked for, one after the other, and the mouse.
pub(super) async fn lend<T, I, C, H>(
    session: &mut Session<C>,
    terminal: &mut T,
    input: &mut I,
    mut stopped: Pin<&mut impl Future<Output = Exit>>,
    news: &mut UnboundedReceiver<News>,
    host: &mut H,
) -> Result<Lent, T::Error>
where
    T: Canvas,
    I: Inputs<Item = io::Result<Input>> + Unpin,
    C: Connect,
    H: Host,
{
    let mut lent = Lent::Not;
    if let Some((writing, text)) = session.writing.take() {
        if let Some(exit) = edit(session, writing, text, stopped.as_mut(), news, host).await {
            return Ok(Lent::Exit(exit));
        }
        // What was typed for the editor is not for the inbox.
        while let Some(Some(_)) = poll_immediate(input.next()).await {}
        lent = Lent::Back;
    }
    if std::mem::take(&mut session.watch) {
        let left = watch(session, terminal, input, stopped.as_mut(), news, host);
        if let Some(exit) = left.await? {
            return Ok(Lent::Exit(exit));
        }
        session.event(Event::Resumed(Ok(())));
        lent = Lent::Back;
    }
    if let Some(ours) = session.mouse.take() {
        host.mouse(ours);
    }
    if std::mem::take(&mut session.suspend) {
        let back = host.suspend().await;
        session.event(Event::Resumed(back));
        lent = Lent::Back;
    }
    if matches!(lent, Lent::Back) {
        session.redraw = true;
    }
    Ok(lent)
}

/// An editor on a text, until it has ended.
async fn edit<C: Connect>(
    session: &mut Session<C>,
    writing: Writing,
    text: String,
    mut stopped: Pin<&mut impl Future<Output = Exit>>,
    news: &mut UnboundedReceiver<News>,
    host: &mut impl Host,
) -> Option<Exit> {
    let mut editing = pin!(host.edit(text, writing.ending()));
    let written = loop {
        tokio::select! {
            exit = &mut stopped => return Some(exit),
            written = &mut editing => break written,
            Some(told) = news.recv() => {
                session.told(told);
            }
        }
    };
    session.event(Event::Answer(writing.answer(written)));
    None
}

/// The operator's view, until it is left.
async fn watch<T, I, C>(
    session: &mut Session<C>,
    terminal: &mut T,
    input: &mut I,
    mut stopped: Pin<&mut impl Future<Output = Exit>>,
    news: &mut UnboundedReceiver<News>,
    host: &mut impl Host,
) -> Result<Option<Exit>, T::Error>
where
    T: Canvas,
    I: Inputs<Item = io::Result<Input>> + Unpin,
    C: Connect,
{
    let (send, sights) = mpsc::unbounded_channel();
    let connector = session.surroundings.connector.clone();
    let theme = session.surroundings.theme.clone();
    let look = watch::Look {
        theme: &theme,
        clock: session.surroundings.clock,
        back: true,
        sample: session.state.sample,
    };
    let mut observing = pin!(watch::observe(connector, send));
    let mut watching = pin!(watch::show(terminal, input, sights, &look, || host.ring()));
    let left = loop {
        tokio::select! {
            exit = &mut stopped => return Ok(Some(exit)),
            left = &mut watching => break left?,
            () = &mut observing => break watch::Left::Back,
            Some(told) = news.recv() => {
                session.told(told);
            }
        }
    };
    Ok(match left {
        watch::Left::Away(exit) => Some(exit),
        watch::Left::Back => None,
    })
}
