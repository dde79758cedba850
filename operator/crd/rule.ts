/** One entry of `x-kubernetes-validations`: a CEL expression and the sentence for whoever breaks it. */
export type Rule = {
  rule: string;
  message: string;
  reason?: 'FieldValueForbidden' | 'FieldValueInvalid' | 'FieldValueRequired';
  /** The field to blame when the rule stands on the object around it, such as `.callbackURLs`. */
  fieldPath?: string;
};

/**
 * A pattern with its meaning. Kubernetes answers a failed `pattern` with the bare expression; the
 * rule beside it says the same in words, and the pattern stays for editors that read only schemas.
 */
export function matching(pattern: string, message: string): { pattern: string; rules: Rule[] } {
  return { pattern, rules: [{ rule: `self.matches(${rawString(pattern)})`, message }] };
}

/** True when a rule of the node already says in words what its `pattern` says in signs. */
export function saysPattern(rules: readonly Rule[], pattern: string): boolean {
  return rules.some(({ rule }) => rule.includes(rawString(pattern)));
}

/** A value that, once chosen or left out, stays so. `why` completes the sentence. */
export function immutable(field: string, why: string): Rule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed, added or removed later, because ${why}`,
    reason: 'FieldValueForbidden',
    fieldPath: `.${field}`,
  };
}

/** CEL's raw string: no escaping, so that the expression reads as it was written. */
export function rawString(text: string): string {
  return text.includes("'") ? `r"${text}"` : `r'${text}'`;
}
