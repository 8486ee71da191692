# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# crosscall run: build the kernel, boot it in QEMU, pass on its verdict.

run_defaults()
{
	arch=riscv64
	cpus=4
	doorbell=auto
	batch=no
	gdb=no
	gdb_port=1234
	append=
	qemu_args=
	time_limit=
	may_install_run=yes
	[ -t 0 ] || batch=yes
}

run_parse()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--arch | --cpus | --doorbell | --append | --timeout | --gdb-port | --qemu-args)
			need_value "$1" $#
			run_option "$1" "$2"
			shift
			;;
		--batch) batch=yes ;;
		--gdb) gdb=yes ;;
		--no-install) may_install_run=no ;;
		-h | --help) help_run && exit 0 ;;
		-*) usage_error "run: unknown option '$1'" ;;
		*) usage_error "run: unexpected argument '$1'" ;;
		esac
		shift
	done
}

run_option()
{
	case $1 in
	--arch) arch=$2 ;;
	--cpus) cpus=$2 ;;
	--doorbell) doorbell=$2 ;;
	--append) append=${append:+$append }$2 ;;
	--qemu-args) qemu_args=$2 ;;
	--gdb-port)
		need_number --gdb-port "$2" 1 65535
		gdb_port=$2
		gdb=yes
		;;
	--timeout)
		need_number --timeout "$2" 1 86400 "seconds"
		time_limit=$2
		;;
	esac
}

# All that can be said before anything is installed, built or booted.
run_check()
{
	case $arch in
	riscv64) known="sbi-ipi" ;;
	aarch64) known="gicv3 gicv3-mux gicv2 gicv2-mux" ;;
	*) usage_error "--arch '$arch': riscv64 or aarch64" ;;
	esac
	# shellcheck disable=SC2086 # a list of words
	is_one_of "$doorbell" auto $known || usage_error "--doorbell '$doorbell': on $arch there are: auto $known"
	case $arch-$doorbell in
	riscv64-*) need_number --cpus "$cpus" 1 128 "OpenSBI 1.1 carries 128 harts" ;;
	aarch64-gicv2*) need_number --cpus "$cpus" 1 8 "a GICv2 has 8 CPU interfaces" ;;
	*) need_number --cpus "$cpus" 1 512 "QEMU's virt machine has room for 512" ;;
	esac
}

# Megabytes: the kernel's per-CPU state grows with the number of CPUs, the call slots with its square.
guest_memory()
{
	if [ "$cpus" -gt 128 ]; then
		echo 1024
	else
		echo 256
	fi
}

machine_args()
{
	case $arch-$doorbell in
	riscv64-*) echo "-M virt" ;;
	# Without -nic none QEMU wants a boot ROM from one more package.
	aarch64-gicv2*) echo "-M virt,gic-version=2 -cpu max -nic none -semihosting" ;;
	aarch64-*) echo "-M virt,gic-version=3 -cpu max -nic none -semihosting" ;;
	esac
}

kernel_args()
{
	args=
	[ "$batch" = no ] || args="batch"
	[ "$doorbell" = auto ] || args="$args doorbell=$doorbell"
	args="$args $append"
	args=${args# }
	echo "${args% }"
}

# Becomes QEMU with this machine; more arguments may follow. Call it in a subshell.
# shellcheck disable=SC2046,SC2086 # lists of words
become_qemu()
{
	exec $qemu_prefix "qemu-system-$arch" $(machine_args) -m "$(guest_memory)M" -smp "$cpus" \
		-display none -no-reboot $qemu_args $gdb_args "$@"
}

# The same with the kernel in it.
become_guest()
{
	become_qemu -kernel "$build/$arch/crosscall.bin" -append "$(kernel_args)" "$@"
}

# Whether QEMU can make this machine; what it said to that.
probe()
{
	mkdir -p "$build/log" || fail "cannot write to $build"
	probe_log=$build/log/qemu-probe.log
	qemu_prefix="timeout 60"
	echo quit | become_qemu -S -serial none -monitor stdio >/dev/null 2>"$probe_log"
}

probe_says()
{
	grep -m 1 . "$probe_log"
}

# A machine that this QEMU cannot make is the caller's mistake: ask QEMU before building.
run_probe()
{
	[ -n "$qemu_args" ] || return 0
	probe || usage_error "QEMU refuses this machine: $(probe_says)"
}

# Sets $gdb_args. QEMU itself is asked whether the port is free: no package more, and it is said before the build.
run_probe_gdb()
{
	[ "$gdb" = yes ] || return 0
	gdb_args="-S -gdb tcp:127.0.0.1:$gdb_port"
	probe || fail "--gdb: port $gdb_port of 127.0.0.1 cannot be had; --gdb-port takes another: $(probe_says)"
}

run_cleanup()
{
	trap - INT TERM HUP EXIT
	[ -z "${qemu_pid-}" ] || kill "$qemu_pid" 2>/dev/null
	[ -z "${qemu_pid-}" ] || wait "$qemu_pid" 2>/dev/null
	[ -z "${run_dir-}" ] || rm -rf "$run_dir"
	[ -z "${tty_state-}" ] || stty "$tty_state" <&3
}

run_interrupted()
{
	run_cleanup
	say "interrupted"
	exit 1
}

run_say_gdb()
{
	[ "$gdb" = yes ] || return 0
	say "waiting for a debugger. Attach with:"
	say "  gdb-multiarch -ex 'target remote 127.0.0.1:$gdb_port' $build/$arch/crosscall.elf"
}

# Boots with the console on this terminal. Ctrl-C belongs to the guest.
boot_console()
{
	tty_state=$(stty -g <&3 2>/dev/null) || tty_state=
	[ -z "$qemu_prefix" ] || qemu_prefix="timeout --foreground -k 5 $time_limit"
	become_guest -serial mon:stdio <&3 &
	qemu_pid=$!
	wait "$qemu_pid"
	status=$?
	qemu_pid=
}

# Starts QEMU without a console; more arguments may follow. The output is kept where no other run writes, and goes on
# to standard output.
start_batch()
{
	mkfifo "$run_dir/out" || fail "cannot make a fifo in $run_dir"
	tee "$run_dir/log" <"$run_dir/out" &
	tee_pid=$!
	become_guest -serial stdio -monitor none "$@" </dev/null >"$run_dir/out" 2>&1 &
	qemu_pid=$!
}

# Waits for its end, and copies the output to $log.
end_batch()
{
	wait "$qemu_pid"
	status=$?
	qemu_pid=
	wait "$tee_pid"
	cp "$run_dir/log" "$log"
}

make_run_dir()
{
	run_dir=$(mktemp -d) || fail "cannot make a temporary directory"
}

boot_batch()
{
	make_run_dir
	start_batch
	end_batch
}

# Says why a run that did not pass did not, and exits. Nothing is a pass without the guest's word.
run_verdict()
{
	case $status in
	0) ;;
	124 | 137)
		[ "$batch" = no ] || say "the last lines of $log:"
		[ "$batch" = no ] || tail -n 8 "$log" >&2
		fail "timed out after $time_limit s"
		;;
	*) fail "the run failed (QEMU's exit status $status)" ;;
	esac
	[ "$batch" = no ] && exit 0
	grep -a -q '^crosscall: PASS ' "$run_dir/log" && exit 0
	# A guest that fails before it knows how to power off has no status to give.
	grep -a -q '^crosscall: FAIL ' "$run_dir/log" && fail "the run failed: the guest said so"
	fail "the guest ended without a verdict: see $log"
}

command_run()
{
	run_defaults
	run_parse "$@"
	run_check
	exec 3<&0
	trap run_interrupted INT TERM HUP
	trap run_cleanup EXIT
	sets=$arch
	[ "$gdb" = no ] || sets="$sets gdb"
	gdb_args=
	# shellcheck disable=SC2086 # a list of words
	need_packages "$may_install_run" $sets
	run_probe
	run_probe_gdb
	build_targets "$arch" "$arch"
	log=$build/log/run-$arch.log
	[ -n "$time_limit" ] || [ "$batch$gdb" != yesno ] || time_limit=600
	qemu_prefix=${time_limit:+timeout -k 5 $time_limit}
	run_say_gdb
	if [ "$batch" = yes ]; then
		boot_batch
	else
		boot_console
	fi
	run_verdict
}
