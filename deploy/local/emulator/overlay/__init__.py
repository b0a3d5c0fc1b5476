"""What the emulator leaves lax and our security rests on, closed. Runs inside the emulator's own environment.

Standard library and ministack only; imports are relative, because the emulator sees this folder as the package
`overlay` and the tests see it under `deploy.local.emulator`.
"""
