# What a person does here: `make demo` shows it, `make test` proves it. Everything else helps.

# One folder for demo and test, so that nothing is built twice; figures are measured on their own.
BUILD := swift build
RELEASE := $(BUILD) -c release --scratch-path .build-release
PROPERTIES := $(BUILD) -c release -Xswiftc -enable-testing --scratch-path .build-properties
SWIFT_FILES := Package.swift Sources Tests
# A test that hangs fails by this bound instead of waiting for a person.
TEST_TIME_MAX := 30m
PROPERTIES_TIME_MAX := 80m
HISTORIES := 10000
# Worlds of the simulator in every `make test`, and what happens in each.
SHORT_WORLDS := 12
STEPS := 250
# Of the simulator's worlds: usual, or busy with sessions that bring something while something fails.
PACE := usual
SEED := 1
MINUTES := 30
# How many tests run side by side. Without a bound all of them start at once, and a test that talks
# to a server waits for minutes until both have had a processor.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH := 8
PREFIX ?= /usr/local
DESTDIR ?=

PICTURES ?=

.PHONY: help setup setup-browser test-browser demo demo-serve tour scenes test properties sim sim-soak sim-mutants check format bench kills cuts faults man install clean

help:
	@echo 'make demo    build, run a community of four devices and a server, compare them'
	@echo 'make demo-serve  the pages of a device and of the office in a browser, with a sample community'
	@echo 'make tour    takes the pictures of docs/tour.md anew'
	@echo 'make scenes  devices restored, cloned, narrowed, offline for a month; a server set back; a member'
	@echo '             who moved; full disks, wrong clocks: what people see'
	@echo 'make test    build and run every test'
	@echo 'make properties  10000 random histories of each property, in a release build'
	@echo 'make sim     one world of the simulator: SEED=1 STEPS=250 PACE=usual'
	@echo 'make sim-soak worlds of the simulator for MINUTES=30, on all cores; PACE=busy is harder'
	@echo 'make sim-mutants puts faults into the sync one by one: does the simulator notice?'
	@echo 'make test-browser  every page of both programs in a browser; PICTURES=folder keeps pictures'
	@echo 'make check   formatting, tidiness, and the C floor without warnings'
	@echo 'make format  format the Swift sources in place'
	@echo 'make bench   measure, each figure beside its floor'
	@echo 'make kills   kill both programs at random 100 times and look for losses'
	@echo 'make cuts    cut a sync at every 97th byte both ways and look for losses'
	@echo 'make faults  every fault at full length: a row per case, and which invariants held'
	@echo 'make man     make the man pages'
	@echo 'make install programs, man pages and completions, into PREFIX=/usr/local'
	@echo 'make clean   delete everything that was built'

setup:
	@scripts/setup-debian

setup-browser:
	@scripts/setup-debian --browser

# BREAK=minute, event or order alters one replica: the comparison must then fail and name it.
demo: setup
	$(BUILD)
	scripts/demo $(BREAK)
	scripts/scenes/restored-device
	scripts/scenes/server-set-back

# A sample community that stays: prints the addresses of its pages; Ctrl-C ends it.
demo-serve: setup
	$(BUILD)
	scripts/demo-serve

# Pictures of the screens, for docs/tour.md.
tour: setup-browser
	$(BUILD)
	scripts/tour

# On the real programs; each ends non-zero if an entry is lost or doubled.
scenes: setup
	$(BUILD)
	scripts/check-scenes --show

# Swift Testing already runs tests side by side in one process; --parallel would add only the
# process-per-test runner of XCTest, which we do not use, and hide the order in which tests ran.
test: setup-browser
	$(BUILD) --build-tests
	timeout --kill-after=10 $(TEST_TIME_MAX) swift test --skip-build
	SEED=$(SEED) WORLDS=$(SHORT_WORLDS) STEPS=$(STEPS) \
	    timeout --kill-after=10 $(TEST_TIME_MAX) swift test --skip-build --filter SimulationTests
	scripts/sim-mutants --check
	scripts/check-demo
	scripts/kill-test --kills 10
	scripts/check-other-client
	scripts/check-readme
	scripts/check-scenes
	scripts/cut-sync --cuts 10
	scripts/check-browser
	scripts/check-console

# Every page in both languages, light and dark, narrow and wide; PICTURES=folder keeps a picture of
# each. Then every page of the route tables, empty, usual, mistaken and with 10000 entries.
test-browser: setup-browser
	$(BUILD)
	scripts/check-browser --all $(if $(PICTURES),--pictures $(PICTURES))
	scripts/check-console --all $(if $(PICTURES),--pictures $(PICTURES))
	scripts/check-states --all

# A build of its own: tests see inside the modules, which the programs that are measured must not.
properties: setup
	$(PROPERTIES) --build-tests
	HISTORIES=$(HISTORIES) timeout --kill-after=10 $(PROPERTIES_TIME_MAX) \
	    swift test -c release -Xswiftc -enable-testing --scratch-path .build-properties \
	    --skip-build --filter 'PropertyTests|RepetitionTests'

# One world, told step by step if a promise breaks in it.
sim: setup
	$(BUILD) --build-tests
	SEED=$(SEED) WORLDS=1 STEPS=$(STEPS) PACE=$(PACE) swift test --skip-build --filter SimulationTests/worlds

# World after world for so long, on all cores, and what they met; ends non-zero if a promise broke.
sim-soak: setup
	$(PROPERTIES) --build-tests
	scripts/sim-soak --minutes $(MINUTES) --first-seed $(SEED) --steps $(STEPS) \
	    --pace $(PACE)

# Sixteen faults, each looked for in up to 300 worlds: minutes to build, then up to an hour.
sim-mutants: setup
	scripts/sim-mutants

check: setup
	swift format lint --strict --recursive $(SWIFT_FILES)
	cc -std=c11 -Wall -Wextra -Werror -fsyntax-only Benchmarks/floor.c
	timeout --kill-after=10 $(TEST_TIME_MAX) swift test --filter TidyTests

format:
	swift format --in-place --recursive $(SWIFT_FILES)

bench: setup
	$(RELEASE)
	$(PROPERTIES) --build-tests
	Benchmarks/run

kills: setup
	$(BUILD)
	scripts/kill-test

cuts: setup
	$(BUILD)
	scripts/cut-sync

faults: setup
	$(BUILD) --build-tests
	scripts/faults

man: setup
	scripts/install --man-only

# PREFIX and DESTDIR as usual.
install: setup
	PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install

clean:
	rm -rf .build .build-release .build-properties
