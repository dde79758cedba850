/**
 * A resource cannot be ready as things are: a Secret is awaited, a name is taken. Nothing failed, so it is not tried
 * again before something changes; `reason` is the one of the condition.
 */
export class NotReady extends Error {
  readonly reason: string;

  constructor(reason: string, sentence: string) {
    super(sentence);
    this.name = 'NotReady';
    this.reason = reason;
  }
}
