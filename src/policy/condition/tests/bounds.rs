//! That no condition holds up the gate or ends it, whatever is written and whatever it looks at.

use proptest::prelude::*;

use super::*;

/// What would keep CEL busy, or end the process.
fn hostile() -> Vec<(&'static str, String)> {
    let nested = |depth: usize| {
        let open: String = (0..depth).map(|n| format!("[1,2].all(x{n}, ")).collect();
        format!("{open}true{}", ")".repeat(depth))
    };
    let numbers = |count: usize| vec!["1"; count].join(",");
    vec![
        ("1,000 terms", format!("{} > 0", vec!["1"; 500].join("+"))),
        ("1,500 terms", format!("{} > 0", vec!["1"; 1500].join("+"))),
        ("a chain of ==", vec!["1"; 300].join("==")),
        (
            "a chain of indexes",
            format!("params{} == 1", "['a']".repeat(190)),
        ),
        (
            "a chain of calls",
            format!("params{} == 1", ".a()".repeat(250)),
        ),
        (
            "a chain of fields",
            format!("params{} == 1", ".a".repeat(500)),
        ),
        ("a chain of ?", "true ? ".repeat(140)),
        (
            "a right-nested ?",
            format!("{}true{}", "true ? true : ".repeat(70), ""),
        ),
        ("a chain of !", format!("{}true", "!".repeat(1000))),
        ("a chain of -", format!("{}1 == 1", "-".repeat(1000))),
        (
            "a chain of - with spaces",
            format!("{}1 == 1", "- ".repeat(500)),
        ),
        (
            "nested (",
            format!("{}true{}", "(".repeat(400), ")".repeat(400)),
        ),
        ("nested ( unclosed", "(".repeat(1000)),
        ("100,000 nested (", "(".repeat(100_000)),
        (
            "nested [",
            format!("{}1{} == 1", "[".repeat(97), "]".repeat(97)),
        ),
        (
            "nested {",
            format!("{}1{} == 1", "{1:".repeat(97), "}".repeat(97)),
        ),
        (
            "nested size(",
            format!("{}1{} == 1", "size(".repeat(97), ")".repeat(97)),
        ),
        ("nested macros", nested(24)),
        (
            "three macros",
            format!(
                "[{0}].all(a, [{0}].all(b, [{0}].all(c, true)))",
                numbers(100)
            ),
        ),
        ("a long list", format!("1 in [{}]", numbers(400))),
        (
            "doubling",
            format!("['a']{} == []", ".map(x, x + x)".repeat(24)),
        ),
        (
            "doubling lists",
            format!("['a']{} == []", ".map(x, [x, x])".repeat(24)),
        ),
        (
            "a large pattern",
            "params.a.matches('(a{500}){500}')".to_owned(),
        ),
        (
            "a larger pattern",
            "params.a.matches('(a{1000}){1000}')".to_owned(),
        ),
        (
            "a nested pattern",
            format!(
                "params.a.matches('{}a{}')",
                "(".repeat(450),
                ")".repeat(450)
            ),
        ),
        (
            "a pattern of classes",
            format!(r"params.a.matches(r'{}')", r"(\w\d\pL)*".repeat(40)),
        ),
        (
            "a long text",
            format!("'{}' == 'a'", "a".repeat(10_000_000)),
        ),
        ("a long name", format!("{} == 1", "a".repeat(1_000_000))),
        ("quotes", "'".repeat(1000)),
        ("triple quotes", "'''".repeat(300)),
        ("backslashes", format!("'{}'", "\\".repeat(1000))),
        ("dots", ".".repeat(1000)),
        ("commas", format!("[{}] == 1", ",".repeat(1000))),
        ("brackets", "[]".repeat(500)),
        ("operators", "+-*/%".repeat(200)),
        ("comparisons", "<=>=!===".repeat(120)),
        ("mixed brackets", "([{".repeat(300)),
        ("long number", format!("{} == 1", "9".repeat(1000))),
        ("exponents", format!("1e{} == 1", "9".repeat(900))),
        ("comments", "// a\n".repeat(200)),
        ("or", vec!["true"; 140].join("||")),
        ("and of or", vec!["(true||false)"; 70].join("&&")),
        ("unicode", "\u{202e}é\u{1F600}".repeat(100)),
    ]
}

/// Issue 3, Must show 8: refused at load with line and column, or bounded at evaluation.
#[test]
fn hostile_conditions_are_refused_or_bounded() {
    let params = json(PARAMS);
    condition("true");
    for (what, text) in hostile() {
        match Condition::parse(&text) {
            Ok(condition) => {
                let facts = facts(&params, &[]);
                drop(condition.holds(&facts));
            }
            Err(bad) => assert!(
                bad.line > 0 && bad.column > 0 && !bad.message.is_empty(),
                "{what}"
            ),
        }
    }
}

/// Parameters that are as large as conditions look at: lists of texts, numbers and objects, a long text.
fn large_params() -> Json {
    let list = |count: usize, item: &dyn Fn(usize) -> String| {
        let items: Vec<String> = (0..count).map(item).collect();
        items.join(",")
    };
    json(&format!(
        r#"{{"a": [{}], "b": [{}], "s": "{}", "n": [{}], "o": [{}], "m": {{{}}}}}"#,
        list(300, &|n| format!("\"{n:0>20}\"")),
        list(300, &|n| format!("\"{n:0>20}\"")),
        "ab".repeat(8_000),
        list(999, &|n| n.to_string()),
        list(200, &|n| format!(r#"{{"amount": {n}, "name": "n{n}"}}"#)),
        list(300, &|n| format!("\"k{n}\": {n}")),
    ))
}

/// Issue 3, Must show 8: what is let in is bounded at evaluation, however large what it looks at.
#[test]
fn what_is_too_much_work_is_not_begun_and_the_rest_takes_little() {
    let params = large_params();
    let recipients: Vec<String> = (0..1_000)
        .map(|n| format!("person{n}@crm.example"))
        .collect();
    let scene = Scene::of(facts(&params, &recipients));
    drop(condition("params == recipients").holds_in(&scene));
    let repeated = |text: &str, with: &str, count: usize| vec![text; count].join(with);
    for text in [
        "params.a == params.b",
        "params == params",
        "params.a.all(x, x in params.b)",
        "params.n.all(x, x >= 0)",
        "params.n.filter(x, x > 5).map(x, x + 1) == []",
        "params.o.all(x, x.amount < 1000 && x.name.startsWith('n'))",
        "recipients.all(r, r.endsWith('@crm.example'))",
        "recipients.exists_one(r, r.contains('person7@'))",
        "params.m.all(k, params.m[k] >= 0)",
        "params.s.contains('b' + 'c')",
        "params.s.matches('[ab]*a[ab]{20}c')",
        "params.s.matches('^.*@evil.example$')",
        r"recipients.all(r, r.matches(r'^\w+@crm\.example$'))",
        "recipients.map(r, r + r).size() == 1000",
        &repeated("params.a == params.b", " || ", 40),
        &repeated("params.n != params.n", " || ", 40),
        &format!("{} == ''", repeated("params.s", "+", 12)),
    ] {
        let condition = condition(text);
        let said = condition.holds_in(&scene);
        assert!(said.is_ok(), "{text}: {said:?}");
    }
    for text in [
        "params.n.all(x, params.n.map(y, y).size() == 999 || true)",
        "params.n.all(x, params.a + params.b != [] || true)",
        "params.n.all(x, params.s.contains('ba' + string(x)) || true)",
        "params.s.matches('(a|b)*a(a|b){300}c')",
        "params.n.all(x, params.s.matches('[ab]*a[ab]{20}c') || true)",
        "params.n.map(x, params.s + params.s) == []",
        "recipients.map(r, r + r).map(r, r + r).map(r, r + r).map(r, r + r).map(r, r + r) == []",
        "params.n.map(x, params.n).map(x, x + x).map(x, x + x) == []",
    ] {
        match Condition::parse(text) {
            Ok(condition) => {
                let why = condition.holds_in(&scene).unwrap_err();
                assert_eq!(why.to_string(), "there is too much to look at", "{text}");
            }
            Err(bad) => {
                let refused = ["a loop within a loop", "too large"];
                assert!(
                    refused.iter().any(|why| bad.message.contains(why)),
                    "{text}: {bad}"
                );
            }
        }
    }
}

#[test]
fn what_is_too_large_is_not_looked_at() {
    let list = |count: usize| {
        let ones = vec!["1"; count].join(",");
        json(&format!(r#"{{"a": 1, "list": [{ones}]}}"#))
    };
    let text = |bytes: usize| json(&format!(r#"{{"a": 1, "text": "{}"}}"#, "x".repeat(bytes)));
    let says = |params: &Json, text: &str| condition(text).holds(&facts(params, &[]));
    let too_large = |what| Err(CannotTell(format!("{what} is too large for conditions")));
    assert_eq!(says(&list(1_000), "params.a == 1"), Ok(true));
    assert_eq!(says(&list(1_001), "params.a == 1"), too_large("params"));
    assert_eq!(says(&text(65_000), "params.a == 1"), Ok(true));
    assert_eq!(says(&text(65_536), "params.a == 1"), too_large("params"));
    // Whoever looks elsewhere isn't concerned.
    assert_eq!(says(&text(65_536), "action == 'email.send'"), Ok(true));
    let many: Vec<String> = (0..1_001).map(|n| n.to_string()).collect();
    let holds = condition("size(recipients) > 1").holds(&facts(&json("{}"), &many));
    assert_eq!(holds, too_large("recipients"));
}

/// What is let in is evaluated on the threads of the gate, whose stacks are of two megabytes.
#[test]
fn the_deepest_conditions_leave_half_of_a_stack() {
    let chain = |operand: &str, operator: &str, count: usize| vec![operand; count].join(operator);
    let mut let_in = 0;
    for depth in 1..64 {
        for text in [
            format!("{}true", "!".repeat(depth)),
            format!("{} > 0", chain("1", "+", depth)),
            format!("{} > 0", chain("1", "-", depth)),
            format!(
                "{}1{} == 1",
                "size([".repeat(depth / 2),
                "])".repeat(depth / 2)
            ),
            format!(
                "{}true{}",
                "(true ? ".repeat(depth),
                " : false)".repeat(depth)
            ),
            format!("{}true{}", "(true && ".repeat(depth), ")".repeat(depth)),
            format!("params.n{} == 1", "[0]".repeat(depth)),
            format!("params{} == 1", ".?n".repeat(depth)),
            format!("{}1{} == 1", "[".repeat(depth), "]".repeat(depth)),
            format!("recipients{} == []", ".map(x, x)".repeat(depth)),
            format!("recipients{} == []", ".filter(x, true)".repeat(depth)),
            format!("{}1{} == 1", "string(".repeat(depth), ")".repeat(depth)),
            format!("params.n{} == 1", ".orValue(1)".repeat(depth)),
        ] {
            let Ok(condition) = Condition::parse(&text) else {
                continue;
            };
            let_in += 1;
            let evaluate = move || {
                let params = json(r#"{"n": [1]}"#);
                drop(condition.holds(&facts(&params, &["ana@crm.example".to_owned()])));
            };
            let small = std::thread::Builder::new().stack_size(1 << 20);
            let done = small.spawn(evaluate).unwrap().join();
            assert!(done.is_ok(), "{text}");
        }
    }
    assert!(let_in > 300, "{let_in}");
}

/// Texts made of what conditions are made of.
fn any_text() -> impl Strategy<Value = String> {
    let words = "params params.a context recipients user now risk x 1 0 2.5 1e308 1u - 9223372036854775807 \
        -9223372036854775808 'a' \"b\" b'c' r'd' true false null [ ] ( ) { } , : . .? [? ? + * / % ! == != < <= \
        > >= && || size( .size() .all(x, .exists(x, .exists_one(x, .map(x, .map(x,true, .filter(x, has( \
        .contains('a') .matches('a+') matches( int( uint( double( string( bytes( bool( type( dyn( timestamp( \
        duration( '1h' '-9223372036s' '2026-11-25T09:30:00Z' '9999-12-31T23:59:59Z' '0001-01-01T00:00:00Z' \
        .getHours() .getHours('Europe/Berlin') .getFullYear('+99:99') optional.of( optional.none() .orValue( \
        .value() `a` // ''' \"\"\" \\ \\u \\U";
    let mut words: Vec<&str> = words.split_whitespace().collect();
    words.extend([" ", "\n", " in "]);
    let piece = prop_oneof![
        12 => prop::sample::select(words).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Conditions that are likelier to be let in.
fn any_expression() -> impl Strategy<Value = String> {
    let words =
        |words: &'static str| prop::sample::select(words.split_whitespace().collect::<Vec<_>>());
    let leaf = words(
        "params.a params.b params.list params.map params.none context.c recipients user now risk x 1 0 -1 2.5 1u \
         9223372036854775807 -9223372036854775808 1e308 'a' b'c' true false null [] {} duration('9223372036s') \
         duration('-9223372036s') timestamp('9999-12-31T23:59:59Z') timestamp('0001-01-01T00:00:00Z') \
         duration('1h')",
    );
    leaf.prop_map(str::to_owned).prop_recursive(5, 40, 3, move |inner| {
        let binary = words("+ - * / % == != < <= > >= in && ||");
        let call = words(
            "size int uint double string bytes bool type dyn timestamp duration ! - optional.of",
        );
        let method = words(
            "size() contains('a') startsWith('a') matches('a+') getHours() getSeconds() getMilliseconds() \
             getFullYear() getDayOfYear('America/New_York') getDate('+23:59') value() hasValue() orValue(1) a ?a",
        );
        let round = words("all exists exists_one map filter");
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            (inner.clone(), binary, inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (call, inner.clone()).prop_map(|(call, a)| format!("{call}({a})")),
            (inner.clone(), method).prop_map(|(a, method)| format!("({a}).{method}")),
            (pair.clone(), round).prop_map(|((a, b), round)| format!("({a}).{round}(x, {b})")),
            pair.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
            pair.clone().prop_map(|(a, b)| format!("{{{a}: {b}}}")),
            pair.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            (pair, inner).prop_map(|((a, b), c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

fn try_everywhere(text: &str) {
    let Ok(condition) = Condition::parse(text) else {
        return;
    };
    let context = json(r#"{"c": "\u001b[31m"}"#);
    for params in [
        json("{}"),
        json(r#"{"a": 1, "b": -2.5, "list": [1, "a", null, [2]], "map": {"a": true}}"#),
        json(r#"{"a": -9000000000000000000, "b": 9000000000000000000, "list": [], "map": {}}"#),
        json(r#"{"a": "a", "b": [true], "list": ["a", "b"], "map": {"a": {"a": 1}}}"#),
    ] {
        for millis in [
            0,
            1_764_063_000_000,
            i64::MIN,
            i64::MAX,
            253_402_300_799_999,
        ] {
            let facts = Facts {
                context: Some(&context),
                now: At::from_millis(millis),
                ..facts(&params, &[])
            };
            if let Err(why) = condition.holds(&facts) {
                let why = why.to_string();
                assert!(
                    !why.contains(char::is_control) && why.len() < 300,
                    "{text}: {why}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// 07 section 4: no text makes reading or evaluating panic, or take long.
    #[test]
    fn no_text_is_a_danger(text in any_text()) {
        let end = text.floor_char_boundary(1_024);
        try_everywhere(&text[..end]);
    }

    #[test]
    fn no_expression_is_a_danger(text in any_expression()) {
        try_everywhere(&text);
    }
}
