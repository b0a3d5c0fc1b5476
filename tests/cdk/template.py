"""A synthesized template, read as CloudFormation would fill it in for one account and region."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from deploy.policies.deployment import Deployment

_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "111122223333",
    "AWS::URLSuffix": "amazonaws.com",
}
# What a property has that is not there: `Ref AWS::NoValue`.
_NOTHING = "<AWS::NoValue>"
Properties = dict[str, Any]


def example_deployment(name: str = "sentinel", **more: str) -> Deployment:
    """Name a deployment where the templates are filled in."""
    names = {"vend_role": f"{name}-vend", "admin_role": f"{name}-admin", "topic": f"{name}-events"}
    tables = (f"{name}-{kind}" for kind in ("sessions", "grants", "budgets"))
    return Deployment("aws", "eu-central-1", "111122223333", *tables, **{**names, **more})


@dataclass(frozen=True)
class Template:
    """Resources by logical id, and outputs by name, with references in place of what only CloudFormation would know.

    `Ref X` becomes `<X>`, and `Fn::GetAtt X.Arn` becomes `<X.Arn>`.
    """

    resources: Mapping[str, dict[str, Any]]
    outputs: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path, **pseudo: str) -> Self:
        """Read a template; `pseudo` says where it is deployed otherwise, such as `Partition="aws-cn"`."""
        template = json.loads(file.read_text(encoding="utf-8"))
        known = {**_PSEUDO, **{f"AWS::{name}": value for name, value in pseudo.items()}}
        holds = {name: _filled(each, known, {}) for name, each in template.get("Conditions", {}).items()}
        outputs = {name: _filled(each["Value"], known, holds) for name, each in template.get("Outputs", {}).items()}
        return cls(_filled(template["Resources"], known, holds), outputs)

    def of_type(self, kind: str) -> dict[str, Properties]:
        """Give the properties of every resource of a type, `Lambda::Function` for instance, by logical id."""
        return {
            logical_id: each.get("Properties", {})
            for logical_id, each in self.resources.items()
            if each["Type"] == f"AWS::{kind}"
        }

    def only(self, kind: str) -> Properties:
        """Give the properties of the one resource of a type."""
        (found,) = self.of_type(kind).values()
        return found

    def named(self, kind: str, key: str, name: str) -> Properties:
        """Give the properties of the one resource of a type whose property `key` is `name`."""
        (found,) = (each for each in self.of_type(kind).values() if each.get(key) == name)
        return found

    def counts(self) -> Counter[str]:
        return Counter(each["Type"].removeprefix("AWS::") for each in self.resources.values())

    def statements(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give every statement of every identity policy, with whose it is."""
        for role in self.of_type("IAM::Role").values():
            for policy in role.get("Policies", []):
                yield from ((role["RoleName"], each) for each in policy["PolicyDocument"]["Statement"])
        for logical_id, policy in self.of_type("IAM::Policy").items():
            yield from ((logical_id, each) for each in policy["PolicyDocument"]["Statement"])


def _filled(  # noqa: C901 - one case for each of CloudFormation's functions
    value: Any, known: Mapping[str, str], holds: Mapping[str, bool]
) -> Any:
    def fill(each: Any) -> Any:
        return _filled(each, known, holds)

    match value:
        case {"Ref": name}:
            return known.get(name, f"<{name}>")
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return separator.join(map(fill, parts))
        case {"Fn::Sub": str(text)}:
            for name, its in known.items():
                text = text.replace(f"${{{name}}}", its)
            return text
        case {"Fn::Equals": [one, other]}:
            return fill(one) == fill(other)
        case {"Fn::Or": each}:
            return any(map(fill, each))
        case {"Fn::If": [name, then, otherwise]}:
            return fill(then if holds[name] else otherwise)
        case dict():
            return {key: filled for key, each in value.items() if (filled := fill(each)) != _NOTHING}
        case list():
            return [filled for each in value if (filled := fill(each)) != _NOTHING]
        case _:
            return value
