//! The policy document: read, checked, saved as the next version; and the trusted patterns that it holds.

use super::seen::{MeantFor, Tag};
use super::{Caller, Gate, GateError, Once, claim};
use crate::domain::event::{Fact, PatternResumed, PolicySaved};
use crate::domain::id::PersonId;
use crate::domain::pattern::{PatternRef, PatternState};
use crate::domain::untrusted::Untrusted;
use crate::domain::workspace::Workspace;
use crate::policy::document::{BadPolicy, Mode, Policy, Trusted, Warning};
use crate::store::PolicyVersion;

/// The document that stands for the defaults, before anybody saved one.
const EXAMPLE: &str = include_str!("../../assets/policy.example.toml");

/// The policy in force.
#[derive(Debug, Clone)]
pub struct PolicyNow {
    pub version: u64,
    pub text: Untrusted,
    /// Who saved it; nobody saved the defaults.
    pub by: Option<PersonId>,
}

/// What is wrong with a document, and what should be known about it.
#[derive(Debug, Clone)]
pub struct Checked {
    pub faults: Option<BadPolicy>,
    pub warnings: Vec<Warning>,
}

/// A trusted pattern, and what became of it.
#[derive(Debug, Clone)]
pub struct PatternNow {
    pub trusted: Trusted,
    pub state: PatternState,
}

/// The policy that a workspace holds. A document that can't be read any more lets nothing through that a
/// person wasn't asked about.
pub(super) fn in_force(saved: Option<&PolicySaved>) -> Policy {
    let Some(saved) = saved else {
        return Policy::default();
    };
    Policy::parse(saved.text.raw_for_execution(), saved.version).unwrap_or_else(|error| {
        tracing::error!(
            version = saved.version,
            %error,
            "the saved policy can't be read; every request asks until an admin saves another one"
        );
        Policy {
            version: saved.version,
            mode: Mode::Blocking,
            ..Policy::default()
        }
    })
}

/// Why the policy that a workspace holds can't be read any more, if it can't.
pub fn unreadable_policy(workspace: &Workspace) -> Option<BadPolicy> {
    let saved = workspace.policy.as_deref()?;
    Policy::parse(saved.text.raw_for_execution(), saved.version).err()
}

impl Gate {
    /// The document in force.
    pub fn policy_now(&self) -> PolicyNow {
        match &self.workspace().policy {
            None => PolicyNow {
                version: 0,
                text: Untrusted::from(EXAMPLE),
                by: None,
            },
            Some(saved) => PolicyNow {
                version: saved.version,
                text: saved.text.clone(),
                by: Some(saved.by.clone()),
            },
        }
    }

    /// What is wrong with a document, and what should be known about it.
    pub fn check_policy(&self, caller: &Caller, text: &str) -> Result<Checked, GateError> {
        caller.manager()?;
        let workspace = self.workspace();
        let version = workspace.policy.as_ref().map_or(0, |saved| saved.version);
        Ok(match Policy::parse(text, version + 1) {
            Ok(policy) => Checked {
                faults: None,
                warnings: policy.warnings(&workspace),
            },
            Err(faults) => Checked {
                faults: Some(faults),
                warnings: Vec::new(),
            },
        })
    }

    /// Saves the next version, if what it is meant to follow is still the one in force.
    pub async fn save_policy(
        &self,
        caller: &Caller,
        text: &str,
        meant_for: &MeantFor,
        once: Option<&Once>,
    ) -> Result<PolicyNow, GateError> {
        caller.manager()?;
        if self.earlier(caller, once).await?.is_some() {
            return Ok(self.policy_now());
        }
        let now = self.now();
        let claim = once.map(|once| claim(caller, once, "policy".to_owned(), now));
        self.change_workspace(&caller.actor(), claim, |workspace| {
            let person = caller.manages_in(workspace).and(caller.person())?;
            let saved = workspace.policy.as_deref();
            let version = saved.map_or(0, |saved| saved.version);
            meant_for.check("policy", &policy_tag(version))?;
            let policy = Policy::parse(text, version + 1).map_err(GateError::BadPolicy)?;
            if saved.is_some_and(|saved| saved.text.raw_for_execution() == text) {
                return Ok(Vec::new());
            }
            let new = policy.trusted.iter().map(|trusted| &trusted.pattern);
            let old = in_force(saved);
            let brings = new.filter(|pattern| old.trusted.iter().all(|t| t.pattern != **pattern));
            Ok(vec![Fact::PolicySaved(PolicySaved {
                version: version + 1,
                text: Untrusted::from(text),
                by: person.clone(),
                brings: brings.cloned().collect(),
            })])
        })
        .await?;
        Ok(self.policy_now())
    }

    /// The saved versions before this one, the newest first.
    pub async fn policy_versions(
        &self,
        caller: &Caller,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<PolicyVersion>, GateError> {
        caller.person()?;
        Ok(self.read().policies(before, limit).await?)
    }

    /// One saved version.
    pub async fn policy_version(
        &self,
        caller: &Caller,
        version: u64,
    ) -> Result<PolicyVersion, GateError> {
        caller.person()?;
        let found = self.read().policy(version).await?;
        found.ok_or_else(|| GateError::NotFound {
            what: "version of the policy",
            id: version.to_string(),
        })
    }

    /// The trusted patterns of the policy in force, and what became of them.
    pub fn patterns(&self) -> Vec<PatternNow> {
        let snapshot = self.snapshot();
        let state = |trusted: &Trusted| PatternNow {
            trusted: trusted.clone(),
            state: state_of(&trusted.pattern, &snapshot.workspace),
        };
        snapshot.policy.trusted.iter().map(state).collect()
    }

    /// Lets a suspended pattern match again.
    pub async fn resume_pattern(
        &self,
        caller: &Caller,
        name: &str,
    ) -> Result<PatternNow, GateError> {
        caller.manager()?;
        let find = |patterns: &[PatternNow]| {
            let mut patterns = patterns.iter();
            patterns
                .find(|pattern| pattern.trusted.pattern.name.raw_for_execution() == name)
                .cloned()
        };
        let unknown = || GateError::NotFound {
            what: "trusted pattern",
            id: Untrusted::from(name).plain_line(),
        };
        let pattern = find(&self.patterns()).ok_or_else(unknown)?.trusted.pattern;
        self.change_workspace(&caller.actor(), None, |workspace| {
            caller.manages_in(workspace)?;
            let suspended = state_of(&pattern, workspace).suspended.is_some();
            let resumed = Fact::PatternResumed(PatternResumed {
                pattern: pattern.clone(),
            });
            Ok(suspended.then_some(resumed).into_iter().collect())
        })
        .await?;
        find(&self.patterns()).ok_or_else(unknown)
    }
}

/// The tag of a version of the policy.
pub fn policy_tag(version: u64) -> Tag {
    Tag::of_version(version)
}

fn state_of(pattern: &PatternRef, workspace: &Workspace) -> PatternState {
    workspace.patterns.get(pattern).cloned().unwrap_or_default()
}
