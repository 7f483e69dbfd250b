.PHONY: results-workbench
results-workbench: $(TEST_STAMP) ## Agreement, ceilings and queues on public ratings -> docs/results/workbench.md
	"$(PY)" -m scoring.workbench_example > var/workbench.md && mv var/workbench.md docs/results/workbench.md
