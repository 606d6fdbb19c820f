# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of hmacdev for bash. The commands and options are those that the
# command's own help lists.
# shellcheck shell=bash

# bash splits COMP_WORDS at ':' and '=', so split the line at blanks instead.
# Sets line to the words before the cursor, and word to the one at the cursor.
_hmacdev_line()
{
	local text=${COMP_LINE:0:COMP_POINT}

	word=${text##*[[:blank:]]}
	read -ra line <<<"${text%"$word"}"
}

# Sets COMPREPLY to those of the candidates that begin with the word. bash
# replaces only what follows the last ':' or '=' of the word.
_hmacdev_reply()	# candidates
{
	local tail=${word##*[:=]}

	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
	COMPREPLY=("${COMPREPLY[@]#"${word%"$tail"}"}")
}

_hmacdev_words()	# argument of help...
{
	"$program" help "$@" 2>/dev/null |
		sed -nE 's/^  ([a-z]+)  +[^ ].*/\1/p'
}

_hmacdev_options()
{
	"$program" help "$command" 2>/dev/null |
		sed -nE 's/^ +((-[a-z]), )?(--[a-z0-9-]+).*/\2 \3/p'
}

_hmacdev_algs()
{
	"$program" algs 2>/dev/null | awk 'NR > 1 { print $1 }'
}

# The names of keys, as "hmacdev key" or as --keyring takes them. A name that
# the shell would expand is left out.
_hmacdev_keys()	# name or spec
{
	"$program" key list 2>/dev/null | awk -v what="$1" '
		NR > 1 && NF == 4 && $4 ~ /^hmac:[[:alnum:]:._@+-]+$/ {
			print what == "spec" ? "%" $3 ":" $4 : substr($4, 6)
		}'
}

# A list with commas: complete the last item of it.
_hmacdev_rights()
{
	local before=''

	[[ $word != *,* ]] || before=${word%,*},
	_hmacdev_reply "$(printf "$before%s " sign verify copy derive)"
	compopt -o nospace 2>/dev/null
}

# Completes the value of an option that has its own. Fails for other options.
_hmacdev_value()	# option
{
	case $command,$1 in
	*,-a|*,--algorithm)	_hmacdev_reply "$(_hmacdev_algs)" ;;
	exec,--rights)		_hmacdev_rights ;;
	serve,--user)		_hmacdev_reply "$(compgen -u)" ;;
	key,--keyring)		_hmacdev_reply '@s @u @us' ;;
	key,--type)		_hmacdev_reply 'logon user' ;;
	*,--keyring)		_hmacdev_reply "$(_hmacdev_keys spec)" ;;
	*)			return 1 ;;
	esac
}

_hmacdev()
{
	local program=$1 line word command

	COMPREPLY=()
	_hmacdev_line
	command=${line[1]-}
	if [ ${#line[@]} = 1 ]; then
		_hmacdev_reply "$(_hmacdev_words) help --help --version"
	elif [ "$command" = help ]; then
		[ ${#line[@]} != 2 ] || _hmacdev_reply "$(_hmacdev_words)"
	elif [[ $command = exec && " ${line[*]} " = *' -- '* ]]; then
		[ "${line[-1]}" != -- ] ||
			mapfile -t COMPREPLY < <(compgen -c -- "$word")
	elif _hmacdev_value "${line[-1]}"; then
		:
	elif [[ $word == -* ]]; then
		_hmacdev_reply "$(_hmacdev_options) --help"
	elif [ "$command" = key ]; then
		case ${#line[@]},${line[2]-} in
		2,)	_hmacdev_reply "$(_hmacdev_words key)" ;;
		*,show|*,revoke|*,unlink)
			_hmacdev_reply "$(_hmacdev_keys name)" ;;
		esac
	fi
}

complete -o bashdefault -o default -F _hmacdev hmacdev
