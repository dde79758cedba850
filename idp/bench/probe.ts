import { Session } from 'node:inspector/promises';

/**
 * Loaded into the program that is measured, by `node --import`: answers what its own process has used so far, over
 * the channel that its parent has to it. Whatever goes on outside of that process is not in these numbers.
 */

export interface Usage {
  /** User and system time of all threads, since the process began. */
  cpuMs: number;
  residentBytes: number;
}

export type Question = 'usage' | 'start profile' | 'stop profile';

const SAMPLING_MICROSECONDS = 200;

const inspector = new Session();

process.on('message', (question: Question) => {
  void answer(question).then((value) => process.send?.({ question, value }));
});

async function answer(question: Question): Promise<unknown> {
  switch (question) {
    case 'usage': {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() };
    }
    case 'start profile':
      inspector.connect();
      await inspector.post('Profiler.enable');
      await inspector.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROSECONDS });
      return inspector.post('Profiler.start');
    case 'stop profile': {
      const { profile } = await inspector.post('Profiler.stop');
      inspector.disconnect();
      return profile;
    }
  }
}

// The channel alone keeps no program alive.
process.channel?.unref();
