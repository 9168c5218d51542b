# What PostgreSQL users expect of make; tools/dev does the work.
#
# PG_CONFIG=/path/to/pg_config   use that server's installation (PostgreSQL 15 to 18)
# PG_MAJOR=16|17|18              without PG_CONFIG: which embedded server (default 18)
# DESTDIR=/path                  for make install: a directory to install under

export PG_CONFIG PG_MAJOR DESTDIR

# `sudo make install` must not leave root's files between the sources.
DEV = PYTHONDONTWRITEBYTECODE=1 python3 -m tools.dev

.DEFAULT_GOAL := build
.NOTPARALLEL:
.PHONY: build demo test test-orm test-quick docs docs-write bench install installcheck package stop clean help

build: ## build the library for the server (the default)
	@$(DEV) build

demo: ## build, start a private server, load the shipped data, run the main job on it
	@$(DEV) demo

test: ## build and run the whole test suite on a private server
	@$(DEV) test

test-quick: ## the tests that need a server, with few random rounds
	@$(DEV) test-quick

test-orm: ## test real drivers and ORMs on a private server (CLIENTS="django rust …": only these)
	@$(DEV) test-orm $(CLIENTS)

docs: ## run the examples of the documentation, and compare its pictures
	@$(DEV) docs

docs-write: ## run them and put their output into the pages, and draw the pictures
	@$(DEV) docs --write

bench: ## run the benchmarks on a private server (BENCH_ARGS="…" is passed on)
	@$(DEV) bench -- $(BENCH_ARGS)

install: ## install into the server's directories
	@$(DEV) install

installcheck: ## run pg_regress on the running server that PGHOST, PGPORT, … name
	@$(DEV) installcheck

package: ## make a tarball for machines without a toolchain
	@$(DEV) package

stop: ## stop the private servers
	@$(DEV) stop

clean: ## stop the private servers and remove target/
	@$(DEV) clean

help: ## show this
	@echo "make TARGET [PG_CONFIG=/path/to/pg_config | PG_MAJOR=16|17|18]"
	@sed -n 's/^\([a-z-]*\): ## /  \1\t/p' Makefile | expand -t 18
