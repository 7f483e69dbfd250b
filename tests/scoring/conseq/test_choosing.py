"""Which inputs are learned from: a small world whose answer is counted by hand."""

from scoring.conseq.choosing import Chosen, choose

REFERENCES = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.1, "e": None, "f": 0.85}
SAMPLES = {
    "a": [0.5, 0.4, 0.6],  # good reference, middling worst sample
    "b": [0.9, 0.1, 0.2],  # good reference, bad second sample
    "c": [0.3, 0.9, 0.9],
    "d": [0.0, 0.9, 0.9],  # the worst sample, but a bad reference
    "e": [-1.0, 0.9, 0.9],  # nobody can score the reference
    "f": [None, None, None],  # nobody can score a sample
}


def test_an_input_is_chosen_whose_reference_is_good_and_whose_worst_sample_is_bad():
    # Of five worst samples the lowest 60 % are e, d, b; of five references the highest 60 % are a, f, b.
    assert choose(REFERENCES, SAMPLES, worst=0.6, best=0.6) == [Chosen("b", 1, 0.1, 0.8)]


def test_all_of_both_is_everything_with_scores_lowest_first():
    assert [each.id for each in choose(REFERENCES, SAMPLES, worst=1, best=1)] == ["d", "b", "c", "a"]


def test_shares_are_rounded_down_to_nothing():
    assert choose(REFERENCES, SAMPLES, worst=0.19, best=1) == []
    assert choose({}, {}) == []


def test_references_that_are_all_alike_are_all_the_best_and_most_cuts_the_least_bad():
    alike = dict.fromkeys(SAMPLES, 1.0)
    assert [each.id for each in choose(alike, SAMPLES, worst=0.8, best=0.3)] == ["e", "d", "b", "c"]
    assert [each.id for each in choose(alike, SAMPLES, worst=0.8, best=0.3, most=2)] == ["e", "d"]


def test_a_third_of_ten_is_three_although_floats_say_less():
    alike = {str(place): float(place) for place in range(10)}
    held = {key: [value] for key, value in alike.items()}
    assert [each.id for each in choose(alike, held, worst=0.3, best=1)] == ["0", "1", "2"]
