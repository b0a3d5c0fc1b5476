"""A service's format, over botocore's whole model of it."""

from collections.abc import Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from shared.aws.client.protocol import Format, Reply


class ServiceFormat:
    def __init__(self, service: str) -> None:
        self.model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
        self._format = Format(self.model)

    def write(self, operation: str, parameters: Mapping[str, Any]) -> tuple[Mapping[str, str], bytes]:
        return self._format.write(self.model.operation_model(operation), parameters)

    def read(self, operation: str, reply: Reply) -> Any:
        return self._format.read(self.model.operation_model(operation), reply)
