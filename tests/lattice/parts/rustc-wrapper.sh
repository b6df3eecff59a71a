#!/bin/sh
# cargo calls this as: <wrapper> rustc ARG...
# wasmcloud-host 0.27.1 fails on today's rustc with "queries overflow the depth
# limit"; a higher recursion limit for that one crate is all it needs.
compiler=$1
shift
case " $* " in
*" --crate-name wasmcloud_host "*)
	RUSTC_BOOTSTRAP=1 exec "$compiler" "$@" '-Zcrate-attr=recursion_limit="512"'
	;;
*)
	exec "$compiler" "$@"
	;;
esac
