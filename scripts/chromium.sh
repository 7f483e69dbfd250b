#!/usr/bin/env bash
# Browser tests drive the system's Chromium. Installs it where that is possible; says so where it is not.
set -euo pipefail
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "evalsite: installing Chromium for the browser tests"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji >/dev/null
else
  echo "evalsite: no Chromium here; the browser tests will say so (install the package chromium)"
fi
