"""Where a model is wrong, not where an item is hard: how far it lies outside what another person would have said.

For each item the rater model (annotate.rater_model) gives what a further rater, drawn from the pool, would say:

    next ~ m + t_i,   variance  (1 + kappa^2) v_i + kappa^2 t_i^2 + omega^2 + sigma^2 / w_i

with Student tails (nu + n_i degrees of freedom), where w_i is small if people split on this item. The model's place in
that distribution is its tail; -log10(tail) is the surprise that the queue is sorted by. The same is done for each human
rating against the others of its item, so that a tail can be read as "one person in 200 is as far out as this".
A model on another scale, or with a constant bias, has to be calibrated first.
Needs numpy and scipy: for the default worker, not the web; the plain difference is in scoring.differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from annotate.agreement.table import Floats, Ints
from annotate.rater_model import RaterModel


@dataclass(frozen=True, eq=False)
class Disagreements:
    """One row an item that was predicted, in the order given; all arrays (predictions,).

    expected, low, high: what a further rater would say, and the 95 % range of it. tail: two-sided chance that a further
    rater is as far out as the model. surprise: -log10(tail), to sort by. as_far: share of human ratings as far out
    among their own item's others (the human ceiling). raw: model minus the mean rating.
    """

    item: Ints
    model: Floats
    expected: Floats
    low: Floats
    high: Floats
    tail: Floats
    surprise: Floats
    as_far: Floats
    raw: Floats

    def order(self) -> Ints:
        """Places from the most to the least surprising; ties by raw difference."""
        return np.lexsort((-np.abs(self.raw), -self.surprise))

    def words(self, place: int) -> str:
        """One row as a sentence."""
        at = place
        side = "above" if self.model[at] > self.expected[at] else "below"
        if self.low[at] <= self.model[at] <= self.high[at]:
            return f"The model's {self.model[at]:.1f} is within what another person might say ({self._range(at)})."
        share = self.as_far[at]
        rare = f"{share:.1%} of people's own ratings are" if share > 0 else "none of people's own ratings is"
        would = f"what another person would say ({self._range(at)})"
        return f"The model's {self.model[at]:.1f} is {side} {would}; {rare} as far out."

    def _range(self, at: int) -> str:
        return f"{self.low[at]:.1f} to {self.high[at]:.1f}"


def beyond_the_ceiling(fitted: RaterModel, item: Ints, predicted: Floats) -> Disagreements:
    """item: places in the model's table, (predictions,); predicted: on the human scale. Raises ValueError for NaN."""
    item, predicted = np.asarray(item, dtype=np.int64), np.asarray(predicted, dtype=np.float64)
    if item.shape != predicted.shape or not np.isfinite(predicted).all():
        raise ValueError("each item needs one finite prediction")
    table = fitted.table
    centre, spread, degrees = _next_rater(
        fitted, fitted.worth[item], fitted.worth_error[item] ** 2, fitted.clarity[item], table.per_item[item]
    )
    tail = _two_sided(predicted, centre, spread, degrees)
    half = student.ppf(0.975, degrees) * spread
    people = np.sort(human_tails(fitted))
    as_far = np.searchsorted(people, tail, side="right") / max(1, len(people))
    means = np.bincount(table.item, weights=table.numbers, minlength=table.n_items) / np.maximum(table.per_item, 1)
    # The smallest positive number keeps an impossible place finite: surprise at most about 308.
    surprise = -np.log10(np.maximum(tail, np.finfo(np.float64).tiny))
    return Disagreements(
        item, predicted, centre, centre - half, centre + half, tail, surprise, as_far, predicted - means[item]
    )


def human_tails(fitted: RaterModel) -> Floats:
    """The tail of each rating among what the item's other ratings promise: (ratings with company,).

    The rating is taken out of its item's worth exactly; out of the raters' effects, and of how much people split on the
    item, it is not, which makes people look a little closer to each other than they are.
    """
    table = fitted.table
    kept = table.per_item[table.item] >= 2
    item, rater, y = table.item[kept], table.rater[kept], table.numbers[kept]
    w, noise, scale = fitted.clarity[item], fitted.noise[rater] ** 2, fitted.scale[rater]
    precision = 1 / fitted.worth_error[item] ** 2
    without = np.maximum(precision - w * scale**2 / noise, 1 / fitted.item_sd**2)
    worth = (precision * fitted.worth[item] - w * scale * (y - fitted.mean - fitted.bias[rater]) / noise) / without
    return _two_sided(y, *_next_rater(fitted, worth, 1 / without, w, table.per_item[item] - 1))


def _next_rater(
    fitted: RaterModel, worth: Floats, unsure: Floats, clarity: Floats, n: Floats
) -> tuple[Floats, Floats, Floats]:
    """Centre, spread and degrees of freedom of what a further rater says."""
    noise = float(np.mean(fitted.noise**2))
    scatter = fitted.scale_sd**2
    variance = (1 + scatter) * unsure + scatter * worth**2 + fitted.bias_sd**2 + noise / clarity
    return fitted.mean + worth, np.sqrt(variance), fitted.tail + n


def _two_sided(value: Floats, centre: Floats, spread: Floats, degrees: Floats) -> Floats:
    return np.asarray(2 * student.sf(np.abs(value - centre) / spread, degrees), dtype=np.float64)
