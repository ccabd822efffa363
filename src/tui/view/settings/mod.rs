//! The Settings screen: the menu of its pages, the page that is open, and at the foot what the prepared
//! change would do, or what is focused means.

mod auto;
mod sheet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::tui::action::ActionId as Id;
use crate::tui::state::State;
use crate::tui::state::layout::{Layout, Mode};
use crate::tui::state::settings::Typing;
use crate::tui::state::settings::section::{MenuRow, Section, Side, menu};
use crate::tui::theme::Theme;
use crate::tui::widget::{line, text};

use super::{footer, inside, row};

pub fn draw(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    if let Some(x) = layout.column() {
        for y in layout.body.top()..layout.body.bottom() {
            buffer.set_string(x, y, theme.glyphs.column, theme.rule());
        }
        let area = Rect {
            width: layout.divider.x - layout.body.x,
            ..layout.body
        };
        draw_menu(state, theme, area, buffer);
    } else if state.settings_side() == Side::Menu {
        return draw_menu(state, theme, layout.list, buffer);
    }
    title(state, theme, layout, buffer);
    let below = match state.settings.section {
        Section::AutoApproval => auto::draw(state, theme, layout, buffer),
        _ => sheet::draw(state, theme, layout, buffer),
    };
    foot(state, below, theme, layout, buffer);
}

/// The pages that there are. What somebody with another role would see there is said when it is opened.
fn draw_menu(state: &State, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let settings = &state.settings;
    let rows = menu().into_iter().skip(settings.menu_top);
    for (place, shown) in rows.take(usize::from(area.height)).enumerate() {
        let Some(area) = row(area, place) else {
            return;
        };
        let inner = inside(area, 2);
        match shown {
            MenuRow::Blank => {}
            MenuRow::Group(group) => {
                line::left(
                    vec![Span::styled(group.title(), theme.dim())],
                    inner,
                    buffer,
                );
            }
            MenuRow::Section(section) => {
                let current = section == settings.section;
                if current {
                    focus(state, Side::Menu, theme, area, buffer);
                }
                let style = if current { theme.title() } else { theme.text() };
                let name = vec![Span::styled(section.title(), style)];
                let says = match state.settings_layout().column() {
                    None if area.width >= 70 => {
                        vec![Span::styled(section.says(), theme.dim())]
                    }
                    _ => Vec::new(),
                };
                line::both(name, says, inner, buffer);
            }
        }
    }
}

/// Marks a row of one of the two sides. The one in which keys move looks focused; in the other it is only seen
/// where they will go on.
fn focus(state: &State, side: Side, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let bar = match state.settings_side() == side {
        true => {
            buffer.set_style(area, theme.focused());
            theme.accent()
        }
        false => theme.rule(),
    };
    buffer.set_string(area.x, area.y, theme.glyphs.bar, bar);
}

/// What the page is called and about, where there is a row for it.
fn title(state: &State, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let area = layout.list_title;
    if area.height < 2 {
        return;
    }
    let Some(area) = row(area, 0) else { return };
    let settings = &state.settings;
    let mut name = vec![Span::styled(settings.section.title(), theme.title())];
    if let Some(agent) = &settings.opened {
        let dot = theme.glyphs.dot;
        name.push(Span::styled(format!(" {dot} {agent}"), theme.text()));
    }
    let says = vec![Span::styled(settings.section.says(), theme.dim())];
    line::both(name, says, inside(area, 2), buffer);
}

/// What the prepared change would do, or what is focused means; so many rows are below the last one.
fn foot(state: &State, below: usize, theme: &Theme, layout: &Layout, buffer: &mut Buffer) {
    let Some(area) = row(layout.detail, 0) else {
        return;
    };
    let inner = layout.foot_text();
    let rule = Rect {
        x: inner.x,
        width: inner.width,
        ..area
    };
    line::rule(theme.glyphs.rule, theme.rule(), rule, buffer);
    if below > 0 {
        let more = format!(" {} {below} more ", theme.glyphs.down);
        line::right(vec![Span::styled(more, theme.dim())], rule, buffer);
    }
    let Some(told) = state.told() else { return };
    let room = usize::from(inner.width);
    let style = |change: Style| if told.change { change } else { theme.dim() };
    let mut rows = match told.change {
        // All of a change is read before it is saved.
        true => {
            let lines = told.title.even_lines(room).into_iter();
            lines
                .map(|line| text::spans(&line.pieces, theme.title(), theme))
                .collect()
        }
        false => vec![text::line(&told.title, room, theme.dim(), theme)],
    };
    let left = Rect {
        height: inner
            .height
            .saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX)),
        ..inner
    };
    let lines = text::fitting(&told.text, left).into_iter();
    rows.extend(lines.map(|line| text::spans(&line.pieces, style(theme.text()), theme)));
    if rows.len() > usize::from(inner.height) {
        rows.truncate(usize::from(inner.height));
        if let Some(last) = rows.last_mut() {
            last.push(Span::styled("…", style(theme.text())));
        }
    }
    for (index, spans) in rows.into_iter().enumerate() {
        if let Some(area) = row(inner, index) {
            line::left(spans, area, buffer);
        }
    }
    let last = usize::from(inner.height.saturating_sub(1));
    if layout.mode == Mode::Split
        && state.settings.prepared.is_some()
        && let Some(area) = row(inner, last)
    {
        let mut keys = footer::hint(state, Id::Save, theme);
        keys.push(Span::raw("   "));
        keys.extend(footer::hint(state, Id::LeaveChange, theme));
        line::right(keys, area, buffer);
    }
}

/// The keys of what is focused here.
pub fn keys(state: &State, layout: &Layout) -> &'static [Id] {
    let settings = &state.settings;
    let beside = layout.mode == Mode::Split;
    match (state.settings_side(), settings.section) {
        (Side::Menu, _) => &[Id::Down, Id::Open, Id::NextTab, Id::Quit],
        (_, Section::AutoApproval) if settings.prepared.is_some() && !beside => {
            &[Id::Save, Id::LeaveChange, Id::Toggle, Id::Choose]
        }
        _ if settings.prepared.is_some() && !beside => &[Id::Save, Id::LeaveChange],
        (_, Section::AutoApproval) => &[
            Id::Down,
            Id::Toggle,
            Id::Choose,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::Agents) => &[
            Id::Down,
            Id::Open,
            Id::Toggle,
            Id::EditPolicy,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::Rules) => &[
            Id::Down,
            Id::EditPolicy,
            Id::Open,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::Modes) => &[Id::Down, Id::EditPolicy, Id::Back, Id::NextTab, Id::Quit],
        (_, Section::Patterns) => &[
            Id::Down,
            Id::Toggle,
            Id::EditPolicy,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::People) => &[
            Id::Down,
            Id::Open,
            Id::Remove,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::Tokens) => &[
            Id::Down,
            Id::MakeToken,
            Id::Remove,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::Audit) => &[Id::Verify, Id::Down, Id::Back, Id::NextTab, Id::Quit],
        (_, Section::Away) => &[Id::Open, Id::Toggle, Id::Back, Id::NextTab, Id::Quit],
        (_, Section::Notifications) => &[
            Id::Down,
            Id::Toggle,
            Id::Open,
            Id::Back,
            Id::NextTab,
            Id::Quit,
        ],
        (_, Section::Integrations) => &[Id::Down, Id::Toggle, Id::Back, Id::NextTab, Id::Quit],
        (_, Section::Appearance) => &[Id::Down, Id::Open, Id::Back, Id::NextTab, Id::Quit],
        (_, Section::Keys) => &[Id::Down, Id::PageDown, Id::Back, Id::NextTab, Id::Quit],
    }
}

/// What these keys do on this page.
pub fn title_of(state: &State, id: Id) -> &'static str {
    let settings = &state.settings;
    let usual = id.action().title;
    if state.settings_side() == Side::Menu {
        return usual;
    }
    match (id, settings.section) {
        // One title for both, so that the keys behind it stay where they are.
        (Id::Toggle, Section::Agents) => "stop, go on",
        (Id::Toggle, Section::Patterns) => "resume",
        (Id::Toggle, Section::Away) => "back again",
        (Id::Remove, Section::Tokens) => "revoke",
        (Id::Open, Section::Rules) => "try version",
        (Id::Open, Section::Appearance) => "use it",
        (Id::Open, Section::People) => "role",
        (Id::Open, Section::Away) => "when and who",
        (Id::Open, Section::Notifications) => "quiet hours",
        _ => usual,
    }
}

/// What stands before a line that is typed.
pub const fn label(typing: &Typing) -> &'static str {
    match typing {
        Typing::Role(_) => "Role  ",
        Typing::Away => "Away  ",
        Typing::Quiet => "Quiet from, to  ",
        Typing::Token => "Token for  ",
    }
}

/// How it is typed.
pub const fn how(typing: &Typing) -> &'static str {
    match typing {
        Typing::Role(_) => {
            "member, manager, admin or owner; tab offers, Enter shows what it changes"
        }
        Typing::Away => "7d ben, 2026-12-24 ben or 2026-12-20..2026-12-24 ben; tab offers",
        Typing::Quiet => "from when to when: 20:00 07:00; Enter shows what it changes",
        Typing::Token => "ana, agent:ID nodes or worker:NAME actions; tab offers, Enter shows it",
    }
}
