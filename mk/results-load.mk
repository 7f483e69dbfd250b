.PHONY: load results-load
load: $(TEST_STAMP) ## Fifty annotators at once, web processes killed under them; then pages with 100,000 items
	@"$(PY)" -m tests.bench.load $(ARGS)

results-load: $(TEST_STAMP) ## The same, written to docs/results/load.md
	"$(PY)" -m tests.bench.load > var/load.md && mv var/load.md docs/results/load.md
