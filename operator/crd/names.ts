import { matching, type Rule, rawString } from './rule.ts';
import { mapOf, object, text } from './schema.ts';

/** RFC 1123 subdomain: the form of nearly every name in Kubernetes. */
const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
/** Labels and annotations: an optional DNS prefix, then a name. */
const QUALIFIED_NAME =
  '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';
const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$';
/** No line break that could end a mail header, nothing invisible, no blank at either end. */
const ONE_LINE = '^[^\\x00-\\x20\\x7f]([^\\x00-\\x1f\\x7f]*[^\\x00-\\x20\\x7f])?$';
const SECRET_KEY = '^[-._a-zA-Z0-9]+$';

export function objectName(description: string) {
  const sentence =
    'a name in Kubernetes is made of a-z, 0-9, "-" and "." and begins and ends with a letter or digit';
  return text({ description, maxLength: 253, ...matching(SUBDOMAIN, sentence) });
}

/** RFC 1123 label, as namespaces and the entries of lists are named. */
export function shortName(description: string) {
  const sentence =
    'a short name is made of a-z, 0-9 and "-" and begins and ends with a letter or digit';
  return text({ description, maxLength: 63, ...matching(LABEL, sentence) });
}

/** Text for people or names from elsewhere: any script, but one line. */
export function oneLine(description: string, maxLength: number) {
  const sentence =
    'only one line without control characters and without blanks at its ends is accepted; remove line breaks, tabs and outer blanks';
  return text({ description, maxLength, ...matching(ONE_LINE, sentence) });
}

/** A value in a Secret of the same namespace; other namespaces cannot be named at all. */
export function secretKeyRef(description: string) {
  return object(
    {
      name: objectName(
        'Name of a Secret in the same namespace; it carries the label permisolabs.eu/credential: "true".',
      ),
      key: text({
        description: 'Key in the data of that Secret.',
        maxLength: 253,
        ...matching(SECRET_KEY, 'a Secret key is made of letters, digits, "-", "_" and "."'),
      }),
    },
    { description },
  );
}

export function labels(description: string, rules: Rule[] = []) {
  const about = { description, maxProperties: 32, rules: [qualifiedKeys('label'), ...rules] };
  return mapOf(labelValue(), about);
}

export function annotations(description: string, rules: Rule[] = []) {
  return mapOf(text({ description: 'Value of the annotation.', minLength: 0, maxLength: 4096 }), {
    description,
    maxProperties: 32,
    rules: [qualifiedKeys('annotation'), ...rules],
  });
}

export const secretKeysRule: Rule = {
  rule: `self.all(key, key.matches(${rawString(SECRET_KEY)}))`,
  message: 'every key becomes a Secret key, so it is made of letters, digits, "-", "_" and "."',
};

/** Our own marks on a Secret say who owns and who may read it: an author must not forge them. */
export const ownMarksRule: Rule = {
  rule: "self.all(key, !key.startsWith('permisolabs.eu/') && key != 'app.kubernetes.io/managed-by')",
  message:
    'keys under permisolabs.eu/ and app.kubernetes.io/managed-by belong to the operator, which sets them itself; remove them',
  reason: 'FieldValueForbidden',
};

export function qualifiedKeys(noun: string): Rule {
  return {
    rule: `self.all(key, key.matches(${rawString(QUALIFIED_NAME)}))`,
    message: `every ${noun} key is a name such as example.com/team: letters, digits, "-", "_" and ".", with at most one "/"`,
  };
}

export function labelValue() {
  return text({
    description: 'Value of the label.',
    minLength: 0,
    maxLength: 63,
    ...matching(
      LABEL_VALUE,
      'a label value is made of letters, digits, "-", "_" and "." and begins and ends with a letter or digit',
    ),
  });
}
