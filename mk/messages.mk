.PHONY: messages
messages: $(TEST_STAMP) ## Collect and compile the strings of pages (needs gettext): make messages
	@"$(PY)" scripts/messages.py
