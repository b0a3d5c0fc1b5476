"""Sentinel's client: the `sentinel` command and the library behind it."""
