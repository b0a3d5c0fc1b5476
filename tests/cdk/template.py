"""A synthesized template, read as CloudFormation would fill it in for one account and region."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from deploy.policies.place import Place

_PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "111122223333",
    "AWS::URLSuffix": "amazonaws.com",
}
Properties = dict[str, Any]


def example_place(name: str = "sentinel", **more: str) -> Place:
    """Name a deployment where the templates are filled in."""
    names = {"vend_role": f"{name}-vend", "admin_role": f"{name}-admin", "topic": f"{name}-events"}
    return Place("aws", "eu-central-1", "111122223333", f"{name}-sessions", f"{name}-grants", **{**names, **more})


@dataclass(frozen=True)
class Template:
    """Resources by logical id, with references in place of what CloudFormation would know only at deployment.

    `Ref X` becomes `<X>`, and `Fn::GetAtt X.Arn` becomes `<X.Arn>`.
    """

    resources: Mapping[str, dict[str, Any]]

    @classmethod
    def read(cls, file: Path) -> Self:
        return cls(_filled(json.loads(file.read_text(encoding="utf-8"))["Resources"]))

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


def _filled(value: Any) -> Any:
    match value:
        case {"Ref": name}:
            return _PSEUDO.get(name, f"<{name}>")
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [separator, parts]}:
            return separator.join(map(_filled, parts))
        case {"Fn::Sub": str(text)}:
            for name, its in _PSEUDO.items():
                text = text.replace(f"${{{name}}}", its)
            return text
        case dict():
            return {key: _filled(each) for key, each in value.items()}
        case list():
            return [_filled(each) for each in value]
        case _:
            return value
