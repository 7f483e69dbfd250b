# ConSeq: train a generator by QUALS beside its baselines, measure the outputs, write docs/results/conseq.md.
CONSEQ_OUT := var/conseq/topical-chat
# Small enough for a CPU. With a GPU (417 and 277 inputs are there): CONSEQ_DEVICE=cuda, and
# --train 400 --held-out 270 --samples 6 --quals-preset full --quals-dtype bf16
CONSEQ_DEVICE := cpu
CONSEQ_SIZE := --train 120 --held-out 40 --samples 3
.PHONY: results-conseq
results-conseq: ## Fine-tune, sample, choose by QUALS and ROUGE, train on, measure; resumes; write docs/results/conseq.md
	@"$(PY)" -m scoring.conseq $(CONSEQ_OUT) --topical-chat $(CONSEQ_SIZE) --device $(CONSEQ_DEVICE)
	@"$(PY)" -m scoring.conseq.results $(CONSEQ_OUT) --device $(CONSEQ_DEVICE) --qags
