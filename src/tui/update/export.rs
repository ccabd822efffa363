//! `x` in the history: what it shows, all of it, becomes a file. The loop writes it; here it is named,
//! followed and stopped.

use crate::api::export::Format;
use crate::domain::untrusted::safe;
use crate::tui::effect::Effect;
use crate::tui::state::export::{Exported, Exporting};
use crate::tui::state::field::Field;
use crate::tui::state::overlay::Overlay;
use crate::tui::state::{State, ToastTone, words};

use super::toast;

/// Asks for the name.
pub fn ask(state: &mut State) {
    if let Some(why) = state.why_not_export() {
        return toast(state, ToastTone::Plain, why);
    }
    let name = state.export_name(Format::Csv);
    state.overlay = Some(Overlay::Export(Field::of(name)));
}

/// `tab`: the other format.
pub fn other_format(state: &mut State) {
    let (csv, json) = (
        state.export_name(Format::Csv),
        state.export_name(Format::Json),
    );
    let Some(Overlay::Export(field)) = &mut state.overlay else {
        return;
    };
    let text = match (
        field.text.strip_suffix(".csv"),
        field.text.strip_suffix(".json"),
    ) {
        (Some(stem), _) => format!("{stem}.json"),
        (None, Some(stem)) => format!("{stem}.csv"),
        (None, None) if field.text.is_empty() => csv,
        (None, None) => json,
    };
    *field = Field::of(text);
}

/// Enter: it is written.
pub fn write(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Overlay::Export(field)) = &state.overlay else {
        return;
    };
    let export = state.to_export(&field.text);
    match (export, state.why_not_export()) {
        (_, Some(why)) | (Err(why), None) => toast(state, ToastTone::Plain, why),
        (Ok(export), None) => {
            state.overlay = None;
            state.exporting = Some(Exporting {
                path: export.path.clone(),
                since: state.now.elapsed,
                count: 0,
            });
            effects.push(Effect::Export(export));
        }
    }
}

/// `esc`: nothing is kept. Says whether there was anything to stop.
pub fn stop(state: &mut State, effects: &mut Vec<Effect>) -> bool {
    let Some(stopped) = state.exporting.take() else {
        return false;
    };
    effects.push(Effect::StopExport);
    let path = safe(&stopped.path.display().to_string());
    toast(
        state,
        ToastTone::Plain,
        format!("stopped; {path} isn't kept"),
    );
    true
}

/// How far it is, or what came of it.
pub fn told(state: &mut State, exported: Exported) {
    // One that was stopped has nothing more to say.
    let Some(exporting) = &mut state.exporting else {
        return;
    };
    let path = safe(&exporting.path.display().to_string());
    match exported {
        Exported::SoFar(count) => exporting.count = count,
        Exported::Done(count) => {
            state.exporting = None;
            let count = words::count(usize::try_from(count).unwrap_or(usize::MAX), "request");
            toast(state, ToastTone::Good, format!("{count} in {path}"));
        }
        Exported::Failed(why) => {
            state.exporting = None;
            toast(
                state,
                ToastTone::Bad,
                format!("{path} was not written: {why}"),
            );
        }
    }
}
