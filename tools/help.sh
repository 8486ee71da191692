# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# What 'crosscall help' says.

help_overview()
{
	cat <<-END
		usage: crosscall COMMAND [OPTIONS]

		  run               build the reference kernel and boot it in QEMU
		  bench             boot it and measure what its IPIs cost
		  test              build and run all tests
		  help [COMMAND]    this text, or more about a command

		On Debian 12 missing packages are installed (--no-install forbids it).
		Exit status: 0 it passed, 1 it failed, 2 it cannot be done as asked.
		CROSSCALL_BUILD   where everything is built, a path without spaces (build)
	END
}

help_run()
{
	cat <<-END
		usage: crosscall run [OPTIONS]

		Builds the kernel, boots it in QEMU, and shows the bring-up, a self-check of every
		pair of CPUs and the table of counters. Then comes a console ('help' lists its
		commands, 'quit' powers off, Ctrl-A X stops QEMU), or power-off in a batch run.

		  --arch ARCH       riscv64 or aarch64 (riscv64)
		  --cpus N          riscv64: 1 to 128; aarch64: 1 to 512, with gicv2 1 to 8 (4)
		  --doorbell NAME   auto, or on riscv64: sbi-ipi; on aarch64:
		                    gicv3, gicv3-mux, gicv2, gicv2-mux (auto)
		  --batch           no console; implied when stdin is no terminal
		  --append ARGS     more kernel arguments; may be given again
		  --timeout S       stop after S seconds (batch: 600; console and --gdb: no limit)
		  --gdb             wait for gdb-multiarch before the first instruction
		  --gdb-port N      the same, at this TCP port of 127.0.0.1 (1234)
		  --qemu-args ARGS  more arguments for QEMU, separated by spaces
		  --no-install      install nothing: list what is missing, status 1

		Exit status: what the guest said, 0 passed or 1 failed; 1 too when it timed out or
		ended without a verdict; 2 it cannot be done as asked.
	END
}

help_bench()
{
	cat <<-END
		usage: crosscall bench [OPTIONS]

		Builds the kernel, boots it in QEMU, and measures what its IPIs cost: a line for each
		row, times in ns. docs/benchmark.md says what each row and column is.

		  --arch ARCH       riscv64 or aarch64 (riscv64)
		  --cpus N          as for 'run' (2)
		  --doorbell NAME   as for 'run' (auto)
		  --rows LIST       only these, separated by commas; or all (all):
	END
	# shellcheck disable=SC2086 # a list of words
	echo $bench_rows | fold -s -w 60 | sed 's/^/                    /; s/ *$//'
	cat <<-END
		  --samples N       a row ends after N samples: 1 to 20000 (20000)
		  --time MS         or after so many milliseconds: 1 to 60000 (300)
		  --csv             lines for programs, with a header, and nothing else
		  --no-pin          leave the vCPU threads to the host's scheduler
		  --append ARGS     more kernel arguments; may be given again
		  --timeout S       stop after S seconds (600)
		  --qemu-args ARGS  more arguments for QEMU, separated by spaces
		  --no-install      install nothing: list what is missing, status 1

		Exit status: 0 every row did its work, 1 one did not, or the run failed or timed out;
		2 it cannot be done as asked.
	END
}

help_test()
{
	cat <<-END
		usage: crosscall test [OPTIONS]

		Builds everything and runs tests/*.t. The last line is 'N passed, N failed' (and
		', N skipped'). Exit status 0 only when none failed and some passed.

		  --quick           fewer repeats and smaller machines
		  --list            list the tests, run none
		  --only PATTERN    only test files whose name contains PATTERN
		  --no-install      install nothing: list what is missing, status 1

		Logs stay in build/log and build/tap.
	END
}

command_help()
{
	[ $# -le 1 ] || usage_error "help takes one command"
	case ${1-} in
	'') help_overview ;;
	run) help_run ;;
	bench) help_bench ;;
	test) help_test ;;
	help) help_overview ;;
	*) usage_error "help: no command '$1': run, bench, test or help" ;;
	esac
}
