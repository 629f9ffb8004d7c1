#!/usr/bin/env bash
# Runs a command with another version of Node, as in `scripts/on-node.sh 24 npx vitest run src/tensor`. The binary is npm's package
# node-PLATFORM-ARCH, unpacked into a temporary folder. Where it cannot be had the command is skipped; with CI=true that is an error.
set -euo pipefail
version=$1
shift
package=$(node -p '`node-${process.platform}-${process.arch}`')@$version
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if ! archive=$(npm pack "$package" --silent --pack-destination "$folder" | tail -1) || [ -z "$archive" ]; then
  echo "skipped on Node $version: $package cannot be fetched" >&2
  [ "${CI:-}" != true ]
  exit
fi
tar -xzf "$folder/$archive" -C "$folder" --strip-components 1
export PATH=$folder/bin:$PATH
echo "on Node $(node --version): $*"
"$@"
