#!/usr/bin/env bash
# The web part alone: a new environment without torch, under 300 MB, and it starts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check .
size=$(du -sm "$folder/venv" | cut -f1)
echo "installed: ${size} MB, $("$folder/venv/bin/python" -m pip list 2>/dev/null | tail -n +3 | wc -l) packages"
[ "$size" -lt 300 ] || { echo "over 300 MB"; exit 1; }
export DATABASE_URL=postgres://nobody@127.0.0.1:1/none SECRET_KEY=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOP ALLOWED_HOSTS=x CELERY_BROKER_URL=memory://
"$folder/venv/bin/python" - <<'PY'
import importlib.util, sys
assert importlib.util.find_spec("torch") is None, "torch is installed"
import evalsite.wsgi
assert "torch" not in sys.modules and "numpy" not in sys.modules
print("the web application starts without torch and without numpy")
PY
