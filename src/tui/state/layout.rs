//! Where things stand on a screen of a given size. Both sides use it: `update` to know how far a list or
//! a document scrolls and what has been on the screen, `view` to draw there.

use ratatui::layout::{Rect, Size};

use super::pending::Pane;

/// Below this there is no room for anything but a wish.
const SMALLEST: Size = Size {
    width: 30,
    height: 8,
};
const SPLIT_FROM: u16 = 110;
const STACKED_FROM: Size = Size {
    width: 60,
    height: 16,
};

/// How list and detail share the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Too small.
    Tiny,
    /// One of them.
    Single,
    /// The list above the detail.
    Stacked,
    /// Side by side.
    Split,
}

/// The parts of the screen. Those that the mode doesn't have are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    pub mode: Mode,
    pub tabs: Rect,
    pub tabs_rule: Rect,
    /// Everything between the two hairlines, for screens that divide it themselves.
    pub body: Rect,
    pub list_title: Rect,
    pub list: Rect,
    /// The hairline between list and detail.
    pub divider: Rect,
    pub detail: Rect,
    /// The hairline above the footer; messages stand here.
    pub foot_rule: Rect,
    pub footer: Rect,
}

impl Layout {
    /// The screen at this size.
    pub fn of(size: Size, pane: Pane) -> Self {
        let Size { width, height } = size;
        let rows = |y: u16, rows: u16| Rect::new(0, y, width, rows);
        let mode = if width < SMALLEST.width || height < SMALLEST.height {
            Mode::Tiny
        } else if width < STACKED_FROM.width || height < STACKED_FROM.height {
            Mode::Single
        } else if width < SPLIT_FROM {
            Mode::Stacked
        } else {
            Mode::Split
        };
        let none = Rect::ZERO;
        let mut layout = Self {
            mode,
            tabs: none,
            tabs_rule: none,
            body: none,
            list_title: none,
            list: none,
            divider: none,
            detail: none,
            foot_rule: none,
            footer: none,
        };
        if mode == Mode::Tiny {
            return layout;
        }
        let body = rows(2, height - 4);
        layout.tabs = rows(0, 1);
        layout.tabs_rule = rows(1, 1);
        layout.body = body;
        layout.foot_rule = rows(height - 2, 1);
        layout.footer = rows(height - 1, 1);
        match mode {
            Mode::Tiny => {}
            Mode::Single => match pane {
                Pane::List => layout.list = body,
                Pane::Detail => layout.detail = body,
            },
            Mode::Stacked => {
                let list = (body.height - 2) / 3;
                layout.list_title = rows(2, 1);
                layout.list = rows(3, list);
                layout.divider = rows(3 + list, 1);
                layout.detail = rows(4 + list, body.height - list - 2);
            }
            Mode::Split => {
                let list = (width * 2 / 5).min(64) - 1;
                let column = |x: u16, width: u16| Rect::new(x, body.y, width, body.height);
                layout.list_title = Rect::new(0, body.y, list, 1);
                layout.list = Rect::new(0, body.y + 1, list, body.height - 1);
                layout.divider = column(list, 1);
                layout.detail = column(list + 1, width - list - 1);
            }
        }
        layout
    }

    /// Rows that an entry of the list takes.
    pub fn entry_height(&self) -> u16 {
        match self.mode {
            Mode::Split => 2,
            _ => 1,
        }
    }

    /// Where a page is laid over the screen.
    pub fn page(&self) -> Rect {
        let margin = 2.min(self.body.width / 2);
        Rect {
            x: self.body.x + margin,
            width: self.body.width - 2 * margin,
            ..self.body
        }
    }

    /// Entries that are on the screen at once.
    pub fn entries(&self) -> usize {
        usize::from(self.list.height / self.entry_height())
    }

    /// The parts of the detail when that many warnings stand under its headline.
    pub fn detail_parts(&self, warnings: usize) -> DetailParts {
        let area = self.detail;
        let margin = match self.mode {
            Mode::Single => 1,
            _ => 2,
        };
        let x = area.x + margin.min(area.width);
        let width = area.width.saturating_sub(margin + 1);
        let foot: u16 = match self.mode {
            Mode::Split => 2,
            _ => 0,
        };
        let mut y = area.y;
        let mut left = area.height;
        let mut take = |wanted: u16| {
            let height = wanted.min(left);
            let part = Rect::new(x, y, width, height);
            y += height;
            left -= height;
            part
        };
        let headline = take(1);
        let meta = take(1);
        let warnings = take(
            u16::try_from(warnings)
                .unwrap_or(u16::MAX)
                .min(area.height / 4),
        );
        let roomy = area.height >= 9;
        take(u16::from(roomy));
        let rest = area
            .height
            .saturating_sub(headline.height + meta.height + warnings.height + u16::from(roomy));
        let text = take(rest.saturating_sub(foot));
        DetailParts {
            headline,
            meta,
            warnings,
            text,
            rule: take(foot.min(1)),
            bar: take(foot.saturating_sub(1)),
        }
    }
}

/// The parts of the detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DetailParts {
    pub headline: Rect,
    pub meta: Rect,
    pub warnings: Rect,
    /// The window on the document.
    pub text: Rect,
    /// The hairline above the decision bar, where the detail has a bar of its own.
    pub rule: Rect,
    pub bar: Rect,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ever_stands_outside_the_screen() {
        for width in 0..200 {
            for height in 0..60 {
                for pane in [Pane::List, Pane::Detail] {
                    let size = Size { width, height };
                    let screen = Rect::new(0, 0, width, height);
                    let layout = Layout::of(size, pane);
                    let parts = layout.detail_parts(2);
                    for part in [
                        layout.tabs,
                        layout.body,
                        layout.list,
                        layout.list_title,
                        layout.divider,
                        layout.detail,
                        layout.foot_rule,
                        layout.footer,
                        parts.headline,
                        parts.meta,
                        parts.warnings,
                        parts.text,
                        parts.rule,
                        parts.bar,
                    ] {
                        assert_eq!(part.intersection(screen).area(), part.area(), "{size:?}");
                    }
                    if layout.mode != Mode::Tiny && layout.detail.height > 0 {
                        assert!(parts.text.height > 0, "{size:?}");
                    }
                }
            }
        }
    }
}
