"""The wire: AWS calls as botocore writes, signs and reads them, over connections of our own.

botocore's client layer resolves endpoints, builds events and copies dictionaries anew for every call, and importing it
is most of a cold start. What of it makes a request *right* is kept: the service models, the validation, the
serializers, the SigV4 signer and the parsers. What carries the bytes is one aiohttp session. Figures: decision 0013.
"""
