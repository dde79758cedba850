import { ServerFault } from './server-fault.ts';

/** What came of one step, in the form of metav1.Condition, so that it can stand on a resource as it is. */
export interface Aspect {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

/** One thing to try, which the steps after it need. */
export interface Step {
  /** The aspect that it decides. */
  aspect: string;

  /** Resolves with a sentence about what works; throws a `ServerFault` about what does not. */
  attempt(): Promise<string>;
}

export interface Attempt {
  /** The server, as messages name it. */
  server: string;
  steps: Step[];

  /** For all steps together. */
  timeoutMs: number;
}

/** Tries one step after the other until one fails. Throws nothing: a failure is what is to be told. */
export async function tryInOrder({ server, steps, timeoutMs }: Attempt): Promise<Aspect[]> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(ServerFault.late(server, timeoutMs)), timeoutMs);
  const aspects: Aspect[] = [];
  for (const { aspect: type, attempt } of steps) {
    aspects.push(
      findFailed(aspects)
        ? { type, status: 'Unknown', reason: 'NotTried', message: 'the step before it failed' }
        : await judge(type, Promise.race([late.promise, attempt()])),
    );
  }
  clearTimeout(timer);
  return aspects;
}

/** What does not work, or undefined. */
export function findFailed(aspects: Aspect[]): Aspect | undefined {
  return aspects.find(({ status }) => status === 'False');
}

async function judge(type: string, outcome: Promise<string>): Promise<Aspect> {
  try {
    return { type, status: 'True', reason: 'Succeeded', message: await outcome };
  } catch (error) {
    const reason = error instanceof ServerFault ? error.reason : 'ConnectionFailed';
    const message = error instanceof Error ? error.message : String(error);
    return { type, status: 'False', reason, message };
  }
}
