from tests.service.authorizer.conftest import authorizer, clock, environment, sts
from tests.service.conftest import aws_url, moto_url

__all__ = ["authorizer", "aws_url", "clock", "environment", "moto_url", "sts"]
