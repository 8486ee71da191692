# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The house rules that grep and awk can check. Each function looks at the tree in the current
# directory and prints one line for each violation, nothing when there is none.

# All text files of ours, one a line.
rule_files()
{
	find . \( -path ./build -o -path ./.git \) -prune -o -type f -print | sed 's|^\./||' | sort
}

c_files()
{
	rule_files | grep -E '\.[ch]$'
}

code_files()
{
	rule_files | grep -E '\.([chSt]|sh|lds|mk|patch)$|^(Makefile|crosscall|\.ci/run)$'
}

shell_files()
{
	rule_files | grep -E '\.(sh|t)$|^(crosscall|\.ci/run)$'
}

# The licence line comes first, or second after '#!'.
rule_spdx()
{
	for file in $(code_files); do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file: no SPDX line"
	done
}

rule_file_length()
{
	for file in $(code_files); do
		lines=$(wc -l <"$file")
		[ "$lines" -le 400 ] || echo "$file: $lines lines, 400 are allowed"
	done
}

# Tabs count 8. Shell and make, which have no good way to break a line, get 20 more.
rule_line_length()
{
	for file in $(code_files | grep -v '\.patch$'); do
		case $file in
		*.[chS]) columns=100 ;;
		*) columns=120 ;;
		esac
		expand "$file" |
			awk -v f="$file" -v n="$columns" 'length > n { print f ":" NR ": " length " columns" }'
	done
}

# C: from the brace in column 1 to the one that closes it. Shell: from '{' to '}' in column 1.
rule_function_length()
{
	for file in $(c_files) $(shell_files); do
		awk -v f="$file" '
			/^\{$/ { start = NR }
			/^\}$/ {
				if (start && NR - start + 1 > 62)
					print f ":" start ": a function of " NR - start - 1 " lines"
				start = 0
			}' "$file"
	done
}

# Alternatives are files: no conditional compilation in any .c file.
rule_conditionals()
{
	c_files | grep '\.c$' |
		xargs grep -n -E '^[[:space:]]*#[[:space:]]*(if|ifdef|ifndef|elif|else)\b'
}

rule_asm()
{
	c_files | grep -v -E '^(arch/|kernel/[^/]+/)' |
		xargs grep -n -E '(^|[^[:alnum:]_])(__asm__|__asm|asm)( *(__)?(volatile|goto)(__)?)? *\('
}

rule_weak()
{
	c_files | xargs grep -n -E '__weak__|\bweak\b[[:space:]]*\)|#pragma[[:space:]]+weak'
}

rule_leftovers()
{
	code_files | grep -v '^tests/lib/rules\.sh$' |
		xargs grep -n -E '\b(TODO|FIXME|XXX|HACK)\b|^[[:space:]]*#[[:space:]]*if[[:space:]]+0\b'
}

# What belongs to one machine or one moment only.
rule_places()
{
	rule_files | grep -v '^tests/lib/rules\.sh$' |
		xargs grep -n -I -E '/(home|root|work|Users)/|\b(issue|session|helper) ?#?[0-9]+\b'
}

# Includes that match neither the C library nor one of the allowed folders: allow FOLDERS PATTERN
arrow()
{
	find "$1" -name '*.[ch]' 2>/dev/null | sort |
		xargs -r grep -n -E '^[[:space:]]*#[[:space:]]*include' | grep -v -E "include[[:space:]]*$2" |
		sed 's/$/   (this folder may not include that)/'
}

# A folder includes only from folders further right; see the map in docs/design.md.
rule_arrows()
{
	free='<(stdatomic|stdbool|stddef|stdint|stdarg|limits|stdalign|stdnoreturn)\.h>'
	local='"[a-z0-9_]+\.h"'
	arrow include "($free|<crosscall/[a-z_]+\.h>|CROSSCALL_ERRNO_HEADER)"
	arrow core "($free|<crosscall/[a-z_]+\.h>|\"core/[a-z_]+\.h\"|$local)"
	arrow irqchip "($free|<crosscall/[a-z_]+\.h>|\"irqchip/[a-z0-9_]+\.h\"|<asm/[a-z0-9_]+\.h>|$local)"
	arrow arch "($free|<crosscall/[a-z_]+\.h>|<asm/[a-z0-9_]+\.h>|$local)"
	adopter='<crosscall/[a-z_]+\.h>|"irqchip/[a-z0-9_]+\.h"|<asm/[a-z0-9_]+\.h>'
	libc='<[a-z0-9_]+(/[a-z0-9_]+)?\.h>'
	arrow kernel "($adopter|$libc|\"(kernel|tests/conform)/[a-z0-9_/]+\.h\"|$local)"
	arrow sim "($adopter|$libc|\"(sim|tests/conform)/[a-z0-9_/]+\.h\"|$local)"
	# The explorer shrinks a pool of requests, so that they are used again at once.
	arrow tests "($adopter|\"core/call\.h\"|$libc|\"(tests|sim|kernel)/[a-z0-9_/]+\.h\"|$local)"
}
