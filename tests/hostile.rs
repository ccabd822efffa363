//! Requests as an attacked agent would send them, from published data that is not part of this project.
//! Whatever comes is refused with a reason or handed back exactly; nothing breaks the gate.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::support::{Answer, TestGate, Wire};

/// As many calls at once.
const TOGETHER: usize = 8;

#[derive(Deserialize)]
pub struct Sample {
    pub id: String,
    action: Action,
    /// Property codes; `X|Y` means that either will do.
    must: Vec<String>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Deserialize, Default)]
struct Expect {
    http: Option<String>,
}

/// Either a call, or JSON text that no program would write, to be put where it says.
#[derive(Deserialize)]
struct Action {
    raw_json_b64: Option<String>,
    #[serde(default)]
    deliver: Vec<Deliver>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    summary: String,
    params: Option<Box<RawValue>>,
    context: Option<Value>,
    callback_url: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Deliver {
    AsWholeBody,
    SplicedAsParamsValue,
}

/// One body to send, and the parameters that it has if it is taken.
pub struct Attack {
    pub body: Vec<u8>,
    params: Option<String>,
}

impl Sample {
    pub fn must(&self, code: &str) -> bool {
        self.must.iter().any(|must| must == code)
    }

    /// Whether it is an attack on what a person sees.
    pub fn concerns_the_screen(&self) -> bool {
        self.must.iter().any(|must| must.starts_with('S'))
    }

    pub fn attacks(&self) -> Vec<Attack> {
        let action = &self.action;
        match &action.raw_json_b64 {
            Some(encoded) => {
                let raw = BASE64.decode(encoded.as_bytes()).unwrap();
                let deliver = action.deliver.iter();
                deliver.map(|how| raw_attack(&raw, how)).collect()
            }
            None => vec![action.attack()],
        }
    }

    fn judge(&self, attack: &Attack, answer: &Answer) -> Result<(), String> {
        let taken = (200..300).contains(&answer.status);
        if !taken && !(400..500).contains(&answer.status) {
            return Err("neither taken nor refused".to_owned());
        }
        if !taken && answer.problem().detail.plain().is_empty() {
            return Err("refused without a reason".to_owned());
        }
        let expected = self.expect.http.as_deref().unwrap_or("2xx|4xx");
        let status = if taken { "2xx" } else { "4xx" };
        if !expected.split('|').any(|one| one == status) {
            return Err(format!("expected {expected}"));
        }
        if taken && self.must("A1") {
            return Err("taken".to_owned());
        }
        let Some(params) = attack.params.as_deref() else {
            return Ok(());
        };
        let twice = has_a_name_twice(params);
        if taken && self.must("A4") && twice {
            return Err("taken with a name that stands twice".to_owned());
        }
        // Valid JSON that the API refuses all the same, and says so.
        let by_rule = twice || params.contains(r"\u0000");
        if !taken && self.must("A3") && !by_rule {
            return Err("refused".to_owned());
        }
        Ok(())
    }
}

impl Action {
    fn attack(&self) -> Attack {
        let params = self.params.as_ref().unwrap();
        let mut rest = Map::new();
        rest.insert("action".to_owned(), json!(action_name(&self.kind, params)));
        rest.insert("title".to_owned(), json!(self.summary));
        let optional = [
            ("context", &self.context),
            ("callback_url", &self.callback_url),
        ];
        for (field, value) in optional {
            rest.extend(value.clone().map(|value| (field.to_owned(), value)));
        }
        let rest = Value::Object(rest).to_string();
        let rest = rest.strip_suffix('}').unwrap();
        Attack {
            body: format!("{rest},\"params\":{params}}}").into(),
            params: Some(params.get().to_owned()),
        }
    }
}

fn raw_attack(raw: &[u8], how: &Deliver) -> Attack {
    match how {
        Deliver::AsWholeBody => Attack {
            body: raw.to_vec(),
            params: None,
        },
        Deliver::SplicedAsParamsValue => Attack {
            body: [&br#"{"action":"x.raw","params":"#[..], raw, b"}"].concat(),
            params: Some(
                String::from_utf8_lossy(raw)
                    .trim_matches([' ', '\t', '\r', '\n'])
                    .to_owned(),
            ),
        },
    }
}

fn action_name(kind: &str, params: &RawValue) -> String {
    match kind {
        "send_email" => "email.send".to_owned(),
        "shell" => "shell.run".to_owned(),
        "payment" => "payment.send".to_owned(),
        "update_record" => "record.update".to_owned(),
        "mcp_tool" => {
            let params: Value = serde_json::from_str(params.get()).unwrap();
            let name = |field: &str| {
                let name = params[field]
                    .as_str()
                    .unwrap_or("unknown")
                    .to_ascii_lowercase();
                name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_")
            };
            format!("mcp.{}.{}", name("server"), name("tool"))
        }
        other => format!("x.{other}"),
    }
}

/// Whether an object has two members of one name; the reader at hand keeps the last.
fn has_a_name_twice(text: &str) -> bool {
    let colons = |text: &str| text.matches(':').count();
    serde_json::from_str::<Map<String, Value>>(text)
        .is_ok_and(|read| colons(&Value::Object(read).to_string()) < colons(text))
}

/// What was taken has to come back to whoever decides and whoever runs it, byte for byte.
async fn handed_back(owner: &Wire, answer: &Answer, params: &str) -> Result<(), String> {
    let asked = answer.request();
    let shown = owner
        .get(&format!("/v1/requests/{}", asked.id))
        .await
        .request();
    for (whose, request) in [("the agent's", &asked), ("the reviewer's", &shown)] {
        if request.params.as_ref().map(|params| params.text()) != Some(params) {
            return Err(format!("{whose} parameters are not those that were sent"));
        }
    }
    Ok(())
}

async fn suffer(sample: &Sample, agent: &Wire, owner: &Wire) -> Vec<String> {
    let mut failures = Vec::new();
    for attack in sample.attacks() {
        let answer = agent.post("/v1/requests", attack.body.clone()).await;
        let mut judged = sample.judge(&attack, &answer);
        if let (Ok(()), 201, Some(params)) = (&judged, answer.status, &attack.params) {
            judged = handed_back(owner, &answer, params).await;
        }
        if let Err(why) = judged {
            failures.push(format!(
                "{}: {why}: {} {}",
                sample.id, answer.status, answer.body
            ));
        }
    }
    failures
}

pub fn samples() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("SIGNOFF_SHARED").map_or_else(beside, PathBuf::from);
    Some(shared.join("hostile-samples/published.jsonl")).filter(|path| path.exists())
}

#[tokio::test]
async fn every_published_sample_is_refused_or_handed_back_exactly() {
    let Some(path) = samples() else {
        println!("SKIPPED: no published samples at hand (SIGNOFF_SHARED names their folder)");
        return;
    };
    let text = std::fs::read_to_string(path).unwrap();
    let samples: Vec<Sample> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(!samples.is_empty());
    let gate = TestGate::start().await;
    let (agent, owner) = (gate.agent_wire(), gate.owner_wire());
    let failures: Vec<String> = futures_util::stream::iter(&samples)
        .map(|sample| suffer(sample, &agent, &owner))
        .buffer_unordered(TOGETHER)
        .flat_map(futures_util::stream::iter)
        .collect()
        .await;
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        samples.len(),
        failures.join("\n")
    );
    assert_eq!(owner.get("/readyz").await.status, 200);
}
