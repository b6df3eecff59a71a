#!/bin/bash
# Whether the runner in this container takes deliveries: 0 where `/readyz` answers 200. By
# bash alone, so that the image needs no curl. PELATO_PORT is the port of `listen:`.
exec 3<>"/dev/tcp/127.0.0.1/${PELATO_PORT:-8080}" || exit 1
printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
