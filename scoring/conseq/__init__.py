"""ConSeq (Nan et al., ACL 2021, arXiv 2105.04623): train a generator against its own least consistent samples.

    fine-tune          maximum likelihood on the references                                    the plain baseline
    sample, score      texts of the fine-tuned generator, and the references, by QUALS (or ROUGE: the other baseline)
    choose             S- the inputs whose worst sample is among the worst 30 %, S+ those whose reference is among the
                       best 30 %; an input in both has one positive and one negative text
    train on           - log p(token) on S+ and - log(1 - p(token)) on S-, label-smoothed

Inputs are dialogue turns with their knowledge, or documents to be summarised; only the wording of the prompt differs.
Plain Python and torch like the metrics, which it uses; nothing in `scoring.metrics` knows of it.
"""
