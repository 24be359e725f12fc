# ucsim: one Makefile, out-of-tree build/$(VARIANT)/.
#   make                 build the program
#   make check           everything that fits in a minute
#   make check-all       the long ones too
#   make check VARIANT=asan | cov
#   make mutants         broken versions made mechanically, and what catches them (docs/mutants.md)
#   make demo, bench, install (PREFIX, LIBDIR, DESTDIR), clean

# ---- variants ---------------------------------------------------------------
VARIANT ?= release
B       := build/$(VARIANT)
ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
VERSION := $(shell cat VERSION)

PACKAGES := glib-2.0 lua5.4 libcrypto json-glib-1.0 libxxhash
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES))
PKG_LIBS   := $(shell pkg-config --libs $(PACKAGES))
CHECK_LIBS  = $(shell pkg-config --libs check)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
        -Wno-unused-parameter -Wno-missing-field-initializers -Werror
OPT_release := -O2 -g
OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_cov     := -O0 -g --coverage
ifeq ($(OPT_$(VARIANT)),)
  $(error unknown VARIANT '$(VARIANT)': expected release, asan or cov)
endif
BASE_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DUCSIM_VERSION='"$(VERSION)"' -DUCSIM_DATADIR='"$(PREFIX)/share/ucsim"' \
          $(WARN) $(OPT_$(VARIANT)) -ffile-prefix-map='$(CURDIR)=.' -I. $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LIBS    := $(LDFLAGS) $(PKG_LIBS) -lpthread -lm

# ---- sources: a folder is a floor, or a room of one (docs/architecture.md) ----------------------
FOLDERS := signing audit simulator simulator/base simulator/trace simulator/triple simulator/explore \
           functionality/dkm functionality/auth functionality/com protocol/ticketed protocol/auth protocol/com \
           adversary adversary/ticketed adversary/auth adversary/com \
           environments environments/worlds environments/logs environments/general environments/lua environments/runs report cli
SOURCES := $(sort $(foreach d,$(FOLDERS),$(wildcard $(d)/*.c)))
LIB_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out cli/main.c,$(SOURCES))) $(B)/report/assets.o $(B)/cli/skeleton.o
LIB     := $(B)/libucsim.a
# for other programs: the engine and the signing core alone, and their headers (docs/libraries.md)
ENGINE  := $(B)/libucsim-engine.a
SIGNING := $(B)/libucsim-signing.a
HEADERS := $(filter-out %/internal.h %_internal.h %/row.h,$(wildcard simulator/*.h simulator/*/*.h)) signing/signing.h signing/sigma.h
PROGRAM := $(B)/ucsim

TEST_SRC  := $(sort $(wildcard tests/*/test_*.c))
TESTS     := $(patsubst %.c,$(B)/%,$(TEST_SRC))
# helpers shared by the tests of a folder: every other .c file in it
TEST_HELP := $(patsubst %.c,$(B)/%.o,$(sort $(filter-out $(TEST_SRC) $(wildcard tests/*/fuzz_*.c),$(wildcard tests/*/*.c))))
BENCHES   := $(patsubst %.c,$(B)/%,$(sort $(wildcard bench/bench_*.c)))
BENCH_HELP := $(patsubst %.c,$(B)/%.o,$(sort $(filter-out $(wildcard bench/bench_*.c),$(wildcard bench/*.c)))) $(B)/tests/simulator/transfer_toy.o # the model that is compared with SPIN

.PHONY: all check check-all print-flags print-test-flags demo bench mutants install clean tests
all: $(PROGRAM)

$(ENGINE): $(filter $(B)/simulator/%,$(LIB_OBJ))
$(SIGNING): $(filter $(B)/signing/%,$(LIB_OBJ))
$(LIB): $(LIB_OBJ)
$(LIB) $(ENGINE) $(SIGNING):
	@rm -f $@
	@ar rcsD $@ $^
# triples that are loaded call what the installed headers declare, and nothing else: the whole engine is in the program, and its
# symbols that stand in those headers are exported
EXPORTS := $(B)/ucsim.exports
$(EXPORTS): $(ENGINE) $(HEADERS)
	@nm -g --defined-only $(ENGINE) 2>/dev/null | sed -n 's/.* [TDBR] //p' | sort -u >$@.defined
	@grep -ohE '\buc_[a-z0-9_]+\b' $(HEADERS) | sort -u | comm -12 - $@.defined | sed '1i {' | sed -e '1!s/$$/;/' -e '$$a };' >$@
$(PROGRAM): $(B)/cli/main.o $(LIB) $(EXPORTS)
	@echo "  LINK    $@"
	@$(CC) $(BASE_CFLAGS) -Wl,--dynamic-list=$(EXPORTS) -o $@ $< -Wl,--whole-archive $(ENGINE) -Wl,--no-whole-archive $(LIB) $(LIBS)
$(B)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(BASE_CFLAGS) -MMD -MP -c -o $@ $<
# files as C strings: PREFIX_css is report/report.css, and so on
strings = mkdir -p $(@D); for f in $^; do name=$(1)_$${f\#\#*.}; printf 'extern const char %s[];\nconst char %s[] =\n' $$name $$name; \
	  sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$$/\\n"/' $$f; echo ';'; done >$@
$(B)/report/assets.c: report/report.css report/report.js # of HTML reports
	@$(call strings,rep_asset)
$(B)/cli/skeleton.c: docs/skeleton/triple.c docs/skeleton/triple.lua docs/skeleton/Makefile.make # what 'ucsim new --triple' writes
	@$(call strings,cli_skeleton)
$(B)/report/assets.o $(B)/cli/skeleton.o: $(B)/%.o: $(B)/%.c
	@echo "  CC      $<"
	@$(CC) $(BASE_CFLAGS) -c -o $@ $<
$(TESTS): $(B)/%: $(B)/%.o $(TEST_HELP) $(LIB)
	@echo "  LINK    $@"
	@$(CC) $(BASE_CFLAGS) -o $@ $< $(filter $(B)/$(dir $*)%,$(TEST_HELP)) $(LIB) $(CHECK_LIBS) $(LIBS)
$(BENCHES): $(B)/%: $(B)/%.o $(BENCH_HELP) $(LIB)
	@echo "  LINK    $@"
	@$(CC) $(BASE_CFLAGS) -o $@ $< $(BENCH_HELP) $(LIB) $(LIBS)
.SECONDARY:

sh_quote = '$(subst ','\'',$(1))'

# ---- what people call --------------------------------------------------------
# the benches only so that they compile
tests: $(PROGRAM) $(TESTS) $(BENCHES)
check: tests
	@B=$(B) VARIANT=$(VARIANT) CC="$(CC)" sh tests/run_tests.sh quick
check-all: tests
	@B=$(B) VARIANT=$(VARIANT) CC="$(CC)" sh tests/run_tests.sh all
demo: $(PROGRAM)
	@B=$(B) sh environments/demo.sh
# for what compiles on its own: lines for sh; tests need the library of tests too, the program does not, and link fast, as
# broken versions and mutants are linked by the hundred
FAST_LINK_release = $(if $(shell command -v ld.gold),-fuse-ld=gold) -Wl,-s
print-flags:
	$(info cflags=$(call sh_quote,$(BASE_CFLAGS)))$(info libs=$(call sh_quote,$(LIBS)))@:
print-test-flags:
	$(info cflags=$(call sh_quote,$(BASE_CFLAGS)))$(info libs=$(call sh_quote,$(FAST_LINK_$(VARIANT)) $(CHECK_LIBS) $(LIBS)))@:
bench: $(PROGRAM) $(BENCHES)
	@B=$(B) sh bench/run_bench.sh
# FILES="a.c b.c", SAMPLE=200, SEED=1, JOBS=2, ARGS=--verbose: docs/mutants.md
mutants: tests
	@B=$(B) VARIANT=$(VARIANT) CC="$(CC)" /usr/bin/python3 tests/mutants/mutants.py run $(if $(FILES),--files "$(FILES)") \
	  $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) --jobs $(or $(JOBS),$(shell nproc)) $(ARGS)
install: $(PROGRAM) $(ENGINE) $(SIGNING)
	@PROGRAM=$(PROGRAM) DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" VERSION=$(VERSION) \
	  sh docs/install.sh "$(ENGINE) $(SIGNING)" "$(HEADERS)"
clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
