# The shared-memory lab: `make help` says what there is to do.

CARGO ?= cargo
CFLAGS ?= -O2
ifeq ($(strip $(CC)),)
override CC := cc
endif

EXERCISES := create attach fork dynamic
KEYS := 9990 1001 2004

# Which targets take which variable. Others are refused on the command line, and so are unknown names.
CHECKS := check $(EXERCISES:%=check-%) $(EXERCISES:%=watch-%)
takes.YOURS := run run-% $(CHECKS) diff-% trace-% show-% show
takes.ORIGINALS := $(CHECKS) grade diff-% trace-% show-% show
takes.CASE := $(CHECKS) check-lab show
takes.LEVEL := $(CHECKS) grade
takes.SIZE := run run-dynamic diff-dynamic trace-dynamic show-dynamic
takes.RESULTS := check check-lab $(EXERCISES:%=check-%) grade
takes.HANDINS := grade
$(foreach of_all,CARGO CARGO_TARGET_DIR CC CFLAGS PATH RUSTFLAGS,$(eval takes.$(of_all) := %))
given := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(foreach name,$(given),$(foreach goal,$(filter-out $(takes.$(name)),$(or $(MAKECMDGOALS),all)), \
	$(error make $(goal) takes no $(name)=… (see make help))))

# Their values go to the programs as they are: $(value …) runs nothing that is in a folder's name.
VALUES := YOURS ORIGINALS CASE LEVEL SIZE RESULTS HANDINS
$(foreach name,$(VALUES),$(eval override $(name) := $$(value $(name))))
export CC CFLAGS $(VALUES)

TARGET := $(or $(value CARGO_TARGET_DIR),$(shell tests/target.sh $(CARGO)),target)
OURS := $(TARGET)/debug
ifneq ($(words $(TARGET)),1)
$(error the folder to build in must be a path without spaces: $(TARGET))
endif

# RUSTFLAGS takes the place of the flags in .cargo/config.toml. The programs are linked statically all the same.
ifneq ($(origin RUSTFLAGS),undefined)
override RUSTFLAGS += -C target-feature=+crt-static
export RUSTFLAGS
endif

# A command that runs another in a segment table of its own; empty where the kernel gives none.
OWN_TABLE = $(shell for own in 'unshare --ipc' 'unshare --user --map-current-user --ipc'; do \
	$$own true 2>/dev/null && echo "$$own" && break; done)

define HELP
make            builds $(OURS)/shm-… (Rust) and $(TARGET)/c/shm-…
make run        runs the four exercises in order, shows their segments
make run-…      runs create, attach, fork or dynamic; its segment stays
make check      runs the C and the Rust version from the same state, compares
make check-…    does so for one exercise
make check-lab  checks the lab itself: its pages, its commands, its guards
make grade      checks each folder in HANDINS=folder, prints a table
make watch-…    plays check-… again whenever you save a file (end: Control-C)
make diff-…     shows what both versions print, and the segments they leave
make trace-…    lists the system calls of both versions
make show-…     draws a run of both, in the terminal and for a browser
make show       draws the run of one case: CASE=fork::fresh
make shell      starts a shell in which the lab's keys are yours alone
make bench      measures the Rust programs beside the C versions
make clean-shm  removes your segments under the lab's keys: $(KEYS)
make clean      removes what was built

SIZE=100          answers shm-dynamic, in run, diff-…, trace-… and show-…
CASE=fork::fresh  plays this case alone
LEVEL=basic       plays the basic cases only; LEVEL=careful the careful too
YOURS=folder      uses its shm-*.c or executables in place of the Rust programs
ORIGINALS=folder  uses its shm-*.c in place of the C versions
RESULTS=file.xml  check's results as JUnit's XML; RESULTS=folder: grade's
endef

# What a recipe needs, or one line that says what to install.
missing = { echo 'make: $(1) is missing: apt install $(2) / dnf install $(3)' >&2; exit 1; }
need = command -v $(1) >/dev/null || $(call missing,$(1),$(2),$(or $(3),$(2)))
need-cargo = $(call need,$(firstword $(CARGO)),cargo,cargo / see rustup.rs)
# Rust's programs are linked by cc, with the C library in them.
need-linker = $(call need,cc,gcc libc6-dev,gcc); [ "$$(cc -print-file-name=libc.a)" != libc.a ] || \
	$(call missing,libc.a,libc6-dev,glibc-static)
need-cc = $(if $(filter default,$(origin CC)),$(call need,cc,gcc libc6-dev,gcc), \
	command -v $(firstword $(CC)) >/dev/null || { echo 'make: CC=$(CC): there is no such command' >&2; exit 1; })

# What the scripts of tests/ are told.
lab = TARGET='$(TARGET)' KEYS='$(KEYS)'

# cargo alone knows what is out of date: it is always asked, and says what it builds.
build = @$(lab) tests/build.sh $(CARGO) build --target-dir '$(TARGET)'

# The exercises find each other's segments, so their order matters; cargo uses all cores by itself.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: all ours run $(EXERCISES:%=run-%) needs check check-lab $(EXERCISES:%=check-%) \
	$(EXERCISES:%=watch-%) $(EXERCISES:%=diff-%) $(EXERCISES:%=trace-%) $(EXERCISES:%=show-%) show \
	shell bench grade reports clean-shm clean help

# By name, because a package of your own that `cargo new` has added to the workspace is none of them.
PROGRAMS := $(EXERCISES:%=--package shm-%)

# One build of all: what the programs, the engine and the check share is compiled once, and side by side.
C_FILES := $(wildcard tests/c/shm-*.c)
all: needs $(C_FILES:tests/%.c=$(TARGET)/%)
	$(build) $(PROGRAMS) --package engine --package tests

# The programs alone, for a short wait before the first run.
ours: needs
	$(build) $(PROGRAMS)

needs:
	@$(need-cargo)
	@$(need-linker)
	@[ ! -e '$(TARGET)' ] || [ -w '$(TARGET)' ] || { echo 'make: you may not write to $(TARGET), which another user' \
		'has made: remove it, or set CARGO_TARGET_DIR to a folder of yours' >&2; exit 1; }

# The C versions: target/c/shm-fork from tests/c/shm-fork.c. They are compiled anew where CC or CFLAGS has changed,
# and where the compiler is another one, as in a container that has this folder.
$(TARGET)/%: tests/%.c $(TARGET)/c/.compiler
	@mkdir -p '$(@D)'
	$(CC) $(CFLAGS) -o $@ $<

$(TARGET)/c/.compiler: FORCE
	@$(need-cc)
	@mkdir -p '$(@D)'; is="$$CC $$CFLAGS: $$($$CC --version 2>/dev/null | head -1)"; \
		[ "$$is" = "$$(cat $@ 2>/dev/null)" ] || echo "$$is" >$@
FORCE:

run: ours
	@$(call need,ipcrm,util-linux)
	@$(lab) tests/run.sh all

$(EXERCISES:%=run-%): run-%: ours
	@$(lab) tests/run.sh $*

check: all
	@$(TARGET)/debug/check $(if $(CASE),--exact "$$CASE")

# What is about the lab, and not about the four programs. In the end the tests of what both are made of.
check-lab: all
	@MAKEFLAGS= $(MAKE) -s -j"$$(nproc)" -f tests/attacks/Makefile TARGET='$(TARGET)' CC='$(CC)'
	@$(TARGET)/debug/check $(if $(CASE),--exact "$$CASE",--lab)
	@[ -n "$$CASE" ] || { said=$$($(CARGO) test --quiet --package common --package engine \
		--target-dir '$(TARGET)' 2>&1) || { echo "$$said"; exit 1; }; \
		echo 'The tests of common and of the engine: passed'; }

$(EXERCISES:%=check-%): check-%: all
	@case $$CASE in ''|$*::*) ;; *) echo "make: $$CASE is no case of check-$*" >&2; exit 1 ;; esac
	@$(TARGET)/debug/check $(if $(CASE),--exact "$$CASE",$*)

grade: all
	@$(TARGET)/debug/check --grade

# The reports of tests/hand-ins, written anew: for a reviewer to read in git diff.
reports: all
	@$(TARGET)/debug/check --reports

$(EXERCISES:%=watch-%): watch-%:
	@tests/watch.sh $* '$(MAKE)'

$(EXERCISES:%=diff-%): diff-%: all
	@$(TARGET)/debug/check --diff $*

$(EXERCISES:%=trace-%): trace-%: all
	@$(TARGET)/debug/check --trace $*

$(EXERCISES:%=show-%): show-%: all
	@$(TARGET)/debug/check --show $*

show: all
	@[ -n "$$CASE" ] || { echo 'make: which case? make show CASE=fork::fresh, or make show-fork' >&2; exit 1; }
	@$(TARGET)/debug/check --show-case "$$CASE"

# The time from start to end. shm-fork's own C version sleeps: the repaired one is the measure.
bench: all $(TARGET)/repaired/shm-fork
	@$(call need,hyperfine,hyperfine)
	@[ -n '$(OWN_TABLE)' ] || { echo 'make: this kernel gives you no segment table of your own.' >&2; exit 1; }
	@$(OWN_TABLE) sh -euc '$(OURS)/shm-create; measure() { hyperfine --warmup 50 --runs 500 "$$@"; }; \
		for exercise in create attach; do \
			measure -N $(TARGET)/c/shm-$$exercise $(OURS)/shm-$$exercise; done; \
		measure "echo 9 | $(TARGET)/c/shm-dynamic" "echo 9 | $(OURS)/shm-dynamic"; \
		measure -N $(TARGET)/repaired/shm-fork $(OURS)/shm-fork'

# Keys are global; in this shell they are yours alone. make's own variables are unset, because a make
# in the shell would take itself for a part of this one.
shell:
	@$(call need,unshare,util-linux)
	@[ -n '$(OWN_TABLE)' ] || { echo 'make: this kernel gives you no segment table of your own.'; \
		[ "$$(id -u)" = 0 ] && echo 'docker run --cap-add SYS_ADMIN allows it. Or begin each sheet in a new container.' || \
		echo 'Use sudo make shell; or go on in this shell: the check needs none.'; exit 1; } >&2
	@echo 'A shell with a segment table of its own; it and its segments end with exit.'
	@[ target -ef '$(TARGET)' ] || echo 'What the sheets call target is $(TARGET) here.'
	@unset MAKEFLAGS MFLAGS MAKELEVEL; shell=$${SHELL:-/bin/sh}; \
	case $$shell in \
		*/bash) shell="$$shell --rcfile tests/shell.bashrc" ;; \
		*) export PS1='(shm-lab) $$ ' ;; \
	esac; \
	$(OWN_TABLE) $$shell || :

clean-shm:
	@$(call need,ipcrm,util-linux)
	@tests/segments.sh remove $(KEYS)

clean:
	@$(need-cargo)
	$(CARGO) clean --target-dir '$(TARGET)'

help:
	$(info $(HELP))
	@:
