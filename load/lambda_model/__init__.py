"""A Lambda service made of processes on one machine: they scale, freeze, start cold and are throttled."""
