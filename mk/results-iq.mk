# Interaction quality: score the public sets with the shipped checkpoint and write docs/results/iq.md.
IQ_CHECKPOINT := scoring/checkpoints/iq-minilm
IQ_OUT := var/results-iq
.PHONY: results-iq

results-iq: ## Score USS dev, Topical-Chat and FED again, compare, write docs/results/iq.md (about 5 minutes)
	@mkdir -p $(IQ_OUT)
	@"$(PY)" -m scoring.metrics.iq.results.simple
	@for set in uss topical-chat fed; do \
	  [ -f docs/results/iq/minilm.$$set.jsonl ] || { echo "$$set: no predictions are kept"; continue; }; \
	  "$(PY)" -m scoring.metrics.iq.results.items $$set $(IQ_OUT)/$$set.in.jsonl && \
	  "$(PY)" -m scoring.metrics iq $(IQ_OUT)/$$set.in.jsonl $(IQ_OUT)/$$set.out.jsonl --checkpoint $(IQ_CHECKPOINT) && \
	  "$(PY)" -m scoring.metrics.iq.results.compare docs/results/iq/minilm.$$set.jsonl $(IQ_OUT)/$$set.out.jsonl || exit 1; \
	done
	@"$(PY)" -m scoring.metrics.iq.results
