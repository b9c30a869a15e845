"""The sentences of the specification that say it in our words, and why. All others are said word for word."""

from __future__ import annotations

from collections.abc import Mapping

REWRITTEN: Mapping[str, str] = {
    "safe.confidential": "one sentence of 22 words, and LIX 36 to 43",
    "lead.prep.justify.why": "LIX 47: a written reason, experience and afterwards in nine words",
    "lead.prep.use": "LIX 50: three nouns where one question does",
    "lead.prep.rules.conflict_why": "LIX 37, and the goals' talk as a whole above 27",
    "log.opt.role": "LIX 37: a list in the middle of the question",
    "approve.needjust": "reads like an office: to register an approval, a written justification",
    "end.early": "LIX 47 to 49: long words for a short message",
    "eval.lead.relevant": "LIX 58: relevant to the challenge I described",
    "eval.lead.coop": "LIX 65: strengthens the cooperation",
    "eval.lead.citizen": "LIX 46: will be able to notice a difference",
    "prep.done": "inden den, as everywhere",
    "lead.prep.done": "inden den, as everywhere",
    "lead.ret.intro": "inden den, as everywhere",
    "prep.goal.more": "HR chooses how many goals there can be",
    "deb.12.action": "HR chooses how many actions there can be",
    "lead.prep.followup.return": "HR chooses how many working days",
    "fu30.intro": "HR chooses after how many days",
    "fu90.intro": "HR chooses after how many days, and a reminder comes after it",
    "lead.fu30": "HR chooses after how many days",
    "fb.offer": "HR chooses after how many days",
    "sign.length.months": "HR chooses how many months are recommended at the most",
    "warn.sixmonths": "HR chooses how many months are recommended at the most",
    "host.check.intro": "not true where days were missed, and the host is not told of a pause",
    "push.close": "LIX 38: who deletes was not said",
}
