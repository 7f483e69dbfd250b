// The words of scripts in the person's language: Django's catalog, which every page of ours loads before its modules.
// Without it (it did not arrive) everything still works, in English.

export const gettext = (text) => window.django?.gettext?.(text) ?? text;

/** The form for a number, which is filled in as %(n)s. */
export const ngettext = (one, many, n, values = {}) =>
  fill(window.django?.ngettext?.(one, many, n) ?? (n === 1 ? one : many), { n, ...values });

/** Put values where a text says %(name)s. */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (place, name) => String(values[name] ?? place));
