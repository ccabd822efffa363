//! Where things stand on a screen of a given size. Both sides use it: `update` to know how far a list or
//! a document scrolls and what has been on the screen, `view` to draw there.

use ratatui::layout::{Rect, Size};

use super::pending::Pane;

/// Below this there is no room for anything but a wish.
pub const SMALLEST: Size = Size {
    width: 30,
    height: 8,
};
const SPLIT_FROM: u16 = 110;
/// Columns that the keys of a decision need beside the list, with the margins.
const READING: u16 = 70;
/// Columns of the menu beside the settings.
const MENU: u16 = 25;
/// Rows of the palette, its hairline included.
const PALETTE: u16 = 15;
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
    /// What a list that needs its title for columns is narrowed to.
    pub narrowed: Rect,
    pub list_title: Rect,
    pub list: Rect,
    /// The hairline between list and detail.
    pub divider: Rect,
    pub detail: Rect,
    /// The hairline above the footer; messages stand here.
    pub foot_rule: Rect,
    pub footer: Rect,
    /// Rows that an entry of the list takes.
    pub entry_height: u16,
}

impl Layout {
    /// The Pending screen at this size.
    pub fn of(size: Size, pane: Pane) -> Self {
        let mut layout = Self::frame(size);
        let body = layout.body;
        let width = size.width;
        match (layout.mode, pane) {
            (Mode::Tiny, _) => {}
            (Mode::Single | Mode::Stacked, Pane::Detail) => layout.detail = body,
            (Mode::Single, Pane::List) => layout.list = body,
            (Mode::Stacked, Pane::List) => {
                let list = (body.height - 2) / 3;
                layout.stack(list);
            }
            (Mode::Split, _) => {
                let list = (width * 2 / 5).min(64).min(width - READING) - 1;
                let column = |x: u16, width: u16| Rect::new(x, body.y, width, body.height);
                layout.list_title = Rect::new(0, body.y, list, 1);
                layout.list = Rect::new(0, body.y + 1, list, body.height - 1);
                layout.divider = column(list, 1);
                layout.detail = column(list + 1, width - list - 1);
                layout.entry_height = 2;
            }
        }
        layout
    }

    /// The History screen: columns need the whole width, so the record stands below the list, and what
    /// is opened takes the place of both.
    pub fn of_history(size: Size, pane: Pane, narrowed: bool) -> Self {
        let mut layout = Self::frame(size);
        let body = layout.body;
        match (layout.mode, pane) {
            (Mode::Tiny, _) => {}
            (_, Pane::Detail) => layout.detail = body,
            (Mode::Single, Pane::List) => layout.list = body,
            (Mode::Stacked | Mode::Split, Pane::List) => {
                let record = (body.height * 2 / 5).clamp(5, 14);
                layout.stack(body.height - record - 2);
            }
        }
        if narrowed && pane == Pane::List && layout.mode != Mode::Tiny {
            layout.narrowed = Rect { height: 1, ..body };
            layout.list_title.y += layout.list_title.height;
            layout.list.y += 1;
            layout.list.height -= 1;
        }
        layout
    }

    /// The Settings screen: beside a menu, where there is room for one, the settings with their column
    /// titles, and below them what the focused one means, in as many rows as that needs. A hairline is
    /// the first of them.
    pub fn of_settings(size: Size, needed: u16) -> Self {
        let mut layout = Self::frame(size);
        let body = layout.body;
        let (menu, titles, foot) = match layout.mode {
            Mode::Tiny => return layout,
            Mode::Single => (0, 0, (body.height / 2).min(4)),
            Mode::Stacked => (0, 2, 5),
            Mode::Split => (MENU + 1, 3, 6),
        };
        let foot = needed.max(foot).min(body.height - titles);
        if menu > 0 {
            layout.divider = Rect::new(MENU, body.y, 1, body.height);
        }
        let rows = |y: u16, height: u16| Rect::new(menu, y, body.width - menu, height);
        let list = body.height.saturating_sub(titles + foot);
        layout.list_title = rows(body.y, titles);
        layout.list = rows(body.y + titles, list);
        layout.detail = rows(body.y + titles + list, body.height - titles - list);
        layout
    }

    /// The menu of the settings, where there is no room for it beside a page.
    pub fn of_menu(size: Size) -> Self {
        let mut layout = Self::frame(size);
        layout.list = layout.body;
        layout
    }

    /// What every screen has in the same place.
    fn frame(size: Size) -> Self {
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
            narrowed: none,
            list_title: none,
            list: none,
            divider: none,
            detail: none,
            foot_rule: none,
            footer: none,
            entry_height: 1,
        };
        if mode != Mode::Tiny {
            layout.tabs = rows(0, 1);
            layout.tabs_rule = rows(1, 1);
            layout.body = rows(2, height - 4);
            layout.foot_rule = rows(height - 2, 1);
            layout.footer = rows(height - 1, 1);
        }
        layout
    }

    /// A list of that many rows with a title, and below a hairline the detail.
    fn stack(&mut self, list: u16) {
        let body = self.body;
        let rows = |y: u16, height: u16| Rect { y, height, ..body };
        self.list_title = rows(body.y, 1);
        self.list = rows(body.y + 1, list);
        self.divider = rows(body.y + 1 + list, 1);
        self.detail = rows(body.y + 2 + list, body.height - list - 2);
    }

    /// Where the foot of the settings says something, below its hairline.
    pub fn foot_text(&self) -> Rect {
        let margin = match self.mode {
            Mode::Single => 1,
            _ => 2,
        };
        let area = self.detail;
        Rect {
            x: area.x + margin.min(area.width / 2),
            y: area.y + area.height.min(1),
            width: area.width.saturating_sub(2 * margin),
            height: area.height.saturating_sub(1),
        }
    }

    /// The column between two sides, where the body has two.
    pub fn column(&self) -> Option<u16> {
        (self.divider.height > 1).then_some(self.divider.x)
    }

    /// Where commands are chosen from, and the hairline above them: at the foot of the screen, where
    /// they are typed.
    pub fn palette(&self) -> Rect {
        let height = PALETTE.min(self.body.height);
        Rect {
            y: self.body.bottom() - height,
            height,
            ..self.body
        }
    }

    /// In it: the hairline, the entries, and what is told about the focused one.
    pub fn palette_parts(&self) -> (Rect, Rect, Rect) {
        let area = self.palette();
        let told = match self.mode {
            Mode::Split => 2,
            _ => 3,
        };
        let told = told.min(area.height / 3);
        let edge = Rect {
            height: 1.min(area.height),
            ..area
        };
        let entries = Rect {
            y: area.y + edge.height,
            height: area.height - edge.height - told,
            ..area
        };
        let told = Rect {
            y: entries.bottom(),
            height: told,
            ..area
        };
        (edge, entries, told)
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
        usize::from(self.list.height / self.entry_height)
    }

    /// The page that shows what other parameters would change.
    pub fn edited_parts(&self) -> EditedParts {
        let page = self.page();
        let head = 3.min(page.height);
        let foot = 1.min(page.height - head);
        let rows = |y: u16, height: u16| Rect { y, height, ..page };
        let text = page.height - head - foot;
        EditedParts {
            head: rows(page.y, head),
            text: rows(page.y + head, text),
            foot: rows(page.y + head + text, foot),
        }
    }

    /// Where the text of the detail begins, and how wide it is.
    pub fn detail_columns(&self) -> (u16, u16) {
        let area = self.detail;
        let margin = match self.mode {
            Mode::Single => 1,
            _ => 2,
        };
        let x = area.x + margin.min(area.width);
        (x, area.width.saturating_sub(margin + 1))
    }

    /// The parts of the detail when that many warnings stand under its headline, and so many rows of guidance
    /// above its keys.
    pub fn detail_parts(&self, warnings: usize, guidance: usize) -> DetailParts {
        let area = self.detail;
        let (x, width) = self.detail_columns();
        // What is decided has its keys at its foot; beside no list, nothing is.
        let foot: u16 = match self.column() {
            Some(_) => 2,
            None => 0,
        };
        // It takes rows of the text, with a blank one to keep it apart: rule and keys stay where they are.
        let guidance = match u16::try_from(guidance).unwrap_or(u16::MAX) {
            rows @ 1.. if foot > 0 => rows.saturating_add(1),
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
        let text = take(rest.saturating_sub(foot + guidance));
        take(guidance.min(1));
        let guidance = take(guidance.saturating_sub(1));
        DetailParts {
            headline,
            meta,
            warnings,
            text,
            guidance,
            rule: take(foot.min(1)),
            bar: take(foot.min(1)),
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
    /// What policy says to whoever decides, right above the keys.
    pub guidance: Rect,
    /// The hairline above the decision bar, where the detail has a bar of its own.
    pub rule: Rect,
    pub bar: Rect,
}

/// The parts of the page with a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EditedParts {
    pub head: Rect,
    pub text: Rect,
    pub foot: Rect,
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
                    for layout in [
                        Layout::of(size, pane),
                        Layout::of_history(size, pane, false),
                        Layout::of_history(size, pane, true),
                    ] {
                        let parts = layout.detail_parts(2, 2);
                        if layout.detail.height > 0 {
                            assert!(parts.text.height > 0, "{size:?}");
                        }
                        assert_inside(size, &layout);
                    }
                    assert_inside(size, &Layout::of_settings(size, 0));
                    assert_inside(size, &Layout::of_settings(size, 9));
                    assert_inside(size, &Layout::of_menu(size));
                }
            }
        }
    }

    fn assert_inside(size: Size, layout: &Layout) {
        let screen = Rect::new(0, 0, size.width, size.height);
        let parts = layout.detail_parts(2, 2);
        for part in [
            layout.tabs,
            layout.body,
            layout.list,
            layout.narrowed,
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
            parts.guidance,
            parts.bar,
            layout.edited_parts().head,
            layout.edited_parts().text,
            layout.edited_parts().foot,
        ] {
            assert_eq!(part.intersection(screen).area(), part.area(), "{size:?}");
        }
        if layout.mode != Mode::Tiny {
            assert!(layout.list.height + layout.detail.height > 0, "{size:?}");
        }
    }
}
