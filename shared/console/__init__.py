"""The console's files, which the client serves on loopback and the admin Lambda below `/console/`."""
