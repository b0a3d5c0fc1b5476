"""Enforces AWS rules that Sentinel's security depends on and the emulator does not check.

It runs in the emulator's process.

Standard library and ministack only; imports are relative, because the emulator sees this folder as the package
`overlay` and the tests see it under `deploy.local.emulator`.
"""
