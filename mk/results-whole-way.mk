.PHONY: results-whole-way
results-whole-way: $(TEST_STAMP) ## Time the whole way on the Topical-Chat splits beside the project
	"$(PY)" -m tests.bench.whole_way > var/whole-way.md && cat docs/results/whole-way-note.md >> var/whole-way.md && mv var/whole-way.md docs/results/whole-way.md
