"""The window's queue of answers where the disk is slower than the server, or keeps nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Each write takes 100 ms and each answer 50: the second and third answer go out together while only one is kept yet.
QUEUE = """async () => {
  const { Sync } = await import("/static/frontend/rating/sync.js");
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const removed = [], sizes = [], acknowledged = [];
  let last = 0, version = 0;
  const store = {
    durable: true,
    async add(operation) { await pause(100); operation.seq = ++last; },
    async remove(batch) { removed.push(...batch.map((operation) => operation.seq ?? null)); },
  };
  window.fetch = async (path, options) => {
    await pause(50);
    const { operations } = JSON.parse(options.body);
    sizes.push(operations.length);
    version += operations.length;
    return new Response(JSON.stringify({ version, receipt: "3f9c" }), { status: 200 });
  };
  const on = { state() {}, times: () => ({}), acknowledged: (operation) => acknowledged.push(operation.turn) };
  const sync = new Sync({ store, user: 1, task: 1, base: "/nowhere/", on });
  sync.enqueue({ kind: "rate", turn: 0 });
  await pause(120);
  sync.enqueue({ kind: "rate", turn: 1 });
  await pause(60);
  sync.enqueue({ kind: "rate", turn: 2 });
  await pause(600);
  return { removed, sizes, acknowledged, state: sync.state, pending: sync.pending.length };
}"""


@pytest.fixture
def page(new_context: Any) -> Page:
    page: Page = new_context(make_user()).new_page()
    page.goto("/queue/")
    return page


def test_an_answer_that_is_sent_before_it_is_kept_is_removed_once_it_is(page: Page) -> None:
    found = page.evaluate(QUEUE)
    assert found["sizes"] == [1, 2]  # or this would not be the case that it is about
    assert found["removed"] == [1, 2, 3]
    assert (found["acknowledged"], found["state"], found["pending"]) == ([0, 1, 2], "saved", 0)


def test_what_the_disk_never_took_need_not_be_removed_from_it(page: Page) -> None:
    left = page.evaluate("""async () => {
      const { openStore } = await import("/static/frontend/rating/store.js");
      const store = await openStore("slow-disk");
      const kept = { user: 1, task: 1, turn: 0 }, stays = { user: 1, task: 1, turn: 1 };
      await store.add(kept);
      await store.add(stays);
      await store.remove([kept, { user: 1, task: 1, turn: 2 }]);
      return (await store.list(1, 1)).map((row) => row.turn);
    }""")
    assert left == [1]
