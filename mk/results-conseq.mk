# ConSeq: train a generator by QUALS beside its baselines, measure the outputs, write docs/results/conseq.md.
CONSEQ_OUT := var/conseq/topical-chat
# What one shared CPU core does in half an hour. With a GPU (417 and 277 inputs are there):
# --train 400 --held-out 270 --samples 6 --device cuda --quals-preset full --quals-dtype bf16
CONSEQ_SIZE := --train 120 --held-out 40 --samples 3
.PHONY: results-conseq
results-conseq: ## Fine-tune, sample, choose by QUALS and ROUGE, train on, measure; resumes; write docs/results/conseq.md
	@"$(PY)" -m scoring.conseq $(CONSEQ_OUT) --topical-chat $(CONSEQ_SIZE)
	@"$(PY)" -m scoring.conseq.results $(CONSEQ_OUT)
