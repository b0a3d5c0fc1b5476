"""A Lambda service made of processes: what scales, freezes, starts cold and says no, on one machine."""
