"""QUALS: factual consistency from one model that writes questions and answers (Nan et al., 2021, arXiv 2105.04623)."""
