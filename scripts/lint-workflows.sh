#!/usr/bin/env bash
# The checks of what neither cargo nor clippy reads: shell scripts (shellcheck), workflows
# (actionlint, with shellcheck on what they run), and workflows and actions as an attacker
# reads them (zizmor). No network. The tools are those of scripts/setup-tools.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$(scripts/setup-tools.sh --print):$PATH

code=0
# docker/build is what the build image is made from, and its name is the digest of that.
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard '*.sh' .ci/run ':!docker/build')
shellcheck --external-sources "${scripts[@]}" || code=1

mapfile -t workflows < <(git ls-files --cached --others --exclude-standard '*.github/workflows/*.yml' '*.github/workflows/*.yaml')
actionlint -shellcheck shellcheck -pyflakes= "${workflows[@]}" || code=1

mapfile -t actions < <(git ls-files --cached --others --exclude-standard 'action.yml' '*/action.yml')
zizmor --quiet --offline --config .github/zizmor.yml "${workflows[@]}" "${actions[@]}" || code=1
exit $code
