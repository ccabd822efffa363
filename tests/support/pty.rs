//! A real program in a real terminal: keys go in, and what a person would see comes out. It waits for
//! text on the screen, never for time.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long something may take that a person waits for. Only a failing test takes that long.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A program in a terminal.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
}

impl Terminal {
    /// Starts a signoff, its home in `home`, on a screen of this size with these colours
    /// (`truecolor`, or nothing for sixteen).
    pub fn start(
        program: &Path,
        home: &Path,
        args: &[&str],
        (cols, rows): (u16, u16),
        colours: &str,
    ) -> Self {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).expect("a pty");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("SIGNOFF_HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", colours);
        command.env("LANG", "C.UTF-8");
        // A test that edits something puts a script there.
        command.env("EDITOR", format!("sh {}", home.join("editor").display()));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let child = pty.slave.spawn_command(command).expect("the binary starts");
        drop(pty.slave);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(cells(rows), cells(cols), 0),
                raw: Vec::new(),
                ended: false,
            }),
            Condvar::new(),
        ));
        let reader = pty
            .master
            .try_clone_reader()
            .expect("the screen can be read");
        std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || watch(reader, &seen)
        });
        Self {
            keyboard: pty.master.take_writer().expect("keys can be sent"),
            master: pty.master,
            child,
            seen,
        }
    }

    /// Types, all of it at once.
    pub fn send(&mut self, keys: &str) {
        self.keyboard
            .write_all(keys.as_bytes())
            .expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    /// Presses a key until the screen holds this text. Decision keys are dead for a moment after what is
    /// under the cursor has changed by itself; a person presses again.
    pub fn insist(&mut self, key: &str, text: &str) -> String {
        self.insist_on(key, |screen| screen.contains(text))
    }

    /// Does several things in a row, and again, until the screen holds this text.
    pub fn insist_by(&mut self, deed: impl Fn(&mut Self), text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            deed(self);
            let (screen, shown) =
                self.watch_for(Duration::from_millis(900), |screen| screen.contains(text));
            if shown {
                return screen;
            }
            assert!(
                Instant::now() < end,
                "waited for “{text}”; the screen:\n{screen}"
            );
        }
    }

    /// The same until this holds of the screen.
    pub fn insist_on(&mut self, key: &str, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            self.send(key);
            let (screen, shown) = self.watch_for(Duration::from_millis(900), &holds);
            if shown {
                return screen;
            }
            assert!(Instant::now() < end, "pressed {key}; the screen:\n{screen}");
        }
    }

    /// The screen once it holds this text.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("“{text}” on the screen"), |screen| {
            screen.contains(text)
        })
    }

    /// The screen once it doesn't hold this text any more.
    pub fn wait_until_gone(&self, text: &str) -> String {
        self.wait_until(&format!("“{text}” to go from the screen"), |screen| {
            !screen.contains(text)
        })
    }

    /// The screen once this holds of it.
    pub fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let (screen, holds) = self.watch_for(PATIENCE, holds);
        assert!(holds, "waited for {what}; the screen:\n{screen}");
        screen
    }

    fn watch_for(&self, patience: Duration, holds: impl Fn(&str) -> bool) -> (String, bool) {
        let (seen, changed) = &*self.seen;
        let mut seen = seen.lock().unwrap();
        let end = Instant::now() + patience;
        loop {
            let screen = seen.parser.screen().contents();
            let left = end.saturating_duration_since(Instant::now());
            if holds(&screen) {
                return (screen, true);
            }
            if seen.ended || left.is_zero() {
                return (screen, false);
            }
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Looks at the screen as it is now, colours and all.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.seen.0.lock().unwrap().parser.screen())
    }

    /// What is on the screen now.
    pub fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Everything that was written to the terminal so far.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    /// Makes the terminal another size.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.seen
            .0
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(cells(rows), cells(cols));
        self.master
            .resize(size)
            .expect("the terminal can be resized");
    }

    /// Waits until the program has left, and everything that it wrote was read.
    pub fn wait_for_end(&mut self) -> u32 {
        let (seen, changed) = &*self.seen;
        let seen = seen.lock().unwrap();
        let (seen, late) = changed
            .wait_timeout_while(seen, PATIENCE, |seen| !seen.ended)
            .unwrap();
        assert!(
            !late.timed_out(),
            "the program doesn't end; the screen:\n{}",
            seen.parser.screen().contents()
        );
        drop(seen);
        self.child.wait().expect("the program ends").exit_code()
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("the program runs")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended by itself can't be killed, and needn't be.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a screen has cells")
}

fn watch(mut reader: Box<dyn Read + Send>, seen: &(Mutex<Seen>, Condvar)) {
    let mut buffer = [0; 16 * 1024];
    loop {
        // A closed pty reads as an error on Linux and as nothing elsewhere.
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut now = seen.0.lock().unwrap();
        if count == 0 {
            now.ended = true;
        } else {
            now.parser.process(&buffer[..count]);
            now.raw.extend_from_slice(&buffer[..count]);
        }
        seen.1.notify_all();
        if count == 0 {
            return;
        }
    }
}
