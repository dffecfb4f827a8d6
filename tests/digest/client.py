"""Asks for several addresses in one session of a client, and prints a JSON list of what came.

Arguments: the client, `requests` or `httpx`; a user and its password; addresses.
"""

import json
import sys

client, user, password, *addresses = sys.argv[1:]
if client == "requests":
    import requests

    session = requests.Session()
    session.auth = requests.auth.HTTPDigestAuth(user, password)
    session.trust_env = False
else:
    import httpx

    session = httpx.Client(auth=httpx.DigestAuth(user, password), trust_env=False)

found = []
for address in addresses:
    try:
        answer = session.get(address, timeout=20)
        found.append({"status": answer.status_code, "body": answer.text})
    except Exception as error:
        found.append({"error": f"{type(error).__name__}: {error}"})
print(json.dumps(found))
