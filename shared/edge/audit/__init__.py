"""The audit line of an invocation: what it holds, how it is written and linked, and the metrics that go with it."""
