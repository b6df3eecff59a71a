#!/usr/bin/env bash
# Calls pelato with what the inputs say. What it writes for the job (annotations, summary,
# outputs) goes through files; while it speaks, the runner takes no commands from its log,
# since compilers and tasks repeat what somebody wrote.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/say.sh
source "$here/say.sh"

work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/pelato-run-XXXXXX")
trap 'rm -rf "$work"' EXIT
: >"$work/annotations"

# give NAME VALUE: a variable, where the input says anything: an empty one would hide what a
# project's .env has.
give() { [ -z "$2" ] || export "$1=$2"; }

known "$WITH_COMMAND"
give REGISTRY_URL "$WITH_REGISTRY"
give REGISTRY_USER "$WITH_REGISTRY_USER"
give REGISTRY_PASSWORD "$WITH_REGISTRY_PASSWORD"
give PELATO_NATS_URL "$WITH_NATS"
give PELATO_LATTICE "$WITH_LATTICE"
give PELATO_ENVIRONMENT "$WITH_ENVIRONMENT"
give PELATO_DEPLOY "$WITH_DEPLOY"
give PELATO_PROVIDERS "$WITH_PROVIDERS"
give PELATO_BUILDER "$WITH_BUILDER"
give PELATO_TEMPLATES "$WITH_TEMPLATES"
if [ -n "$WITH_NATS_CREDS" ]; then
	(umask 077 && printf '%s\n' "$WITH_NATS_CREDS" >"$work/nats.creds")
	export PELATO_NATS_CREDS=$work/nats.creds
fi
if truth metrics "$WITH_METRICS"; then export ENABLE_METRICS=True; fi
if truth annotate "$WITH_ANNOTATE"; then annotations=$work/annotations; else annotations=; fi
if truth summary "$WITH_SUMMARY"; then summary=${GITHUB_STEP_SUMMARY:-}; else summary=; fi
# What the action was given is not for what it starts.
for name in "${!WITH_@}"; do export -n "${name?}"; done

# pelato SUMMARY COMMAND ARGUMENT...
pelato() {
	local code=0 token
	token=pelato-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	echo "::stop-commands::$token"
	PELATO_ANNOTATIONS=$annotations PELATO_SUMMARY=$1 PELATO_OUTPUT=${GITHUB_OUTPUT:-} \
		"$PELATO_BINARY" "${@:2}" </dev/null 2>&1 || code=$?
	# It may have ended within a line.
	printf '\n::%s::\n' "$token"
	cat "$work/annotations"
	: >"$work/annotations"
	return "$code"
}

since=()
[ -z "$WITH_SINCE" ] || since=(--since="$WITH_SINCE")
case $WITH_COMMAND in
plan) pelato "$summary" plan "${since[@]}" -- "$WITH_PROJECT" ;;
deploy | brush)
	pelato '' plan "${since[@]}" -- "$WITH_PROJECT"
	pelato "$summary" "$WITH_COMMAND" -- "$WITH_PROJECT"
	;;
build)
	# It asks no lattice, so there is a plan only where there is a commit to compare with.
	[ ${#since[@]} = 0 ] || pelato '' plan "${since[@]}" -- "$WITH_PROJECT"
	pelato "$summary" build -- "$WITH_PROJECT"
	;;
*) pelato "$summary" "$WITH_COMMAND" -- "$WITH_PROJECT" ;;
esac
