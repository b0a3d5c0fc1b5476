"""The threat table: a TOML file for each trust boundary, the page made of them, and the command that runs its tests."""
