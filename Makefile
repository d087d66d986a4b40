# Kaiyang: few words, each does one thing. `make demo` and `make test` are all a newcomer needs.
GO      ?= go
VERSION ?= 0.1.0
LDFLAGS := -s -w -X kaiyang/internal/app.Version=$(VERSION)
export CGO_ENABLED ?= 0

.PHONY: demo build test check deps fuzz race bench bench-peer release clean

demo: build           ## build, make the demo county, serve it
	./bin/kaiyang demo --data demo-data

build: bin/kaiyang    ## the binary

bin/kaiyang: $(shell find cmd internal -type f) go.mod go.sum
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/kaiyang ./cmd/kaiyang

test: deps            ## everything: format, vet, staticcheck, all tests on both databases and in the browser
	scripts/test.sh

check:                ## the quick part of test
	scripts/check.sh

deps:                 ## install what the tests need, or name the packages
	scripts/deps.sh

fuzz:                 ## a minute for each fuzz target
	scripts/fuzz.sh 60s

race: deps            ## all tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -shuffle=on ./...

bench: build          ## our own measurements with goals and ratios
	./bin/kaiyang bench --size province

bench-peer: build     ## ours beside the peer's SQL on PostgreSQL; 20 minutes and 30 GB
	scripts/bench-peer.sh

release:              ## static binaries for all platforms with checksums
	scripts/release.sh $(VERSION)

clean:
	rm -rf bin dist demo-data
