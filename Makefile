# The shared-memory lab: `make help` says what there is to do.

CARGO ?= cargo
CC ?= cc
CFLAGS ?= -O2

EXERCISES := create attach fork dynamic
KEYS := 9990 1001 2004
C_VERSIONS := $(EXERCISES:%=shm-%) shm-fork-handover

TARGET := $(or $(CARGO_TARGET_DIR),target)
OURS := $(TARGET)/release
# The course's own C files, where there are some, take the place of ours.
C := $(TARGET)/$(if $(ORIGINALS),originals,c)
source = $(firstword $(if $(ORIGINALS),$(wildcard $(ORIGINALS)/$(1).c)) tests/c/$(1).c)
export ORIGINALS
ifneq ($(ORIGINALS),)
ifeq ($(and $(filter 1,$(words $(ORIGINALS))),$(wildcard $(ORIGINALS)/shm-*.c)),)
$(error ORIGINALS must be a folder with shm-*.c in it, and without spaces in its path: $(ORIGINALS))
endif
endif
ifneq ($(words $(TARGET)),1)
$(error CARGO_TARGET_DIR must be a path without spaces: $(TARGET))
endif

define HELP
make                what can be built: our programs in $(OURS), the C versions in $(C)
make run            the four exercises in order, and the segments on the way; SIZE=… answers shm-dynamic
make run-create     shm-create alone; its segment stays
make run-attach     shm-attach alone
make run-fork       shm-fork alone
make run-dynamic    shm-dynamic alone; SIZE=… answers it; its segment stays
make check          runs the C versions and ours in the same state and compares everything
                    CASE=fork::fresh plays one case; ORIGINALS=folder takes the C files from there
make check-create   the same for shm-create alone
make check-attach   the same for shm-attach alone
make check-fork     the same for shm-fork alone
make check-dynamic  the same for shm-dynamic alone
make diff-create    the C version's output and ours side by side, and the segments they leave
make diff-attach    the same for shm-attach
make diff-fork      the same for shm-fork
make diff-dynamic   the same for shm-dynamic; SIZE=… answers it
make trace-create   the system calls of the C version and ours side by side
make trace-attach   the same for shm-attach
make trace-fork     the same for shm-fork, with the names of its processes
make trace-dynamic  the same for shm-dynamic; SIZE=… answers it
make shell          a shell in which the lab's keys are yours alone
make stress         failures, kills, crowds and random input, for SECONDS=60 or as many as you say
make bench          what our programs cost beside the C versions, as ratios
make clean-shm      removes your segments of the lab's keys: $(KEYS)
make clean          removes what was built
make help           this list
endef

# What a recipe needs, or one line that says what to install.
missing = { echo 'make: $(1) is missing: $(2)' >&2; exit 1; }
need-cargo = command -v $(firstword $(CARGO)) >/dev/null || \
	$(call missing,cargo,apt install cargo / dnf install cargo / see rustup.rs)
need-cc = command -v $(firstword $(CC)) >/dev/null || \
	$(call missing,a C compiler,apt install gcc libc6-dev / dnf install gcc)
# Rust's programs are linked by the C compiler, with the C library in them.
need-libc-a = [ -e "$$($(CC) -print-file-name=libc.a)" ] || \
	$(call missing,libc.a,apt install libc6-dev / dnf install glibc-static)
need-ipcrm = command -v ipcrm >/dev/null || \
	$(call missing,ipcrm,apt install util-linux / dnf install util-linux)
need-strace = command -v strace >/dev/null || \
	$(call missing,strace,apt install strace / dnf install strace)
need-hyperfine = hyperfine --help 2>/dev/null | grep -q -e --input || \
	$(call missing,hyperfine 1.16 or later,apt install hyperfine / dnf install hyperfine)

one-case = { echo 'One case alone, by its name in the list of failures: make check CASE=…' >&2; exit 1; }

# Removes the lab's segments, and no one else's: root could remove another user's too.
define remove-segments
kept=0; \
while read -r key id _ _ _ _ _ owner _; do \
	case ' $(KEYS) ' in *" $$key "*) ;; *) continue ;; esac; \
	if [ "$$owner" = "$$(id -u)" ]; then \
		echo "ipcrm -m $$id"; ipcrm -m "$$id" || kept=1; \
	else \
		echo "key $$key: segment $$id belongs to $$(id -nu "$$owner"), and stays" >&2; kept=1; \
	fi; \
done </proc/sysvipc/shm; \
[ $$kept = 0 ]
endef

# shm-dynamic reads its size from the terminal, or is given SIZE.
export SIZE
dynamic = $(if $(SIZE),printf '%s\n' "$$SIZE" | )$(1) $(OURS)/shm-dynamic

# The exercises find each other's segments, so their order matters; cargo uses all cores by itself.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: all ours run $(EXERCISES:%=run-%) check $(EXERCISES:%=check-%) \
	$(EXERCISES:%=diff-%) $(EXERCISES:%=trace-%) shell stress bench clean-shm clean help FORCE

all: ours $(C_VERSIONS:%=$(C)/%)

ours:
	@$(need-cargo)
	@$(need-cc)
	@$(need-libc-a)
	@[ -e '$(OURS)/shm-create' ] || echo 'Building: the first time takes half a minute.'
	@$(CARGO) build --quiet --release --target-dir '$(TARGET)'

# A C version, with the flags of its folder. Always built from ORIGINALS, for another folder's files
# may be older. Moved into place when complete: somebody may be running the old one.
define c-versions
$(C_VERSIONS:%=$(C)$(1)/%): $(C)$(1)/%: $$(if $(ORIGINALS),FORCE,tests/c/%.c)
	@$$(need-cc)
	@mkdir -p '$$(@D)'
	@$(CC) $(CFLAGS) $(1) -o '$$@'.$$$$$$$$ '$$(call source,$$*)' && mv '$$@'.$$$$$$$$ '$$@'
endef
$(eval $(call c-versions))
$(eval $(call c-versions,-static))
$(eval $(call c-versions,-static-pie))
FORCE:

# Whatever happens on the way, the segments are removed at the end.
run: all
	@$(need-ipcrm)
	@remove() { $(remove-segments); }; \
	trap 'status=$$?; trap "" PIPE; remove || status=1; exit $$status' EXIT; \
	trap 'exit 1' INT TERM HUP PIPE; \
	show() { echo "+ $$*"; "$$@"; }; set -e; \
	show $(OURS)/shm-create; show ipcs -m; show $(OURS)/shm-attach; show $(OURS)/shm-fork; \
	$(call dynamic,show); show ipcs -m

run-dynamic: all
	@$(call dynamic)

$(filter-out run-dynamic,$(EXERCISES:%=run-%)): run-%: all
	@$(OURS)/shm-$*

# CASE=fork::fresh plays one case; ORIGINALS that do not compile stop the checks.
check: $(if $(ORIGINALS),all)
	@$(need-cargo)
	@$(if $(CASE),$(CARGO) test --quiet --package tests -- --list | grep -qx '$(CASE): test' || \
		{ echo 'make: there is no case $(CASE)' >&2; exit 1; })
	@$(CARGO) test --no-fail-fast $(if $(CASE),--package tests -- --exact '$(CASE)') || $(one-case)

$(EXERCISES:%=check-%): check-%: $(if $(ORIGINALS),all)
	@$(need-cargo)
	@$(CARGO) test --package tests -- $*:: || $(one-case)

# What these make in the machine's table they remove again, so nobody else's may be there.
clean = $(MAKE) clean-shm
keys-are-free = [ -n '$(own-table)' ] || \
	! grep -E '^ *($(subst $() $(),|,$(KEYS))) ' /proc/sysvipc/shm || \
	{ echo 'make: there is a segment of the lab already, and this kernel gives you' \
	'no segment table of your own' >&2; exit 1; }

# A command that runs another in a segment table of its own; empty where the kernel gives none.
own-table = $(shell for own in 'unshare --ipc' 'unshare --user --map-current-user --ipc'; do \
	$$own true 2>/dev/null && echo "$$own" && break; done)

$(EXERCISES:%=diff-%): diff-%: all
	@$(keys-are-free)
	@tests/diff.sh '$(OURS)' '$(C)' $* '$(own-table)' '$(clean)'

$(EXERCISES:%=trace-%): trace-%: all
	@$(need-strace)
	@$(keys-are-free)
	@tests/trace.sh '$(OURS)' '$(C)' $* '$(own-table)' '$(clean)'

# Key 9990 is the same for everybody on a host: in here, only for you.
shell:
	@[ -n '$(own-table)' ] || { echo 'make: this kernel gives you no segment table of your own:' \
		"$$(unshare --user --map-current-user --ipc true 2>&1)" >&2; exit 1; }
	@echo 'A shell with a segment table of its own; it and its segments end with exit.'
	@$(own-table) "$${SHELL:-/bin/sh}" || :

bench: all $(C_VERSIONS:%=$(C)-static/%) $(C_VERSIONS:%=$(C)-static-pie/%)
	@$(need-hyperfine)
	@$(need-ipcrm)
	@$(keys-are-free)
	@remove() { $(remove-segments); }; [ -n '$(own-table)' ] || trap remove EXIT; \
	trap 'exit 1' INT TERM HUP; \
	$(own-table) tests/bench.sh '$(OURS)' '$(C)'

# All at once, so that they disturb each other; what can go on does so for the whole time.
stress:
	@$(need-cargo)
	@STRESS_SECONDS='$(or $(SECONDS),60)' $(CARGO) test --package tests -- --test-threads=8 \
		failures:: kills:: crowds:: outputs:: bad_input::

clean-shm:
	@$(need-ipcrm)
	@$(remove-segments)

clean:
	@$(need-cargo)
	$(CARGO) clean --target-dir '$(TARGET)'

help:
	$(info $(HELP))
	@:
