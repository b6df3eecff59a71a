#!/bin/bash
# What the platform needs in Gitea, over its API: a user, a repository, its webhook, and a
# token for the runner in /run/pelato/token. What is there already stays as it is.
set -euo pipefail

user=pelato repository=thermo
token=${TOKEN_FILE:-/run/pelato/token}
[[ ${GITEA_PASSWORD:-} =~ ^[A-Za-z0-9]{8,}$ ]] ||
	{ echo "set GITEA_PASSWORD in .env: eight or more letters and digits" >&2; exit 1; }

say() { echo "gitea-setup: $*"; }

# ask METHOD PATH [JSON]: the answer's status in $status, its body in $body. As the user,
# whose password is in no list of processes.
ask() {
	local answer
	answer=$(curl -sS --request "$1" --write-out '\n%{http_code}' --header 'Content-Type: application/json' \
		--config <(printf 'user = "%s:%s"\n' "$user" "$GITEA_PASSWORD") \
		${3:+--data "$3"} "$GITEA/api/v1$2")
	status=${answer##*$'\n'} body=${answer%$'\n'*}
}

# wants STATUS…: ends all of it where the answer was another one.
wants() {
	[[ " $* " == *" $status "* ]] || { echo "gitea-setup: Gitea answers $status: $body" >&2; exit 1; }
}

# The first user cannot be made over the API. Gitea refuses to run as root.
make_user() {
	local command=(gitea admin user create --admin --username "$user" --password "$GITEA_PASSWORD"
		--email "$user@localhost.localdomain" --must-change-password=false)
	if [ "$(id -u)" = 0 ] && id git >/dev/null 2>&1; then
		su git -s /bin/bash -c "$(printf '%q ' "${command[@]}")"
	else
		"${command[@]}"
	fi
}

# Asked as nobody: a password of a user that is not there is refused as a wrong one.
[ "$(curl -sS -o /dev/null --write-out '%{http_code}' "$GITEA/api/v1/users/$user")" != 404 ] || make_user
ask GET /user
wants 200

ask POST /user/repos "{\"name\":\"$repository\",\"default_branch\":\"main\"}"
wants 201 409

ask GET "/repos/$user/$repository/hooks"
wants 200
if [[ $body != *"$RUNNER/webhooks/gitea"* ]]; then
	ask POST "/repos/$user/$repository/hooks" "{\"type\":\"gitea\",\"active\":true,\"events\":[\"push\"],
		\"config\":{\"url\":\"$RUNNER/webhooks/gitea\",\"content_type\":\"json\",\"secret\":\"$WEBHOOK_SECRET\"}}"
	wants 201
fi

works() { curl -fsS -o /dev/null --config <(printf 'header = "Authorization: token %s"\n' "$(<"$token")") "$GITEA/api/v1/repos/$user/$repository"; }
if [ ! -s "$token" ] || ! works; then
	ask DELETE "/users/$user/tokens/pelato-runner"
	wants 204 404
	ask POST "/users/$user/tokens" '{"name":"pelato-runner","scopes":["write:repository"]}'
	wants 201
	# It is told this once.
	[[ $body =~ \"sha1\":\"([0-9a-f]{40})\" ]] || { echo "gitea-setup: no token in Gitea's answer" >&2; exit 1; }
	# The runner is another user, and nobody else mounts this.
	(umask 022 && echo "${BASH_REMATCH[1]}" >"$token.new" && mv "$token.new" "$token")
fi
say "$user/$repository is ready"
