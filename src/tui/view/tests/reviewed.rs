//! Pictures of reviews: plans, changes, answers, and what is typed for them.

use super::{dark, mono, picture, text};
use crate::tui::sample::{Desk, email, reviewed};

/// Every size that the screens are made for.
const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 12)];

/// 01 §Who reviews: the plan, what is given, whose word is void, and who is at it.
#[test]
fn a_quorum_with_a_delegate_and_a_claim() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, vec![reviewed::quorum(1), email(2)]);
        if width == 40 {
            insta::assert_snapshot!("quorum_list_40x12", text(&desk, &dark()));
            desk.keys("enter");
        }
        insta::assert_snapshot!(format!("quorum_{width}x{height}"), picture(&desk, &dark()));
        insta::assert_snapshot!(
            format!("quorum_{width}x{height}_mono"),
            text(&desk, &mono())
        );
    }
}

/// 01 §Edit: shown to everybody as a diff.
#[test]
fn an_edited_request_is_a_diff() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, vec![reviewed::edited(1)]);
        desk.keys("enter G");
        insta::assert_snapshot!(format!("diff_{width}x{height}"), picture(&desk, &dark()));
        insta::assert_snapshot!(format!("diff_{width}x{height}_mono"), text(&desk, &mono()));
    }
}

#[test]
fn what_approves_by_itself_and_what_nobody_can_decide() {
    let gate = || vec![reviewed::automatic(1), reviewed::undecidable(2)];
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, gate());
        if width == 40 {
            desk.keys("enter");
        }
        insta::assert_snapshot!(format!("auto_{width}x{height}"), picture(&desk, &dark()));
        desk.keys("esc j");
        if width == 40 {
            desk.keys("enter");
        }
        insta::assert_snapshot!(
            format!("undecidable_{width}x{height}"),
            picture(&desk, &dark())
        );
        insta::assert_snapshot!(
            format!("undecidable_{width}x{height}_mono"),
            text(&desk, &mono())
        );
    }
}

#[test]
fn an_answer_and_a_length_of_time_are_typed() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, vec![email(1)]);
        desk.keys("i");
        desk.type_in("Ask Lee first");
        insta::assert_snapshot!(format!("respond_{width}x{height}"), picture(&desk, &dark()));
        desk.keys("esc s");
        insta::assert_snapshot!(format!("snooze_{width}x{height}"), text(&desk, &mono()));
    }
}

#[test]
fn an_edit_is_confirmed_or_can_not_be_read() {
    let hostile = "{\"to\": \"pat@partner.example\", \"cc\": \"eve@\\u202eevil.example\",\n \
                   \"subject\": \"Hello 1\", \"body\": \"Hi Pat,\\n\\n+ y yes, approve\\u001b[2J\"}";
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, vec![email(1)]);
        desk.keys("enter ctrl-d ctrl-d ctrl-d ctrl-d E");
        desk.writes("{\"to\": \"pat@partner.example\",\n  \"subject\" \"Hello\u{1b}[2J\"}");
        insta::assert_snapshot!(format!("broken_{width}x{height}"), text(&desk, &dark()));
        desk.keys("E");
        desk.writes(hostile);
        insta::assert_snapshot!(format!("edited_{width}x{height}"), picture(&desk, &dark()));
        insta::assert_snapshot!(
            format!("edited_{width}x{height}_mono"),
            text(&desk, &mono())
        );
    }
}

#[test]
fn the_history_says_who_answered_what_and_who_took_what_back() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, reviewed::ended());
        desk.keys("2");
        for (n, keys) in ["g", "j", "j"].into_iter().enumerate() {
            desk.keys(keys);
            if width == 40 {
                desk.keys("enter G");
            }
            insta::assert_snapshot!(format!("ended_{n}_{width}x{height}"), text(&desk, &mono()));
            desk.keys("esc");
        }
    }
}
