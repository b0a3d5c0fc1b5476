"""Templates of the CDK app."""

import deploy.cdk  # noqa: F401 - selects the Node.js that the library starts when it is imported
