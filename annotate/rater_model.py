"""Who rates how: bias, use of the scale and precision of each rater; the true value of each item with its interval.

    y = m + b_r + s_r t_i + e        rater r on item i
    t_i ~ N(0, tau^2)      what the item is worth, around the mean m
    b_r ~ N(0, omega^2)    bias: rates higher than others
    s_r ~ N(1, kappa^2)    scale: > 1 spreads wider than others, < 1 stays near the middle
    e ~ N(0, sigma_r^2 / w_i), w_i ~ Gamma(nu / 2, nu / 2)    precision of the rater; items people split on have small w

A mixed model with crossed random effects, fitted by variational EM (each group of effects in turn given the others'
means and variances); the spreads come from the data, sigma_r is drawn towards the pool by four ratings' worth. Ratings
are taken as numbers known to half a scale point: noise is at least step^2 / 12, and w_i sees no less, or items on which
everybody says 3 would look as if they had no noise at all. Good enough to rank raters and items, not to predict
a single point.
Needs numpy and scipy: for the default worker, not the web. 50,000 ratings: about a second.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma

from annotate.agreement.table import Floats, RatingTable

_PRIOR_RATINGS = 4.0
_LEAST_TAIL = 2.0  # from there down the noise of a rating has no variance
_SMALLEST = 1e-4  # of a variance, in units of the ratings' own variance


class TooFewRatings(ValueError):
    """No item has two ratings, or all ratings are equal: raters and items cannot be told apart."""


@dataclass(frozen=True, slots=True)
class RaterEffect:
    """One rater. bias in scale points, scale as a factor (1: like the pool), noise: standard deviation of e."""

    name: Hashable
    n_ratings: int
    bias: float
    bias_error: float
    scale: float
    scale_error: float
    noise: float

    @property
    def bias_interval(self) -> tuple[float, float]:
        """95 %, given the spreads."""
        return self.bias - 1.96 * self.bias_error, self.bias + 1.96 * self.bias_error


@dataclass(frozen=True, eq=False)
class RaterModel:
    """Fitted effects; arrays are per item or rater of `table`, in its order."""

    table: RatingTable
    mean: float
    item_sd: float  # tau
    bias_sd: float  # omega
    scale_sd: float  # kappa
    tail: float  # nu: small where some items split people far more than others
    bias: Floats  # (raters,)
    bias_error: Floats
    scale: Floats  # (raters,)
    scale_error: Floats
    noise: Floats  # (raters,) sigma_r
    worth: Floats  # (items,) t_i
    worth_error: Floats  # (items,) its standard deviation
    clarity: Floats  # (items,) w_i: 1 usual, small where people split
    iterations: int
    converged: bool

    @property
    def raters(self) -> list[RaterEffect]:
        often = np.bincount(self.table.rater, minlength=len(self.bias))
        columns = (often, self.bias, self.bias_error, self.scale, self.scale_error, self.noise)
        return [
            RaterEffect(name, int(n), *map(float, rest))
            for name, n, *rest in zip(self.table.rater_names, *columns, strict=True)
        ]

    @property
    def truth(self) -> Floats:
        """The value that the whole pool of raters would agree on for each item: (items,), on the scale."""
        return self.mean + self.worth

    @property
    def reliability(self) -> float:
        """Share of the variance of one rating that is the item's: ICC(A,1), also where raters' items have gaps."""
        noise = float(np.mean(self.noise[self.table.rater] ** 2 / self.clarity[self.table.item]))
        return self.item_sd**2 / (self.item_sd**2 + self.bias_sd**2 + noise)

    def truth_interval(self, z: float = 1.96) -> tuple[Floats, Floats]:
        """Bounds of each item's true value (95 %), given the raters' effects."""
        return self.truth - z * self.worth_error, self.truth + z * self.worth_error

    def expected(self) -> Floats:
        """What each rating would have been without noise: (ratings,)."""
        table = self.table
        return self.mean + self.bias[table.rater] + self.scale[table.rater] * self.worth[table.item]


def fit_rater_model(table: RatingTable, *, rounds: int = 300, tolerance: float = 1e-4) -> RaterModel:
    """Fit by EM until no value moves by `tolerance` scale points. Raises TooFewRatings, TypeError for labels."""
    y = table.numbers
    if not (table.per_item >= 2).any():
        raise TooFewRatings("No item has two ratings: raters and items cannot be told apart.")
    if np.ptp(y) == 0:
        raise TooFewRatings(f"Every rating is {table.value_word(int(table.code[0]))}: there is nothing to model.")
    unit = float(y.std())
    gaps = np.diff(np.unique(y)) / unit
    fit = _Fit(table, (y - y.mean()) / unit, rounding=float(gaps.min()) ** 2 / 12)
    moved, done = np.inf, 0
    while moved * unit > tolerance and done < rounds:
        moved = fit.step()
        done += 1
    return RaterModel(
        table=table,
        mean=float(y.mean() + unit * fit.mean),
        item_sd=unit * fit.item_var**0.5,
        bias_sd=unit * fit.bias_var**0.5,
        scale_sd=fit.scale_var**0.5,
        tail=fit.tail,
        bias=unit * fit.bias,
        bias_error=unit * np.sqrt(fit.cov_bb),
        scale=fit.scale,
        scale_error=np.sqrt(fit.cov_ss),
        noise=unit * np.sqrt(fit.noise),
        worth=unit * fit.t,
        worth_error=unit * np.sqrt(fit.v),
        clarity=fit.w,
        iterations=done,
        converged=moved * unit <= tolerance,
    )


class _Fit:
    """The state of the EM, on standardised ratings."""

    def __init__(self, table: RatingTable, y: Floats, rounding: float) -> None:
        self.y, self.item, self.rater, self.rounding = y, table.item, table.rater, rounding
        self.items, self.raters = table.n_items, len(table.rater_names)
        self.n_item, self.n_rater = table.per_item, np.bincount(table.rater, minlength=self.raters)
        self.mean, self.item_var, self.bias_var, self.scale_var, self.tail = 0.0, 0.5, 0.1, 0.04, 20.0
        self.bias, self.scale = np.zeros(self.raters), np.ones(self.raters)
        self.cov_bb, self.cov_bs, self.cov_ss = (np.zeros(self.raters) for _ in range(3))
        self.noise = np.full(self.raters, 0.5)
        self.w = np.ones(self.items)
        self.t, self.v = np.zeros(self.items), np.full(self.items, 0.5)

    def step(self) -> float:
        """One round; how far the items' and raters' values moved at most."""
        before = np.concatenate([self.t, self.bias, [self.mean]])
        self._items()
        self._clarity()
        self._raters()
        self._spreads()
        return float(np.abs(np.concatenate([self.t, self.bias, [self.mean]]) - before).max())

    def _per_item(self, each: Floats) -> Floats:
        return np.bincount(self.item, weights=each, minlength=self.items).astype(np.float64)

    def _per_rater(self, each: Floats) -> Floats:
        return np.bincount(self.rater, weights=each, minlength=self.raters).astype(np.float64)

    def _items(self) -> None:
        r = self.rater
        scale2 = (self.scale**2 + self.cov_ss)[r] / self.noise[r]
        pull = (self.scale[r] * (self.y - self.mean - self.bias[r]) - self.cov_bs[r]) / self.noise[r]
        precision = 1 / self.item_var + self.w * self._per_item(scale2)
        self.v = 1 / precision
        self.t = self.v * self.w * self._per_item(pull)

    def _squares(self) -> Floats:
        """Expected squared noise of each rating, over what is not known of item and rater."""
        r, t, v = self.rater, self.t[self.item], self.v[self.item]
        off = self.y - self.mean - self.bias[r] - self.scale[r] * t
        unsure = self.cov_bb[r] + 2 * self.cov_bs[r] * t + self.cov_ss[r] * (t * t + v)
        return off**2 + self.scale[r] ** 2 * v + unsure

    def _clarity(self) -> None:
        distance = self._per_item((self._squares() + self.rounding) / (self.noise[self.rater] + self.rounding))
        self.w = (self.tail + self.n_item) / (self.tail + distance)
        log_w = digamma((self.tail + self.n_item) / 2) - np.log((self.tail + distance) / 2)
        target = 1 + float(np.mean(log_w - self.w))
        low, high = _LEAST_TAIL, 200.0
        for _ in range(40):  # the derivative in nu falls; bisect for its zero
            middle = (low + high) / 2
            if np.log(middle / 2) - digamma(middle / 2) + target > 0:
                low = middle
            else:
                high = middle
        self.tail = (low + high) / 2

    def _raters(self) -> None:
        w, t, v = self.w[self.item], self.t[self.item], self.v[self.item]
        y = self.y - self.mean
        bb = self._per_rater(w) / self.noise + 1 / self.bias_var
        bs = self._per_rater(w * t) / self.noise
        ss = self._per_rater(w * (t * t + v)) / self.noise + 1 / self.scale_var
        b, s = self._per_rater(w * y) / self.noise, self._per_rater(w * y * t) / self.noise + 1 / self.scale_var
        size = bb * ss - bs**2
        self.cov_bb, self.cov_bs, self.cov_ss = ss / size, -bs / size, bb / size
        self.bias, self.scale = (ss * b - bs * s) / size, (bb * s - bs * b) / size
        # The pool's mean bias belongs to m, its mean scale to tau.
        middle, factor = float(self.bias.mean()), float(self.scale.mean())
        self.mean += middle
        self.bias -= middle
        self.scale, self.t, self.v = self.scale / factor, self.t * factor, self.v * factor**2
        self.cov_bs, self.cov_ss = self.cov_bs / factor, self.cov_ss / factor**2

    def _spreads(self) -> None:
        squares = self.w[self.item] * self._squares()
        pooled = float(squares.mean())
        self.noise = (self._per_rater(squares) + _PRIOR_RATINGS * pooled) / (self.n_rater + _PRIOR_RATINGS)
        self.noise = np.maximum(self.noise, max(_SMALLEST, self.rounding))
        self.item_var = max(_SMALLEST, float(np.mean(self.t**2 + self.v)))
        self.bias_var = max(_SMALLEST, float(np.mean(self.bias**2 + self.cov_bb)))
        self.scale_var = max(_SMALLEST, float(np.mean((self.scale - 1) ** 2 + self.cov_ss)))
