"""Interaction quality of every turn of a conversation, in one pass.

After RoBERTaIQ (Gupta et al., Amazon Alexa AI, 2021). The paper names three ingredients and publishes neither code
nor data: a multi-turn encoder that sees temporal differences between turns, two self-supervised pre-training stages
on unlabelled dialogue, and multi-task fine-tuning. What each is here is described where it is written:

    config.py      what a model is made of, and the signature field that says so
    turns.py       turns -> token ids, roles, time gaps          windows.py    long conversations -> windows
    packing.py     windows -> one batch                          attention.py  who may look at whom
    model.py       the encoder and its read-outs                 heads.py      what a read-out predicts
    corpora/       the public data sets, read                    splits.py, duplicates.py   what is never trained on
    masking.py, damage.py, pretrain.py    the two stages         objectives.py, train.py    fine-tuning
    intervals.py   the 80 % interval                             metric.py     the metric that the registry loads
    results/       docs/results/iq.md from prediction files
"""
