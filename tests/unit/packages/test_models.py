"""Trimming of AWS's models."""

from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from deploy.packages.contents import CONTENTS, Contents, find_imports, source_of
from deploy.packages.dependencies import PROJECT
from deploy.packages.models import find_attributes, trim


def model(service: str = "dynamodb") -> dict[str, Any]:
    """Give a service's, as botocore has it."""
    loaded: dict[str, Any] = Loader().load_service_model(service, "service-2")
    return loaded


@pytest.fixture(scope="module")
def trimmed() -> ServiceModel:
    return ServiceModel(trim(model(), {"get_item", "transact_write_items", "append"}), "dynamodb")


def describe(shape: Any, known: frozenset[str] = frozenset()) -> Any:
    """Tell everything of a shape that serializers and parsers read, its members' too."""
    if shape is None or shape.name in known:
        return None if shape is None else shape.name
    known |= {shape.name}
    members = {name: describe(member, known) for name, member in getattr(shape, "members", {}).items()}
    inner = [describe(getattr(shape, name, None), known) for name in ("key", "value", "member")]
    return shape.name, shape.type_name, shape.serialization, shape.metadata, members, inner


def describe_operation(operation: OperationModel) -> Any:
    shapes = [operation.input_shape, operation.output_shape, *operation.error_shapes]
    return operation.name, operation.http, [describe(shape) for shape in shapes]


def test_only_named_operations_stay(trimmed: ServiceModel) -> None:
    assert set(trimmed.operation_names) == {"GetItem", "TransactWriteItems"}


@pytest.mark.parametrize("contents", CONTENTS.values(), ids=CONTENTS)
def test_what_stays_in_a_zip_is_what_botocore_says(contents: Contents) -> None:
    names = find_attributes(PROJECT / source_of(module) for module in find_imports(contents).own)
    for service in contents.aws:
        whole, kept = (ServiceModel(each, service) for each in (model(service), trim(model(service), names)))
        assert kept.metadata == whole.metadata
        for name in kept.operation_names:
            assert describe_operation(kept.operation_model(name)) == describe_operation(whole.operation_model(name))


def test_the_reasons_of_a_cancelled_transaction_can_still_be_read(trimmed: ServiceModel) -> None:
    shape = trimmed.shape_for_error_code("TransactionCanceledException")
    assert shape is not None
    assert "CancellationReasons" in shape.members


def test_documentation_goes_but_not_a_member_of_that_name() -> None:
    shapes = {
        "In": {"type": "structure", "members": {"documentation": {"shape": "Text", "documentation": "words"}}},
        "Text": {"type": "string", "documentation": "words"},
    }
    source = {"metadata": {}, "operations": {"Put": {"name": "Put", "input": {"shape": "In"}}}, "shapes": shapes}
    assert trim(source, {"put"})["shapes"] == {
        "In": {"type": "structure", "members": {"documentation": {"shape": "Text"}}},
        "Text": {"type": "string"},
    }


def test_a_model_nobody_uses_is_an_error() -> None:
    with pytest.raises(ValueError, match="DynamoDB"):
        trim(model(), {"publish"})


def test_attributes_are_found_wherever_they_are_named(tmp_path: Path) -> None:
    source = tmp_path / "one.py"
    source.write_text("async def f(c):\n    return await c.get_item(Key=c.key)\n\nlater = f.put_item\n")
    assert find_attributes([source]) == {"get_item", "key", "put_item"}
