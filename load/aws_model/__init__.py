"""An AWS made of latency: the calls Sentinel makes, answered as late as AWS answers them.

A load tool, never a test double: it decides nothing about signatures, policies or trust, and no test of Sentinel's
behaviour rests on it. Emulators cannot be used for load, because they would measure themselves.
"""
