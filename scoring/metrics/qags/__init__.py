"""QAGS: questions about the text, answered from it and from its source (Wang, Cho, Lewis, 2020, arXiv 2004.04228)."""
