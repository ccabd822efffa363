//! `signoff policy edit`: the policy in an editor, until it can be saved.

use super::Exit;
use super::apply::say;
use super::proposal::{Preview, faulty, save};
use crate::api::policy::{PolicyVersion, Remark};
use crate::cli::editor::Draft;
use crate::cli::failure::Failure;
use crate::cli::new_file::shown;
use crate::cli::out;
use crate::cli::question::{ask, can_ask};
use crate::cli::session::Session;
use crate::cli::trial::remark;
use crate::client::PolicyInForce;

/// Edit the policy in your editor
///
/// Opens $VISUAL, else $EDITOR, on the policy in force. What is wrong with what you save there stands on
/// top of it as comments, and the editor opens again; leave it as it is then to give up. What is right is
/// held against the requests of the last 30 days, and saved when you say so. Whatever happens, what you
/// wrote is not lost: a file that wasn't saved as the policy stays where it is.
#[derive(clap::Args)]
#[command(after_long_help = "Example:\n  EDITOR='code --wait' signoff policy edit ")]
pub struct Args {
    /// Save it without asking
    #[arg(long)]
    yes: bool,

    /// Print the version that was saved as JSON
    #[arg(long)]
    json: bool,
}

/// What a comment of ours begins with.
const OURS: &str = "# signoff: ";
/// How often an editor is opened that nobody sits at.
const ROUNDS_ALONE: usize = 3;

/// How editing ended.
enum Ended {
    Saved(PolicyVersion),
    Unchanged,
}

pub async fn run(args: Args, session: &Session) -> Result<Exit, Failure> {
    if !args.yes && !can_ask() {
        return Err(Failure::usage(
            "without a terminal nobody can be asked whether to save it, and --yes was not given",
        ));
    }
    let seen = session.call(async |client| client.policy().await).await?;
    let start = seen.beginning();
    let draft = Draft::new("signoff-policy", "toml", &start)?;
    match until_saved(session, &draft, &start, &seen, args.yes).await {
        Ok(Ended::Saved(version)) => {
            draft.discard()?;
            say(&version, args.json)?;
            Ok(Exit::Ok)
        }
        Ok(Ended::Unchanged) => {
            draft.discard()?;
            out::note("nothing was changed");
            Ok(Exit::Ok)
        }
        Err(failure) => Err(failure.also(format!(
            "what you wrote is in {0}; `signoff policy apply {0}` saves it",
            shown(draft.path())
        ))),
    }
}

async fn until_saved(
    session: &Session,
    draft: &Draft,
    start: &str,
    seen: &PolicyInForce,
    yes: bool,
) -> Result<Ended, Failure> {
    let mut refused: Option<String> = None;
    let mut rounds = 0;
    loop {
        rounds += 1;
        let text = without_ours(&draft.edit().await?);
        if text == start {
            return Ok(Ended::Unchanged);
        }
        let preview = match Preview::of(session, &text).await? {
            Ok(preview) => preview,
            Err(faults) => {
                let told = faulty("what you wrote", &faults);
                if refused.as_ref() == Some(&text) || !goes_on(&told, rounds).await? {
                    draft.replace(&text)?;
                    return Err(told);
                }
                draft.replace(&with_faults(&faults, &text))?;
                refused = Some(text);
                continue;
            }
        };
        // Without our comments, so that the file can be applied as it is.
        draft.replace(&text)?;
        out::note(preview.shown(out::terminal_width()).trim_end());
        let answer = match yes {
            true => "yes".to_owned(),
            false => ask("\nsave it? type yes, or edit to go on editing: ").await?,
        };
        match answer.as_str() {
            "yes" => return save(session, &text, seen).await.map(Ended::Saved),
            "edit" | "e" => {}
            _ => {
                return Err(Failure::new(
                    Exit::Other,
                    "not saved; the policy is what it was",
                ));
            }
        }
    }
}

/// Whether to go back to the editor with what is wrong. An editor that nobody sits at gets a few rounds.
async fn goes_on(told: &Failure, rounds: usize) -> Result<bool, Failure> {
    if !can_ask() {
        return Ok(rounds < ROUNDS_ALONE);
    }
    let told = told.report().unwrap_or_default();
    let answer = ask(&format!(
        "{told}\npress Enter to go on editing, or type stop: "
    ))
    .await?;
    Ok(answer.is_empty())
}

fn without_ours(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.skip_while(|line| line.starts_with(OURS)).collect()
}

/// The text below what is wrong with it, which counts lines as they are then.
fn with_faults(faults: &[Remark], text: &str) -> String {
    let above = faults.len() + 1;
    let mut lines = format!("{OURS}this is no policy yet; these lines go away by themselves\n");
    for fault in faults {
        lines.push_str(&format!("{OURS}{}\n", remark(fault, above)));
    }
    lines + text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_stand_above_the_text_with_the_lines_that_an_editor_counts() {
        let text = "[defaults]\nmod = \"audit\"\n";
        let fault = Remark {
            line: 2,
            column: 1,
            text: "unknown key `mod`\n[trap]".into(),
        };
        let told = with_faults(&[fault], text);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(
            lines[1],
            "# signoff: line 4, column 1: unknown key `mod`⏎[trap]"
        );
        assert_eq!(lines[3], "mod = \"audit\"");
        assert_eq!(without_ours(&told), text);
        let mine = "# mine\n# signoff: mine\n";
        assert_eq!(without_ours(mine), mine);
    }
}
