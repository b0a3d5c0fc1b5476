"""Cold starts: how long each function takes to be ready and to answer its first request, from its zip."""
