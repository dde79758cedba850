import { getStepUpOptions, stepUp } from '#web/api/session.ts';
import { askForPasskey } from '#web/passkey.ts';
import { Problem } from '#web/problem.ts';

/** Does what may ask for a fresh passkey: asks for it when the server wants one, and then does it once more. */
export async function withFreshPasskey<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'fresh_passkey_required') {
      throw error;
    }
    await stepUp(await askForPasskey(await getStepUpOptions()));
    return work();
  }
}
