"""Download the source package of NAME==VERSION from the index that pip is configured with, verified by its hash.

`pip download` would build the package's metadata first, which takes minutes for a large C++ package.
Usage: fetch_sdist.py NAME==VERSION FILE
"""

import hashlib
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request


def configured_index() -> str:
    """URL of the simple index: environment, then pip's configuration, then pip's built-in default."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout.strip():
        return listed.stdout.strip()
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


def main(requirement: str, destination: str) -> None:
    name, version = requirement.split("==")
    page = f"{configured_index().rstrip('/')}/{name}/"
    request = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    files = json.load(urllib.request.urlopen(request, timeout=120))["files"]
    source = next((f for f in files if f["filename"].lower() == f"{name}-{version}.tar.gz"), None)
    if source is None:
        sys.exit(f"fetch_sdist: the package index has no source package {name}-{version}.tar.gz")
    content = urllib.request.urlopen(urllib.parse.urljoin(page, source["url"]), timeout=600).read()
    if hashlib.sha256(content).hexdigest() != source["hashes"]["sha256"]:
        sys.exit(f"fetch_sdist: {source['filename']}: the SHA-256 of the download differs from the index's")
    with open(destination, "wb") as out:
        out.write(content)


if __name__ == "__main__":
    main(*sys.argv[1:])
