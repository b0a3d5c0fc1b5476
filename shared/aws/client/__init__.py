"""AWS calls through aiobotocore's session, models, endpoints and credentials, and botocore's serializers and parsers.

Only the way a request is sent is ours: signed with a cached key, over an aiohttp session, repeated at once where that
is harmless. Every file names the public hook it uses; none uses a private name. Figures: decision 0041.
"""
