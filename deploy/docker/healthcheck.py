"""The image's health check: is the service's event loop alive? Ends with 1 when it is not."""

import os
import urllib.request

port = os.environ.get(f"{os.environ['SERVICE'].upper()}_HTTP_PORT", "8000")
urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2)
