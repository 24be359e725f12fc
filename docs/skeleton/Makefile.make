# Builds NAME.so against the headers of ucsim and runs it there. An installation elsewhere: PKG_CONFIG_PATH=.../lib/pkgconfig
UCSIM ?= $(shell pkg-config --variable=program ucsim)
CFLAGS ?= -O2 -g
WARN := -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers

NAME.so: NAME.c
	$(CC) $(WARN) $(CFLAGS) -fPIC -fvisibility=hidden $$(pkg-config --cflags ucsim) -shared -o $@ $< $$(pkg-config --libs ucsim)

check: NAME.so
	$(UCSIM) --triple ./NAME.so check NAME.lua
explore: NAME.so
	$(UCSIM) --triple ./NAME.so explore NAME.lua
clean:
	rm -f NAME.so
.PHONY: check explore clean
