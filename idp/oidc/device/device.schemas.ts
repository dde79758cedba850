import { type Static, Type } from 'typebox';
import type { Problem } from '../../http/problem.schemas.ts';

/** As the person typed it. */
export const UserCodeInput = Type.Object({ userCode: Type.String({ maxLength: 64 }) });
export type UserCodeInput = Static<typeof UserCodeInput>;

/** How it ended for a device: let in, refused by the person, or stopped by something else. */
export type DeviceOutcome =
  | { outcome: 'approved'; application: string }
  | { outcome: 'denied' }
  | { outcome: 'stopped'; problem: Problem };
