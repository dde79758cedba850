import type { Problem as ProblemBody } from '#api';
import { t } from '#web/locales/locales.ts';

/** A refusal with a sentence for a person, whoever refused: the server, the browser or the network. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  /** Names the input that is to blame. */
  readonly field: string | undefined;
  /** What the person can do about it. */
  readonly mend: string | undefined;

  constructor(body: ProblemBody & { mend?: string }, options?: ErrorOptions) {
    super(body.title, options);
    this.status = body.status;
    this.code = body.code;
    this.title = toSentence(body.title);
    this.field = body.field;
    this.mend = body.mend;
  }
}

/** The server writes titles as headlines; between other sentences they end like one. */
function toSentence(title: string): string {
  return /[.!?…]$/.test(title) ? title : `${title}.`;
}

/** Anything thrown, as something that can be shown; what nobody foresaw is also reported to the console. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  reportError(error);
  return new Problem(
    { status: 0, code: 'unexpected', title: t('problem.unexpected') },
    { cause: error },
  );
}
