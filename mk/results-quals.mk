# QUALS: score fixed samples of public sets with the shipped checkpoint and write docs/results/quals.md.
.PHONY: results-quals results-qags

results-quals: ## Score samples of Alexa crowd, BEGIN, QAGS and SummEval with QUALS; resumes; write docs/results/quals.md
	@"$(PY)" -m scoring.metrics.quals.results

results-qags: ## QAGS and QUALS on the same items: agreement with people and cost; resumes; write docs/results/qags.md
	@"$(PY)" -m scoring.metrics.qags.beside_quals
