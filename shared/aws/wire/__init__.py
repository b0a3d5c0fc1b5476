"""The wire: AWS calls as botocore would write, sign and read them, over connections of our own.

An SDK resolves endpoints, builds events and copies dictionaries anew for every call, and importing it is most of a cold
start. Endpoints, keys, signatures, both protocols and HTTP are written here instead, for the calls Sentinel makes, and
the tests hold each against botocore. Figures: decision 0013.
"""
