"""Run by the tour with vended credentials: call the sensitive API until it refuses this session."""

import sys
import time

import httpx

from sentinel.proof_auth import HttpxProof
from sentinel.proof_source import ProofSource

url, api_id, region = sys.argv[1:]
with httpx.Client(auth=HttpxProof(ProofSource(api_id, region))) as client:
    while (answer := client.get(url)).is_success:
        sys.stdout.write(f"{answer.status_code} {answer.text}\n")
        sys.stdout.flush()
        time.sleep(0.5)
sys.stdout.write(f"{answer.status_code} {answer.text}\n")
