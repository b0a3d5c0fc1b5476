"""The side that answers: Sentinel's functions behind the local gateway, with the latency model for AWS."""
