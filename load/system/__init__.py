"""The server side: Sentinel's functions behind the local gateway, with the latency model for AWS."""
