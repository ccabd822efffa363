"""What the fuzzer has to know of this API beyond its description: ids that exist, and that a wait may be
short. Everything else is generated."""

import json
import os
import random
import re
import urllib.error
import urllib.request
import uuid

import schemathesis

URL = os.environ["SIGNOFF_FUZZ_URL"]
TOKENS = {"owner": os.environ["SIGNOFF_FUZZ_OWNER"], "agent": os.environ["SIGNOFF_FUZZ_AGENT"]}
OWNER = os.environ["SIGNOFF_FUZZ_WHO"] == "owner"

# Somebody for each place that names somebody; they were added before.
KNOWN = {
    "manager": "lee", "team": "sales", "groups": ["finance"], "owners": ["ana"], "admins": ["lee"],
    "users": ["ana", "group:finance", "team:sales", "*"], "on_behalf_of": "owner", "agent": "outreach",
    "person": "ana",
}

# Where a value may be well formed and still wrong: it names nobody, or says what isn't so.
MEANING = re.compile(
    r"/(on_behalf_of|recipients|manager|team|groups/\d+|owners(/\d+)?|users/\d+|admins|person|agent"
    r"|remember|reviewer|cursor|digest|id|nodes"
    # Any JSON at all, but for numbers that other readers would change.
    r"|params(/.*)?|context(/.*)?|checkpoint(/.*)?|result(/.*)?)"
)


def call(who, method, path, body=None):
    request = urllib.request.Request(
        URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"authorization": f"Bearer {TOKENS[who]}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def a_request(operation):
    """A new request in the state in which this operation makes sense."""
    starts = operation in ("requests_start", "requests_report")
    return call("agent", "POST", "/v1/requests", {
        "action": "file.read" if starts else "email.send",
        "params": {"to": "pat@partner.example"},
        "waiting": operation == "notices_take",
        "on_behalf_of": "owner",
    })


def make_it_mean_something(case, operation):
    """Puts what exists where something has to exist."""
    parameters = case.path_parameters
    if "id" in parameters:
        request = a_request(operation)
        parameters["id"] = request["id"]
        if isinstance(case.body, dict) and "digest" in case.body:
            case.body["digest"] = request["digest"]
            case.body.pop("plan", None)
            case.body.pop("epoch", None)
        if operation == "notices_take" and request["status"] == "pending":
            decision = {"decision": "reject", "reason": "no"}
            call("owner", "POST", f"/v1/requests/{request['id']}/decision", decision)
    for name in {"name", "action"} & parameters.keys():
        parameters[name] = "social" if "integrations" in case.path else "social.post"
    if "token" in parameters and OWNER:
        parameters["token"] = call("owner", "POST", "/v1/tokens", {"agent": "outreach"})["id"]
    if isinstance(case.body, dict):
        for name, value in KNOWN.items():
            if case.body.get(name):
                case.body[name] = value
        if "id" in case.body:
            case.body["id"] = f"new-{uuid.uuid4()}"
        if operation == "requests_ask":
            # The recipients that are said have to be those of the parameters.
            case.body.pop("recipients", None)
            if case.body.get("kind") == "step":
                case.body["action"] = "chat.reply"


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["hooks"] = {"response": beginning_of_a_stream}
    query = case.query or {}
    if str(query.get("wait", "")).isdigit() and 0 < int(query["wait"]) <= 300:
        query["wait"] = 0
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if (case.headers or {}).get("Idempotency-Key"):
        # One that was used before for something else is refused, as it should be.
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if random.random() < 0.7:
        make_it_mean_something(case, case.operation.definition.raw["operationId"])


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
        # To JSON Schema 1.0 is a whole number; here one is written without a point.
        with_a_point = error["detail"].startswith("invalid type: floating point")
        if not MEANING.fullmatch(error["pointer"]) and not with_a_point:
            raise AssertionError(f"well formed, and refused: {error}")


@schemathesis.check
class EveryOperationWorksForSomebody:
    """Each operation has to succeed at least once for the caller that may call it."""

    def __init__(self):
        self.called, self.worked = set(), set()

    def after_response(self, ctx, response, case):
        raw = case.operation.definition.raw
        kinds = {kind for scheme in raw["security"] for kind in scheme}
        mine = not kinds or ("person" if OWNER else "agent") in kinds
        if mine:
            self.called.add(case.operation.label)
            if response.status_code < 300:
                self.worked.add(case.operation.label)

    def after_run(self, ctx):
        never = sorted(self.called - self.worked)
        if never:
            raise AssertionError(f"never succeeded: {', '.join(never)}")
