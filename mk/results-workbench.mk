.PHONY: results-workbench
results-workbench: $(TEST_STAMP) ## Agreement, ceilings, IQ, QUALS and queues on public ratings -> docs/results/workbench.md; resumes (about 8 minutes the first time)
	@mkdir -p var
	"$(PY)" -m scoring.workbench_example > var/workbench.md && mv var/workbench.md docs/results/workbench.md
