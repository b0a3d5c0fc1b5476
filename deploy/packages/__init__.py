"""The Lambdas' zips: built from the lock file, the same bytes from the same inputs, each with one service's needs."""
