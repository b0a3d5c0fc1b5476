"""The data of the AWS library that a zip takes along: what is called is there, as it is in the whole."""

import ast
from pathlib import Path

import botocore
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.regions import EndpointResolver

from deploy.packages.data import OPERATIONS, write_data
from deploy.packages.dependencies import PROJECT

INSTALLED = Path(botocore.__file__).parents[1]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Loader:
    stage = tmp_path_factory.mktemp("stage")
    write_data(INSTALLED, stage)
    data = str(stage / "botocore" / "data")
    return Loader(extra_search_paths=[data], include_default_search_paths=False)


def called() -> set[str]:
    """Find every operation that the Lambdas await, by its name in Python."""
    sources = [file for folder in ("shared", "services") for file in (PROJECT / folder).rglob("*.py")]
    calls = (
        node.value for file in sources for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Await)
    )
    return {call.func.attr for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)}


def test_every_operation_that_is_called_is_taken_along_and_no_other() -> None:
    models = {service: ServiceModel(Loader().load_service_model(service, "service-2")) for service in OPERATIONS}
    known = {xform_name(name): name for model in models.values() for name in model.operation_names}
    assert {known[name] for name in called() & set(known)} == set().union(*OPERATIONS.values())


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_an_operation_has_the_shapes_that_it_has_in_the_whole(written: Loader, service: str) -> None:
    cut = ServiceModel(written.load_service_model(service, "service-2"), service)
    whole = ServiceModel(Loader().load_service_model(service, "service-2"), service)
    assert set(cut.operation_names) == OPERATIONS[service]
    assert cut.metadata == whole.metadata
    for name in cut.operation_names:
        ours, theirs = cut.operation_model(name), whole.operation_model(name)
        assert [each.name for each in ours.error_shapes] == [each.name for each in theirs.error_shapes]
        assert getattr(ours.output_shape, "members", {}).keys() == getattr(theirs.output_shape, "members", {}).keys()
        assert ours.input_shape.members.keys() == theirs.input_shape.members.keys()


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_the_rules_of_endpoints_are_whole(written: Loader, service: str) -> None:
    name = "endpoint-rule-set-1"
    assert written.load_service_model(service, name)["rules"] == Loader().load_service_model(service, name)["rules"]
    assert written.load_data("partitions") == Loader().load_data("partitions")


def test_every_region_is_known(written: Loader) -> None:
    cut, whole = (EndpointResolver(each.load_data("endpoints")) for each in (written, Loader()))
    for partition in whole.get_available_partitions():
        assert cut.get_available_endpoints("sts", partition) == whole.get_available_endpoints("sts", partition)
