from tests.service.admin.conftest import admin
from tests.service.conftest import aws_url, moto_url, tables
from tests.service.vend.conftest import vend

__all__ = ["admin", "aws_url", "moto_url", "tables", "vend"]
