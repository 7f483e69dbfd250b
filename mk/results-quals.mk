# QUALS: score fixed samples of public sets with the shipped checkpoint and write docs/results/quals.md.
.PHONY: results-quals

results-quals: ## Score samples of Alexa crowd, BEGIN, QAGS and SummEval with QUALS; resumes; write docs/results/quals.md
	@"$(PY)" -m scoring.metrics.quals.results
