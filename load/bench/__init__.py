"""Benchmarks: one vend after the other against the latency model, ours beside what a user would otherwise run."""
