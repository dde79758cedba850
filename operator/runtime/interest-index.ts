export interface InterestIndex {
  remember(key: string, interests: string[]): void;
  forget(key: string): void;

  /** The keys that care about this (`table/key`). */
  affectedBy(interest: string): string[];
}

/** Which resource cares about what (`table/key`, `secrets/<namespace>/<name>`). */
export function createInterestIndex(): InterestIndex {
  const interestsOf = new Map<string, string[]>();
  const keysOf = new Map<string, Set<string>>();

  function forget(key: string): void {
    for (const interest of interestsOf.get(key) ?? []) {
      const keys = keysOf.get(interest);
      keys?.delete(key);
      if (keys?.size === 0) {
        keysOf.delete(interest);
      }
    }
    interestsOf.delete(key);
  }

  return {
    forget,
    remember(key, interests) {
      forget(key);
      interestsOf.set(key, interests);
      for (const interest of interests) {
        keysOf.set(interest, (keysOf.get(interest) ?? new Set()).add(key));
      }
    },
    affectedBy: (interest) => [...(keysOf.get(interest) ?? [])],
  };
}
