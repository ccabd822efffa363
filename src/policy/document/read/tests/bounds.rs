//! That reading a document ends, and takes little, whatever is written in it.

use proptest::prelude::*;

use super::*;

#[test]
fn a_document_has_its_bounds() {
    let large = format!("#{}\n", "x".repeat(1024 * 1024));
    assert!(refused(&large).contains("larger than 1024 KiB"));
    let many: String = (0..10_001).map(|_| "[[mode]]\n").collect();
    assert_eq!(
        refused(&many),
        "line 1, column 1: there are more than 10000 [[mode]]"
    );
    let list = vec!["\"params.a\""; 1001].join(",");
    assert!(refused(&format!("[defaults]\nmask = [{list}]\n")).contains("at most 1000"));
}

/// What no database may be asked to keep is in no document, however deep it stands.
#[test]
fn no_text_has_u0000() {
    for (text, place) in [
        ("[[rule]]\nname = \"a\\u0000b\"\n", "line 2, column 8"),
        (
            "[defaults]\nmask = [\"params.a\", \"\\u0000\"]\n",
            "line 2, column 21",
        ),
        (
            "[defaults]\nundo = { server = \"5s\\u0000\" }\n",
            "line 2, column 19",
        ),
    ] {
        let said = refused(text);
        assert!(
            said.contains(&format!("{place}: U+0000 in a text")),
            "{said}"
        );
    }
}

/// However a text is nested, reading it ends.
#[test]
fn depth_is_no_danger() {
    for text in [
        format!("a = {}", "[".repeat(500_000)),
        format!("a = {}", "{a=".repeat(300_000)),
        format!("a{} = 1", ".a".repeat(500_000)),
        format!("[a{}]", ".a".repeat(500_000)),
        format!("[[a{}]]", ".a".repeat(500_000)),
        format!("a = {{ b{} = 1 }}", ".a".repeat(500_000)),
        format!("a = [\n{{ b{} = 1 }}]", ".a".repeat(500_000)),
        format!("a{}\n.b = 1", ".a".repeat(500_000)),
        format!("\"=\"{} = 1", ".a".repeat(500_000)),
    ] {
        refused(&text);
    }
}

proptest! {
    #[test]
    fn nothing_that_is_written_makes_reading_fail(text in any_document()) {
        match Policy::parse(&text, 1) {
            Ok(policy) => prop_assert_eq!(policy.version, 1),
            Err(bad) => {
                prop_assert!(!bad.faults().is_empty());
                let said = bad.to_string();
                prop_assert!(!said.contains(char::is_control) || said.contains('\n'), "{}", said);
            }
        }
    }
}

/// Texts made of what documents are made of.
fn any_document() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "[defaults]\n", "[[rule]]\n", "[[trusted]]\n", "[[mode]]\n", "[[capability]]\n", "[[risk]]\n", "[timeouts]\n",
            "name = ", "effect = ", "agent = ", "action = ", "mode = ", "when = ", "uses = ", "until = ", "approvals = ",
            "\"a\"\n", "\"ask\"\n", "\"deny\"\n", "\"email.*\"\n", "1\n", "-1\n", "2027-01-01T00:00:00Z\n", "[\"a\", ",
            "]\n", "{", "}\n", "true\n", "\"\"\"", "'", "\n", ".", "#", "recipients = [\"@a.example\"]\n", "level = \"low\"\n",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}
