"""What the fuzzer has to know of this API beyond its description: things that exist, and states in which
an operation makes sense. Everything else is generated."""

import datetime
import json
import os
import re
import urllib.request
import uuid
import zlib

import schemathesis

URL = os.environ["SIGNOFF_FUZZ_URL"]
TOKENS = json.loads(os.environ["SIGNOFF_FUZZ_TOKENS"])
WHO = os.environ["SIGNOFF_FUZZ_WHO"]
SCHEME = {"owner": "person"}.get(WHO, WHO)

# Somebody for each place that names somebody; they were added before.
KNOWN = {
    "manager": "lee", "team": "sales", "groups": ["finance"], "owners": ["ana"], "admins": ["lee"],
    "users": ["ana", "group:finance", "team:sales", "*"], "on_behalf_of": "owner", "agent": "outreach",
    "person": "ana",
}

# Where a value may be well formed and still wrong: it names nobody, or says what isn't so.
MEANING = re.compile(
    r"/(on_behalf_of|recipients|manager|team|groups/\d+|owners(/\d+)?|users/\d+|admins(/\d+)?|person"
    r"|agent|worker|remember|reviewer|put_off|cursor|through|digest|id|nodes|actions(/.*)?|away(/.*)?|until|pointer"
    r"|notifications/quiet(/.*)?|policy|q|text|reason|outcome|since|recipient_params(/.*)?"
    # Any JSON at all, but for numbers that other readers would change.
    r"|params(/.*)?|context(/.*)?|checkpoint(/.*)?|result(/.*)?)"
)
# What an agent does only as a named reviewer.
AS_REVIEWER = {"requests_list", "requests_decide", "requests_take_back"}
# Texts that are documents in a language of their own.
DOCUMENTS = ("/v1/policy", "/v1/policy/check", "/v1/policy/replay", "/v1/evaluate")


@schemathesis.serializer("application/toml")
def toml(context, value):
    # What is no text at all can only be bytes that are none.
    return value.encode() if isinstance(value, str) else b"\xff" + json.dumps(value).encode()


def call(who, method, path, body=None):
    request = urllib.request.Request(
        URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {TOKENS[who]}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def decided(request, decision):
    body = {"decision": decision, "digest": request["digest"], "reason": "no"}
    return call("owner", "POST", f"/v1/requests/{request['id']}/decision", body)


def a_request(operation):
    """A new request in the state in which this operation makes sense."""
    queued = operation == "work_renew" or (operation == "requests_report" and WHO == "worker")
    runs = operation in ("requests_start", "requests_report", "requests_retry", "requests_settle")
    request = call("agent", "POST", "/v1/requests", {
        "action": "data.export" if queued else "file.read" if runs else "email.send",
        "params": {"to": "pat@partner.example", "card": "4111"},
        "checkpoint": {"step": 1},
        "waiting": operation == "notices_take",
        "on_behalf_of": "owner",
    })
    if request["status"] == "pending":
        if operation == "notices_take":
            decided(request, "reject")
        if operation == "requests_take_back" or queued:
            decided(request, "approve")
    if queued:
        call("worker", "POST", "/v1/work/lease", {"max": 100})
    if operation in ("requests_retry", "requests_settle"):
        call("agent", "POST", f"/v1/requests/{request['id']}/report",
             {"outcome": "unknown", "digest": request["digest"]})
    return request


def a_tool():
    """A tool that an agent has named, by its action."""
    action = "mcp.tracker.create"
    call("agent", "POST", "/v1/requests", {
        "action": action, "params": {},
        "context": {"tool": {"server": "tracker", "name": "create", "definition": {"n": str(uuid.uuid4())}}},
    })
    return action


def of_a_request(case, operation):
    request = a_request(operation)
    case.path_parameters["id"] = request["id"]
    if isinstance(case.body, dict):
        if "digest" in case.body:
            case.body["digest"] = request["digest"]
        if WHO == "worker":
            case.body["epoch"] = call("owner", "GET", f"/v1/requests/{request['id']}")["execution"]["epoch"]
        else:
            case.body.pop("epoch", None)
        case.body.pop("plan", None)
        if operation == "requests_snooze":
            later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=10)
            case.body["until"] = later.isoformat()
        if operation == "requests_reveal":
            case.body["pointer"] = "/card"


def make_it_mean_something(case, operation):
    """Puts what exists where something has to exist."""
    parameters = case.path_parameters
    noun = (case.operation.path.split("/") + [""])[2]
    if "id" in parameters and noun in ("requests", "notices", "work"):
        of_a_request(case, operation)
    elif noun == "tools" and "id" in parameters:
        parameters["id"] = a_tool()
    elif "id" in parameters and SCHEME == "person":
        new = {"id": f"new-{uuid.uuid4()}"}
        parameters["id"] = call("owner", "POST", f"/v1/{noun}", new)["id"]
    if noun in ("actions", "preferences"):
        parameters |= {name: "social.post" for name in parameters}
    if noun == "integrations":
        parameters |= {name: "social" for name in parameters}
    if noun == "patterns":
        parameters |= {name: "Small" for name in parameters}
    if "n" in parameters:
        parameters["n"] = "1"
    if "token" in parameters and SCHEME == "person":
        parameters["token"] = call("owner", "POST", "/v1/tokens", {"agent": "outreach"})["id"]
    if operation == "policy_save":
        version = call("owner", "GET", "/v1/policy/versions?limit=1")["items"][0]["version"]
        case.headers["If-Match"] = f'"{version}"'
        case.body = os.environ["SIGNOFF_FUZZ_POLICY"] + f"# {uuid.uuid4()}\n"
    elif "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        known(case.body, operation)


def known(body, operation):
    for name, value in KNOWN.items():
        if body.get(name):
            body[name] = value
    if "id" in body:
        body["id"] = f"new-{uuid.uuid4()}"
    if "through" in body:
        body["through"] = 0
    if body.get("away"):
        body["away"] = {"from": "2030-01-01T00:00:00Z", "until": "2030-01-09T00:00:00Z", "delegate": "ben"}
    if operation in ("requests_ask", "policy_evaluate"):
        # The recipients that are said have to be those of the parameters.
        body.pop("recipients", None)
        if body.get("kind") == "step":
            body["action"] = "chat.reply"
    if operation == "policy_evaluate" and SCHEME == "person":
        body["agent"] = "outreach"
    if operation == "policy_replay":
        body.pop("policy", None)
        body.pop("actions", None)
    if operation == "requests_decide":
        if body["decision"] == "respond":
            body["decision"] = "reject"
        body.pop("params", None)
        body.pop("text", None)
        body["remember"] = "once"


def chance(case):
    """One of ten, always the same one for the same call: a call that fails is repeated as it was."""
    said = repr((case.path_parameters, case.query, case.body))
    return zlib.crc32(said.encode(errors="replace")) % 10


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["hooks"] = {"response": beginning_of_a_stream}
    for place in (case.query, case.body):
        if isinstance(place, dict) and re.fullmatch(r"[1-9]\d?|[12]\d\d|300", str(place.get("wait", ""))):
            place["wait"] = 0
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if (case.headers or {}).get("Idempotency-Key"):
        # One that was used before for something else is refused, as it should be.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    raw = case.operation.definition.raw
    mine = any(SCHEME in schemes for schemes in raw["security"])
    # What changes or removes something never does so to what the other calls need.
    if mine and (case.method in ("PUT", "PATCH", "DELETE") or chance(case) < 7):
        make_it_mean_something(case, raw["operationId"])


def beginning_of_a_stream(response, **kwargs):
    """A stream doesn't end: its beginning stands for it."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        response._content = next(response.iter_content(65536))
        response._content_consumed = True
        response.close()


@schemathesis.check
def well_formed_is_refused_for_its_meaning_only(ctx, response, case):
    """422 for something that the description allows is for what it means, never for its shape."""
    if response.status_code != 422 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    problem = response.json()
    if problem["type"] != "/problems/invalid-input":
        return
    for error in problem["errors"]:
        # To JSON Schema 1.0 is a whole number; here one is written without a point. And what other readers
        # would change is no number here at all.
        number = error["detail"].startswith(("invalid type: floating point", "this number "))
        document = case.operation.path in DOCUMENTS and error["pointer"] == ""
        if not (MEANING.fullmatch(error["pointer"]) or number or document):
            raise AssertionError(f"well formed, and refused: {error}")


@schemathesis.check
class EveryOperationWorksForSomebody:
    """Each operation has to succeed at least once for the caller that may call it."""

    def __init__(self):
        self.called, self.worked = set(), set()

    def after_response(self, ctx, response, case):
        raw = case.operation.definition.raw
        if WHO == "agent" and raw["operationId"] in AS_REVIEWER:
            return
        security = raw["security"]
        if not security or any(SCHEME in schemes for schemes in security):
            self.called.add(case.operation.label)
            if response.status_code < 300:
                self.worked.add(case.operation.label)

    def after_run(self, ctx):
        never = sorted(self.called - self.worked)
        if never:
            raise AssertionError(f"never succeeded: {', '.join(never)}")
