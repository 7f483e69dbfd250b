"""The statistics on public data, as docs/results/workbench.md has them (tables only, no texts).

python -m scoring.workbench_example > docs/results/workbench.md       needs ../shared/data or EVALSITE_DATA
"""
