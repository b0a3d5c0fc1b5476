"""The OpenAPI documents, as judges of real answers."""

from pathlib import Path
from typing import Final

import orjson
import schemathesis
from requests import Request
from schemathesis import Response
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.e2e.local.requests import Answer

_DOCUMENTS: Final = Path(__file__).parents[2] / "docs" / "openapi"


def load_document(name: str, config: SchemathesisConfig | None = None) -> OpenApiSchema:
    """Load a document by the name of its service."""
    return schemathesis.openapi.from_path(_DOCUMENTS / f"{name}.json", config=config)


_APIS: Final = (load_document("vend"), load_document("admin"))


def check_documented(method: str, url: str, answer: Answer) -> None:
    """Fail unless the answer's status is documented for what was called, and its body has the documented shape."""
    request = Request(method, url).prepare()
    path = request.path_url.partition("?")[0]
    found = [operation for api in _APIS if (operation := api.find_operation_by_path(method, path))]
    assert len(found) == 1, f"{method} {path} is not documented"
    documented = {int(status) for status in found[0].responses.status_codes}
    assert answer.status in documented, f"{method} {path} answered {answer.status}, which is not documented"
    headers = {name: [value] for name, value in answer.headers.items()}
    found[0].validate_response(Response(answer.status, headers, orjson.dumps(answer.body), request, 0, verify=False))
