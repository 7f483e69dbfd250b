"""How a metric goes with people. Needs numpy and scipy: for the default worker, not the web.

    pairs = Pairs.of(metric_values, human_means, conversations)
    correlation(pairs, "spearman")              an annotate.estimates.Estimate: a value or words, never NaN

Modules: pairs (values as arrays; turn, conversation and system level), coefficients (with intervals over
conversations), concordance (Kendall in n log n), compare (two metrics on the same items), partial, ceiling (what one
person reaches), classes (AUC, average precision, F1, calibration), table (everything for several metrics at once).
"""
