"""From what was noted during a run to its figures."""
