"""The console on loopback: the files, and the operations of the API with the user's own identity."""
