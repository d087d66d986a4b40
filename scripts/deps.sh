#!/bin/bash
# Installs what the tests need: a browser, PostgreSQL, LibreOffice, Chinese fonts. Where it may
# not install, it names the packages and stops.
set -euo pipefail
need=()
command -v chromium >/dev/null || need+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || need+=(postgresql)
office=$(dirname "$(readlink -f "$(command -v soffice || echo none)")")
[ -e "$office/libsclo.so" ] || need+=(libreoffice-calc)
[ -e "$office/libswlo.so" ] || need+=(libreoffice-writer)
fc-list :lang=zh 2>/dev/null | grep -q . || need+=(fonts-noto-cjk fontconfig)
command -v pdftotext >/dev/null || need+=(poppler-utils)
[ ${#need[@]} -eq 0 ] && exit 0
echo "The tests need these Debian packages: ${need[*]}"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Install them (apt-get install ${need[*]}) and run again."
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${need[@]}"
