//! Who is the same recipient, who isn't, and what isn't understood.

use proptest::prelude::*;

use super::*;
use crate::domain::json::tests::any_json;
use crate::domain::json::{Limits, parse};

fn json(text: &str) -> Json {
    parse(text.as_bytes(), Limits::default()).unwrap()
}

fn is(text: &str, kind: Kind, normal: &str) {
    let recipient = Recipient::parse(text);
    assert_eq!(
        (recipient.kind(), recipient.normal()),
        (kind, normal),
        "{text:?}"
    );
}

fn is_unparsable(text: &str) {
    is(text, Kind::Unparsable, text);
}

#[test]
fn addresses_compare_without_case() {
    is("ana@crm.example", Kind::Email, "ana@crm.example");
    is(
        "  Ana.O'Neil+x@CRM.Example ",
        Kind::Email,
        "ana.o'neil+x@crm.example",
    );
    is(
        "dana@BÜCHER.example",
        Kind::Email,
        "dana@xn--bcher-kva.example",
    );
    is("JÖRG@crm.Example", Kind::Email, "JÖRG@crm.example");
    is("+tag@crm.example", Kind::Email, "+tag@crm.example");
    is("root@localhost", Kind::Email, "root@localhost");
}

#[test]
fn a_name_before_an_address_does_not_count() {
    for text in [
        "Ana <ana@crm.example>",
        "<ANA@crm.example>",
        "\"Ana, CFO\" <ana@crm.example>",
        "\"ben@crm.example\" <ana@crm.example>",
        "\"Ana \\\" <ben@crm.example>, \" <ana@crm.example>",
        "Ana (Sales) <ana@crm.example>",
        "Aña\"x\" B <ana@crm.example>",
    ] {
        is(text, Kind::Email, "ana@crm.example");
    }
}

#[test]
fn addresses_that_could_be_read_another_way_are_not_understood() {
    for text in [
        "ana@crm.example@evil.example",
        "ana@crm.example <ben@evil.example>",
        "<ana@crm.example> <ben@evil.example>",
        "<ana@crm.example>ben@evil.example",
        "ana@crm.example ben@evil.example",
        "\"ana@crm.example",
        "\"ana\"@crm.example",
        "\"Ana <ana@crm.example>",
        "\"Ana\\\" <ana@crm.example>",
        "Team: ana@crm.example",
        "Team: <ana@crm.example>",
        "mailto:ana@crm.example",
        "ana%evil.example@crm.example",
        "evil.example!ana@crm.example",
        "*@crm.example",
        "-oQ@crm.example",
        ".ana@crm.example",
        "ana.@crm.example",
        "a..na@crm.example",
        "ana@",
        "ana@crm..example",
        "ana@[127.0.0.1]",
        "ana@crm.example.",
        "ana@crm_x.example",
        "ana@crm.example, ben@crm.example",
        "Ana <#launch>",
        "Ana <>",
        "<@U012AB3CD>",
        "=?utf-8?q?ana?=@crm.example",
        "=?utf-8?B?YW5hQGV2aWwuZXhhbXBsZSwg?= <ana@crm.example>",
        "<=?utf-8?q?ana=40evil.example?=@crm.example>",
    ] {
        is_unparsable(text);
    }
    is_unparsable(&format!("{}@crm.example", "a".repeat(65)));
}

#[test]
fn phones_compare_by_their_digits() {
    for text in [
        "+442079460000",
        "+44 20 7946 0000",
        "+44 (20) 7946-0000",
        "+44.20.7946/0000",
    ] {
        is(text, Kind::Phone, "+442079460000");
    }
    for text in [
        "+",
        "+1",
        "+44 (0)20 7946 0000",
        "+0442079460",
        "+1234567890123456",
        "+44 20 ext 5",
        "+٤٤٢٠٧٩٤٦",
        "++442079460000",
    ] {
        is_unparsable(text);
    }
}

#[test]
fn anything_else_plain_stays_as_it_is() {
    for text in [
        "#launch",
        "#Général",
        "@ana",
        "US133000000121212121212",
        "020 7946 0000",
        "Acme & Sons Ltd.",
        "crm.example",
        "D-4411",
    ] {
        is(text, Kind::Handle, text);
    }
    is(" #launch ", Kind::Handle, "#launch");
}

#[test]
fn what_looks_like_a_pattern_a_value_or_nothing_is_not_understood() {
    for text in [
        "",
        " ",
        "@",
        "@crm.example",
        "*.crm.example",
        "a*",
        "[\"a\"]",
        "{}",
        "a\"b",
        "a\\b",
        "@a@b",
        "a>b",
        "<a",
    ] {
        is_unparsable(text);
    }
}

#[test]
fn what_is_hidden_and_all_white_space_but_the_space_is_unclear() {
    for character in '\0'..=char::MAX {
        let white = character.is_whitespace() && character != ' ';
        assert_eq!(
            is_unclear(character),
            is_hidden(character) || white,
            "{character:?}"
        );
    }
}

#[test]
fn unclear_characters_are_not_understood() {
    for character in [
        '\r',
        '\n',
        '\0',
        '\t',
        '\u{7F}',
        '\u{85}',
        '\u{A0}',
        '\u{AD}',
        '\u{200B}',
        '\u{200D}',
        '\u{200F}',
        '\u{202E}',
        '\u{2028}',
        '\u{2060}',
        '\u{2066}',
        '\u{3000}',
        '\u{3164}',
        '\u{FE0F}',
        '\u{FEFF}',
        '\u{E0041}',
    ] {
        for text in [
            format!("an{character}a@crm.example"),
            format!("ana@crm{character}.example"),
            format!("A{character} <ana@crm.example>"),
            format!("\"A{character}\" <ana@crm.example>"),
            format!("ana@crm.example{character}"),
            format!("{character}#launch"),
            format!("+4420{character}79460000"),
        ] {
            is_unparsable(&text);
            assert_eq!(parse_list(&text), [Recipient::parse(&text)]);
        }
    }
    let injected = "ana@crm.example\r\nBcc: ben@evil.example, lee@crm.example";
    assert_eq!(parse_list(injected), [Recipient::parse(injected)]);
}

fn listed(text: &str) -> Vec<String> {
    parse_list(text)
        .into_iter()
        .map(|recipient| recipient.normal)
        .collect()
}

#[test]
fn a_list_in_one_text_counts_as_several() {
    assert_eq!(
        listed("ana@crm.example, Ben <ben@crm.example>;LEE@crm.example"),
        ["ana@crm.example", "ben@crm.example", "lee@crm.example"]
    );
    assert_eq!(
        listed("\"Ana, CFO; x\" <ana@crm.example>, #launch"),
        ["ana@crm.example", "#launch"]
    );
    assert_eq!(
        listed("\"a\\\", b\" <ana@crm.example>,+44 20 7946 0000"),
        ["ana@crm.example", "+442079460000"]
    );
    assert_eq!(listed("ana@crm.example,, ;"), ["ana@crm.example"]);
    assert_eq!(listed(" "), Vec::<String>::new());
}

#[test]
fn a_quote_left_open_hides_nobody() {
    let list = parse_list("ana@crm.example, \"x, ben@evil.example");
    assert_eq!(list.len(), 2);
    assert_eq!(list[1].kind(), Kind::Unparsable);
    let list = parse_list("a\"b, ben@evil.example, \"c@crm.example");
    assert!(
        list.iter()
            .all(|recipient| recipient.kind() == Kind::Unparsable),
        "{list:?}"
    );
}

#[test]
fn normal_forms_are_distinct_and_in_byte_order() {
    let list = parse_list("é, b@crm.example, B@CRM.example, Z, +44 2079, +442079, a@crm.example");
    assert_eq!(
        normalise(&list),
        ["+442079", "Z", "a@crm.example", "b@crm.example", "é"]
    );
}

#[test]
fn recipients_are_found_at_their_places() {
    let params = json(
        r#"{"bcc": ["omar@crm.example", "ANA@crm.example"], "to": "ana@crm.example, Ben <ben@crm.example>",
            "cc": null, "subject": "lee@crm.example", "message": {"to": ["dana@crm.example"]}}"#,
    );
    let found = found_in(
        &params,
        &["to", "cc", "bcc", "message.to", "none", "message.none"],
    );
    let normals: Vec<&str> = found.recipients.iter().map(Recipient::normal).collect();
    assert_eq!(
        normals,
        [
            "ana@crm.example",
            "ben@crm.example",
            "omar@crm.example",
            "ana@crm.example",
            "dana@crm.example"
        ]
    );
    assert_eq!(
        found.normal(),
        [
            "ana@crm.example",
            "ben@crm.example",
            "dana@crm.example",
            "omar@crm.example"
        ]
    );
    assert!(found.all_parsed());
    assert_eq!(
        found_in(&json(r#"{"to": [], "cc": ""}"#), &["to", "cc"]),
        Found::default()
    );
}

#[test]
fn what_is_no_text_is_kept_but_not_understood() {
    let params = json(
        r#"{"number": 4.0, "object": {"b": 1, "a": "ana@crm.example"}, "nested": ["ben@crm.example", ["ana@crm.example"], null],
            "text": "ana@crm.example", "list": ["ana@crm.example"]}"#,
    );
    let unparsable = |place: &str| {
        let found = found_in(&params, &[place]);
        assert!(!found.all_parsed(), "{place}");
        let unparsable = found
            .recipients
            .into_iter()
            .filter(|recipient| recipient.kind == Kind::Unparsable);
        unparsable
            .map(|recipient| recipient.normal)
            .collect::<Vec<_>>()
    };
    assert_eq!(unparsable("number"), ["4"]);
    assert_eq!(unparsable("object"), [r#"{"a":"ana@crm.example","b":1}"#]);
    assert_eq!(unparsable("nested"), [r#"["ana@crm.example"]"#, "null"]);
    assert_eq!(unparsable("text.to"), [r#""ana@crm.example""#]);
    assert_eq!(unparsable("list.to"), [r#"["ana@crm.example"]"#]);
    assert!(!found_in(&json(r#"["ana@crm.example"]"#), &["to"]).all_parsed());
    assert_eq!(found_in(&Json::Null, &["to"]), Found::default());
}

/// Texts made of what recipients are made of.
fn any_recipient() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "ana", "Ben", "ü", "İ", "crm.example", "@", "<", ">", "\"", "\\", ",", ";", " ", "+", "44", "2079460", "#", ".",
            "-", "(", "[", "{", "\n", "\u{200B}", "xn--", "ana@crm.example", "*",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn normalising_again_changes_nothing(text in any_recipient()) {
        let recipient = Recipient::parse(&text);
        prop_assert_eq!(Recipient::parse(recipient.normal()), recipient);
        for recipient in parse_list(&text) {
            prop_assert_eq!(parse_list(recipient.normal()), [recipient]);
        }
        let normal = normalise(&parse_list(&text));
        let again: Vec<Recipient> = normal.iter().flat_map(|text| parse_list(text)).collect();
        prop_assert_eq!(normalise(&again), normal);
    }

    #[test]
    fn an_address_is_one_address(text in any_recipient()) {
        let recipient = Recipient::parse(&text);
        if recipient.kind() == Kind::Email {
            let (_, host) = recipient.normal().split_once('@').unwrap();
            prop_assert_eq!(a_label(host), Some(host.to_owned()));
            prop_assert!(!recipient.normal().contains([' ', ',', ';', '<', '>', '"', '\\']));
        }
    }

    #[test]
    fn nothing_at_a_place_is_lost(value in any_json()) {
        let blank = |value: &Json| value.as_str().is_some_and(|text| parse_list(text).is_empty());
        let nobody = match &value {
            Json::Array(items) => items.iter().all(blank),
            other => *other == Json::Null || blank(other),
        };
        let params = Json::Object(vec![("to".to_owned(), value)]);
        prop_assert_eq!(found_in(&params, &["to"]).recipients.is_empty(), nobody);
    }
}
