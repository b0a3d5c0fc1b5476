"""Benchmarks: one vend after the other against the latency model, Sentinel and what a user would otherwise run."""
