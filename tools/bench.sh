# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# crosscall bench: build the kernel, boot it with its virtual CPUs pinned, let it measure itself.
# The machine is that of tools/run.sh.

# As in kernel/bench/rows_*.c.
bench_rows="raw-send raw-round-trip call-busy call-idle call-idle-pause flood-busy broadcast-busy broadcast-idle \
tlb-ipi tlb-firmware tlb-broadcast wakeup-ping-pong many-to-one many-to-many"

bench_defaults()
{
	run_defaults
	batch=yes
	cpus=2
	rows=all
	samples=20000
	row_ms=300
	csv=no
	pin=yes
}

bench_parse()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--arch | --cpus | --doorbell | --append | --timeout | --qemu-args)
			need_value "$1" $#
			run_option "$1" "$2"
			shift
			;;
		--rows | --samples | --time)
			need_value "$1" $#
			bench_option "$1" "$2"
			shift
			;;
		--csv) csv=yes ;;
		--no-pin) pin=no ;;
		--no-install) may_install_run=no ;;
		-h | --help) help_bench && exit 0 ;;
		-*) usage_error "bench: unknown option '$1'" ;;
		*) usage_error "bench: unexpected argument '$1'" ;;
		esac
		shift
	done
}

bench_option()
{
	case $1 in
	--rows) rows=$2 && bench_check_rows ;;
	--samples)
		need_number --samples "$2" 1 20000 "samples a row"
		samples=$2
		;;
	--time)
		need_number --time "$2" 1 60000 "milliseconds a row"
		row_ms=$2
		;;
	esac
}

bench_check_rows()
{
	case ,$rows, in
	*,,*) usage_error "--rows '$rows': an empty name" ;;
	esac
	rows_left=$rows,
	while [ -n "$rows_left" ]; do
		row=${rows_left%%,*}
		rows_left=${rows_left#*,}
		# shellcheck disable=SC2086 # a list of words
		is_one_of "$row" all $bench_rows ||
			usage_error "--rows: no row '$row'; 'crosscall help bench' lists them"
	done
}

# The host's CPUs that this process may use, one a line.
host_cpus()
{
	taskset -cp $$ 2>/dev/null | sed -n 's/.*: //p' | tr , '\n' | while IFS=- read -r first last; do
		seq "$first" "${last:-$first}"
	done
}

# QEMU's virtual CPUs, a line each: number, thread.
vcpu_threads()
{
	for task in "/proc/$1"/task/*; do
		read -r name 2>/dev/null <"$task/comm" || continue
		case $name in
		"CPU "[0-9]*/*) echo "$name ${task##*/}" | sed 's|^CPU \([0-9]*\)/[^ ]*|\1|' ;;
		esac
	done
}

# Waits until QEMU has them all; they run nothing yet.
await_vcpus()
{
	turns=0
	while [ $turns -lt 200 ]; do
		if vcpu_pid=$(cat "$run_dir/qemu.pid" 2>/dev/null) && [ -n "$vcpu_pid" ]; then
			vcpus=$(vcpu_threads "$vcpu_pid")
			[ "$(echo "$vcpus" | grep -c .)" -lt "$cpus" ] || return 0
			! grep -q -s '^ALL CPUs' "/proc/$vcpu_pid"/task/*/comm || return 1
		fi
		kill -0 "$qemu_pid" 2>/dev/null || return 1
		turns=$((turns + 1))
		sleep 0.05
	done
	return 1
}

# Virtual CPU n on the n-th of the host's CPUs, round and round. Sets 'pinned' to yes or no, 'why' to the reason.
pin_vcpus()
{
	pinned=no
	why="as asked for"
	[ "$pin" = yes ] || return 0
	why="taskset names no CPUs of this host"
	[ "$nr_host_cpus" -gt 0 ] || return 0
	why="QEMU does not show a thread for each"
	await_vcpus || return 0
	why="the host does not let it"
	echo "$vcpus" | while read -r vcpu thread; do
		host_cpu=$(echo "$allowed" | sed -n "$((vcpu % nr_host_cpus + 1))p")
		taskset -cp "$host_cpu" "$thread" >/dev/null 2>&1 || exit 1
	done || return 0
	pinned=yes
}

say_pinned()
{
	list=$(echo "$allowed" | tr '\n' ' ')
	if [ $pinned = yes ]; then
		say "virtual CPUs are pinned, in turn, to the host's CPUs ${list% }"
	else
		say "virtual CPUs are not pinned: $why"
	fi
	[ "$cpus" -le "$nr_host_cpus" ] ||
		say "$cpus virtual CPUs share $nr_host_cpus of the host: waits may last a time slice of its"
}

# Boots without letting the machine run, pins, lets it run. What is written into the monitor's fifo stays there until
# QEMU reads it, as long as this shell has it open.
boot_pinned()
{
	make_run_dir
	mkfifo "$run_dir/monitor.in" "$run_dir/monitor.out" || fail "cannot make a fifo in $run_dir"
	exec 4<>"$run_dir/monitor.in"
	start_batch -S -name crosscall,debug-threads=on -pidfile "$run_dir/qemu.pid" \
		-chardev "pipe,id=pin,path=$run_dir/monitor" -mon chardev=pin
	pin_vcpus
	say_pinned
	echo cont >&4
	end_batch
	exec 4>&-
}

# The guest's lines, and what only the host knows; what went wrong goes to standard error.
bench_csv()
{
	grep -a -E '^(FAILED|crosscall: )' "$run_dir/log" | grep -a -v -E '^crosscall: (reference|PASS) ' >&2
	tr -d '\r' <"$run_dir/log" | grep -a -E '^[a-z-]+(,[^,]*){15}$' |
		sed "1s/\$/,pinned,host_cpus/; 2,\$s/\$/,$pinned,$nr_host_cpus/"
}

bench_args()
{
	echo "bench=$rows samples=$samples row-ms=$row_ms"
	[ "$csv" = no ] || echo csv
	[ $pin = no ] || [ "$nr_host_cpus" -eq 0 ] || echo "spread=$nr_host_cpus"
	echo "$append"
}

command_bench()
{
	bench_defaults
	bench_parse "$@"
	run_check
	trap run_interrupted INT TERM HUP
	trap run_cleanup EXIT
	gdb_args=
	need_packages "$may_install_run" "$arch"
	run_probe
	build_targets "$arch" "$arch"
	log=$build/log/bench-$arch.log
	time_limit=${time_limit:-600}
	qemu_prefix="timeout -k 5 $time_limit"
	allowed=$(host_cpus)
	nr_host_cpus=$(echo "$allowed" | grep -c .)
	append=$(bench_args | tr '\n' ' ')
	if [ $csv = yes ]; then
		boot_pinned >/dev/null
		bench_csv
	else
		boot_pinned
	fi
	run_verdict
}
