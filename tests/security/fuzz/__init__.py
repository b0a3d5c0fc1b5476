"""Coverage-guided fuzzing of everything that reads what others write: `make fuzz SECONDS=60`.

What a run finds is kept in `tests/security/corpus`, where every run of the tests tries it again.
"""
