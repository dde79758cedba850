import { oneOf } from './schema.ts';

/** Fields of the kinds that declare a row which the web pages could also make. */
export const lifeCycleFields = {
  adoption: oneOf(['Never', 'IfMatch', 'Overwrite'], {
    description:
      'What happens to an entry of the same name made in the web pages: left alone, taken over when nothing would change, or overwritten.',
    default: 'Never',
  }),
  deletionPolicy: oneOf(['Delete', 'Orphan'], {
    description:
      'What deleting the resource does: deletes the entry too, or hands it to the web pages.',
    default: 'Delete',
  }),
};
