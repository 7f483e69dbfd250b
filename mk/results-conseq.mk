# ConSeq: train a generator by QUALS beside its baselines, measure the outputs, write docs/results/conseq.md.
CONSEQ_OUT := var/conseq/topical-chat
.PHONY: results-conseq
results-conseq: ## Fine-tune, sample, choose by QUALS and ROUGE, train on, measure; resumes; write docs/results/conseq.md
	@"$(PY)" -m scoring.conseq $(CONSEQ_OUT) --topical-chat
	@"$(PY)" -m scoring.conseq.results $(CONSEQ_OUT)
