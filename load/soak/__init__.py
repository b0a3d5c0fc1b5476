"""Mixed load for long: nothing grows, and nothing fails that a caller did not cause."""
