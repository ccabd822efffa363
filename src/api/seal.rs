//! Whether a request as it came over the wire is the one that its digest stands for. Whoever approves
//! sends the digest and nothing else, so a gate that shows other texts under it would have them approve
//! what they never saw.

use super::request::Request;
use crate::domain::hidden;
use crate::domain::json::Json;
use crate::domain::seal::Sealed;

/// What a digest says about what is shown with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// It is the digest of what is shown.
    Whole,
    /// It is the digest of something else.
    Broken,
    /// Nobody can tell from what is here: the parameters were left out, or policy hides some of them.
    Untold,
}

/// Said where it can't be told because policy hides a part.
pub const HIDDEN: &str = "a part is hidden, so nobody here can check the digest";

/// Said where a seal is broken, with what to do.
pub const BROKEN: &str = "what is shown isn't what the digest covers; don't trust this gate";

impl Request {
    /// Whether what this shows is what its digest covers.
    pub fn seal(&self) -> Seal {
        let Some(params) = &self.params else {
            return Seal::Untold;
        };
        // What a gate lets in can be read; what can't has no digest.
        let Ok(params) = params.tree() else {
            return Seal::Broken;
        };
        match self.with_params(&params).has(self.digest) {
            true => Seal::Whole,
            false if hidden::is_in(&params) => Seal::Untold,
            false => Seal::Broken,
        }
    }

    /// What a digest covers of this.
    fn with_params<'a>(&'a self, params: &'a Json) -> Sealed<'a> {
        Sealed {
            action: &self.action,
            agent: &self.agent,
            params,
            recipients: &self.recipients,
            resource: self.resource.as_ref(),
        }
    }

    /// The same with the digest of what it shows: a sample that is made up has a true one.
    #[cfg(test)]
    pub fn sealed(mut self) -> Self {
        let params = self.params.as_ref().expect("a sample has parameters");
        let params = params.tree().expect("they are JSON");
        let digest = self.with_params(&params).digest();
        self.digest = digest.expect("recipients are distinct and sorted");
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::raw::RawJson;
    use crate::domain::untrusted::Untrusted;

    fn request() -> Request {
        serde_json::from_str(include_str!("sample.json")).unwrap()
    }

    #[test]
    fn a_request_on_the_wire_has_its_digest_until_anything_that_is_run_is_changed() {
        assert_eq!(request().seal(), Seal::Whole);
        type Change = fn(&mut Request);
        let changes: [Change; 7] = [
            |request| request.action = "email.draft".parse().unwrap(),
            |request| request.agent = "other".parse().unwrap(),
            |request| request.recipients = vec![Untrusted::from("eve@acme.example")],
            |request| request.recipients.push(Untrusted::from("a@acme.example")),
            |request| request.recipients.clear(),
            |request| request.resource = None,
            |request| {
                let other = request
                    .params
                    .as_ref()
                    .unwrap()
                    .text()
                    .replace("1.10", "1.11");
                request.params = Some(RawJson::from_text(other).unwrap());
            },
        ];
        for (n, change) in changes.iter().enumerate() {
            let mut changed = request();
            change(&mut changed);
            assert_eq!(changed.seal(), Seal::Broken, "change {n}");
        }
        // The way a number is written means nothing.
        let mut respelled = request();
        let other = respelled
            .params
            .as_ref()
            .unwrap()
            .text()
            .replace("1.10", "1.1");
        respelled.params = Some(RawJson::from_text(other).unwrap());
        assert_eq!(respelled.seal(), Seal::Whole);
    }

    #[test]
    fn what_is_left_out_or_hidden_can_not_be_told() {
        let mut row = request();
        row.params = None;
        assert_eq!(row.seal(), Seal::Untold);
        let mut masked = request();
        let mark = hidden::mark(12, "00ff00ff");
        let text = masked
            .params
            .as_ref()
            .unwrap()
            .text()
            .replace("Your renewal", &mark);
        masked.params = Some(RawJson::from_text(text).unwrap());
        assert_eq!(masked.seal(), Seal::Untold);
    }
}
