"""Do raters agree? Coefficients with intervals over conversations. Needs numpy: for the default worker, not the web.

    table = RatingTable.of((conversation, turn, rater, value) for ...)
    krippendorff_alpha(table, "ordinal")        an annotate.estimates.Estimate: a value or words, never NaN

Modules: table (ratings as arrays), bootstrap (intervals), alpha, masi (sets of labels), kappa (Cohen, Fleiss, Gwet's
AC1 and AC2), icc, report (all that fit a dimension, per slice), budget (how many more ratings).
"""
