#!/bin/sh
# SPDX-License-Identifier: MIT
# the command's options: usage errors, help, missing packages, time-out, signals
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/lib/tap.sh"

crosscall=$root/crosscall

# usage WORDS ARGUMENTS...: status 2, nothing on standard output, one line that has the words.
usage()
{
	words=$1
	shift
	"$crosscall" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
	if [ $status -eq 2 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
		grep -q -e "$words" "$work/err"; then
		ok 0 "usage: crosscall $*"
	else
		ok 1 "usage: crosscall $*"
		diag "status $status, wanted one line with '$words':"
		diag - <"$work/err"
	fi
}

usage "no command"
usage "unknown command 'boot'" boot
usage "unknown option '--fast'" run --fast
usage "unexpected argument 'now'" run now
usage "unknown option '-x'" test -x
usage "unexpected argument 'now'" test now
usage "no command 'boot'" help boot
usage "one command" help run test
for option in --arch --cpus --doorbell --append --timeout --gdb-port --qemu-args; do
	usage "$option needs a value" run $option
done
usage "--only needs a value" test --only
usage "no test has that" test --only no-such-test
usage "riscv64 or aarch64" run --arch x86_64
usage "riscv64 or aarch64" run --arch ""
usage "not a number from 1 to 128" run --cpus four
usage "not a number" run --cpus ""
usage "not a number" run --cpus -1
usage "not a number" run --cpus 4.0
usage "not a number" run --cpus 99999999999999999999
usage "out of range: 1 to 128 (OpenSBI" run --cpus 0
usage "out of range: 1 to 128 (OpenSBI" run --cpus 129
usage "out of range: 1 to 512" run --arch aarch64 --cpus 513
usage "out of range: 1 to 8" run --arch aarch64 --doorbell gicv2 --cpus 9
usage "on riscv64 there are: auto sbi-ipi" run --doorbell gicv3
usage "on aarch64 there are: auto gicv3" run --arch aarch64 --doorbell sbi-ipi
usage "on riscv64 there are" run --doorbell ""
usage "on riscv64 there are" run --doorbell "auto sbi-ipi"
usage "'auto/sbi-ipi': on riscv64 there are" run --doorbell auto/sbi-ipi
usage "'gicv2/gicv2-mux': on aarch64 there are" run --arch aarch64 --doorbell gicv2/gicv2-mux
usage "on aarch64 there are" run --arch aarch64 --doorbell "gicv*"
usage "out of range" run --timeout 0
usage "not a number" run --timeout soon
usage "out of range: 1 to 65535" run --gdb-port 65536
usage "not a number" run --gdb-port 0x4d2
# QEMU would take these for octal.
usage "--cpus '08': not a number from 1 to 128" run --cpus 08
usage "--cpus '010': not a number from 1 to 128" run --cpus 010
usage "--cpus '00': not a number" run --cpus 00
usage "--cpus '010': not a number from 1 to 512" run --arch aarch64 --cpus 010
usage "--timeout '0600': not a number" run --timeout 0600
usage "unknown option '--fast'" bench --fast
usage "unknown option '--gdb'" bench --gdb
usage "unexpected argument 'now'" bench now
for option in --arch --cpus --doorbell --append --timeout --qemu-args --rows --samples --time; do
	usage "$option needs a value" bench $option
done
usage "no row 'nix'" bench --rows call-busy,nix
usage "no row 'call-busy call-idle'" bench --rows "call-busy call-idle"
usage "no row '\*'" bench --rows "*"
usage "an empty name" bench --rows ""
usage "an empty name" bench --rows call-busy,
usage "out of range: 1 to 20000" bench --samples 0
usage "out of range: 1 to 20000" bench --samples 20001
usage "not a number" bench --samples many
usage "--samples '0100': not a number" bench --samples 0100
usage "--cpus '02': not a number" bench --cpus 02
usage "out of range: 1 to 60000" bench --time 60001
usage "out of range: 1 to 128 (OpenSBI" bench --cpus 129
usage "on riscv64 there are: auto sbi-ipi" bench --doorbell gicv3

for command in "" run bench test help; do
	# shellcheck disable=SC2086 # an empty word is no word
	check "help $command" "$crosscall" help $command
done
check "run --help" "$crosscall" run --help
check "bench --help" "$crosscall" bench --help
for option in --arch --cpus --doorbell --batch --append --timeout --gdb --gdb-port --qemu-args --no-install; do
	"$crosscall" help run | grep -q -e "^ *$option"
	ok $? "help run names $option"
done
for option in --arch --cpus --doorbell --rows --samples --time --csv --no-pin --append --timeout --qemu-args \
	--no-install; do
	"$crosscall" help bench | grep -q -e "^ *$option"
	ok $? "help bench names $option"
done
for option in --quick --list --only --no-install; do
	"$crosscall" help test | grep -q -e "^ *$option"
	ok $? "help test names $option"
done
is "$("$crosscall" test --list | wc -l)" "$(find "$root/tests" -maxdepth 1 -name '*.t' | wc -l)" \
	"test --list has a line for each test file"
is "$("$crosscall" test --list --only cli | awk '{ print $1 }')" cli "test --list --only cli"

# A PATH in which one program is missing: path_without PROGRAM
path_without()
{
	rm -rf "${work:?}/bin" && mkdir "$work/bin"
	for folder in /usr/bin /bin /usr/sbin /sbin; do
		ln -s "$folder"/* "$work/bin" 2>/dev/null
	done
	rm -f "$work/bin/$1"
}

# missing PROGRAM PACKAGE ARGUMENTS...
missing()
{
	path_without "$1"
	package=$2
	shift 2
	PATH="$work/bin" "$crosscall" "$@" --no-install >"$work/out" 2>"$work/err" </dev/null
	is $? 1 "--no-install without $package: status 1"
	is "$(wc -l <"$work/err")" 1 "--no-install without $package: one line"
	grep -q "missing packages.*[: ]$package\$" "$work/err"
	ok $? "--no-install without $package: the line names it"
}

missing qemu-system-riscv64 qemu-system-misc run
missing riscv64-unknown-elf-gcc gcc-riscv64-unknown-elf run
missing qemu-system-aarch64 qemu-system-arm run --arch aarch64
missing gdb-multiarch gdb-multiarch run --gdb
missing qemu-system-aarch64 qemu-system-arm bench --arch aarch64
missing shellcheck shellcheck test

# Without apt-get, and with an apt-get that fails, the line names the package too.
path_without qemu-system-riscv64
rm "$work/bin/apt-get"
PATH="$work/bin" "$crosscall" run >"$work/out" 2>"$work/err" </dev/null
is "$? $(tail -n 1 "$work/err")" \
	"1 crosscall: no apt-get here; install these yourself: qemu-system-misc" "no apt-get"
printf '#!/bin/sh\necho "E: no network"; exit 100\n' >"$work/bin/apt-get"
chmod +x "$work/bin/apt-get"
printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
chmod +x "$work/bin/sudo"
PATH="$work/bin" "$crosscall" run >"$work/out" 2>"$work/err" </dev/null
is $? 1 "apt-get fails: status 1"
grep -q 'could not install: qemu-system-misc' "$work/err" && grep -q 'E: no network' "$work/err"
ok $? "apt-get fails: the package is named and apt's own words are shown"

usage "QEMU refuses this machine.*unsupported machine" run --no-install --qemu-args "-M no-such-machine"
usage "QEMU refuses this machine.*unsupported machine" bench --no-install --qemu-args "-M no-such-machine"
usage "QEMU refuses this machine.*cpu" run --no-install --qemu-args "-cpu no-such-cpu"

# A make that only says where it was told to build.
path_without make
printf '#!/bin/sh\nprintf "%%s\\n" "$@"; exit 1\n' >"$work/bin/make"
chmod +x "$work/bin/make"
(cd "$work" && PATH="$work/bin" CROSSCALL_BUILD=here/there "$crosscall" run --no-install) \
	>"$work/out" 2>"$work/err" </dev/null
is $? 1 "a relative CROSSCALL_BUILD: the build fails as it should"
is "$(grep '^O=' "$work/here/there/log/build-riscv64.log")" "O=$work/here/there" \
	"a relative CROSSCALL_BUILD: make builds where the log is"
# shellcheck disable=SC2016 # a dollar sign, not a value
for where in "/tmp/a b" "a b" '/tmp/a:b' '/tmp/a$b'; do
	CROSSCALL_BUILD=$where
	for command in run bench test; do
		usage "cannot build in '.*a.b'" $command
	done
done
CROSSCALL_BUILD=$build

# A guest that never ends: its hart is not started.
"$crosscall" run --no-install --batch --timeout 2 --qemu-args -S >"$work/out" 2>"$work/err" </dev/null
is $? 1 "time-out: status 1"
grep -q 'timed out after 2 s' "$work/err"
ok $? "time-out: says so"

# 20,000 samples with 100 us before each take two seconds at least.
"$crosscall" bench --no-install --timeout 1 --time 60000 --rows call-idle-pause >"$work/out" 2>"$work/err" </dev/null
is $? 1 "bench, time-out: status 1"
grep -q 'timed out after 1 s' "$work/err"
ok $? "bench, time-out: says so"

# TERM ends the script and its QEMU.
"$crosscall" run --no-install --batch --qemu-args "-S -name crosscall-$$" >"$work/out" 2>&1 </dev/null &
pid=$!
tap_pids="$tap_pids $pid"
turns=0
while kill -0 $pid 2>/dev/null && ! pgrep -f "qemu-system.*crosscall-$$" >/dev/null &&
	[ $turns -lt 300 ]; do
	turns=$((turns + 1))
	sleep 0.1
done
kill -TERM $pid
wait $pid
is $? 1 "TERM: status 1"
sleep 0.5
none "TERM: no QEMU is left behind" pgrep -f "qemu-system.*crosscall-$$"

# shellcheck source=tests/lib/gdb.sh
. "$root/tests/lib/gdb.sh"
gdb_all

check ".ci/run is the test command" grep -q 'crosscall" test$' "$root/.ci/run"
done_testing
