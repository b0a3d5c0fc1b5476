"""A stand-in for Slack on loopback: one workspace, the Web API's methods that are used, and the people who press."""
