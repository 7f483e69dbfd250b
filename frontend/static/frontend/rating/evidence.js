// What an answer points at: sentences of the speaker's reading set, each with a stance, or the speaker's own knowledge.

import { gettext, ngettext } from "../words.js";

export const STANCES = ["supports", "contradicts"];

/** What is said aloud before a sentence that an answer points at. */
export const stanceWords = (stance) => ({ supports: gettext("supports"), contradicts: gettext("contradicts") })[stance];
const COUNTED = {
  supports: (n) => ngettext("%(n)s supports", "%(n)s support", n),
  contradicts: (n) => ngettext("%(n)s contradicts", "%(n)s contradict", n),
};

/** The same evidence is spelled the same here, whoever wrote it; null for one that points at nothing. */
export function normal(evidence) {
  if (!evidence) return null;
  const sentences = (evidence.sentences ?? []).map(({ section, passage, sentence, stance }) => ({ section, passage, sentence, stance }));
  const personal_knowledge = Boolean(evidence.personal_knowledge);
  return sentences.length || personal_knowledge ? { sentences, personal_knowledge } : null;
}

/** A value that must point at something and does not yet. */
export const lacks = (question, answer) => question.evidence && answer.value !== null && !answer.evidence;

const isAt = (one, at) => one.section === at.section && one.passage === at.passage && one.sentence === at.sentence;

export const stanceOf = (evidence, at) => evidence?.sentences.find((one) => isAt(one, at))?.stance ?? "";

/** Neither, supports, contradicts, neither: the evidence after one more step. order: all places, as they are read. */
export function turned(evidence, at, order) {
  const stance = [...STANCES, ""][STANCES.indexOf(stanceOf(evidence, at)) + 1];
  const others = (evidence?.sentences ?? []).filter((one) => !isAt(one, at));
  const sentences = stance ? [...others, { ...at, stance }] : others;
  const place = (one) => order.findIndex((each) => isAt(each, one));
  sentences.sort((one, other) => place(one) - place(other));
  return normal({ sentences, personal_knowledge: evidence?.personal_knowledge });
}

export const withPersonal = (evidence) =>
  normal({ sentences: evidence?.sentences ?? [], personal_knowledge: !evidence?.personal_knowledge });

/** In a few words. */
export function pointsAt(evidence) {
  if (!evidence) return "";
  const words = STANCES.map((stance) => [evidence.sentences.filter((one) => one.stance === stance).length, stance])
    .filter(([count]) => count).map(([count, stance]) => COUNTED[stance](count));
  if (evidence.personal_knowledge) words.push(gettext("personal knowledge"));
  return words.join(", ");
}

/** How evidence goes to the server; one that points at nothing takes away what stood. */
export const sent = (evidence) => evidence ?? {};
