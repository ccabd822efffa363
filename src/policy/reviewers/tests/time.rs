//! 01 §Time: how long a stage has to decide.

use proptest::prelude::*;

use super::*;
use crate::domain::risk::Risk;
use crate::policy::document::Lasts;

fn lasts_of(review: &Review, trigger: Trigger, risk: Risk, wanted: Option<Span>) -> String {
    let span = lasts(review, &Policy::default(), trigger, risk, wanted);
    span.map_or_else(|| "never".to_owned(), |span| span.to_string())
}

/// 01 §Time: `expires_in` of the rule, else `timeouts.voice` for voice requests, else of the risk.
#[test]
fn a_request_waits_as_long_as_its_rule_its_caller_or_its_risk_allows() {
    let of = |trigger, risk| lasts_of(&Review::default(), trigger, risk, None);
    assert_eq!(of(Trigger::Api, Risk::Low), "1d");
    assert_eq!(of(Trigger::Chat, Risk::Medium), "12h");
    assert_eq!(of(Trigger::Schedule, Risk::High), "4h");
    assert_eq!(of(Trigger::Email, Risk::Critical), "1h");
    assert_eq!(of(Trigger::Voice, Risk::Low), "3m");
    for (given, expected) in [
        (Lasts::For(Span::from_secs(60)), "1m"),
        (Lasts::Forever, "never"),
    ] {
        let review = Review {
            expires_in: Some(given),
            ..Review::default()
        };
        for trigger in [Trigger::Voice, Trigger::Api] {
            assert_eq!(lasts_of(&review, trigger, Risk::Low, None), expected);
        }
    }
}

/// 01 §Claims, `expires_in`: can only shorten what policy gives.
#[test]
fn what_the_agent_wants_shortens_even_for_ever() {
    let forever = Review {
        expires_in: Some(Lasts::Forever),
        ..Review::default()
    };
    let minute = Some(Span::from_secs(60));
    assert_eq!(lasts_of(&forever, Trigger::Api, Risk::Low, minute), "1m");
}

proptest! {
    /// 01 §Claims, `expires_in`
    #[test]
    fn it_never_lengthens(
        risk in proptest::sample::select(&Risk::ALL[..]),
        voice: bool,
        wanted in 0..100_000_000_i64,
    ) {
        let trigger = if voice { Trigger::Voice } else { Trigger::Api };
        let wanted = Span::from_millis(wanted);
        let of = |wanted| lasts(&Review::default(), &Policy::default(), trigger, risk, wanted);
        let given = of(None).unwrap();
        prop_assert_eq!(of(Some(wanted)), Some(given.min(wanted)));
    }
}
