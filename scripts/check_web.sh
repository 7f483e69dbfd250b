#!/usr/bin/env bash
# The web part alone: a new environment without torch, under 300 MB, and every address of it loads and answers.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
web=""
trap '[ -z "$web" ] || kill "$web" 2>/dev/null || true; rm -rf "$folder"' EXIT
for python in ${PYTHON:-python3.11 python3.12 python3}; do
  "$python" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && break
done
"$python" -m venv "$folder/venv"
git archive HEAD 2>/dev/null | tar -x -C "$folder" --one-top-level=source || cp -r . "$folder/source"
cd "$folder/source"
"$folder/venv/bin/python" -m pip install -qq --disable-pip-version-check .
size=$(du -sm "$folder/venv" | cut -f1)
echo "installed: $size MB in $("$folder/venv/bin/python" -m pip list --format=freeze | wc -l) packages"
[ "$size" -lt 300 ] || { echo "300 MB is the limit"; exit 1; }

export DATABASE_URL=postgres://nobody@127.0.0.1:1/none CELERY_BROKER_URL=memory:// ALLOWED_HOSTS=localhost
export SECRET_KEY=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP EVALSITE_VAR="$folder/var"
"$folder/venv/bin/python" - <<'PY'
import importlib.util
import sys

import evalsite.wsgi
from django.urls import get_resolver

list(get_resolver().reverse_dict)  # resolves every include, and so imports every page
heavy = [name for name in ("torch", "transformers", "numpy", "scipy", "pyarrow", "sklearn") if name in sys.modules]
assert importlib.util.find_spec("torch") is None, "torch is installed"
assert not heavy, f"loading every address imported {heavy}"
print("loaded: every address, without torch and without numpy")
PY
port=$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/python" -m gunicorn evalsite.wsgi --bind "127.0.0.1:$port" --log-level warning &
web=$!
for _ in $(seq 100); do
  if "$folder/venv/bin/python" -c "import urllib.request as r; print('answered:', r.urlopen('http://localhost:$port/healthz').read().decode())" 2>/dev/null; then exit 0; fi
  sleep 0.2
done
echo "the web process does not answer"
exit 1
