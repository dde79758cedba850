import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { WorkQueue } from './queue.ts';

describe('the work queue', () => {
  test('never works on one key twice at a time, and runs again what was added meanwhile', async () => {
    const runs: string[] = [];
    let side = 0;
    let most = 0;
    const queue = new WorkQueue(async (key) => {
      side += 1;
      most = Math.max(most, side);
      await sleep(5);
      runs.push(key);
      side -= 1;
      return false;
    });

    queue.add('a');
    queue.add('a');
    await sleep(1);
    queue.add('a');
    queue.add('a');
    await queue.idle();

    expect(runs).toEqual(['a', 'a']);
    expect(most).toBe(1);
  });

  test('works on several keys side by side, but not on more than it may', async () => {
    let side = 0;
    let most = 0;
    const work = async () => {
      side += 1;
      most = Math.max(most, side);
      await sleep(5);
      side -= 1;
      return false;
    };
    const queue = new WorkQueue(work, { concurrency: 3 });

    for (let n = 0; n < 20; n += 1) {
      queue.add(`key-${n}`);
    }
    await queue.idle();

    expect(most).toBe(3);
  });

  test('lets one poisonous key wait longer each time while the others go on', async () => {
    vi.useFakeTimers();
    const attempts: number[] = [];
    const others: string[] = [];
    const work = async (key: string) => {
      if (key === 'poison') {
        attempts.push(performance.now());
        throw new Error('always');
      }
      others.push(key);
      return false;
    };
    const queue = new WorkQueue(work, { firstDelay: 10, concurrency: 1 });

    queue.add('poison');
    for (let n = 0; n < 50; n += 1) {
      queue.add(`fine-${n}`);
    }
    await vi.advanceTimersByTimeAsync(200);
    await queue.close();
    vi.useRealTimers();

    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(others).toHaveLength(50);
    expect(attempts.length).toBeGreaterThanOrEqual(3);
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
  });

  test('rests while it is paused, then goes on and tries at once what had failed', async () => {
    const runs: string[] = [];
    let fails = true;
    const work = async (key: string) => {
      runs.push(key);
      return fails;
    };
    const queue = new WorkQueue(work, { firstDelay: 60_000, longestDelay: 60_000 });
    queue.add('failed');
    await queue.idle();

    queue.pause();
    queue.add('new');
    await sleep(20);
    const whilePaused = [...runs];
    fails = false;
    queue.resume();
    await queue.idle();
    await queue.close();

    expect(whilePaused).toEqual(['failed']);
    expect(runs.toSorted()).toEqual(['failed', 'failed', 'new']);
  });

  test('finishes what runs when it is closed, and begins nothing new', async () => {
    const done: string[] = [];
    const work = async (key: string) => {
      await sleep(10);
      done.push(key);
      return false;
    };
    const queue = new WorkQueue(work, { concurrency: 1 });

    queue.add('running');
    queue.add('waiting');
    await queue.close();
    queue.add('late');
    await sleep(20);

    expect(done).toEqual(['running']);
  });
});
