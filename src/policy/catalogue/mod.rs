//! The shipped catalogue: the actions that the gate knows before anybody has asked for one, how grave
//! they are, where their recipients stand and how they read. An action it doesn't know is learnt with
//! careful settings.

mod headline;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::execution::Executor;
use crate::domain::id::{ActionName, IntegrationName};
use crate::domain::json::Json;
use crate::domain::people::{Action, Integration, UserRef};
use crate::domain::risk::Risk;
use crate::domain::untrusted::Untrusted;

use headline::Template;

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../assets/catalogue.toml"))
        .expect("the shipped catalogue is well-formed, which a test holds")
});

/// What is known about actions before a workspace has settings of its own for them.
#[derive(Debug, Deserialize)]
#[serde(from = "Document")]
pub struct Catalogue {
    concrete: BTreeMap<ActionName, Entry>,
    /// Entries for every action whose name begins so.
    families: Vec<(String, Entry)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    action: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Name,
    risk: Risk,
    #[serde(default)]
    recipient_params: Vec<String>,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    step: bool,
    headline: Option<Template>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
enum Name {
    Concrete(ActionName),
    /// `step.*`, kept as `step.`.
    Family(String),
}

impl TryFrom<String> for Name {
    type Error = crate::domain::id::BadId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.strip_suffix('*') {
            Some(prefix) if prefix.ends_with('.') => Ok(Name::Family(prefix.to_owned())),
            _ => text.parse().map(Name::Concrete),
        }
    }
}

impl From<Document> for Catalogue {
    fn from(document: Document) -> Self {
        let mut catalogue = Self {
            concrete: BTreeMap::new(),
            families: Vec::new(),
        };
        for entry in document.action {
            match entry.name.clone() {
                Name::Concrete(name) => {
                    catalogue.concrete.insert(name, entry);
                }
                Name::Family(prefix) => catalogue.families.push((prefix, entry)),
            }
        }
        catalogue
    }
}

impl Catalogue {
    /// The catalogue that ships with the program.
    pub fn shipped() -> &'static Catalogue {
        &SHIPPED
    }

    /// What a person reads of a request, made from its parameters and never from the agent's own
    /// summary. It begins with text that the parameters can't change and is at most 300 characters
    /// long, whatever their size.
    ///
    /// ```
    /// use signoff::domain::json::{Limits, parse};
    /// use signoff::policy::catalogue::Catalogue;
    ///
    /// let params = br#"{"to": ["jane@acme.example", "joe@acme.example"], "subject": "Your renewal"}"#;
    /// let params = parse(params, Limits::default()).unwrap();
    /// let headline = Catalogue::shipped().headline(&"email.send".parse().unwrap(), &params);
    /// assert_eq!(headline.plain_line(), "email to jane@acme.example and 1 more: Your renewal");
    /// ```
    pub fn headline(&self, action: &ActionName, params: &Json) -> Untrusted {
        let known = self.entry(action).and_then(|entry| {
            let template = entry.headline.as_ref()?;
            params.as_object()?;
            Some(template.fill(params, &entry.recipient_params))
        });
        Untrusted::from(known.unwrap_or_else(|| headline::without_words(action, params)))
    }

    /// The settings with which an action enters a workspace. One that isn't in the catalogue is learnt:
    /// enabled, with an effect, in need of approval, of medium risk.
    pub fn learn(&self, name: &ActionName) -> Action {
        let entry = self.entry(name);
        let read_only = entry.is_some_and(|entry| entry.read_only);
        Action {
            name: name.clone(),
            enabled: true,
            read_only,
            needs_approval: !read_only,
            auto_approval_allowed: false,
            default_risk: entry.map_or(Risk::Medium, |entry| entry.risk),
            executor: Executor::default(),
            idempotent: false,
            recipient_params: entry.map_or_else(Vec::new, |entry| entry.recipient_params.clone()),
            learnt_from: None,
        }
    }

    /// The settings with which an integration enters a workspace: enabled, for everybody.
    pub fn learn_integration(&self, name: &IntegrationName) -> Integration {
        Integration {
            name: name.clone(),
            enabled: true,
            users: vec![UserRef::Everybody],
            trust_read_only_hints: false,
        }
    }

    /// Whether this action may be asked for as a step.
    pub fn is_step(&self, name: &ActionName) -> bool {
        self.entry(name).is_some_and(|entry| entry.step)
    }

    /// The actions of a fresh workspace, by name.
    pub fn actions(&self) -> impl Iterator<Item = Action> + '_ {
        self.concrete.keys().map(|name| self.learn(name))
    }

    /// The integrations of a fresh workspace, by name.
    pub fn integrations(&self) -> impl Iterator<Item = Integration> + '_ {
        let names: BTreeSet<_> = self.concrete.keys().map(ActionName::integration).collect();
        names.into_iter().map(|name| self.learn_integration(&name))
    }

    fn entry(&self, name: &ActionName) -> Option<&Entry> {
        let of_family = || {
            let mut families = self.families.iter();
            families
                .find(|(prefix, _)| name.as_str().starts_with(prefix))
                .map(|(_, entry)| entry)
        };
        self.concrete.get(name).or_else(of_family)
    }
}

#[cfg(test)]
mod tests;
