//! What is accepted, what is refused and where, and that the canonical text is one.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Json, JsonError> {
    parse(text.as_bytes(), Limits::default())
}

fn refusal(text: &str) -> JsonError {
    match read(text) {
        Ok(value) => panic!("{text} was read as {value:?}"),
        Err(error) => error,
    }
}

fn canonical_of(text: &str) -> String {
    let value = read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    String::from_utf8(canonical(&value)).unwrap()
}

#[test]
fn keys_and_digits_stay_as_sent() {
    let value = read(r#" {"b": 1.10, "a": [true, null, "\u20ac/\/"]} "#).unwrap();
    let members = value.as_object().unwrap();
    assert_eq!(members[0].0, "b");
    assert_eq!(members[0].1.as_number().unwrap().as_written(), "1.10");
    assert_eq!(members[0].1.as_number().unwrap().as_f64(), 1.1);
    assert_eq!(
        value.get("a").unwrap().as_array().unwrap()[2].as_str(),
        Some("€//")
    );
    assert_eq!(value.get("c"), None);
}

#[test]
fn a_dotted_path_goes_through_objects_only() {
    let value = read(r#"{"message": {"to": "ana"}, "list": [{"to": "ben"}]}"#).unwrap();
    assert_eq!(value.at("message.to").and_then(Json::as_str), Some("ana"));
    assert_eq!(value.at("list.to"), None);
    assert_eq!(value.at("message.to.more"), None);
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "01", "-", "-01", "1.", "1.e5", "1e", "1e+", "0x10", "--1", "1.2.3", "-a",
    ] {
        assert_eq!(refusal(text).kind, NumberError::Malformed.into(), "{text}");
    }
    for text in ["NaN", "Infinity", "-Infinity"] {
        assert_eq!(refusal(text).kind, JsonErrorKind::NotFinite, "{text}");
    }
    for text in [".5", "+1"] {
        assert_eq!(
            refusal(text).kind,
            JsonErrorKind::Expected("a value"),
            "{text}"
        );
    }
}

#[test]
fn a_refusal_names_the_place() {
    for (text, kind, pointer, line, column) in [
        ("", JsonErrorKind::UnexpectedEnd, "", 1, 1),
        ("\u{FEFF}{}", JsonErrorKind::ByteOrderMark, "", 1, 1),
        ("{} x", JsonErrorKind::TrailingText, "", 1, 4),
        (
            "{\"a\":\n {\"b\": 1,\n  \"b\": 2}}",
            JsonErrorKind::DuplicateKey,
            "/a/b",
            3,
            3,
        ),
        (
            "{\"a\": 1, \"\\u0061\": 2}",
            JsonErrorKind::DuplicateKey,
            "/a",
            1,
            10,
        ),
        (
            "{\"a/~\": [0, tru]}",
            JsonErrorKind::Expected("a value"),
            "/a~1~0/1",
            1,
            13,
        ),
        ("[\"é\u{0}\"]", JsonErrorKind::Nul, "/0", 1, 4),
        ("[\"\\u0000\"]", JsonErrorKind::Nul, "/0", 1, 3),
        ("{\"k\\u0000\": 1}", JsonErrorKind::Nul, "", 1, 4),
        (
            "[\"a\nb\"]",
            JsonErrorKind::ControlCharacter(b'\n'),
            "/0",
            1,
            4,
        ),
        ("[\"\\x\"]", JsonErrorKind::UnknownEscape, "/0", 1, 3),
        ("[\"\\u+123\"]", JsonErrorKind::UnknownEscape, "/0", 1, 3),
        ("[\"\\ud83d\"]", JsonErrorKind::LoneSurrogate, "/0", 1, 3),
        (
            "[\"\\ude00\\ud83d\"]",
            JsonErrorKind::LoneSurrogate,
            "/0",
            1,
            3,
        ),
        (
            "[\"\\ud83d\\ud83d\"]",
            JsonErrorKind::LoneSurrogate,
            "/0",
            1,
            3,
        ),
        ("[1 2]", JsonErrorKind::Expected("`,` or `]`"), "", 1, 4),
        ("[1,]", JsonErrorKind::Expected("a value"), "/1", 1, 4),
        (
            "{\"a\":1,}",
            JsonErrorKind::Expected("a key in double quotes"),
            "",
            1,
            8,
        ),
        (
            "{\"a\" 1}",
            JsonErrorKind::Expected("`:` after the key"),
            "/a",
            1,
            6,
        ),
        ("{\"a\": \"b", JsonErrorKind::UnexpectedEnd, "/a", 1, 9),
    ] {
        let pointer = pointer.to_owned();
        assert_eq!(
            refusal(text),
            JsonError {
                pointer,
                line,
                column,
                kind
            },
            "{text}"
        );
    }
}

#[test]
fn a_bad_byte_is_found_in_its_value() {
    for (bytes, pointer, column) in [
        (&b"{\"a\": \"\xE9\"}"[..], "/a", 8),
        (b"[1, \xFF]", "/1", 5),
        (b"[1]\xFF", "", 4),
        (b"[\"\xED\xA0\x80\"]", "/0", 3),
        (b"\xFF\xFE[\0", "", 1),
    ] {
        let error = parse(bytes, Limits::default()).unwrap_err();
        assert_eq!(error.kind, JsonErrorKind::NotUtf8, "{bytes:?}");
        assert_eq!(
            (error.pointer.as_str(), error.column),
            (pointer, column),
            "{bytes:?}"
        );
    }
}

#[test]
fn a_message_tells_where_and_what_and_hides_nothing() {
    insta::assert_snapshot!(refusal("{\"to\": [\n9007199254740993]}"), @"line 2, column 1 (at /to/0): this number would be read as 9007199254740992 by most programs; send that, or a string");
    insta::assert_snapshot!(refusal("{\"\\u001b[2J\u{202e}\": 1e400}"), @r"line 1, column 16 (at /\u{1b}[2J\u{202e}): this number is larger than a double can hold; send it as a string");
    let long = refusal(&format!("{{\"{}\": tru}}", "k".repeat(100_000))).to_string();
    assert!(long.len() < 300, "{long}");
}

#[test]
fn limits_hold_exactly() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(64)).is_ok());
    assert_eq!(refusal(&nested(65)).kind, JsonErrorKind::TooDeep(64));
    assert_eq!(
        refusal(&"[".repeat(1_000_000)).kind,
        JsonErrorKind::TooDeep(64)
    );
    assert_eq!(
        refusal(&"{\"a\":".repeat(100_000)).kind,
        JsonErrorKind::TooDeep(64)
    );

    let wide = |elements: usize| format!("[{}]", vec!["0"; elements].join(","));
    assert!(read(&wide(10_000)).is_ok());
    assert_eq!(
        refusal(&wide(10_001)).kind,
        JsonErrorKind::TooManyMembers(10_000)
    );
    // An array of 5,000 objects with a member each.
    let both = |objects: usize| format!("[{}]", vec!["{\"a\":0}"; objects].join(","));
    assert!(read(&both(5_000)).is_ok());
    assert_eq!(
        refusal(&both(5_001)).kind,
        JsonErrorKind::TooManyMembers(10_000)
    );
}

#[test]
fn a_duplicate_is_found_in_a_large_object() {
    for size in [15, 16, 17, 18, 9_000] {
        let members: Vec<String> = (0..size).map(|n| format!("\"k{n}\":{n}")).collect();
        assert!(
            read(&format!("{{{}}}", members.join(","))).is_ok(),
            "{size}"
        );
        for again in [0, size / 2, size - 1] {
            let error = refusal(&format!("{{{},\"k{again}\":0}}", members.join(",")));
            assert_eq!(error.kind, JsonErrorKind::DuplicateKey);
            assert_eq!(error.pointer, format!("/k{again}"));
        }
    }
}

#[test]
fn canonical_text_follows_rfc_8785() {
    let numbers = "[333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0, 1e21, 1e-7, 0.000001, 123456789012345680000]";
    assert_eq!(
        canonical_of(numbers),
        "[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21,1e-7,0.000001,123456789012345680000]"
    );
    let escapes = r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/\b\f\t\r\u007f\u2028""#;
    assert_eq!(
        canonical_of(escapes),
        "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\\b\\f\\t\\r\u{7f}\u{2028}\""
    );
    assert_eq!(
        canonical_of(r#"{"literals": [null, true, false], "": {}, "a": {"y": [], "x": [[]]}}"#),
        r#"{"":{},"a":{"x":[[]],"y":[]},"literals":[null,true,false]}"#
    );
}

#[test]
fn canonical_keys_are_sorted_by_utf16() {
    // In UTF-8 U+FB33 comes before U+1F600, in UTF-16 after its surrogates.
    let text = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
    assert_eq!(
        canonical_of(text),
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}"
    );
}

/// Any value that could have been sent, numbers in the digits of a double.
pub(crate) fn any_json() -> impl Strategy<Value = Json> {
    let number = any::<f64>()
        .prop_filter("JSON has finite numbers only", |value| value.is_finite())
        .prop_map(|value| ryu_js::Buffer::new().format_finite(value).to_owned());
    let whole = any::<i32>().prop_map(|value| value.to_string());
    let written = prop_oneof![number, whole];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        written.prop_map(|written| Json::Number(Number::parse(&written).unwrap())),
        any_text().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let members = proptest::collection::btree_map(any_text(), inner.clone(), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Json::Array),
            members.prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn any_text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        any::<char>().prop_filter("U+0000 is refused", |c| *c != '\0'),
        0..8,
    )
    .prop_map(String::from_iter)
}

/// The same meaning, written another way: keys in reverse and numbers with an exponent.
pub(crate) fn rewritten(value: &Json) -> Json {
    match value {
        Json::Number(number) => Json::Number(shifted(number)),
        Json::Array(items) => Json::Array(items.iter().map(rewritten).collect()),
        Json::Object(members) => {
            let members = members.iter().rev();
            Json::Object(
                members
                    .map(|(key, value)| (key.clone(), rewritten(value)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn shifted(number: &Number) -> Number {
    let written = number.as_written();
    let (digits, exponent) = written.split_once('e').unwrap_or((written, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    Number::parse(&format!("{digits}{point}0E{exponent}")).unwrap()
}

/// Whether `theirs` is the same value; their doubles are rounded less carefully.
fn same(ours: &Json, theirs: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::String(ours), Value::String(theirs)) => ours == theirs,
        (Json::Number(ours), Value::Number(theirs)) => {
            let (ours, theirs) = (ours.as_f64(), theirs.as_f64().unwrap());
            (ours - theirs).abs() <= ours.abs() * 1e-14 + 1e-320
        }
        (Json::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| same(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|(key, ours)| theirs.get(key).is_some_and(|theirs| same(ours, theirs)))
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn canonical_text_reads_back_as_itself(value in any_json()) {
        let text = canonical(&value);
        let again = parse(&text, Limits::default()).unwrap();
        prop_assert_eq!(canonical(&again), text);
    }

    #[test]
    fn one_meaning_has_one_canonical_text(value in any_json()) {
        prop_assert_eq!(canonical(&rewritten(&value)), canonical(&value));
    }

    #[test]
    fn another_reader_sees_the_same(value in any_json()) {
        let theirs: serde_json::Value = serde_json::from_slice(&canonical(&value)).unwrap();
        prop_assert!(same(&value, &theirs), "{}", theirs);
    }

    #[test]
    fn nothing_malformed_is_read(text in r#"[\[\]{}",:\\ue0-9.+\-a-f ]{0,24}"#) {
        if read(&text).is_ok() {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Err(error) = parse(&bytes, Limits::default()) {
            prop_assert!(error.line >= 1 && error.column >= 1);
        }
    }

}

/// The published JSONTestSuite, where it is at hand.
#[test]
fn published_samples_are_read_as_due() {
    let Some(samples) = published() else {
        println!("skipped: no published samples at hand (SIGNOFF_SHARED names their folder)");
        return;
    };
    let mut seen = 0;
    for line in samples.lines().filter(|line| line.contains("\"json-raw\"")) {
        let sample: serde_json::Value = serde_json::from_str(line).unwrap();
        let Some(encoded) = sample["action"]["raw_json_b64"].as_str() else {
            continue;
        };
        let bytes = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap();
        let why = sample["why"].as_str().unwrap();
        let name = why
            .rsplit_once('[')
            .map_or(why, |(_, name)| name.trim_end_matches(']'));
        let read = parse(&bytes, Limits::default());
        seen += 1;
        match (name.split('_').next(), &read) {
            (Some("n"), Ok(value)) => panic!("{name} was read as {value:?}"),
            (Some("y"), Err(error)) => assert!(is_our_own_rule(&error.kind), "{name}: {error}"),
            _ => {}
        }
        if let Ok(value) = read {
            let text = canonical(&value);
            assert_eq!(
                canonical(&parse(&text, Limits::default()).unwrap()),
                text,
                "{name}"
            );
        }
    }
    assert!(seen > 200, "only {seen} samples");
}

/// What JSON allows and this reader doesn't.
fn is_our_own_rule(kind: &JsonErrorKind) -> bool {
    use JsonErrorKind::*;
    matches!(
        kind,
        DuplicateKey
            | Nul
            | LoneSurrogate
            | Number(NumberError::Inexact { .. } | NumberError::OutOfRange)
    )
}

fn published() -> Option<String> {
    let shared = std::env::var_os("SIGNOFF_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        std::path::PathBuf::from,
    );
    std::fs::read_to_string(shared.join("hostile-samples/published.jsonl")).ok()
}
